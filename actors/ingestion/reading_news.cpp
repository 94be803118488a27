#include "actors/ingestion/reading_news.hpp"

#include "actors/ingestion/ingestion_service.hpp"

namespace hedgerow::ingestion {

using ports::notice_level;

void reading_news::trouble(notice_level level, const std::string& code, const std::string& text) {
  const bool is_news = problems_.insert_or_assign(code, text).second;
  if (is_news && notices_ != nullptr) notices_->raise(level, service_name, code, key_, text);
}

void reading_news::over(const std::string& code) {
  if (problems_.erase(code) == 0 || notices_ == nullptr) return;
  notices_->raise(notice_level::info, service_name, code + "_over", key_,
                  "over: the chain is read again as it should be");
}

}  // namespace hedgerow::ingestion
