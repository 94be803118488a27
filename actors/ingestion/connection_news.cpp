#include "actors/ingestion/connection_news.hpp"

#include "actors/ingestion/ingestion_service.hpp"

namespace hedgerow::ingestion {

using ports::notice_level;

namespace {

/// At most this many reasons of one outage are reported: a reason that changes at each attempt must not fill the log.
constexpr std::size_t reasons_told = 8;

}  // namespace

void connection_news::lost(const std::string& reason) {
  if (told_.size() >= reasons_told || !told_.insert(reason).second || notices_ == nullptr) return;
  notices_->raise(
      notice_level::warning, service_name, "chain_away", key_,
      "the chain's node is not connected: " + reason + "; what happens on chain is not seen until it is back");
}

void connection_news::back() {
  const bool was_away = !told_.empty();
  told_.clear();
  if (!was_away || notices_ == nullptr) return;
  notices_->raise(notice_level::info, service_name, "chain_back", key_,
                  "the chain's node is connected again; what was missed is read now");
}

}  // namespace hedgerow::ingestion
