// What a bridge does with a batch: slices to the entities, and what they answer into the next transaction.
#include <algorithm>
#include <caf/all.hpp>

#include "actors/bridges/bridge.hpp"
#include "actors/bridges/dead_letters.hpp"
#include "actors/domain/resilience/backoff.hpp"

namespace hedgerow::bridges {

using namespace protocol;

namespace {

bool has_dead_letter(const step& what) {
  return std::any_of(what.records.begin(), what.records.end(),
                     [](const outgoing& r) { return r.to.topic == topic::dead_letters; });
}

}  // namespace

void bridge::start_cycle() {
  if (!cycle_.start()) return end_cycle();
  for (std::size_t i = 0; i < cycle_.size(); ++i) send_slice(i);
}

void bridge::send_slice(std::size_t index) {
  const job& work = cycle_.at(index);
  host_.ask(
      self_, work.key, work.partition, cycle_.part_to_send(index),
      [this, index](const step_ptr& answer) { slice_answered(index, answer); },
      [this, index](const std::string& why) { slice_failed(index, "entity_failed", why, config_.max_attempts); });
}

void bridge::send_later(std::size_t index, std::chrono::milliseconds pause) {
  self_->delayed_send(self_, pause, again_atom::value, std::uint64_t{index});
  if (drain_) finish_drain();
}

void bridge::send_again(std::size_t index) {
  cycle_.resumed();
  send_slice(index);
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
    host_.stop(work.key);
    cycle_.abandon(index);
    return job_ended(index);
  }
  collect(work.key, answer);
  go_on(index, cycle_.answered(index));
}

/// After so many tries of a single record it is given up.
void bridge::slice_failed(std::size_t index, std::string_view reason, const std::string& detail, std::uint32_t tries) {
  const job& work = cycle_.at(index);
  last_error_ = detail;
  if (reason == "entity_failed")
    host_.died(work.key, detail);
  else
    host_.failed(work.key, detail);
  const auto failure = cycle_.failed(index, tries);
  if (failure.given_up != nullptr) {
    // Without its partition the entity had not its state either, so it is not the record that is wrong.
    depend_on_home(work.partition);
    give_up(*failure.given_up, work.key, reason, detail, failure.attempts);
  }
  // What kills an entity may pass: a disk that is full, a service that is away.
  if (failure.next == cycle::next_step::send_later)
    return send_later(index,
                      domain::backoff_ceiling(config_.entity_backoff, config_.retry_backoff_max, failure.attempts));
  go_on(index, failure.next);
}

/// Nobody applies the record later: what it says, such as a fill, is lost for its entity. The alarm comes before the
/// dead letter is durable, and again when the commit fails and the record is given up once more.
void bridge::give_up(const record& failed, const std::string& key, std::string_view reason, const std::string& detail,
                     std::uint32_t attempts) {
  const auto now = clock_->now();
  ++count_.dead_letters;
  outbound_.append(make_dead_letter(what_.name, failed, reason, detail, attempts, now));
  alarms_.raise(config_.notices, what_.name, "record_given_up", reason, key,
                std::string{to_string(failed.from.topic)} + "/" + std::to_string(failed.from.partition) + " offset " +
                    std::to_string(failed.offset) + ", key " + failed.key + ": " + std::string{reason} + ": " + detail +
                    "; the record is a dead letter, and what it says is lost for " + key + " until a person acts on it",
                now);
}

void bridge::go_on(std::size_t index, cycle::next_step next) {
  if (next == cycle::next_step::send) return send_slice(index);
  job_ended(index);
}

void bridge::job_ended(std::size_t index) {
  const job& work = cycle_.at(index);
  // Records that were handed over and are left undone come from the log later, with those after them.
  if (cycle_.abandoned(index)) before_->memory().forget({before_->memory().of(), work.partition});
  host_.leave_alone(work.key);
  if (cycle_.end_job()) end_cycle();
}

void bridge::end_cycle() {
  cycle_.clear();
  flush();
  if (drain_) return finish_drain();
  self_->send(self_, poll_atom::value);
}

// -- steps -> next transaction ---------------------------------------------------------------------------------------

void bridge::emitted(const step_ptr& what) {
  const auto* key = host_.key_of(caf::actor_cast<caf::actor_addr>(self_->current_sender()));
  // A step of an entity that was stopped since: what it wanted is decided again by its successor.
  if (key == nullptr) return;
  if (const auto trouble = ports::find_too_large(what->records))
    refuse(std::string{*key}, trouble->detail);
  else
    collect(*key, what);
  flush();
}

/// The next transaction fails once the partition that this one's entities live in is lost.
void bridge::depend_on_home(std::uint32_t partition) {
  if (!what_.inputs.empty()) outbound_.depend_on({what_.inputs.front(), partition});
}

void bridge::collect(const std::string& key, const step_ptr& what) {
  host_.took_step(key, *what);
  // A step that wants nothing must not tie a later transaction to a partition that may be gone by then.
  if (!what->records.empty() || what->ticket != 0) depend_on_home(host_.partition_of(key));
  outbound_.append_all(std::move(what->records));
  if (what->ticket == 0) return;
  outbound_.demand();
  next_.tickets.emplace_back(host_.handle_of(key), what->ticket);
}

/// Nothing of a step that no log takes is written, and its effects do not run. The entity is not started again by
/// itself: it would want the same again, and for ever.
void bridge::refuse(const std::string& key, const std::string& why) {
  host_.stop(key, why);
  last_error_ = why;
  const auto now = clock_->now();
  ++count_.dead_letters;
  outbound_.append(make_dead_letter(what_.name, key + ":" + std::to_string(now.us), "", "record_too_large", why, now));
  depend_on_home(host_.partition_of(key));
  if (config_.notices != nullptr)
    config_.notices->raise(ports::notice_level::alarm, what_.name, "record_too_large", key,
                           why + "; nothing of this step was written, and " + key +
                               " stands still until there is a record for it or the service is restarted");
}

}  // namespace hedgerow::bridges
