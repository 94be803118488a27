// A value that must not be seen: it prints as *** even where code prints it by mistake.
#pragma once

#include <ostream>
#include <string>
#include <utility>

namespace hedgerow::config {

class secret {
 public:
  secret() = default;
  explicit secret(std::string value) : value_{std::move(value)} {}

  /// The value itself; only for the place that sends it.
  [[nodiscard]] const std::string& reveal() const { return value_; }
  [[nodiscard]] bool empty() const { return value_.empty(); }
  /// `***`, or nothing when it is not set.
  [[nodiscard]] std::string to_string() const { return value_.empty() ? "" : "***"; }
  friend std::ostream& operator<<(std::ostream& out, const secret& s) { return out << s.to_string(); }

 private:
  std::string value_;
};

}  // namespace hedgerow::config
