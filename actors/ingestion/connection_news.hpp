// Tells people when the chain's node is away and when it is back: once for each reason, not once for each attempt.
#pragma once

#include <set>
#include <string>
#include <utility>

#include "actors/ports/notices.hpp"

namespace hedgerow::ingestion {

class connection_news {
 public:
  /// `notices` may be null; it must outlive this. `key` is that of the node's address.
  connection_news(ports::notices* notices, std::string key) : notices_{notices}, key_{std::move(key)} {}

  /// The connection was lost, or could not be made. `reason` begins with where the node is.
  void lost(const std::string& reason);
  void back();

 private:
  ports::notices* notices_;
  std::string key_;
  /// Reasons that were reported since the node was last connected.
  std::set<std::string> told_;
};

}  // namespace hedgerow::ingestion
