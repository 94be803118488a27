// Compares a range of blocks with what the event log holds of it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runtime/chain_check/chain_reader.hpp"
#include "runtime/chain_check/comparison.hpp"

namespace hedgerow::chain_check {

struct request {
  /// chain.start_block by default.
  std::optional<std::uint64_t> from;
  /// The newest block that was read and that no reorg reaches, by default.
  std::optional<std::uint64_t> to;
  /// The newest block that was read, in place of `to`.
  bool newest = false;
};

/// The blocks to compare. `read_to` is the checkpoint. The error is for people and names the option.
[[nodiscard]] expected<domain::block_range, std::string> blocks_of(const request& wanted, std::uint64_t read_to,
                                                                   const ingestion::ingestion_config& config);

struct report {
  domain::block_range blocks;
  counts seen;
  /// In the order of the chain.
  std::vector<difference> differences;
  /// From this block on the chain may have changed while it was compared.
  std::uint64_t changeable_from = 0;
};

struct progress_of_both {
  progress records;
  /// Called with what is compared, once that is known; the result is called with the number of blocks read so far.
  std::function<progress(const domain::block_range&)> blocks;
};

/// Reads only. The error is for people.
[[nodiscard]] expected<report, std::string> check(ports::event_log& log, chain_reader& chain,
                                                  const ingestion::ingestion_config& config, const request& wanted,
                                                  const progress_of_both& tell);

}  // namespace hedgerow::chain_check
