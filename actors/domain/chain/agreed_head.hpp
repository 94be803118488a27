// Which of the heads that several endpoints tell is told on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>

#include "messages/types/evm.hpp"
#include "messages/types/time.hpp"

namespace hedgerow::domain {

/// A head counts once a quorum has told it. It is told on when it is higher than the last, or when a quorum has it as
/// its newest: then the chain went back. One that is behind does not take the head back.
class agreed_head {
 public:
  struct head {
    std::uint64_t number = 0;
    hash32 hash;
    hash32 parent = {};
    timestamp time = {};
    friend bool operator==(const head&, const head&) = default;
  };

  explicit agreed_head(std::uint32_t quorum) : quorum_{quorum} {}

  /// Whether this head, told by this endpoint, is to be told on.
  [[nodiscard]] bool told(std::size_t endpoint, const head& newest);
  /// It does not tell heads any more.
  void left(std::size_t endpoint) { heard_.erase(endpoint); }
  [[nodiscard]] const std::optional<head>& last() const { return last_; }

 private:
  std::uint32_t quorum_;
  /// The newest heads of each endpoint, the newest last.
  std::map<std::size_t, std::deque<head>> heard_;
  std::optional<head> last_;
  /// The endpoint that completed the quorum for it.
  std::size_t by_ = 0;
};

}  // namespace hedgerow::domain
