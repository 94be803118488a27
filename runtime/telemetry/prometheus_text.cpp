#include "runtime/telemetry/prometheus_text.hpp"

#include <array>

namespace hedgerow::telemetry {
namespace {

std::string_view name_of(ports::metric_kind kind) {
  constexpr std::array<std::string_view, 3> names{"counter", "gauge", "histogram"};
  return names[static_cast<std::size_t>(kind)];
}

/// HELP escapes backslash and line feed; a label's value the quote as well.
void append_escaped(std::string& out, std::string_view text, bool in_quotes) {
  for (const char c : text) {
    if (c == '\\')
      out += "\\\\";
    else if (c == '\n')
      out += "\\n";
    else if (c == '"' && in_quotes)
      out += "\\\"";
    else
      out += c;
  }
}

}  // namespace

std::string in_seconds(std::chrono::nanoseconds span) {
  constexpr std::int64_t second = 1'000'000'000;
  const auto n = span.count();
  // Not the absolute value of it all: the smallest number has none.
  const auto whole = n / second;
  const auto rest = n % second;
  std::string digits = std::to_string(rest < 0 ? -rest : rest);
  digits.insert(0, 9 - digits.size(), '0');
  digits.erase(digits.find_last_not_of('0') + 1);
  std::string text = std::to_string(whole);
  if (n < 0 && whole == 0) text.insert(0, 1, '-');
  return digits.empty() ? text : text + "." + digits;
}

void prometheus_text::family(const ports::metric_family& f) {
  current_ = f;
  text_.append("# HELP ").append(f.name).append(1, ' ');
  append_escaped(text_, f.help, false);
  text_.append("\n# TYPE ").append(f.name).append(1, ' ').append(name_of(f.kind)).append(1, '\n');
}

void prometheus_text::line(std::string_view suffix, const ports::metric_labels& labels, std::string_view value) {
  text_.append(current_.name).append(suffix);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    text_.append(i == 0 ? "{" : ",").append(labels[i].first).append("=\"");
    append_escaped(text_, labels[i].second, true);
    text_ += '"';
  }
  if (!labels.empty()) text_ += '}';
  text_.append(1, ' ').append(value).append(1, '\n');
}

void prometheus_text::sample(const ports::metric_labels& labels, std::string_view value) { line("", labels, value); }

void prometheus_text::sample_in_unit(const ports::metric_labels& labels, std::int64_t value) {
  if (current_.unit == ports::metric_unit::nanoseconds)
    line("", labels, in_seconds(std::chrono::nanoseconds{value}));
  else
    line("", labels, std::to_string(value));
}

void prometheus_text::histogram(const ports::metric_labels& labels, const ports::time_histogram& h) {
  const auto counts = h.counts();
  const auto sum = h.sum();
  std::uint64_t so_far = 0;
  auto bucket = labels;
  bucket.emplace_back("le", "");
  for (std::size_t i = 0; i < counts.size(); ++i) {
    so_far += counts[i];
    bucket.back().second = i < h.bounds.size() ? in_seconds(h.bounds[i]) : "+Inf";
    line("_bucket", bucket, std::to_string(so_far));
  }
  line("_sum", labels, in_seconds(sum));
  line("_count", labels, std::to_string(so_far));
}

}  // namespace hedgerow::telemetry
