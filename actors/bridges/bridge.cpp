#include "actors/bridges/bridge.hpp"
#include "actors/domain/hedging/backoff.hpp"

#include <algorithm>
#include <caf/all.hpp>

#include "actors/bridges/dead_letters.hpp"
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

bridge::bridge(actor_pointer self, std::shared_ptr<ports::event_log> log, service what, bridge_config config,
               const ports::clock* clock)
    : self_{self}, log_{std::move(log)}, what_{std::move(what)}, config_{std::move(config)}, clock_{clock},
      metrics_{std::make_shared<bridge_metrics>(config_.metrics, what_.name)} {
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

bool bridge::start() {
  auto member = log_->join({what_.name, config_.instance, what_.inputs});
  if (!member) {
    fail("cannot join group " + what_.name + ": " + member.error().detail, member.error().code);
    return false;
  }
  member_ = std::move(*member);
  // The member keeps the callback: a strong handle in it would keep this actor alive for ever.
  const auto address = caf::actor_cast<caf::actor_addr>(self_);
  member_->on_ready([address] {
    if (auto me = caf::actor_cast<protocol::bridge_actor>(address)) caf::anon_send(me, poll_atom::value);
  });
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
  if (draining_ || blocked_ || unanswered_ > 0 || in_flight_.size() >= config_.commits_in_flight) return;
  // By turns, so that neither the bridge before this one nor the log has to wait for ever.
  if (!taken_cycle_ && begin_taken_over()) return;
  taken_cycle_ = false;
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
    next_offsets_.erase(source);
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
  std::unordered_map<std::string, std::size_t> job_of;
  const auto known = handed_to_ ? handed_to_->known(records) : std::vector<bool>{};
  jobs_.clear();
  records_in_ += records.size();
  metrics_->records_in->add(static_cast<std::int64_t>(records.size()));
  for (std::size_t i = 0; i < records.size(); ++i) {
    next_offsets_[records[i].from] = records[i].offset + 1;
    if (i < known.size() && known[i])
      ++skipped_;
    else
      add_to_job(std::move(records[i]), job_of);
  }
  send_jobs();
}

void bridge::add_to_job(record r, std::unordered_map<std::string, std::size_t>& job_of) {
  auto key = what_.route(r);
  if (!key) {
    ++skipped_;
    return;
  }
  const auto [it, fresh] = job_of.try_emplace(*key, jobs_.size());
  if (fresh) {
    jobs_.emplace_back();
    jobs_.back().key = std::move(*key);
    jobs_.back().partition = r.from.partition;
  }
  jobs_[it->second].part->records.push_back(std::move(r));
  ++handled_;
}

void bridge::send_jobs() {
  if (jobs_.empty()) return end_cycle();
  unanswered_ = jobs_.size();
  for (std::size_t i = 0; i < jobs_.size(); ++i) send_slice(i);
}

void bridge::send_slice(std::size_t index) {
  job& work = jobs_[index];
  auto& entity = entry(work.key, work.partition);
  wake(work.key, entity);
  auto part = slice_ptr{work.part};
  if (work.one_by_one) part = std::make_shared<slice>(slice{{work.records()[work.next]}});
  self_->request(entity.handle, config_.handle_timeout, handle_atom::value, std::move(part))
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
  job& work = jobs_[index];
  if (answer->postpone.count() > 0) {
    ++postponed_;
    self_->delayed_send(self_, answer->postpone, handle_atom::value, std::uint64_t{index});
    if (draining_) finish_drain();
    return;
  }
  // What comes of a record is the same each time it is tried.
  if (const auto trouble = ports::find_too_large(answer->records))
    return slice_failed(index, "record_too_large", trouble->detail, 1);
  // A dead letter names the place of its record in the log, and a record that was handed over has none yet.
  if (taken_cycle_ && has_dead_letter(*answer)) {
    stop(entry(work.key, work.partition));
    leave_to_log(work);
    return job_ended(work);
  }
  absorb(entry(work.key, work.partition), answer);
  work.attempts = 0;
  if (work.one_by_one && ++work.next < work.records().size()) return send_slice(index);
  if (--unanswered_ == 0) end_cycle();
}

void bridge::send_again(std::size_t index) {
  --postponed_;
  send_slice(index);
}

/// After so many tries of a single record it is given up.
void bridge::slice_failed(std::size_t index, std::string_view reason, const std::string& detail, std::uint32_t tries) {
  job& work = jobs_[index];
  auto& entity = entry(work.key, work.partition);
  // It is still there when it was silent, or when this comes before the news of its end.
  if (entity.handle && reason == "entity_failed") tell_of_death(work.key, detail);
  stop(entity);
  restarted(entity, detail);
  if (!work.one_by_one) {
    // The answer to the whole slice is lost, so none of its records counts as tried.
    work.one_by_one = true;
    work.next = 0;
  } else if (++work.attempts < tries) {
    // What kills it may pass: a disk that is full, a service that is away.
    ++postponed_;
    self_->delayed_send(self_,
                        domain::backoff_ceiling(config_.entity_backoff, config_.retry_backoff_max, work.attempts),
                        handle_atom::value, std::uint64_t{index});
    if (draining_) finish_drain();
    return;
  } else {
    if (taken_cycle_) {
      leave_to_log(work);
    } else {
      bury(work, reason, detail);
      ++work.next;
    }
    work.attempts = 0;
  }
  if (work.next < work.records().size()) return send_slice(index);
  job_ended(work);
}

/// A record that was handed over comes from the log later, with the later ones of its entity: they must not come before
/// it.
void bridge::leave_to_log(job& work) {
  handed_to_->forget({handed_to_->of(), work.partition});
  work.next = work.records().size();
}

/// The entity may have been stopped on the way.
void bridge::job_ended(const job& work) {
  auto& entity = entry(work.key, work.partition);
  if (has_own_work(work.key, entity)) wake(work.key, entity);
  if (--unanswered_ == 0) end_cycle();
}

void bridge::bury(const job& failed, std::string_view reason, const std::string& detail) {
  ++dead_letters_;
  next_.content.records.push_back(make_dead_letter(what_.name, failed.records()[failed.next], reason, detail,
                                                   failed.attempts, clock_->now()));
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
    next_.content.records.push_back(std::move(out));
  }
  if (!what_.inputs.empty()) rest_on({what_.inputs.front(), entity.partition});
  if (what->ticket != 0) next_.tickets.emplace_back(entity.handle, what->ticket);
  entity.idle = what->idle && what->ticket == 0;
  entity.unfinished = what->unfinished;
  entity.deaths_in_a_row = 0;
  entity.last_used = clock_->monotonic();
}

