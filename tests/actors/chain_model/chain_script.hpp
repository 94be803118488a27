// What happens to a chain, its nodes and the process that reads it, one step a line. A seed makes a script; a script
// that failed is kept as a file and is run with every test.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "block_tree.hpp"
#include "messages/types/expected.hpp"

namespace hedgerow::test {

/// How a node answers from now on; percentages are of answers.
struct node_mood {
  /// Longest time that an answer, or a piece of news, takes.
  std::uint64_t late_ms = 0;
  /// The answer is of the time when it was asked, not of when it is given.
  std::uint64_t stale = 0;
  /// Nothing comes within the time limit of the request.
  std::uint64_t lost = 0;
  /// The node refuses for its rate.
  std::uint64_t throttled = 0;
  /// An error that says nothing.
  std::uint64_t failing = 0;
  /// Widest range of getLogs; 0 for any.
  std::uint64_t narrow = 0;
  /// Receipts and headers are not there yet.
  std::uint64_t missing = 0;
  friend bool operator==(const node_mood&, const node_mood&) = default;
};

/// What a node tells when it moves to another block.
struct node_news {
  enum class part : std::uint8_t { removed, logs, heads, head };
  /// In this order; what is not here is not told. `head` is the newest only.
  std::vector<part> parts;
  bool doubled = false;
  bool shuffled = false;
  friend bool operator==(const node_news&, const node_news&) = default;
};

/// Whether the newest block is told.
[[nodiscard]] bool tells_head(const node_news& news);

struct chain_step {
  enum class kind : std::uint8_t { block, show, mood, drop, raise, restart, wait };
  kind what = kind::wait;
  /// Of `block` its name and parent, of `show` where the node moves.
  std::uint64_t block = 0;
  std::uint64_t parent = 0;
  std::vector<tx_spec> transactions{};
  node_news news{};
  node_mood mood{};
  std::uint64_t wait_ms = 0;
  friend bool operator==(const chain_step&, const chain_step&) = default;
};

struct chain_script {
  /// Of all draws while it runs: delays, losses, the order of messages.
  std::uint64_t seed = 1;
  std::uint64_t window = 16;
  std::vector<chain_step> steps{};
  friend bool operator==(const chain_script&, const chain_script&) = default;
};

/// One step a line.
[[nodiscard]] std::string to_text(const chain_script& script);
/// The inverse. The error names the line. Empty lines and what follows `#` are left out.
[[nodiscard]] expected<chain_script, std::string> parse_chain_script(std::string_view text);

/// A script of random steps. Reorgs stay within the window: no block is replaced once a block `window` above it was
/// shown. The chain, the node and the process end up well, and the last block is shown.
[[nodiscard]] chain_script draw_chain_script(std::uint64_t seed);

/// The script without the steps that have become impossible: blocks whose parents are missing, blocks shown that are
/// not there. False when it is not a script of this model any more: a reorg would leave the window, or the last chain
/// would be shorter than one that was shown, and could be a node's that lags, or is never told,
/// or the node is away or not well.
[[nodiscard]] bool make_consistent(chain_script& script);

}  // namespace hedgerow::test
