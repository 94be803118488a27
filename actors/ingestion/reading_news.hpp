// Tells people what keeps the chain from being read although its node is connected: once when it begins and once when
// it is over. A problem that is not over is shown in /health.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "actors/ports/notices.hpp"

namespace hedgerow::ingestion {

class reading_news {
 public:
  /// `notices` may be null; it must outlive this. `key` is that of the node's address.
  reading_news(ports::notices* notices, std::string key) : notices_{notices}, key_{std::move(key)} {}

  /// `code` is the notice's code. A text that changes while the trouble lasts changes what /health says only.
  void trouble(ports::notice_level level, const std::string& code, const std::string& text);
  void over(const std::string& code);

  /// The problems that are not over, by code.
  [[nodiscard]] const std::map<std::string, std::string>& problems() const { return problems_; }

 private:
  ports::notices* notices_;
  std::string key_;
  std::map<std::string, std::string> problems_;
};

}  // namespace hedgerow::ingestion
