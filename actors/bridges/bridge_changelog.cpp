// The changelog: what the entities of a partition start from.
#include <caf/all.hpp>
#include <utility>

#include "actors/bridges/bridge.hpp"
#include "messages/protocol/final_error.hpp"

namespace hedgerow::bridges {

using namespace protocol;

void bridge::load(topic_partition source) {
  if (what_.changelog) {
    auto newest = log_->changelog({*what_.changelog, source.partition});
    if (!newest) return fail("cannot read the changelog: " + newest.error().detail, newest.error().code);
    for (const auto& r : *newest)
      if (const auto why = what_.unreadable(r); !why.empty()) return refuse_changelog(r, why);
    if (!newest->empty()) watch_offsets(source.partition);
    for (auto& r : *newest)
      if (r.value) entry(what_.changelog_entity(r), source.partition).changelog[r.key] = std::move(*r.value);
  }
  if (what_.resident && source.partition == 0) entry(*what_.resident, 0);
  for (auto& [key, entity] : entities_)
    if (entity.partition == source.partition && has_own_work(key, entity)) wake(key, entity);
}

/// State is committed with the offsets that it rests on. State without any offset of the group: the log has lost them,
/// as Kafka does with those of a group that was away for longer than offsets.retention.minutes.
void bridge::watch_offsets(std::uint32_t first) {
  if (std::exchange(offsets_watched_, true)) return;
  const auto count = what_.inputs.empty() ? 0 : log_->partitions(what_.inputs.front());
  for (std::uint32_t i = 0; i < count; ++i)
    for (const topic t : what_.inputs) {
      if (log_->partitions(t) != count) continue;
      const auto found = log_->committed(what_.name, {t, (first + i) % count});
      // A log that does not answer is told of elsewhere.
      if (!found || *found) return;
    }
  if (config_.notices != nullptr && count > 0)
    config_.notices->raise(
        ports::notice_level::alarm, what_.name, "offsets_lost", what_.name,
        "the log holds state of this group, but none of its offsets any more: everything is read "
        "again from the beginning, a person's halts and resumes, too. What is known counts once; what "
        "is too old to be known is in /dead-letters");
}

/// Without its state an entity would book from nothing, and a restart finds the same record: the node ends before it
/// takes a record of its input.
void bridge::refuse_changelog(const record& r, const std::string& why) {
  last_error_ = std::string{to_string(r.from.topic)} + " holds a record of " + r.key +
                " that this version of the program cannot read: " + why +
                "; nothing was ignored: start the version that wrote it";
  metrics_->failed(std::nullopt);
  if (config_.notices != nullptr)
    config_.notices->raise(ports::notice_level::alarm, what_.name, "changelog_unreadable", r.key, last_error_);
  ended_ = true;
  self_->quit(final_error(what_.name + ": " + last_error_));
}

}  // namespace hedgerow::bridges
