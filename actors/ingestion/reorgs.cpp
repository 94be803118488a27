// Reorgs: where the chain left the branch that was read, which known blocks are no longer canonical, and taking back
// their logs. Found by comparing headers, not by trusting `removed` notifications.
#include <algorithm>
#include <caf/all.hpp>

#include "actors/ingestion/ingestion.hpp"
#include "actors/ingestion/ingestion_service.hpp"

namespace hedgerow::ingestion {

namespace {

/// Headers that are asked for at once.
constexpr std::size_t headers_at_once = 16;

domain::block_header header_of(const ports::chain_block& block) { return {block.number, block.hash, block.parent}; }

}  // namespace

void ingestion::follow(const ports::chain_block& head) {
  // Before that it is not known whose blocks these are, nor whether the history may be read at all.
  if (!identified_) return;
  // A head that does not build on the last one, or whose height is known under another hash, is the sign of a reorg. If
  // blocks were skipped, any of them may have been replaced.
  const bool contradicts = window_.contradicts(head.number, head.hash);
  const auto tip = branch_.tip();
  const bool extends = branch_.extend(header_of(head));
  if (extends) proof_.extended(tip, branch_.tip());
  if (!extends || contradicts) verify_window();
}

/// Walks the chain down from its head until each known block is proven or refuted and the fork, if any, is found.
void ingestion::verify_window() {
  if (!connected_ || !identified_) return;
  // Any report between two walks may have changed the chain.
  proven_.clear();
  if (verifying_) {
    doubtful_ = true;
    return;
  }
  if (recheck_.turn == 0) walk();
}

void ingestion::walk() {
  recheck_.turn = 0;
  doubtful_ = false;
  verifying_ = true;
  walk_error_.reset();
  headers_ = std::exchange(proven_, {});
  unanswered_.clear();
  chain_->head(bring_back(head_to_walk_from{}));
}

void ingestion::take(const head_to_walk_from&, const block_answer& head) {
  if (!head) {
    walk_failed(head.error(), "head: ");
    return end_verifying();
  }
  // The subscription may not have reported this head.
  if (head->number > head_.number) head_ = *head;
  headers_.erase(headers_.lower_bound(head->number), headers_.end());
  headers_[head->number] = header_of(*head);
  const auto known = window_.known_blocks();
  // A chain that is shorter than the known one, as in the middle of a reorg, proves nothing about the blocks above it.
  if (head->number < branch_.tip() || (!known.empty() && head->number < known.rbegin()->first)) doubtful_ = true;
  judge_headers();
}

void ingestion::walk_failed(const ports::chain_error& why, const char* what) {
  last_error_ = what + why.detail;
  walk_error_ = why;
  doubtful_ = true;
}

void ingestion::ask_headers(std::vector<std::uint64_t> numbers) {
  if (numbers.size() > headers_at_once) numbers.resize(headers_at_once);
  headers_awaited_ = numbers.size();
  for (const auto number : numbers) chain_->block(number, bring_back(header_at{number}));
}

void ingestion::take(const header_at& asked, const maybe_block_answer& answer) {
  if (answer && *answer && (*answer)->number == asked.number) {
    headers_[asked.number] = header_of(**answer);
  } else {
    unanswered_.insert(asked.number);
    // Not every node keeps old headers, and what is final is only a witness.
    if (!is_final(asked.number) || (!answer && is_throttle(answer.error()))) {
      if (!answer) walk_failed(answer.error(), "header: ");
      doubtful_ = true;
    }
  }
  if (--headers_awaited_ == 0) judge_headers();
}

void ingestion::judge_headers() {
  // Asking on would only be refused again; what is proven by now is kept for the next walk.
  if (walk_error_ && is_throttle(*walk_error_)) return end_verifying();
  const auto found = domain::judge_walk({branch_, headers_, window_.known_blocks(), unanswered_, checkpoint_.block});
  switch (found.outcome) {
    case domain::walk_outcome::ask: return ask_headers(found.ask);
    case domain::walk_outcome::broken: headers_.clear(); [[fallthrough]];
    case domain::walk_outcome::undecided: doubtful_ = true; break;
    case domain::walk_outcome::proven: take_back(found); break;
  }
  end_verifying();
}

/// Headers that were asked for before the newest doubt arose prove nothing. A walk that ended because the node did not
/// answer goes on with what it has proven, after a pause that grows.
void ingestion::end_verifying() {
  verifying_ = false;
  if (!doubtful_) {
    recheck_.failures = 0;
    return read_on();
  }
  if (!unproven_since_) unproven_since_ = clock_->monotonic();
  if (recheck_.turn == 0) {
    if (walk_error_) proven_ = headers_;
    const auto pause = walk_error_ ? pause_after(recheck_, walk_error_) : config_.retry;
    recheck_.turn = ++turns_;
    later(pause, walk_due{recheck_.turn});
  }
  read_on();
}

/// As of the walk's head. News that came meanwhile are a doubt about what comes after it: on a chain with many blocks a
/// second hardly a walk ends without any.
void ingestion::branch_proven() {
  const auto from = proof_.proven(branch_.tip());
  unproven_since_.reset();
  reading_news_.over("branch_unproven");
  if (!from || *from >= cursor_.next) return;
  // A rescan under way goes on: it does not move the cursor.
  if (range_ && range_->rescan)
    cursor_ = domain::rewind_backfill(cursor_, std::max({*from, window_.floor(), config_.backfill.start_block}));
  else
    read_again_from(*from, false);
}

void ingestion::ring(const walk_due& timer) {
  if (recheck_.turn != timer.turn) return;
  recheck_.turn = 0;
  if (connected_ && identified_ && !verifying_) walk();
}

void ingestion::take_back(const domain::walk_finding& found) {
  if (found.too_deep) too_deep(*found.read_from);
  for (const auto& [number, canonical] : found.replaced)
    for (auto& event : window_.orphan(number, canonical)) revert(std::move(event));
  const bool complete =
      std::all_of(unanswered_.begin(), unanswered_.end(), [this](auto number) { return is_final(number); });
  if (!complete) {
    // The branch that was read stays the followed one, for the walk that has all headers.
    if (found.read_from && found.certain && proof_.doubt(*found.read_from, cursor_.next)) verify_window();
    return flush();
  }
  if (found.follow) branch_.replace(headers_);
  // Without certainty the checkpoint stands: a start reads the window again anyway.
  if (found.read_from) read_again_from(*found.read_from, found.certain);
  branch_proven();
  flush();
}

/// Reads every block from this one on again, and drops requests under way: they were asked of the old chain. Logs
/// that wait come again with their blocks.
void ingestion::read_again_from(std::uint64_t from, bool lower_checkpoint) {
  for (const auto& c : candidates_) from = std::min(from, c.log.ref.block_number);
  from = std::max({from, window_.floor(), config_.backfill.start_block});
  ++generation_;
  range_.reset();
  times_.clear();
  receipts_.clear();
  candidates_.clear();
  clear_logs_.clear();
  cursor_ = domain::rewind_backfill(cursor_, from);
  if (lower_checkpoint && from <= checkpoint_.block) write_checkpoint(from == 0 ? 0 : from - 1);
}

void ingestion::distrust_range() {
  if (range_) read_again_from(range_->blocks.from, true);
  // A walk that was under way lost its answers.
  verifying_ = false;
  verify_window();
  if (distrusting_) return;
  distrusting_ = true;
  later(config_.retry, trust_due{});
}

void ingestion::ring(const trust_due& /*over*/) {
  distrusting_ = false;
  read_on();
}

void ingestion::too_deep(std::uint64_t from) {
  if (notices_ == nullptr) return;
  notices_->raise(
      ports::notice_level::alarm, service_name, "reorg_too_deep", "chain.reorg_window_blocks",
      "the chain replaced blocks from " + std::to_string(from) + " or below on, more than the " +
          std::to_string(config_.reorg_window_blocks) +
          " that are watched: fills in older blocks that are gone now stay booked, and fills that took their "
          "place are not seen; compare the position with the chain");
}

void ingestion::revert(blockchain_event event) {
  event.change = evm_log_change::reverted;
  event.reverts = event.sequence;
  event.sequence = checkpoint_.next_sequence++;
  ++reverted_;
  append(event);
  write_checkpoint(checkpoint_.block);
}

}  // namespace hedgerow::ingestion
