#include "actors/ingestion/watched_books.hpp"

#include <algorithm>
#include <set>

#include "actors/domain/fills/orderbook_events.hpp"

namespace hedgerow::ingestion {

const watched_book* find_book(const watched_books& books, const address& contract) {
  const auto it = std::ranges::find(books, contract, &watched_book::book);
  return it == books.end() ? nullptr : &*it;
}

ports::evm_log_filter filter_of(const watched_books& books) {
  ports::evm_log_filter filter;
  std::set<hash32> topics;
  for (const auto& b : books) {
    filter.contracts.push_back(b.book);
    const auto& t = domain::topics_of(b.version);
    topics.insert({t.take, t.clear, t.after_clear});
  }
  filter.topic0.assign(topics.begin(), topics.end());
  return filter;
}

bool is_watched(const watched_books& books, const raw_evm_log& log) {
  const auto* book = find_book(books, log.book);
  if (book == nullptr || log.topics.empty()) return false;
  const auto& topics = domain::topics_of(book->version);
  return log.topics[0] == topics.take || log.topics[0] == topics.clear || log.topics[0] == topics.after_clear;
}

bool may_be_watched(const watched_books& books, const ports::malformed_evm_log& bad) {
  if (bad.book && find_book(books, *bad.book) == nullptr) return false;
  return !bad.topic0 || std::ranges::count(filter_of(books).topic0, *bad.topic0) > 0;
}

}  // namespace hedgerow::ingestion
