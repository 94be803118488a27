// Remembers what people would be told.
#pragma once

#include <mutex>
#include <string>

#include "actors/ports/notices.hpp"

namespace hedgerow::test {

/// Thread-safe.
class heard_notices final : public ports::notices {
 public:
  void raise(ports::notice_level level, std::string_view, std::string_view code, std::string_view about,
             std::string_view text) override {
    constexpr std::string_view names[] = {"INFO", "WARNING", "ALARM"};
    const std::scoped_lock lock{mutex_};
    all_.append(names[static_cast<std::size_t>(level)]).append(1, ' ').append(code).append(1, ' ');
    all_.append(about).append(1, ' ').append(text).append(1, '\n');
  }
  /// A line for each: level, code, what it is about, text.
  [[nodiscard]] std::string all() const {
    const std::scoped_lock lock{mutex_};
    return all_;
  }
  [[nodiscard]] bool has(const std::string& text) const { return all().find(text) != std::string::npos; }
  [[nodiscard]] std::size_t count(const std::string& text) const {
    const auto where = all();
    std::size_t found = 0;
    for (auto at = where.find(text); at != std::string::npos; at = where.find(text, at + 1)) ++found;
    return found;
  }

 private:
  mutable std::mutex mutex_;
  std::string all_;
};

}  // namespace hedgerow::test
