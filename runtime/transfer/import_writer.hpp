// Private to the import: a member of a group that is waited for.
#pragma once

#include "actors/ports/event_log.hpp"

namespace hedgerow::transfer {

/// The one thread that uses it waits for assignments and commits.
class import_writer {
 public:
  /// Joins the group and waits until every partition of its inputs is assigned. Errors are for people.
  [[nodiscard]] static expected<import_writer, std::string> join(ports::event_log& log, const std::string& group,
                                                                 const std::vector<topic>& inputs);
  [[nodiscard]] expected<void, std::string> commit(log_transaction transaction);

 private:
  explicit import_writer(std::unique_ptr<ports::log_member> member) : member_{std::move(member)} {}
  std::unique_ptr<ports::log_member> member_;
};

}  // namespace hedgerow::transfer
