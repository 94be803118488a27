// Whether the history of the chain may be read into an empty event log. An empty log is a new beginning, or it is a
// lost one: then the fills since the start block have been hedged already, and reading them hedges them again. The
// broker's orders tell the two apart.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "messages/types/broker.hpp"
#include "messages/types/time.hpp"

namespace hedgerow::domain {

/// A start block not older than this counts as a new beginning: a log is not lost within minutes of its first start.
inline constexpr std::chrono::minutes new_beginning{10};
/// The broker lists orders of the last 60 days; a little less, because clocks differ.
inline constexpr std::chrono::hours broker_memory{24 * 60 - 12};
/// A block's time may be ahead of the clocks by about this much, so an order that hedges one of its fills may have been
/// entered this long before it.
inline constexpr std::chrono::seconds block_time_ahead{15};

struct first_start {
  /// The first block that will be read, with its time.
  std::uint64_t start_block = 0;
  timestamp start_time;
  /// The newest block of the chain.
  std::uint64_t head = 0;
  timestamp now;
  /// A person has said that all fills since start_block are to be hedged (`chain.hedge_history`).
  bool confirmed = false;
  /// This node calls the broker, so the broker can be asked.
  bool broker_here = false;
};

enum class first_start_action : std::uint8_t {
  read,          // nothing speaks against it
  ask_broker,    // list the orders entered since `orders_since()`, then ask `contradiction()`
  cannot_check,  // old, and its fills may or may not have been hedged: a person must decide
};

[[nodiscard]] first_start_action decide(const first_start& start);

/// From when on orders may be answers to fills since the start block.
[[nodiscard]] timestamp orders_since(const first_start& start);

/// Which of these orders may have hedged fills since the start block, in words. Empty if none, so the history may
/// be read. Orders of another kind than ours, and those that ended without a fill, do not count; an unreadable one
/// does.
[[nodiscard]] std::string contradiction(const first_start& start, const order_list& list);

/// What will be hedged, for people: blocks and time.
[[nodiscard]] std::string describe(const first_start& start);

/// Why an old history is not read although nothing is known against it.
[[nodiscard]] std::string why_unchecked(const first_start& start);

/// What a person can do about a refused first start.
[[nodiscard]] std::string first_start_remedy();

}  // namespace hedgerow::domain
