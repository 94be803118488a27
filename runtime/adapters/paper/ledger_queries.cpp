#include <SQLiteCpp/SQLiteCpp.h>

#include <stdexcept>
#include "runtime/adapters/paper/ledger.hpp"

namespace hedgerow::paper {

usd detail::stored_amount(const std::string& text) {
  const auto amount = usd::parse(text);
  if (!amount) throw std::runtime_error{"an amount in the paper ledger is damaged"};
  return *amount;
}

std::vector<order> ledger::select(const std::string& where, const std::vector<std::string>& arguments) {
  SQLite::Statement query{
      db_, "SELECT id,symbol,instruction,quantity,status,description,entered_us,closed_us,filled FROM orders " + where};
  for (std::size_t i = 0; i < arguments.size(); ++i) query.bind(static_cast<int>(i + 1), arguments[i]);
  SQLite::Statement legs{db_, "SELECT activity,quantity,price,time_us FROM fills WHERE order_id=? ORDER BY number"};
  std::vector<order> orders;
  while (query.executeStep()) {
    order o;
    o.id = query.getColumn(0).getInt64();
    o.symbol = query.getColumn(1).getString();
    o.instruction = query.getColumn(2).getString() == "BUY" ? side::buy : side::sell;
    o.quantity = query.getColumn(3).getInt64();
    o.status = query.getColumn(4).getString();
    o.description = query.getColumn(5).getString();
    o.entered = timestamp{query.getColumn(6).getInt64()};
    if (!query.getColumn(7).isNull()) o.closed = timestamp{query.getColumn(7).getInt64()};
    o.filled = query.getColumn(8).getInt64();
    legs.reset();
    legs.bind(1, o.id);
    while (legs.executeStep())
      o.fills.push_back({legs.getColumn(0).getInt64(), legs.getColumn(1).getInt64(), legs.getColumn(2).getInt64(),
                         timestamp{legs.getColumn(3).getInt64()}});
    orders.push_back(std::move(o));
  }
  return orders;
}

std::optional<order> ledger::find(std::int64_t id) {
  auto orders = select("WHERE id=CAST(? AS INTEGER)", {std::to_string(id)});
  if (orders.empty()) return std::nullopt;
  return std::move(orders.front());
}

std::vector<order> ledger::list(const order_query& q) {
  std::vector<std::string> arguments{std::to_string(q.from.us), std::to_string(q.to.us)};
  std::string where = "WHERE entered_us BETWEEN CAST(? AS INTEGER) AND CAST(? AS INTEGER)";
  if (q.status) {
    where += " AND status=?";
    arguments.push_back(*q.status);
  }
  arguments.push_back(std::to_string(q.limit));
  return select(where + " ORDER BY entered_us DESC,id DESC LIMIT CAST(? AS INTEGER)", arguments);
}

std::vector<order> ledger::all() { return select("ORDER BY id", {}); }

std::vector<order> ledger::parked() {
  return select(
      "WHERE status NOT IN ('FILLED','CANCELED','REJECTED','EXPIRED') AND NOT EXISTS "
      "(SELECT 1 FROM planned WHERE planned.order_id=orders.id) ORDER BY id",
      {});
}

std::map<std::string, holding> ledger::positions() {
  std::map<std::string, holding> result;
  SQLite::Statement query{db_, "SELECT symbol,quantity,cost FROM positions"};
  while (query.executeStep()) {
    const usd cost = detail::stored_amount(query.getColumn(2).getString());
    result.emplace(query.getColumn(0).getString(), holding{query.getColumn(1).getInt64(), cost});
  }
  return result;
}

std::int64_t ledger::open_sells(const std::string& symbol) {
  SQLite::Statement query{db_,
                          "SELECT coalesce(sum(quantity-filled),0) FROM orders WHERE symbol=? AND "
                          "instruction='SELL' AND status NOT IN ('FILLED','CANCELED','REJECTED','EXPIRED')"};
  query.bind(1, symbol);
  query.executeStep();
  return query.getColumn(0).getInt64();
}

usd ledger::cash() { return detail::stored_amount(meta("cash")); }

}  // namespace hedgerow::paper
