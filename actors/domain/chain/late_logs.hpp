// Logs whose block is below all headers that are kept, so that only the node's header at their height tells whether
// they are in the chain. They wait here until they are booked or refuted, and hold nothing back meanwhile.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "actors/domain/chain/reorg_window.hpp"

namespace hedgerow::domain {

class late_logs {
 public:
  enum class admission : std::uint8_t {
    first_of_height,  // ask for the header
    one_more,         // its header is asked for already
    known,            // it waits already
    full,             // it is not kept
  };

  /// Keeps logs of at most `heights` heights, and of each at most `logs`.
  late_logs(std::size_t heights, std::size_t logs) : most_heights_{heights}, most_logs_{logs} {}

  [[nodiscard]] admission add(const raw_evm_log& log);
  /// The node was asked for the header at this height, and has `pause` to answer.
  void asked(std::uint64_t number, std::chrono::milliseconds pause);
  /// The header at this height is that of `block`: forgets logs of other blocks. Returns whether there were any.
  [[nodiscard]] bool refute_all_but(std::uint64_t number, const hash32& block);
  /// Forgets what `window` has by now, and what lies below it, which it returns.
  [[nodiscard]] std::vector<raw_evm_log> settle(const reorg_window& window);
  void forget(const evm_log_ref& log);

  [[nodiscard]] bool waits_at(std::uint64_t number) const { return blocks_.contains(number); }
  /// Empty when none waits there.
  [[nodiscard]] std::vector<raw_evm_log> at(std::uint64_t number) const;
  [[nodiscard]] std::size_t heights() const { return blocks_.size(); }
  /// The logs that the node has been asked about for `limit` in vain; each once.
  [[nodiscard]] std::vector<raw_evm_log> newly_overdue(std::chrono::milliseconds limit);
  /// One of those that have waited longest, if that is `limit` or longer.
  [[nodiscard]] std::optional<evm_log_ref> longest_overdue(std::chrono::milliseconds limit) const;

 private:
  struct height {
    std::vector<raw_evm_log> logs;
    std::chrono::milliseconds waited{0};
    bool told = false;
  };
  template <class Done>
  void erase_if(Done done);

  std::size_t most_heights_;
  std::size_t most_logs_;
  /// By height; none is empty.
  std::map<std::uint64_t, height> blocks_;
};

}  // namespace hedgerow::domain
