// The paper broker's books: orders with their planned events, fills, positions and cash, in one SQLite file. Every
// call that changes something is one transaction, on disk when it returns. SQLite's exceptions pass through: the
// brokerage turns them into a 500. One thread at a time.
#pragma once

#include <SQLiteCpp/Database.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/adapters/paper/holdings.hpp"
#include "runtime/adapters/paper/order_plan.hpp"
#include "runtime/adapters/paper/paper_options.hpp"

namespace hedgerow::paper {

struct fill {
  std::int64_t activity = 0;
  std::int64_t quantity = 0;
  price_units price = 0;
  timestamp time;
};

struct order {
  std::int64_t id = 0;
  std::string symbol;
  side instruction = side::buy;
  std::int64_t quantity = 0;
  std::string status;
  std::string description;
  timestamp entered;
  std::optional<timestamp> closed;
  std::int64_t filled = 0;
  std::vector<fill> fills;
};

struct order_query {
  timestamp from;
  timestamp to;
  std::optional<std::string> status;
  std::int64_t limit = 3000;
};

namespace detail {
/// Throws when the file was damaged.
[[nodiscard]] usd stored_amount(const std::string& text);
}  // namespace detail

class ledger {
 public:
  /// Opens or creates. A new one gets the start positions and the cash of `options`, which must be valid. The error
  /// names the file and what to do.
  [[nodiscard]] static expected<std::unique_ptr<ledger>, std::string> open(const paper_options& options, timestamp now);

  /// When the ledger was created: the walk of prices begins there, also after a restart.
  [[nodiscard]] timestamp created() const { return created_; }
  [[nodiscard]] std::int64_t next_order_id();

  /// Records an order with its id and status, and its planned events.
  void enter(const order& entry, const std::vector<order_event>& events);
  /// Applies everything that is due, in order of time. Called before anything is read.
  void settle(timestamp now);
  /// Ends a working order now and drops its planned events; false when it has ended or does not exist.
  bool cancel(std::int64_t id, timestamp now);
  /// Working orders without a plan: they wait for a market that had no next session.
  [[nodiscard]] std::vector<order> parked();
  /// Plans for a parked order.
  void plan(std::int64_t id, const std::vector<order_event>& events);

  [[nodiscard]] std::optional<order> find(std::int64_t id);
  /// Newest first, as the broker answers.
  [[nodiscard]] std::vector<order> list(const order_query& query);
  /// Every order, oldest first.
  [[nodiscard]] std::vector<order> all();
  /// Every symbol that was ever held.
  [[nodiscard]] std::map<std::string, holding> positions();
  /// Shares that working sell orders may still take.
  [[nodiscard]] std::int64_t open_sells(const std::string& symbol);
  [[nodiscard]] usd cash();

  [[nodiscard]] SQLite::Database& database() { return db_; }

 private:
  explicit ledger(const std::string& path);
  void initialize(const paper_options& options, timestamp now);
  [[nodiscard]] std::string meta(const std::string& key);
  void set_meta(const std::string& key, const std::string& value);
  void insert_events(std::int64_t id, const std::vector<order_event>& events);
  void apply(std::int64_t id, const order_event& event);
  void apply_to_position(const order& o, const order_event& event);
  [[nodiscard]] std::vector<order> select(const std::string& where, const std::vector<std::string>& arguments);

  SQLite::Database db_;
  timestamp created_;
  std::int64_t first_order_id_ = 1;
};

}  // namespace hedgerow::paper
