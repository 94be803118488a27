#include "runtime/chain_check/chain_check.hpp"

#include <algorithm>

namespace hedgerow::chain_check {
namespace {

/// Why the node cannot be compared with the log, or nothing.
expected<void, std::string> fits(chain_reader& chain, const ingestion_checkpoint& read, std::uint64_t to) {
  const auto id = chain.chain_id();
  if (!id) return unexpected(id.error());
  if (*id != read.chain_id)
    return unexpected("the log is of chain " + std::to_string(read.chain_id) + ", but the node of chain.ws_url says " +
                      std::to_string(*id) + "; name a node of the log's chain");
  const auto head = chain.head();
  if (!head) return unexpected(head.error());
  if (head->number < to)
    return unexpected("the node is at block " + std::to_string(head->number) + ", below block " + std::to_string(to) +
                      " that is to be compared: it lags, or was set back; wait, or use another node");
  return {};
}

}  // namespace

expected<domain::block_range, std::string> blocks_of(const request& wanted, std::uint64_t read_to,
                                                     const ingestion::ingestion_config& config) {
  const auto start = config.backfill.start_block;
  const auto window = config.reorg_window_blocks;
  domain::block_range blocks{wanted.from.value_or(start), 0};
  const auto from = std::to_string(blocks.from);
  if (blocks.from < start)
    return unexpected("--from " + from + ": nothing below chain.start_block = " + std::to_string(start) +
                      " is read; give at least that");
  if (wanted.to && *wanted.to > read_to)
    return unexpected("--to " + std::to_string(*wanted.to) + ": the log has read up to block " +
                      std::to_string(read_to) + "; give at most that");
  if (!wanted.to && !wanted.newest && read_to < blocks.from + window)
    return unexpected("--from " + from + ": the log has read up to block " + std::to_string(read_to) +
                      ", of which the newest " + std::to_string(window) +
                      " (chain.reorg_window_blocks) may still change; to compare them as they are now, give --newest");
  blocks.to = wanted.to.value_or(wanted.newest ? read_to : read_to - std::min(read_to, window));
  if (blocks.to < blocks.from)
    return unexpected("--from " + from + ": is above " + (wanted.to ? "--to " : "what was read, block ") +
                      std::to_string(blocks.to) + "; give at most that");
  return blocks;
}

expected<report, std::string> check(ports::event_log& log, chain_reader& chain,
                                    const ingestion::ingestion_config& config, const request& wanted,
                                    const progress_of_both& tell) {
  const auto read = read_checkpoint(log);
  if (!read) return unexpected(read.error());
  if (!*read) return unexpected(std::string{"the log has read no block of the chain yet: nothing to compare"});
  const auto& checkpoint = **read;
  const auto blocks = blocks_of(wanted, checkpoint.block, config);
  if (!blocks) return unexpected(blocks.error());
  if (auto fit = fits(chain, checkpoint, blocks->to); !fit) return unexpected(fit.error());
  auto booked = read_booked(log, *blocks, tell.records);
  if (!booked) return unexpected(booked.error());

  comparison compared{std::move(*booked), config};
  const auto tell_blocks = tell.blocks(*blocks);
  const auto done = chain.read(*blocks, ingestion::filter_of(config.books), config.backfill.max_batch,
                               [&](const domain::block_range& range, const ports::evm_logs& answer) {
                                 compared.take(answer);
                                 tell_blocks(range.to - blocks->from + 1);
                               });
  if (!done) return unexpected(done.error());
  report out{*blocks, {}, compared.finish(), 0};
  out.seen = compared.seen();
  out.changeable_from = checkpoint.block - std::min(checkpoint.block, config.reorg_window_blocks) + 1;
  return out;
}

}  // namespace hedgerow::chain_check
