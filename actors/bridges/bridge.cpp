#include "actors/bridges/bridge.hpp"

#include <algorithm>
#include <caf/all.hpp>

#include "actors/bridges/dead_letters.hpp"
#include "actors/domain/resilience/backoff.hpp"
#include "messages/protocol/callbacks.hpp"
#include "messages/protocol/final_error.hpp"
#include "messages/types/check.hpp"

namespace hedgerow::bridges {

using namespace protocol;

namespace {

bool has_dead_letter(const step& what) {
  return std::any_of(what.records.begin(), what.records.end(),
                     [](const outgoing& r) { return r.to.topic == topic::dead_letters; });
}

}  // namespace

bridge::bridge(pointer self, std::shared_ptr<ports::event_log> log, service what, bridge_config config,
               const ports::clock* clock)
    : self_{self}, log_{std::move(log)}, what_{std::move(what)}, config_{std::move(config)}, clock_{clock},
      metrics_{std::make_shared<bridge_metrics>(config_.metrics, what_.name)}, outbound_{config_.batch_max} {
  if (what_.hands_over && config_.next) {
    HEDGEROW_CHECK(what_.inputs.size() == 1 && spec_of(what_.inputs.front()).partitions == partition_rule::single,
                   "only the one writer of a topic can hand over");
    handed_by_.emplace(*what_.hands_over);
  }
  if (what_.takes_over && config_.known_as) handed_to_.emplace(*what_.takes_over);
}

bridge::~bridge() {
  if (config_.known_as) config_.known_as->remove(self_->address());
  for (const auto& entry : in_flight_)
    if (entry.handed) metrics_->commit_ended(entry.share, unexpected(ports::log_error{ports::log_errc::closed, {}}));
  member_.reset();
  for (auto& [key, entity] : entities_)
    if (entity.handle) caf::anon_send_exit(entity.handle, caf::exit_reason::user_shutdown);
}

bridge::interface::behavior_type bridge::start() {
  self_->set_down_handler([this](const caf::down_msg& down) {
    went_down(down.source, self_->system().render(down.reason));
  });
  if (!join()) return interface::behavior_type::make_empty_behavior();
  return {
      [this](status_atom) { return status(); },
      [this](emit_atom, const step_ptr& what) { emitted(what); },
      [this](hand_atom, const hand_over_ptr& handed) { return take(handed); },
      [this](drain_atom) { return drain(); },
      // What its log tells, and its timers.
      [this](poll_atom) { poll(); },
      [this](done_atom, const commit_result& result) { committed(result); },
      [this](tick_atom) { tick(); },
      [this](again_atom, std::uint64_t index) { send_again(index); },
      [this](wake_atom, const std::string& key) { wake_again(key); },
      [this](offsets_atom) { offsets_due(); },
  };
}

bool bridge::join() {
  auto member = log_->join({what_.name, config_.instance, what_.inputs});
  if (!member) {
    fail("cannot join group " + what_.name + ": " + member.error().detail, member.error().code);
    return false;
  }
  member_ = std::move(*member);
  member_->on_ready(sends_to<interface>(self_->address(), poll_atom::value));
  if (handed_to_) config_.known_as->put(self_->address());
  self_->send(self_, poll_atom::value);
  self_->delayed_send(self_, tick_interval(), tick_atom::value);
  return true;
}

void bridge::fail(std::string why, std::optional<ports::log_errc> reason) {
  // Two that start again in turn would throw each other out for ever.
  const bool replaced = reason == ports::log_errc::replaced;
  if (replaced)
    why += "; another node with node.name = \"" + config_.instance +
           "\" has started, so this one ends: give each node a name of its own";
  last_error_ = why;
  metrics_->failed(reason);
  if (config_.notices != nullptr)
    config_.notices->raise(ports::notice_level::warning, what_.name, "bridge_failed", config_.instance, why);
  const auto text = what_.name + ": " + why;
  ended_ = true;
  self_->quit(replaced ? protocol::final_error(text) : caf::make_error(caf::sec::runtime_error, text));
}

// -- batch -> slices -------------------------------------------------------------------------------------------------

void bridge::poll() {
  if (draining_ || blocked_ || cycle_.running() || in_flight_.size() >= config_.commits_in_flight) return;
  // By turns, so that neither the bridge before this one nor the log has to wait for ever.
  if (!cycle_.handed_over() && begin_taken_over()) return;
  cycle_.begin(false);
  // Nothing waits for its transaction now, so a partition that this poll takes away leaves nothing behind.
  auto batch = member_->poll(config_.batch_max);
  if (!batch) return fail("the log is gone: " + batch.error().detail, batch.error().code);
  moving_ = batch->moving;
  if (moving_) decline_all();
  change_assignment(*batch);
  if (ended_) return;
  if (!batch->records.empty()) return begin_cycle(std::move(batch->records));
  if (!begin_taken_over()) flush();
}

void bridge::change_assignment(const ports::log_batch& batch) {
  if (handed_by_ && !(batch.revoked.empty() && batch.assigned.empty())) handed_by_->forget();
  for (const auto& source : batch.revoked) {
    assigned_.erase(source);
    outbound_.forget(source);
    if (handed_to_) handed_to_->forget(source);
    if (what_.inputs.empty() || source.topic != what_.inputs.front()) continue;
    for (auto it = entities_.begin(); it != entities_.end();) {
      if (it->second.partition != source.partition) {
        ++it;
        continue;
      }
      stop(it->second);
      it = entities_.erase(it);
    }
  }
  for (const auto& source : batch.assigned) {
    assigned_.insert(source);
    if (!what_.inputs.empty() && source.topic == what_.inputs.front()) load(source);
  }
  metrics_->partitions->set(static_cast<std::int64_t>(assigned_.size()));
  metrics_->entities->set(static_cast<std::int64_t>(entities_.size()));
}

void bridge::begin_cycle(std::vector<record> records) {
  const auto known = handed_to_ ? handed_to_->known(records) : std::vector<bool>{};
  records_in_ += records.size();
  metrics_->records_in->add(static_cast<std::int64_t>(records.size()));
  for (std::size_t i = 0; i < records.size(); ++i) {
    outbound_.read(records[i].from, records[i].offset + 1);
    if (i < known.size() && known[i])
      outbound_.skipped();
    else
      add_to_cycle(std::move(records[i]));
  }
  send_jobs();
}

void bridge::add_to_cycle(record r) {
  auto key = what_.route(r);
  if (!key) {
    outbound_.skipped();
    return;
  }
  cycle_.add(std::move(*key), std::move(r));
  outbound_.handled();
}

void bridge::send_jobs() {
  if (!cycle_.start()) return end_cycle();
  for (std::size_t i = 0; i < cycle_.size(); ++i) send_slice(i);
}

void bridge::send_slice(std::size_t index) {
  const job& work = cycle_.at(index);
  auto& entity = entry(work.key, work.partition);
  wake(work.key, entity);
  self_->request(entity.handle, config_.handle_timeout, handle_atom::value, cycle_.part_to_send(index))
      .then([this, index](const step_ptr& answer) { slice_answered(index, answer); },
            [this, index](const caf::error& why) {
              const auto limit = std::to_string(config_.handle_timeout.count());
              slice_failed(index, "entity_failed",
                           why == caf::sec::request_timeout
                               ? "did not answer within bridge.handle_timeout (" + limit + " ms)"
                               : self_->system().render(why),
                           config_.max_attempts);
            });
}

void bridge::slice_answered(std::size_t index, const step_ptr& answer) {
  const job& work = cycle_.at(index);
  if (answer->postpone.count() > 0) {
    cycle_.postponed();
    return send_later(index, answer->postpone);
  }
  // What comes of a record is the same each time it is tried.
  if (const auto trouble = ports::find_too_large(answer->records))
    return slice_failed(index, "record_too_large", trouble->detail, 1);
  // A dead letter names the place of its record in the log, and a record that was handed over has none yet.
  if (cycle_.handed_over() && has_dead_letter(*answer)) {
    stop(entry(work.key, work.partition));
    cycle_.abandon(index);
    return job_ended(index);
  }
  absorb(entry(work.key, work.partition), answer);
  go_on(index, cycle_.answered(index));
}

/// After so many tries of a single record it is given up.
void bridge::slice_failed(std::size_t index, std::string_view reason, const std::string& detail, std::uint32_t tries) {
  const job& work = cycle_.at(index);
  auto& entity = entry(work.key, work.partition);
  // It is still there when it was silent, or when this comes before the news of its end.
  if (entity.handle && reason == "entity_failed") tell_of_death(work.key, detail);
  stop(entity);
  restarted(entity, detail);
  const auto failure = cycle_.failed(index, tries);
  if (failure.given_up != nullptr) bury(*failure.given_up, reason, detail, failure.attempts);
  // What kills an entity may pass: a disk that is full, a service that is away.
  if (failure.next == cycle::next_step::send_later)
    return send_later(
        index, domain::backoff_ceiling(config_.entity_backoff, config_.retry_backoff_max, failure.attempts));
  go_on(index, failure.next);
}

void bridge::go_on(std::size_t index, cycle::next_step next) {
  if (next == cycle::next_step::send) return send_slice(index);
  job_ended(index);
}

void bridge::send_later(std::size_t index, std::chrono::milliseconds pause) {
  self_->delayed_send(self_, pause, again_atom::value, std::uint64_t{index});
  if (draining_) finish_drain();
}

void bridge::send_again(std::size_t index) {
  cycle_.resumed();
  send_slice(index);
}

void bridge::job_ended(std::size_t index) {
  const job& work = cycle_.at(index);
  // Records that were handed over and are left undone come from the log later, with those after them.
  if (cycle_.abandoned(index)) handed_to_->forget({handed_to_->of(), work.partition});
  // The entity may have been stopped on the way.
  if (auto& entity = entry(work.key, work.partition); has_own_work(work.key, entity)) wake(work.key, entity);
  if (cycle_.end_job()) end_cycle();
}

void bridge::bury(const record& failed, std::string_view reason, const std::string& detail, std::uint32_t attempts) {
  ++dead_letters_;
  outbound_.append(make_dead_letter(what_.name, failed, reason, detail, attempts, clock_->now()));
}

// -- steps -> transactions -------------------------------------------------------------------------------------------

void bridge::absorb(entity_entry& entity, const step_ptr& what) {
  for (auto& out : what->records) {
    if (what_.changelog == out.to.topic) {
      if (out.value)
        entity.changelog[out.key] = *out.value;
      else
        entity.changelog.erase(out.key);
    }
    outbound_.append(std::move(out));
  }
  if (!what_.inputs.empty()) outbound_.rest_on({what_.inputs.front(), entity.partition});
  if (what->ticket != 0) {
    outbound_.demand();
    next_.tickets.emplace_back(entity.handle, what->ticket);
  }
  entity.idle = what->idle && what->ticket == 0;
  entity.unfinished = what->unfinished;
  entity.deaths_in_a_row = 0;
  entity.last_used = clock_->monotonic();
}

void bridge::emitted(const step_ptr& what) {
  const auto sender = caf::actor_cast<caf::actor_addr>(self_->current_sender());
  const auto known = keys_by_address_.find(sender);
  // A step of an entity that was stopped since: what it wanted is decided again by its successor.
  if (known == keys_by_address_.end()) return;
  if (const auto trouble = ports::find_too_large(what->records))
    refuse(std::string{known->second}, trouble->detail);
  else
    absorb(entities_.at(known->second), what);
  flush();
}

/// Nothing of a step that no log takes is written, and its effects do not run. The entity is not started again by
/// itself: it would want the same again, and for ever.
void bridge::refuse(const std::string& key, const std::string& why) {
  auto& entity = entities_.at(key);
  stop(entity);
  entity.last_error = last_error_ = why;
  const auto now = clock_->now();
  ++dead_letters_;
  outbound_.append(
      make_dead_letter(what_.name, key + ":" + std::to_string(now.us), "", "record_too_large", why, now));
  if (!what_.inputs.empty()) outbound_.rest_on({what_.inputs.front(), entity.partition});
  if (config_.notices != nullptr)
    config_.notices->raise(ports::notice_level::alarm, what_.name, "record_too_large", key,
                           why + "; nothing of this step was written, and " + key +
                               " stands still until there is a record for it or the service is restarted");
}

void bridge::end_cycle() {
  cycle_.clear();
  flush();
  if (draining_) return finish_drain();
  self_->send(self_, poll_atom::value);
}

// -- the end ---------------------------------------------------------------------------------------------------------

caf::result<ok_atom> bridge::drain() {
  if (!draining_) {
    draining_ = true;
    decline_all();
    drain_until_ = clock_->monotonic() + config_.drain_grace;
    drained_ = self_->make_response_promise<ok_atom>();
    self_->delayed_send(self_, config_.drain_grace, tick_atom::value);
    finish_drain();
    return drained_;
  }
  return ok_atom::value;
}

void bridge::finish_drain() {
  // A postponed batch is given up: nothing of it is committed, so the next start takes it again.
  if (cycle_.works() || !in_flight_.empty()) return;
  const bool waits = std::any_of(entities_.begin(), entities_.end(),
                                 [](const auto& e) { return e.second.handle && e.second.unfinished; });
  if (waits && clock_->monotonic() < drain_until_) return;
  drained_.deliver(ok_atom::value);
  self_->quit(caf::exit_reason::user_shutdown);
}

}  // namespace hedgerow::bridges
