// SHA-256 over what is added.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace hedgerow::transfer {

class sha256 {
 public:
  sha256();
  void add(std::string_view bytes);
  /// As eight bytes, the lowest first.
  void add_number(std::uint64_t number);
  /// What makes a record: the key, whether there is a value, the value; each text after its length.
  void add_record(std::string_view key, std::optional<std::string_view> value);
  /// 64 hex digits of what was added so far; more can be added.
  [[nodiscard]] std::string hex() const;

 private:
  struct freer {
    void operator()(void* context) const;
  };
  std::unique_ptr<void, freer> context_;
};

}  // namespace hedgerow::transfer
