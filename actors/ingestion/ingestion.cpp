#include <caf/all.hpp>

#include "actors/bridges/dead_letters.hpp"
#include "actors/domain/fills/orderbook_events.hpp"
#include "actors/ingestion/ingestion.hpp"
#include "messages/codec/codec.hpp"

namespace hedgerow::ingestion {

using namespace protocol;

namespace {

constexpr const char* service_name = "ingestion";
constexpr const char* checkpoint_key = "checkpoint";
/// Half the usual rescan interval is more than enough to notice that one is due.
constexpr std::chrono::milliseconds rescan_check{1000};
constexpr std::size_t block_times_kept = 1024;

std::vector<hash32> watched_topics(const std::vector<watched_book>& books) {
  std::set<hash32> all;
  for (const auto& b : books) {
    const auto& t = domain::topics_of(b.version);
    all.insert({t.take, t.clear, t.after_clear});
  }
  return {all.begin(), all.end()};
}

std::vector<address> addresses(const std::vector<watched_book>& books) {
  std::vector<address> all;
  for (const auto& b : books) all.push_back(b.book);
  return all;
}

}  // namespace

ingestion::ingestion(actor_pointer self, bridges::entity_seed seed, ingestion_config config,
                     std::shared_ptr<ports::chain_client> chain, const ports::clock* clock,
                     ports::notices* notices, std::shared_ptr<ports::broker_api> broker)
    : self_{self}, bridge_{std::move(seed.bridge)}, config_{std::move(config)}, chain_{std::move(chain)},
      clock_{clock}, notices_{notices}, broker_{std::move(broker)}, news_{notices},
      admitted_{!seed.changelog.empty()}, window_{config_.reorg_window_blocks} {
  std::map<std::uint64_t, blockchain_event> by_sequence;
  for (const auto& [key, bytes] : seed.changelog) {
    if (key == checkpoint_key) {
      if (auto stored = codec::decode<ingestion_checkpoint>(bytes)) {
        checkpoint_ = stored->data;
        has_checkpoint_ = true;
      }
    } else if (auto event = codec::decode<blockchain_event>(bytes)) {
      by_sequence.emplace(event->data.sequence, std::move(event->data));
    }
  }
  for (auto& [sequence, event] : by_sequence) window_.accept(std::move(event));
  if (has_checkpoint_) std::ignore = window_.prune(checkpoint_.block);
}

ingestion::~ingestion() { chain_->close(); }

void ingestion::start() {
  const auto me = caf::actor_cast<caf::actor_addr>(self_);
  const auto tell = [me](task what) {
    if (auto actor = caf::actor_cast<ingestion_actor>(me)) caf::anon_send(actor, tell_atom::value, std::move(what));
  };
  ports::chain_listener listener;
  listener.up = [tell] { tell([](ingestion& i) { i.up(); }); };
  listener.down = [tell](std::string reason) { tell([reason](ingestion& i) { i.down(reason); }); };
  listener.log = [tell](ports::chain_log seen) {
    tell([seen = std::make_shared<const ports::chain_log>(std::move(seen))](ingestion& i) { i.live_log(*seen); });
  };
  listener.head = [tell](ports::chain_block block) { tell([block](ingestion& i) { i.head_seen(block); }); };
  listener.malformed = [tell](ports::malformed_log bad) { tell([bad](ingestion& i) { i.bury(bad); }); };
  chain_->open(addresses(config_.books), watched_topics(config_.books), std::move(listener));
  watch();
}

/// A rescan becomes due by time alone.
void ingestion::watch() {
  read_on();
  later(rescan_check, [](ingestion& i) { i.watch(); });
}

void ingestion::ask_again() {
  if (connected_) up();
}

// -- connection ------------------------------------------------------------------------------------------------------

void ingestion::up() {
  connected_ = true;
  away_.clear();
  news_.back();
  identified_ = false;
  ++generation_;
  range_.reset();
  candidates_.clear();
  times_asked_.clear();
  verifying_ = false;
  chain_->chain_id(on_answer<std::uint64_t>([](ingestion& i, const auto& id) {
    if (id) return i.identified(*id);
    i.last_error_ = "chain id: " + id.error().detail;
    i.later(i.config_.retry, [](ingestion& again) { again.ask_again(); });
  }));
}

void ingestion::identified(std::uint64_t chain_id) {
  const auto wanted = has_checkpoint_ ? checkpoint_.chain_id : config_.chain_id;
  if (wanted != 0 && wanted != chain_id) {
    const std::string source = has_checkpoint_ ? "the stored history is of chain " : "chain.chain_id is ";
    self_->quit(caf::make_error(caf::sec::runtime_error, source + std::to_string(wanted) + ", but the node says " +
                                                             std::to_string(chain_id)));
    return;
  }
  checkpoint_.chain_id = chain_id;
  look_for_code();
  admitted_ ? begin_reading() : begin_first_start();
}

void ingestion::begin_reading() {
  cursor_ = domain::start_backfill(has_checkpoint_ ? std::optional{checkpoint_.block} : std::nullopt,
                                   config_.backfill);
  identified_ = true;
  chain_->head(on_answer<ports::chain_block>([](ingestion& i, const auto& head) {
    if (head) {
      i.head_seen(*head);
      return i.verify_window();
    }
    i.last_error_ = "head: " + head.error().detail;
    i.later(i.config_.retry, [](ingestion& again) { again.ask_again(); });
  }));
}

void ingestion::down(const std::string& reason) {
  connected_ = false;
  caught_up_ = false;
  ++generation_;
  range_.reset();
  last_error_ = away_ = reason;
  news_.lost(reason);
}

void ingestion::head_seen(const ports::chain_block& block) {
  // A head that does not build on the last one is the first sign of a reorg; one at a height that is known under
  // another hash proves it.
  const bool contradicts = window_.contradicts(block.number, block.hash);
  const bool builds_on = head_.number + 1 != block.number || block.parent == head_.hash;
  const bool forward = block.number > head_.number;
  const bool suspicious = head_.number != 0 && block.hash != head_.hash && (!builds_on || !forward);
  head_ = block;
  block_times_[block.hash] = block.time;
  if (block_times_.size() > block_times_kept) block_times_.erase(block_times_.begin());
  if (suspicious || contradicts) verify_window();
  settle_candidates();
  read_on();
}

void ingestion::live_log(const ports::chain_log& seen) {
  if (seen.removed) return verify_window();
  // Until the history is read, getLogs brings everything in order; what comes live is read again then.
  if (!caught_up_) return;
  consider(seen.log, seen.block_time, false);
  settle_candidates();
}

void ingestion::bury(const ports::malformed_log& bad) {
  last_error_ = bad.reason;
  const auto now = clock_->now();
  const std::string key = "frame:" + std::to_string(now.us) + ":" + std::to_string(++buried_);
  out_->records.push_back(bridges::make_dead_letter(service_name, key, bad.text, "malformed_frame", bad.reason, now));
  flush();
}

// -- reading by ranges -----------------------------------------------------------------------------------------------

void ingestion::read_on() {
  if (!connected_ || !identified_ || range_ || verifying_ || awaited_ticket_ != 0 || head_.number == 0) return;
  const auto plan = domain::plan_backfill(cursor_, config_.backfill, head_.number);
  if (plan.action == domain::backfill_action::read) return ask_range(plan.range, false);
  if (plan.action == domain::backfill_action::wait) {
    last_error_ = "the node is behind what was read already";
    return;
  }
  caught_up_ = true;
  const auto now = clock_->now();
  if (const auto due = domain::due_rescan(cursor_, config_.backfill, head_.number, last_rescan_, now)) {
    last_rescan_ = now;
    ask_range(*due, true);
    // Nobody need have told of a reorg either.
    verify_window();
  }
}

void ingestion::ask_range(const domain::block_range& blocks, bool rescan) {
  range_ = open_range{blocks, rescan, false};
  chain_->logs({blocks.from, blocks.to, addresses(config_.books), watched_topics(config_.books)},
               on_answer<ports::logs_answer>([](ingestion& i, const auto& answer) {
                 answer ? i.range_answered(*answer) : i.range_refused(answer.error());
               }));
}

void ingestion::range_answered(const ports::logs_answer& answer) {
  if (!range_) return;
  for (const auto& bad : answer.malformed) bury(bad);
  auto logs = answer.logs;
  std::sort(logs.begin(), logs.end(), [](const auto& a, const auto& b) {
    return std::pair{a.log.ref.block_number, a.log.ref.log_index} < std::pair{b.log.ref.block_number, b.log.ref.log_index};
  });
  // AfterClear logs first: then no Clear of the same range has to wait for its own.
  for (const auto& seen : logs) {
    const auto* book = book_of(seen.log.book);
    if (book != nullptr && !seen.log.topics.empty() && seen.log.topics[0] == domain::topics_of(book->version).after_clear)
      consider(seen.log, seen.block_time, true);
  }
  for (const auto& seen : logs)
    if (!seen.removed) consider(seen.log, seen.block_time, true);
  for (const auto& c : candidates_)
    if (c.needs_after_clear && !c.after_clear) want_after_clear(c.log.ref.tx_hash, true);
  confirm_range();
}

void ingestion::range_refused(const ports::chain_error& why) {
  if (!range_) return;
  last_error_ = "getLogs: " + why.detail;
  if (why.kind == ports::chain_failure::range_too_wide && !range_->rescan)
    if (const auto smaller = domain::backfill_too_wide(cursor_, range_->blocks)) cursor_ = *smaller;
  range_.reset();
  later(config_.retry, [](ingestion& i) { i.read_on(); });
}

/// An empty answer may come from a node that does not have the blocks: its head tells.
void ingestion::confirm_range() {
  chain_->head(on_answer<ports::chain_block>([](ingestion& i, const auto& head) {
    if (!i.range_) return;
    if (!head || head->number < i.range_->blocks.to) {
      i.last_error_ = head ? "the node lags behind its own head" : "head: " + head.error().detail;
      i.range_.reset();
      return i.later(i.config_.retry, [](ingestion& again) { again.read_on(); });
    }
    i.range_->read = true;
    i.settle_candidates();
  }));
}

void ingestion::close_range_if_done() {
  if (!range_ || !range_->read) return;
  for (const auto& c : candidates_)
    if (c.log.ref.block_number <= range_->blocks.to) return;
  const auto done = *range_;
  range_.reset();
  if (!done.rescan) {
    if (const auto next = domain::backfill_read(cursor_, config_.backfill, done.blocks, done.blocks.to)) cursor_ = *next;
    write_checkpoint(done.blocks.to);
    for (auto& key : window_.prune(done.blocks.to))
      out_->records.push_back({{topic::ingestion_changelog, 0}, std::move(key), std::nullopt});
    std::erase_if(after_clears_, [&](const auto& entry) {
      return entry.second.front().ref.block_number + config_.reorg_window_blocks < done.blocks.to;
    });
    // One range at a time in the log: this bounds what waits for the disk.
    awaited_ticket_ = ++ticket_;
    return flush(awaited_ticket_);
  }
  flush();
  read_on();
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
  const auto now = clock_->now();
  const std::string id = "checkpoint:" + std::to_string(block) + ":" + std::to_string(checkpoint_.next_sequence);
  out_->records.push_back({{topic::ingestion_changelog, 0}, checkpoint_key,
                           codec::encode({id, now, now, {}, {}, {}}, checkpoint_)});
}

void ingestion::append(const blockchain_event& event) {
  const auto& ref = event.log.ref;
  const std::string sequence = std::to_string(event.sequence);
  const envelope meta{"log:" + ref.block_hash.to_string() + ":" + std::to_string(ref.log_index) + ":" + sequence,
                      event.block_time, clock_->now(), ref.key(), {}, {}};
  std::string bytes = codec::encode(meta, event);
  const bool applied = event.change == log_change::applied;
  out_->records.push_back({{topic::ingestion_changelog, 0}, domain::window_key(ref),
                           applied ? std::optional{bytes} : std::nullopt});
  out_->records.push_back({{topic::blockchain_events, 0}, ref.key() + ":" + sequence, std::move(bytes)});
}

void ingestion::flush(std::uint64_t ticket) {
  if (out_->records.empty() && ticket == 0) return;
  out_->ticket = ticket;
  out_->idle = false;
  self_->send(bridge_, emit_atom::value, step_ptr{std::move(out_)});
  out_ = std::make_shared<step>();
}

void ingestion::later(std::chrono::milliseconds delay, task what) {
  self_->delayed_send(self_, delay, tell_atom::value, std::move(what));
}

const watched_book* ingestion::book_of(const address& a) const {
  for (const auto& b : config_.books)
    if (b.book == a) return &b;
  return nullptr;
}

std::string ingestion::state() const {
  if (!connected_) return away_.empty() ? "connecting" : "not connected";
  if (!admitted_) return refused_.empty() ? "waiting for the broker" : "refused";
  return caught_up_ ? "running" : "reading history";
}

actor_status ingestion::status() const {
  return {service_name,
          service_name,
          state(),
          self_->mailbox().size(),
          0,
          connected_ && !refused_.empty() ? refused_ : away_.empty() ? last_error_ : away_,
          {{"connected", connected_ ? "1" : "0"},
           {"head", std::to_string(head_.number)},
           {"checkpoint", std::to_string(checkpoint_.block)},
           {"accepted", std::to_string(accepted_)},
           {"reverted", std::to_string(reverted_)},
           {"waiting", std::to_string(candidates_.size())},
           {"reorg_window", std::to_string(window_.size())},
           {"malformed", std::to_string(buried_)}},
          {}};
}

}  // namespace hedgerow::ingestion
