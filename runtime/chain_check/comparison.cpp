#include "runtime/chain_check/comparison.hpp"

#include <algorithm>
#include <utility>

#include "actors/domain/fills/orderbook_events.hpp"
#include "actors/ingestion/waiting_logs.hpp"

namespace hedgerow::chain_check {
namespace {

std::string kind_of(orderbook_version version, const raw_evm_log& log) {
  return domain::is_take(version, log) ? "a Take" : "a Clear";
}

}  // namespace

comparison::comparison(booked_logs booked, const ingestion::ingestion_config& config)
    : booked_{std::move(booked)}, config_{config} {
  for (const auto& place : booked_.unreadable)
    differences_.push_back({{}, "unreadable: " + place + " cannot be read by this version"});
}

void comparison::differs(const evm_log_ref& ref, const std::string& what) {
  differences_.push_back({{ref.block_number, ref.log_index}, what + ": " + ref.describe()});
}

void comparison::take(const ports::evm_logs& answer) {
  for (const auto& bad : answer.malformed)
    if (!bad.book || find_book(config_.books, *bad.book) != nullptr)
      differences_.push_back({{},
                              "unreadable: the node's answer has a log that cannot be read (" + bad.reason + ")" +
                                  (bad.tx_hash ? ": transaction " + bad.tx_hash->to_string() : "")});
  std::map<hash32, std::vector<raw_evm_log>> clears;
  for (const auto& seen : answer.logs) {
    const auto* book = find_book(config_.books, seen.log.book);
    if (book == nullptr || seen.log.topics.empty() || domain::is_take(book->version, seen.log)) continue;
    clears[seen.log.ref.tx_hash].push_back(seen.log);
  }
  for (const auto& seen : answer.logs) {
    const auto* book = find_book(config_.books, seen.log.book);
    if (book == nullptr || seen.removed) continue;
    if (domain::is_take(book->version, seen.log) || domain::is_clear(book->version, seen.log))
      compare(seen.log, book->version, clears[seen.log.ref.tx_hash]);
  }
}

void comparison::compare(const raw_evm_log& log, orderbook_version version,
                         const std::vector<raw_evm_log>& of_transaction) {
  ++counts_.on_chain;
  const auto it = booked_.standing.find(id_of(log.ref));
  if (it == booked_.standing.end()) {
    if (booked_.refused.contains(ingestion::letter_key(log.ref))) {
      ++counts_.refused;
      return;
    }
    return differs(log.ref, "missing: " + kind_of(version, log) + " of the chain is not in the log");
  }
  const auto booked = std::move(it->second);
  booked_.standing.erase(it);
  const auto event = "event " + std::to_string(booked.sequence);
  if (booked.content != content_of(log))
    return differs(log.ref, "differs: " + event + " has other data than the chain");
  // The Clear of a stranger is booked without amounts.
  if (domain::is_clear(version, log) && domain::involves_owner(version, log, config_.owner).value_or(false)) {
    const auto pair = domain::pair_after_clear(version, log, of_transaction);
    const auto wanted = pair ? std::optional{content_of(*pair)} : std::nullopt;
    if (booked.after_clear != wanted)
      return differs(log.ref, "differs: " + event +
                                  (wanted ? " does not have the amounts of its Clear's AfterClear"
                                          : " has an AfterClear that the chain does not have"));
  }
  ++counts_.agree;
}

std::vector<difference> comparison::finish() {
  for (const auto& [id, booked] : booked_.standing) {
    if (find_book(config_.books, booked.book) == nullptr) {
      ++counts_.of_other_books;
      continue;
    }
    differs(booked.ref, "gone: event " + std::to_string(booked.sequence) + " is of block " + id.first.to_string() +
                            ", in which the chain has no such log");
  }
  booked_.standing.clear();
  std::ranges::stable_sort(differences_, {}, &difference::place);
  return std::exchange(differences_, {});
}

}  // namespace hedgerow::chain_check