void bridge::rest_on(topic_partition source) {
  auto& owned = next_.content.owned;
  if (std::find(owned.begin(), owned.end(), source) == owned.end()) owned.push_back(source);
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

/// Nothing of a step that no log takes is written, and its effects do not run. The entity is not started again by itself: it
/// would want the same again, and for ever.
void bridge::refuse(const std::string& key, const std::string& why) {
  auto& entity = entities_.at(key);
  stop(entity);
  entity.last_error = last_error_ = why;
  const auto now = clock_->now();
  ++dead_letters_;
  next_.content.records.push_back(
      make_dead_letter(what_.name, key + ":" + std::to_string(now.us), "", "record_too_large", why, now));
  if (!what_.inputs.empty()) rest_on({what_.inputs.front(), entity.partition});
  if (config_.notices != nullptr)
    config_.notices->raise(ports::notice_level::alarm, what_.name, "record_too_large", key,
                           why + "; nothing of this step was written, and " + key +
                               " stands still until there is a record for it or the service is restarted");
}

void bridge::end_cycle() {
  jobs_.clear();
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
  if (unanswered_ > postponed_ || !in_flight_.empty()) return;
  const bool waits = std::any_of(entities_.begin(), entities_.end(),
                                 [](const auto& e) { return e.second.handle && e.second.unfinished; });
  if (waits && clock_->monotonic() < drain_until_) return;
  drained_.deliver(ok_atom::value);
  self_->quit(caf::exit_reason::user_shutdown);
}

}  // namespace hedgerow::bridges
