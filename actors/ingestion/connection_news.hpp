// Tells people when the chain's node is away and when it is back: once for each reason, not once for each attempt.
#pragma once

#include <set>
#include <string>

#include "actors/ports/notices.hpp"

namespace hedgerow::ingestion {

class connection_news {
 public:
  /// `notices` may be null; it must outlive this.
  explicit connection_news(ports::notices* notices) : notices_{notices} {}

  /// The connection was lost, or could not be made. `reason` begins with where the node is.
  void lost(const std::string& reason);
  void back();

 private:
  ports::notices* notices_;
  /// Reasons that were reported since the node was last connected.
  std::set<std::string> told_;
};

}  // namespace hedgerow::ingestion
