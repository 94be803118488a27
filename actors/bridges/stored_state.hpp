// What the entities of a partition start from: the changelog of their service.
#pragma once

#include <memory>
#include <vector>

#include "actors/bridges/failure.hpp"
#include "actors/bridges/service.hpp"
#include "actors/ports/event_log.hpp"

namespace hedgerow::bridges {

class stored_state {
 public:
  /// `what` outlives this object; `notices` may be null.
  stored_state(std::shared_ptr<ports::event_log> log, const service& what, ports::notices* notices)
      : log_{std::move(log)}, what_{what}, notices_{notices} {}

  /// The newest record of each key; none for a service without a changelog. Fails when the log does not answer, and
  /// finally when a record cannot be read: without its state an entity would book from nothing.
  [[nodiscard]] expected<std::vector<record>, failure> read(std::uint32_t partition);

 private:
  void watch_offsets(std::uint32_t first);

  std::shared_ptr<ports::event_log> log_;
  const service& what_;
  ports::notices* notices_;
  /// It was asked whether the group still has its offsets.
  bool offsets_watched_ = false;
};

}  // namespace hedgerow::bridges
