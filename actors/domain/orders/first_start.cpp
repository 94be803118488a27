#include "actors/domain/orders/first_start.hpp"

namespace hedgerow::domain {
namespace {

/// Ours are market orders for the day; one that ended without a fill hedged nothing.
bool may_have_hedged(const first_start& start, const broker_order& order) {
  if (!order.market_day) return false;
  if (order.entered_at && *order.entered_at < orders_since(start)) return false;
  return order.status == order_status::working || order.filled.sign() > 0;
}

std::string in_words(const broker_order& order) {
  std::string text = std::string{to_string(order.side)} + " " + order.quantity.to_string() + " " + order.symbol.str();
  if (order.entered_at) text += " entered " + to_rfc3339(*order.entered_at);
  return text;
}

}  // namespace

first_start_action decide(const first_start& start) {
  using enum first_start_action;
  if (start.confirmed || start.start_block > start.head) return read;
  const auto age = start.now - start.start_time;
  if (age <= new_beginning) return read;
  return start.broker_here && age <= broker_memory ? ask_broker : cannot_check;
}

timestamp orders_since(const first_start& start) { return start.start_time - block_time_ahead; }

std::string contradiction(const first_start& start, const order_list& list) {
  std::size_t found = 0;
  const broker_order* newest = nullptr;
  for (const auto& order : list.orders) {
    if (!may_have_hedged(start, order)) continue;
    ++found;
    if (newest == nullptr || newest->entered_at < order.entered_at) newest = &order;
  }
  if (newest == nullptr && list.unreadable.empty()) return {};
  if (newest == nullptr)
    return "the event log is empty, and of the orders since block " + std::to_string(start.start_block) +
           " that the broker's account shows " + std::to_string(list.unreadable.size()) + " cannot be read (" +
           list.unreadable.front().why + "): fills since that block may have been hedged already";
  return "the event log is empty, but the broker's account shows " + std::to_string(found) +
         (found == 1 ? " market order" : " market orders") + " since block " + std::to_string(start.start_block) +
         " (" + to_rfc3339(start.start_time) + "), the newest " + in_words(*newest) +
         ": fills since that block may have been hedged already";
}

std::string describe(const first_start& start) {
  if (start.start_block > start.head)
    return "fills from block " + std::to_string(start.start_block) + " on will be hedged; the chain is at block " +
           std::to_string(start.head);
  return "fills of blocks " + std::to_string(start.start_block) + " (" + to_rfc3339(start.start_time) + ") to " +
         std::to_string(start.head) + ", and all later ones, will be hedged";
}

std::string why_unchecked(const first_start& start) {
  const std::string why =
      start.broker_here ? "the broker does not list orders that old" : "this node does not call the broker";
  return "the event log is empty, block " + std::to_string(start.start_block) + " is of " +
         to_rfc3339(start.start_time) + ", and " + why +
         ": nobody can tell whether fills since then have been hedged already";
}

std::string first_start_remedy() {
  return "if the event log was lost, put it back; to begin now, set chain.start_block to a block of now; to hedge all "
         "that "
         "was filled since chain.start_block, set chain.hedge_history = true";
}

}  // namespace hedgerow::domain
