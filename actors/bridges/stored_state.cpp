#include "actors/bridges/stored_state.hpp"

#include <utility>

namespace hedgerow::bridges {

expected<std::vector<record>, failure> stored_state::read(std::uint32_t partition) {
  if (!what_.changelog) return std::vector<record>{};
  auto newest = log_->changelog({*what_.changelog, partition});
  if (!newest) return unexpected(failure{"cannot read the changelog: " + newest.error().detail, newest.error().code});
  for (const auto& r : *newest)
    if (const auto why = what_.unreadable(r); !why.empty())
      return unexpected(failure{std::string{to_string(r.from.topic)} + " holds a record of " + r.key +
                                    " that this version of the program cannot read: " + why +
                                    "; nothing was ignored: start the version that wrote it",
                                {},
                                true,
                                ports::notice_level::alarm,
                                "changelog_unreadable",
                                r.key});
  if (!newest->empty()) watch_offsets(partition);
  return std::move(*newest);
}

/// State is committed with the offsets that it rests on. State without any offset of the group: the log has lost them,
/// as Kafka does with those of a group that was away for longer than offsets.retention.minutes.
void stored_state::watch_offsets(std::uint32_t first) {
  if (std::exchange(offsets_watched_, true)) return;
  const auto count = what_.inputs.empty() ? 0 : log_->partitions(what_.inputs.front());
  for (std::uint32_t i = 0; i < count; ++i)
    for (const topic t : what_.inputs) {
      if (log_->partitions(t) != count) continue;
      const auto found = log_->committed(what_.name, {t, (first + i) % count});
      // A log that does not answer is told of elsewhere.
      if (!found || *found) return;
    }
  if (notices_ != nullptr && count > 0)
    notices_->raise(ports::notice_level::alarm, what_.name, "offsets_lost", what_.name,
                    "the log holds state of this group, but none of its offsets any more: everything is read "
                    "again from the beginning, a person's halts and resumes, too. What is known counts once; what "
                    "is too old to be known is in /dead-letters");
}

}  // namespace hedgerow::bridges
