// The order books whose logs are read, and which logs those are.
#pragma once

#include <vector>

#include "actors/ports/chain_client.hpp"

namespace hedgerow::ingestion {

struct watched_book {
  address book;
  orderbook_version version = orderbook_version::v4;
};

using watched_books = std::vector<watched_book>;

/// Null when the contract is none of them.
[[nodiscard]] const watched_book* find_book(const watched_books& books, const address& contract);

/// What to ask the node for: Takes, Clears and AfterClears of these books.
[[nodiscard]] ports::evm_log_filter filter_of(const watched_books& books);

/// A Take, Clear or AfterClear of one of them.
[[nodiscard]] bool is_watched(const watched_books& books, const raw_evm_log& log);

/// Whether a log that cannot be read may be one. An unreadable field proves nothing; a readable one with another book
/// or topic proves that it is not.
[[nodiscard]] bool may_be_watched(const watched_books& books, const ports::malformed_evm_log& bad);

}  // namespace hedgerow::ingestion
