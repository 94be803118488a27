#include "actors/domain/chain/reading_watch.hpp"

namespace hedgerow::domain {

using time = reading_watch::time;

void reading_watch::connected(time now) {
  if (!connected_at_) connected_at_ = now;
  if (!progress_) progress_ = now;
}

void reading_watch::disconnected(time now) {
  before_ = worked(now);
  connected_at_.reset();
}

void reading_watch::owes(time now) {
  if (!owed_since_) owed_since_ = worked(now);
}

void reading_watch::progressed(time now) {
  owed_since_.reset();
  progress_ = now;
}

time reading_watch::stuck_for(time now) const { return owed_since_ ? worked(now) - *owed_since_ : time{0}; }

time reading_watch::since_progress(time now) const { return progress_ ? now - *progress_ : time{0}; }

void reading_watch::wants_rescan(time now) {
  if (!rescanned_) rescanned_ = worked(now);
}

void reading_watch::rescanned(time now) { rescanned_ = worked(now); }

time reading_watch::without_rescan(time now) const { return rescanned_ ? worked(now) - *rescanned_ : time{0}; }

time reading_watch::worked(time now) const { return before_ + (connected_at_ ? now - *connected_at_ : time{0}); }

}  // namespace hedgerow::domain
