#include "runtime/telemetry/telemetry.hpp"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace hedgerow::telemetry {
namespace {

spdlog::level::level_enum level_of(ports::notice_level level) {
  switch (level) {
    case ports::notice_level::info: return spdlog::level::info;
    case ports::notice_level::warning: return spdlog::level::warn;
    case ports::notice_level::alarm: return spdlog::level::err;
  }
  return spdlog::level::err;
}

constexpr std::string_view name_of(ports::notice_level level) {
  constexpr std::string_view names[] = {"INFO", "WARNING", "ALARM"};
  return names[static_cast<std::size_t>(level)];
}

/// Texts quote what others wrote: nodes, brokers, whoever calls the admin port. Bytes that move the cursor or begin a
/// new line are shown as \xHH, so that nobody writes a line of this log or a terminal's colours.
void append_printable(std::string& line, std::string_view part) {
  constexpr char digits[] = "0123456789abcdef";
  for (const char c : part) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7f) {
      line += c;
      continue;
    }
    line.append("\\x").append(1, digits[byte >> 4]).append(1, digits[byte & 0xf]);
  }
}

class spdlog_notices final : public ports::notices {
 public:
  spdlog_notices(const log_options& options, const ports::clock& clock)
      : clock_{clock}, json_{options.json}, logger_{"hedgerow", std::make_shared<spdlog::sinks::stderr_sink_mt>()} {
    logger_.set_pattern("%v");
    logger_.set_level(spdlog::level::from_str(options.level == "warn" ? "warning" : options.level));
    logger_.flush_on(spdlog::level::info);
  }

  void raise(ports::notice_level level, std::string_view service, std::string_view code, std::string_view about,
             std::string_view text) override {
    const auto wanted = level_of(level);
    if (!logger_.should_log(wanted)) return;
    logger_.log(wanted,
                json_ ? json_line(level, service, code, about, text) : text_line(level, service, code, about, text));
  }

 private:
  std::string text_line(ports::notice_level level, std::string_view service, std::string_view code,
                        std::string_view about, std::string_view text) const {
    std::string line = to_rfc3339(clock_.now());
    for (const auto part : {name_of(level), service, code, about, text})
      if (!part.empty()) append_printable(line.append(1, ' '), part);
    return line;
  }

  std::string json_line(ports::notice_level level, std::string_view service, std::string_view code,
                        std::string_view about, std::string_view text) const {
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer{buffer};
    const auto field = [&](const char* key, std::string_view value) {
      writer.Key(key);
      writer.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
    };
    writer.StartObject();
    field("time", to_rfc3339(clock_.now()));
    field("level", name_of(level));
    field("service", service);
    field("code", code);
    field("about", about);
    field("text", text);
    writer.EndObject();
    return {buffer.GetString(), buffer.GetSize()};
  }

  const ports::clock& clock_;
  bool json_;
  spdlog::logger logger_;
};

}  // namespace

std::unique_ptr<ports::notices> make_notices(const log_options& options, const ports::clock& clock) {
  return std::make_unique<spdlog_notices>(options, clock);
}

}  // namespace hedgerow::telemetry
