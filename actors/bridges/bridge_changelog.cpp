// The changelog: what the entities of a partition start from.
#include <caf/all.hpp>

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
    for (auto& r : *newest)
      if (r.value) entry(what_.changelog_entity(r), source.partition).changelog[r.key] = std::move(*r.value);
  }
  if (what_.resident && source.partition == 0) entry(*what_.resident, 0);
  for (auto& [key, entity] : entities_)
    if (entity.partition == source.partition && has_own_work(key, entity)) wake(key, entity);
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
