// Reorgs: which known blocks are no longer canonical, and taking back their logs. Found by comparing headers, not by
// trusting `removed` notifications.
#include <caf/all.hpp>

#include "actors/ingestion/ingestion.hpp"

namespace hedgerow::ingestion {

void ingestion::verify_window() {
  if (!connected_) return;
  if (verifying_) {
    doubtful_ = true;
    return;
  }
  doubtful_ = false;
  const auto known = window_.known_blocks();
  if (known.empty()) return read_on();
  verifying_ = true;
  headers_.clear();
  ask_header(known.rbegin()->first);
}

void ingestion::ask_header(std::uint64_t number) {
  chain_->block(number, on_answer<std::optional<ports::chain_block>>([number](ingestion& i, const auto& answer) {
                  if (answer) return i.header_answered(number, *answer);
                  i.verifying_ = false;
                  i.last_error_ = "header: " + answer.error().detail;
                  i.later(i.config_.retry, [](ingestion& again) { again.verify_window(); });
                }));
}

void ingestion::header_answered(std::uint64_t number, const std::optional<ports::chain_block>& block) {
  if (block && block->number == number)
    headers_[number] = *block;
  else
    doubtful_ = true;
  judge_headers(number);
}

void ingestion::judge_headers(std::uint64_t asked) {
  const auto known = window_.known_blocks();
  if (headers_.empty()) {
    // The chain is shorter than what is known: look further down.
    const auto lower = known.lower_bound(asked);
    if (lower != known.begin()) return ask_header(std::prev(lower)->first);
    return end_verifying();
  }
  std::vector<domain::block_header> chain;
  for (const auto& [number, block] : headers_) chain.push_back({block.number, block.hash, block.parent});
  const auto found = domain::find_orphans(known, chain);
  if (found.verdict == domain::fork_verdict::need_older && found.older < asked) return ask_header(found.older);
  if (found.verdict == domain::fork_verdict::settled)
    take_back(found.orphaned);
  else
    doubtful_ = true;
  end_verifying();
}

/// A chain that is shorter than what is known, as in the middle of a reorg, tells nothing about the blocks above it;
/// neither do headers that were asked for before the newest doubt arose.
void ingestion::end_verifying() {
  verifying_ = false;
  if (doubtful_) later(config_.retry, [](ingestion& i) { i.verify_window(); });
  read_on();
}

/// The canonical hash of a height that is proven: by its header, or by the one that builds on it.
hash32 ingestion::canonical_hash(std::uint64_t number) const {
  const auto at = headers_.find(number);
  return at != headers_.end() ? at->second.hash : headers_.at(number + 1).parent;
}

void ingestion::take_back(const std::vector<std::uint64_t>& orphaned) {
  if (orphaned.empty()) return;
  for (const auto number : orphaned)
    for (auto& event : window_.orphan(number, canonical_hash(number))) revert(std::move(event));
  const auto lowest = orphaned.back();
  // Whatever is under way was asked of the old chain.
  ++generation_;
  range_.reset();
  times_asked_.clear();
  std::erase_if(candidates_, [&](const candidate& c) { return c.log.ref.block_number >= lowest; });
  std::erase_if(after_clears_, [&](const auto& entry) { return entry.second.front().ref.block_number >= lowest; });
  cursor_ = domain::rewind_backfill(cursor_, lowest);
  write_checkpoint(std::min(checkpoint_.block, lowest - 1));
  flush();
}

void ingestion::revert(blockchain_event event) {
  event.change = log_change::reverted;
  event.sequence = checkpoint_.next_sequence++;
  ++reverted_;
  append(event);
}

}  // namespace hedgerow::ingestion
