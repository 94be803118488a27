#include "actors/ingestion/ingestion.hpp"

#include <caf/all.hpp>

#include "actors/domain/fills/orderbook_events.hpp"
#include "actors/entity/entity.hpp"
#include "actors/ingestion/ingestion_service.hpp"
#include "actors/ingestion/stored_history.hpp"
#include "messages/types/keccak.hpp"

namespace hedgerow::ingestion {

using namespace protocol;

namespace {

constexpr topic_partition changelog{topic::ingestion_changelog, 0};
constexpr std::size_t block_times_kept = 1024;

/// Tells frames apart, and is the same on every machine.
std::string fingerprint(const std::string& text) {
  constexpr std::size_t digits = 16;
  return keccak256({reinterpret_cast<const unsigned char*>(text.data()), text.size()}).to_string().substr(2, digits);
}

}  // namespace

ingestion::ingestion(pointer self, const bridges::entity_seed& seed, ingestion_config config,
                     std::shared_ptr<ports::chain_client> chain, const ports::clock* clock, ports::notices* notices,
                     std::shared_ptr<ports::broker_api> broker, ports::random* random)
    : self_{self},
      bridge_{seed.bridge},
      config_{std::move(config)},
      chain_{std::move(chain)},
      clock_{clock},
      random_{random},
      notices_{notices},
      broker_{std::move(broker)},
      news_{notices, config_.node_key},
      reading_news_{notices, config_.node_key},
      window_{config_.reorg_window_blocks},
      branch_{config_.reorg_window_blocks},
      proof_{config_.reorg_window_blocks},
      out_{service_name, {}} {
  auto stored = read_history(seed.changelog);
  admitted_ = !stored.is_new();
  // What a reorg can still replace is read again at each start and reconnect.
  config_.backfill.overlap = config_.reorg_window_blocks;
  if (stored.checkpoint) {
    checkpoint_ = *stored.checkpoint;
    has_checkpoint_ = true;
  }
  floor_stored_ = stored.floor_is_stored;
  window_.dropped_below(stored.floor);
  for (auto& event : stored.window) window_.accept(std::move(event));
  cursor_.batch = std::max<std::uint64_t>(config_.backfill.max_batch, 1);
}

void ingestion::ask_again() {
  if (connected_) up();
}

// -- connection ------------------------------------------------------------------------------------------------------

void ingestion::up() {
  watch_.connected(clock_->monotonic());
  asking_.resting = false;
  ++asking_.pause;
  connected_ = true;
  away_.clear();
  news_.back();
  identified_ = false;
  ++generation_;
  range_.reset();
  candidates_.clear();
  times_.clear();
  receipts_.clear();
  verifying_ = false;
  recheck_ = {};
  proven_.clear();
  chain_->chain_id(bring_back(which_chain{}));
}

void ingestion::take(const which_chain&, const chain_answer<std::uint64_t>& id) {
  if (id) return identified(*id);
  last_error_ = "chain id: " + id.error().detail;
  again(id.error());
}

void ingestion::identified(std::uint64_t chain_id) {
  const auto wanted = has_checkpoint_ ? checkpoint_.chain_id : config_.chain_id;
  if (wanted != 0 && wanted != chain_id) {
    const std::string source = has_checkpoint_ ? "the stored history is of chain " : "chain.chain_id is ";
    self_->quit(caf::make_error(caf::sec::runtime_error,
                                source + std::to_string(wanted) + ", but the node says " + std::to_string(chain_id)));
    return;
  }
  checkpoint_.chain_id = chain_id;
  look_for_code();
  admitted_ ? begin_reading() : begin_first_start();
}

void ingestion::begin_reading() {
  const auto width = cursor_;
  auto policy = config_.backfill;
  // After a lost connection the walk from the new head to the followed branch tells what was replaced meanwhile.
  if (proof_.branch_is_read()) policy.overlap = 0;
  cursor_ = domain::start_backfill(has_checkpoint_ ? std::optional{checkpoint_.block} : std::nullopt, policy);
  cursor_.next = std::max(proof_.reconnected(cursor_.next, width.next), window_.floor());
  // What the node answers was learnt before the connection broke, perhaps by breaking it.
  cursor_.batch = std::min(cursor_.batch, width.batch);
  cursor_.patience = width.patience;
  cursor_.probing = width.probing;
  identified_ = true;
  // What was known before may have been replaced meanwhile; news of a head may come before the answer to the question.
  doubtful_ = true;
  unproven_since_ = clock_->monotonic();
  chain_->head(bring_back(head_to_read_to{}));
}

void ingestion::take(const head_to_read_to&, const block_answer& head) {
  if (head) {
    asking_.tries = {};
    verify_window();
    return head_seen(*head);
  }
  last_error_ = "head: " + head.error().detail;
  again(head.error());
}

void ingestion::down(const std::string& reason) {
  watch_.disconnected(clock_->monotonic());
  connected_ = false;
  caught_up_ = false;
  unproven_since_.reset();
  ++generation_;
  range_.reset();
  last_error_ = away_ = reason;
  news_.lost(reason);
}

void ingestion::head_seen(const ports::chain_block& block) {
  head_ = block;
  block_times_[block.hash] = block.time;
  if (block_times_.size() > block_times_kept) block_times_.erase(block_times_.begin());
  follow(block);
  settle_candidates();
  read_on();
}

void ingestion::live_log(const ports::evm_log& seen) {
  if (seen.removed) return verify_window();
  // Until the history is read, getLogs brings everything in order; live logs dropped here are read again by it.
  if (!caught_up_) return;
  consider(seen.log, seen.block_time, log_source::live);
  settle_candidates();
}

/// Buries a malformed frame of the subscription. Nothing is lost, as the blocks are read with getLogs, too. The key of
/// the dead letter comes from the content of the frame.
void ingestion::give_up(const ports::malformed_evm_log& bad) {
  last_error_ = bad.reason;
  ++dead_lettered_;
  const std::string key = "frame:" + fingerprint(bad.reason + "\n" + bad.text);
  if (dead_frames_.size() >= dead_frames_kept) dead_frames_.clear();
  if (!dead_frames_.insert(key).second) return;
  out().dead_letter(key, bad.text, "malformed_frame", bad.reason);
  flush();
}

void ingestion::committed(std::uint64_t ticket) {
  if (ticket != awaited_ticket_) return;
  awaited_ticket_ = 0;
  read_on();
}

// -- writing ---------------------------------------------------------------------------------------------------------

void ingestion::write_checkpoint(std::uint64_t block) {
  checkpoint_.block = block;
  has_checkpoint_ = true;
  const std::string id = "checkpoint:" + std::to_string(block) + ":" + std::to_string(checkpoint_.next_sequence);
  auto& out = this->out();
  out.append(changelog, checkpoint_key, id, checkpoint_, {out.now(), {}});
  if (!floor_stored_) write_floor();
}

/// What is read once more, as after a start, does not lower it. It does not pass the proven part of the branch: a start
/// knows only the blocks with logs of a branch that was left, and where the branches part may lie below them.
void ingestion::raise_checkpoint(const open_range& read) {
  const auto found = proof_.read(read.blocks, read.asked, cursor_.next);
  if (found.in_doubt) verify_window();
  if (found.checkpoint && (!has_checkpoint_ || *found.checkpoint > checkpoint_.block))
    write_checkpoint(*found.checkpoint);
}

/// The changelog holds the floor from the first checkpoint on: without it a later start cannot tell what was dropped.
void ingestion::write_floor() {
  floor_stored_ = true;
  ingestion_checkpoint floor;
  floor.chain_id = checkpoint_.chain_id;
  floor.block = window_.floor();
  auto& out = this->out();
  out.append(changelog, floor_key, "floor:" + std::to_string(floor.block), floor, {out.now(), {}});
}

void ingestion::drop_final_blocks(std::uint64_t read_up_to) {
  auto keys = window_.prune(read_up_to);
  if (keys.empty()) return;
  for (auto& key : keys) out().tombstone(changelog, std::move(key));
  write_floor();
}

void ingestion::append(const blockchain_event& event) {
  const auto& ref = event.log.ref;
  const std::string sequence = std::to_string(event.sequence);
  auto& out = this->out();
  std::string bytes =
      out.encoded("log:" + ref.block_hash.to_string() + ":" + std::to_string(ref.log_index) + ":" + sequence, event,
                  {event.block_time, ref.key()});
  const bool applied = event.change == evm_log_change::applied;
  out.append({changelog, domain::window_key(ref), applied ? std::optional{bytes} : std::nullopt});
  out.append({{topic::blockchain_events, 0}, ref.key() + ":" + sequence, std::move(bytes)});
}

entity::outbox& ingestion::out() {
  out_.set_now(clock_->now());
  return out_;
}

void ingestion::flush(std::uint64_t ticket) {
  if (out_.empty() && ticket == 0) return;
  auto step = out_.finish(false);
  step->ticket = ticket;
  entity::emit(self_, bridge_, std::move(step));
}

}  // namespace hedgerow::ingestion
