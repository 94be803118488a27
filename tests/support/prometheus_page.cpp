#include "tests/support/prometheus_page.hpp"

#include <algorithm>
#include <regex>
#include <sstream>

namespace hedgerow::test {
namespace {

const std::regex name_form{"hedgerow_[a-z][a-z0-9_]*"};
const std::regex label_form{"[a-z_][a-z0-9_]*"};
const std::regex number_form{R"(-?[0-9]+(\.[0-9]+)?)"};

struct line_error {
  std::string what;
};

void must(bool holds, const std::string& what) {
  if (!holds) throw line_error{what};
}

/// Splits `{a="b",c="d"}` off; undoes the escapes.
series_labels read_labels(const std::string& line, std::size_t& at) {
  series_labels labels;
  if (at >= line.size() || line[at] != '{') return labels;
  do {
    const auto equals = line.find('=', ++at);
    must(equals != std::string::npos, "a label without =");
    const auto name = line.substr(at, equals - at);
    must(std::regex_match(name, label_form), "label name " + name);
    at = equals + 1;
    must(line[at] == '"', "a label's value without quotes");
    std::string value;
    for (++at; at < line.size() && line[at] != '"'; ++at) {
      if (line[at] != '\\') {
        value += line[at];
        continue;
      }
      must(++at < line.size() && std::string{"\\\"n"}.find(line[at]) != std::string::npos, "unknown escape");
      value += line[at] == 'n' ? '\n' : line[at];
    }
    must(++at < line.size(), "a label's value without end");
    must(labels.emplace(name, value).second, "label " + name + " twice");
  } while (line[at] == ',');
  must(line[at++] == '}', "labels without end");
  return labels;
}

bool belongs(const std::string& sample, const std::string& family, const std::string& type) {
  if (type != "histogram") return sample == family;
  return sample == family + "_bucket" || sample == family + "_sum" || sample == family + "_count";
}

void read_sample(const std::string& line, const std::string& name, prometheus_family& into) {
  auto at = line.find_first_of("{ ");
  must(at != std::string::npos, "no value");
  const auto sample = line.substr(0, at);
  must(belongs(sample, name, into.type), sample + " does not belong to " + name);
  const auto labels = read_labels(line, at);
  must(line[at] == ' ', "no space before the value");
  const auto value = line.substr(at + 1);
  must(std::regex_match(value, number_form), "value " + value);
  must(into.type == "gauge" || value.front() != '-', "negative " + into.type);
  must(into.samples.emplace(std::pair{sample, labels}, value).second, "a series twice");
}

std::string begin_family(const std::string& line, prometheus_page& page) {
  const auto space = line.find(' ', 7);
  must(space != std::string::npos && space + 1 < line.size(), "HELP without a text");
  const auto name = line.substr(7, space - 7);
  must(std::regex_match(name, name_form), "name " + name);
  must(page.families.emplace(name, prometheus_family{"", line.substr(space + 1), {}}).second, name + " twice");
  return name;
}

void set_type(const std::string& line, const std::string& name, prometheus_page& page) {
  must(!name.empty() && line.starts_with("# TYPE " + name + " "), "TYPE of something else");
  auto& family = page.families.at(name);
  must(family.type.empty() && family.samples.empty(), "TYPE twice or late");
  family.type = line.substr(8 + name.size());
  must(family.type == "counter" || family.type == "gauge" || family.type == "histogram", "type " + family.type);
  must(name.ends_with("_total") == (family.type == "counter"), "counters, and only they, end in _total: " + name);
}

void check_histogram(const std::string& name, const prometheus_family& family) {
  struct series {
    std::map<long double, long long> buckets;
    bool has_end = false;
    long long end = 0;
  };
  std::map<series_labels, series> all;
  for (const auto& [key, value] : family.samples) {
    auto [sample, labels] = key;
    if (!sample.ends_with("_bucket")) continue;
    must(labels.contains("le"), "a bucket without le");
    const auto le = labels.at("le");
    labels.erase("le");
    auto& one = all[labels];
    if (le == "+Inf") {
      one.has_end = true;
      one.end = std::stoll(value);
    } else {
      one.buckets[std::stold(le)] = std::stoll(value);
    }
  }
  for (const auto& [labels, one] : all) {
    must(one.has_end, name + " without +Inf");
    long long before = 0;
    for (const auto& [le, count] : one.buckets) {
      must(count >= before, name + " is not cumulative");
      before = count;
    }
    must(one.end >= before, name + " is not cumulative");
    const auto count = family.samples.find({name + "_count", labels});
    must(count != family.samples.end() && std::stoll(count->second) == one.end, name + "_count");
    must(family.samples.contains({name + "_sum", labels}), name + "_sum");
  }
}

}  // namespace

std::optional<std::string> prometheus_page::find(const std::string& name, const series_labels& labels) const {
  for (const auto& [family, content] : families)
    if (const auto it = content.samples.find({name, labels}); it != content.samples.end()) return it->second;
  return std::nullopt;
}

long long prometheus_page::number(const std::string& name, const series_labels& labels) const {
  const auto found = find(name, labels);
  return found ? std::stoll(*found) : -1;
}

long long prometheus_page::sum(const std::string& name, const series_labels& among) const {
  long long all = 0;
  const auto family = families.find(name);
  if (family == families.end()) return 0;
  for (const auto& [key, value] : family->second.samples)
    if (std::includes(key.second.begin(), key.second.end(), among.begin(), among.end())) all += std::stoll(value);
  return all;
}

expected<prometheus_page, std::string> read_prometheus(const std::string& text) {
  prometheus_page page;
  std::string name;
  std::istringstream in{text};
  std::size_t number = 0;
  std::string line;
  try {
    must(text.ends_with('\n'), "the last line does not end");
    while (std::getline(in, line)) {
      ++number;
      if (line.starts_with("# HELP ")) {
        must(name.empty() || !page.families.at(name).type.empty(), name + " without TYPE");
        name = begin_family(line, page);
      } else if (line.starts_with("# TYPE ")) {
        set_type(line, name, page);
      } else {
        must(!line.empty() && line.front() != '#', "neither HELP, TYPE nor a sample");
        must(!name.empty() && !page.families.at(name).type.empty(), "a sample without a family");
        read_sample(line, name, page.families.at(name));
      }
    }
    for (const auto& [family, content] : page.families)
      if (content.type == "histogram") check_histogram(family, content);
  } catch (const line_error& e) {
    return unexpected("line " + std::to_string(number) + ", " + e.what + ": " + line);
  }
  return page;
}

}  // namespace hedgerow::test
