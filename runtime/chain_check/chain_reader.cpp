#include "runtime/chain_check/chain_reader.hpp"

#include <algorithm>
#include <future>

#include "actors/ingestion/range_failures.hpp"

namespace hedgerow::chain_check {
namespace {

/// Pauses in a row after which the node is given up.
constexpr std::uint32_t most_pauses = 8;

template <class T>
using answer = expected<T, ports::chain_error>;

/// Waits for the answer to one question.
template <class T, class Ask>
answer<T> wait_for(Ask ask) {
  auto promise = std::make_shared<std::promise<answer<T>>>();
  auto future = promise->get_future();
  ask([promise](answer<T> what) { promise->set_value(std::move(what)); });
  return future.get();
}

std::string given_up(const std::string& what, const ports::chain_error& why) {
  return "the node does not say " + what + ", last: " + std::string{to_string(why.kind)} +
         (why.detail.empty() ? "" : ", " + why.detail);
}

}  // namespace

template <class T, class Ask>
expected<T, std::string> chain_reader::insist(const std::string& what, Ask ask) {
  domain::range_retry tries;
  while (true) {
    auto got = wait_for<T>(ask);
    if (got) return std::move(*got);
    const auto& why = got.error();
    const auto next =
        domain::after_range_failure(tries, ingestion::failure_of(why.kind), 1, why.wait, {}, random_.next());
    tries = next.state;
    if (tries.pauses > most_pauses) return unexpected(given_up(what, why));
    wait_(next.pause);
  }
}

expected<std::uint64_t, std::string> chain_reader::chain_id() {
  return insist<std::uint64_t>("which chain it is on", [this](auto done) { chain_->chain_id(std::move(done)); });
}

expected<ports::chain_block, std::string> chain_reader::head() {
  return insist<ports::chain_block>("what its head is", [this](auto done) { chain_->head(std::move(done)); });
}

expected<void, std::string> chain_reader::read(const domain::block_range& blocks, const ports::evm_log_filter& of,
                                               std::uint64_t most, const take_range& take) {
  domain::backfill_policy policy;
  policy.max_batch = std::max<std::uint64_t>(most, 1);
  domain::backfill_cursor cursor;
  cursor.next = blocks.from;
  cursor.batch = policy.max_batch;
  domain::range_retry tries;
  while (cursor.next <= blocks.to) {
    const auto range = domain::plan_backfill(cursor, policy, blocks.to).range;
    const ports::evm_log_query query{range.from, range.to, of.contracts, of.topic0};
    const auto got = wait_for<ports::evm_logs>([&](auto done) { chain_->logs(query, std::move(done)); });
    if (got) {
      tries = {};
      take(range, *got);
      cursor = domain::backfill_read(cursor, policy, range, blocks.to).value_or(cursor);
      continue;
    }
    const auto& why = got.error();
    const auto next = domain::after_range_failure(tries, ingestion::failure_of(why.kind), range.to - range.from + 1,
                                                  why.wait, {}, random_.next());
    tries = next.state;
    if (next.narrow) cursor = domain::backfill_too_wide(cursor, range).value_or(cursor);
    if (tries.pauses > most_pauses)
      return unexpected(
          given_up("the logs of blocks " + std::to_string(range.from) + " to " + std::to_string(range.to), why));
    wait_(next.pause);
  }
  return {};
}

}  // namespace hedgerow::chain_check
