#include "runtime/adapters/paper/ledger.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include "messages/types/check.hpp"

namespace hedgerow::paper {
namespace {

constexpr const char* schema = R"sql(
CREATE TABLE IF NOT EXISTS meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS orders(
  id INTEGER PRIMARY KEY, symbol TEXT NOT NULL, instruction TEXT NOT NULL, quantity INTEGER NOT NULL,
  status TEXT NOT NULL, description TEXT NOT NULL, entered_us INTEGER NOT NULL, closed_us INTEGER,
  filled INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS orders_by_time ON orders(entered_us);
CREATE TABLE IF NOT EXISTS planned(
  order_id INTEGER NOT NULL REFERENCES orders(id), number INTEGER NOT NULL, due_us INTEGER NOT NULL,
  quantity INTEGER NOT NULL, price INTEGER NOT NULL, activity INTEGER NOT NULL, status TEXT NOT NULL,
  description TEXT NOT NULL, PRIMARY KEY(order_id, number)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS planned_by_time ON planned(due_us);
CREATE TABLE IF NOT EXISTS fills(
  order_id INTEGER NOT NULL REFERENCES orders(id), number INTEGER NOT NULL, activity INTEGER NOT NULL,
  quantity INTEGER NOT NULL, price INTEGER NOT NULL, time_us INTEGER NOT NULL,
  PRIMARY KEY(order_id, number)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS positions(
  symbol TEXT PRIMARY KEY, quantity INTEGER NOT NULL, cost TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS logins(
  id INTEGER PRIMARY KEY, refresh_hash BLOB NOT NULL UNIQUE, expires_us INTEGER NOT NULL, live INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS codes(hash BLOB PRIMARY KEY, expires_us INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS access_tokens(hash BLOB PRIMARY KEY, expires_us INTEGER NOT NULL) WITHOUT ROWID;
)sql";

}  // namespace

ledger::ledger(const std::string& path) : db_{path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, 5000} {}

expected<std::unique_ptr<ledger>, std::string> ledger::open(const paper_options& options, timestamp now) {
  try {
    std::unique_ptr<ledger> book{new ledger{options.ledger}};
    book->initialize(options, now);
    return book;
  } catch (const std::exception& e) {
    return unexpected("paper ledger '" + options.ledger + "': " + e.what() +
                      "; give ledger a writable file, or :memory:");
  }
}

void ledger::initialize(const paper_options& options, timestamp now) {
  db_.exec("PRAGMA journal_mode=WAL");
  // FULL: a commit is on disk when it returns, so an order that was answered survives a power cut.
  db_.exec("PRAGMA synchronous=FULL");
  SQLite::Transaction transaction{db_};
  db_.exec(schema);
  first_order_id_ = options.first_order_id;
  if (meta("created_us").empty()) {
    set_meta("created_us", std::to_string(now.us));
    set_meta("cash", usd::parse(options.start_cash)->to_string());
    for (const auto& [name, text] : options.start_positions) {
      SQLite::Statement insert{db_, "INSERT INTO positions VALUES(?,?,'0')"};
      insert.bind(1, name);
      insert.bind(2, *parse_whole(text));
      insert.exec();
    }
  }
  created_ = timestamp{std::stoll(meta("created_us"))};
  transaction.commit();
}

std::string ledger::meta(const std::string& key) {
  SQLite::Statement query{db_, "SELECT value FROM meta WHERE key=?"};
  query.bind(1, key);
  return query.executeStep() ? query.getColumn(0).getString() : std::string{};
}

void ledger::set_meta(const std::string& key, const std::string& value) {
  SQLite::Statement write{db_, "INSERT INTO meta VALUES(?,?) ON CONFLICT(key) DO UPDATE SET value=excluded.value"};
  write.bind(1, key);
  write.bind(2, value);
  write.exec();
}

std::int64_t ledger::next_order_id() {
  SQLite::Statement query{db_, "SELECT max(id) FROM orders"};
  query.executeStep();
  return query.getColumn(0).isNull() ? first_order_id_ : query.getColumn(0).getInt64() + 1;
}

void ledger::enter(const order& entry, const std::vector<order_event>& events) {
  SQLite::Transaction transaction{db_};
  SQLite::Statement insert{db_, "INSERT INTO orders VALUES(?,?,?,?,?,?,?,NULL,0)"};
  insert.bind(1, entry.id);
  insert.bind(2, entry.symbol);
  insert.bind(3, std::string{to_string(entry.instruction)});
  insert.bind(4, entry.quantity);
  insert.bind(5, entry.status);
  insert.bind(6, entry.description);
  insert.bind(7, entry.entered.us);
  insert.exec();
  insert_events(entry.id, events);
  transaction.commit();
}

void ledger::plan(std::int64_t id, const std::vector<order_event>& events) {
  SQLite::Transaction transaction{db_};
  insert_events(id, events);
  transaction.commit();
}

void ledger::insert_events(std::int64_t id, const std::vector<order_event>& events) {
  SQLite::Statement insert{db_, "INSERT INTO planned VALUES(?,?,?,?,?,?,?,?)"};
  std::int64_t number = 0;
  for (const auto& e : events) {
    insert.reset();
    insert.bind(1, id);
    insert.bind(2, ++number);
    insert.bind(3, e.due.us);
    insert.bind(4, e.quantity);
    insert.bind(5, e.price);
    insert.bind(6, e.activity);
    insert.bind(7, e.status);
    insert.bind(8, e.description);
    insert.exec();
  }
}

void ledger::settle(timestamp now) {
  struct due_event {
    std::int64_t order = 0;
    order_event event;
  };
  std::vector<due_event> due;
  {
    SQLite::Statement query{db_,
                            "SELECT order_id,due_us,quantity,price,activity,status,description FROM planned "
                            "WHERE due_us<=? ORDER BY due_us,order_id,number"};
    query.bind(1, now.us);
    while (query.executeStep())
      due.push_back(
          {query.getColumn(0).getInt64(),
           {timestamp{query.getColumn(1).getInt64()}, query.getColumn(2).getInt64(), query.getColumn(3).getInt64(),
            query.getColumn(4).getInt64(), query.getColumn(5).getString(), query.getColumn(6).getString()}});
  }
  if (due.empty()) return;
  SQLite::Transaction transaction{db_};
  for (const auto& d : due) apply(d.order, d.event);
  SQLite::Statement drop{db_, "DELETE FROM planned WHERE due_us<=?"};
  drop.bind(1, now.us);
  drop.exec();
  transaction.commit();
}

void ledger::apply(std::int64_t id, const order_event& event) {
  auto found = find(id);
  HEDGEROW_CHECK(found.has_value(), "the paper ledger plans for an order that it does not have");
  order& o = *found;
  const bool over = is_terminal(o.status);
  if (event.quantity > 0) {
    apply_to_position(o, event);
    o.filled += event.quantity;
    // A fill after the end adds to the order and leaves it ended.
    if (!over) o.status = o.filled == o.quantity ? "FILLED" : "WORKING";
  } else if (!over) {
    o.status = event.status;
    o.description = event.description;
  }
  const bool ends = !over && is_terminal(o.status);
  SQLite::Statement update{db_,
                           "UPDATE orders SET status=?,description=?,filled=?,closed_us=coalesce(?,closed_us) "
                           "WHERE id=?"};
  update.bind(1, o.status);
  update.bind(2, o.description);
  update.bind(3, o.filled);
  if (ends) update.bind(4, event.due.us);
  update.bind(5, id);
  update.exec();
}

void ledger::apply_to_position(const order& o, const order_event& event) {
  SQLite::Statement insert{db_, "INSERT INTO fills SELECT ?,count(*)+1,?,?,?,? FROM fills WHERE order_id=?"};
  insert.bind(1, o.id);
  insert.bind(2, event.activity);
  insert.bind(3, event.quantity);
  insert.bind(4, event.price);
  insert.bind(5, event.due.us);
  insert.bind(6, o.id);
  insert.exec();

  holding before;
  SQLite::Statement query{db_, "SELECT quantity,cost FROM positions WHERE symbol=?"};
  query.bind(1, o.symbol);
  if (query.executeStep())
    before = {query.getColumn(0).getInt64(), detail::stored_amount(query.getColumn(1).getString())};
  // Quantities stay below 2^63 and prices below 10^13: 256 bits hold every sum.
  const auto after = apply_fill(before, o.instruction, event.quantity, event.price);
  HEDGEROW_CHECK(after.has_value(), "a position's cost overflows");
  SQLite::Statement write{db_,
                          "INSERT INTO positions VALUES(?,?,?) ON CONFLICT(symbol) DO UPDATE SET "
                          "quantity=excluded.quantity,cost=excluded.cost"};
  write.bind(1, o.symbol);
  write.bind(2, after->quantity);
  write.bind(3, after->cost.to_string());
  write.exec();

  const usd amount = notional(event.price, event.quantity);
  const auto balance = o.instruction == side::buy ? cash().minus(amount) : cash().plus(amount);
  HEDGEROW_CHECK(balance.has_value(), "the cash balance overflows");
  set_meta("cash", balance->to_string());
}

bool ledger::cancel(std::int64_t id, timestamp now) {
  SQLite::Transaction transaction{db_};
  SQLite::Statement update{db_,
                           "UPDATE orders SET status='CANCELED',closed_us=? WHERE id=? AND "
                           "status NOT IN ('FILLED','CANCELED','REJECTED','EXPIRED')"};
  update.bind(1, now.us);
  update.bind(2, id);
  if (update.exec() == 0) return false;
  SQLite::Statement drop{db_, "DELETE FROM planned WHERE order_id=?"};
  drop.bind(1, id);
  drop.exec();
  transaction.commit();
  return true;
}

}  // namespace hedgerow::paper
