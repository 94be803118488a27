// A broker that misbehaves in every way the protocol has to survive, on virtual time. Faults are drawn from a seed and
// can be cut off after the first n, which is how a failing run is made smaller.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <random>
#include <vector>

#include "actors/ports/broker_api.hpp"
#include "messages/types/ids.hpp"

namespace hedgerow::test {

/// Chance with a seed; at most `fault_limit` faults.
class chance {
 public:
  chance(std::uint64_t seed, std::uint32_t fault_limit) : random_{seed}, limit_{fault_limit} {}
  /// Uniform in [low, high].
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(high - low + 1));
  }
  /// True in `percent` of the calls until the limit of faults is reached.
  bool fault(int percent) {
    const bool drawn = between(0, 99) < percent;
    return drawn && fired_ < limit_ && ++fired_ > 0;
  }
  [[nodiscard]] std::uint32_t faults() const { return fired_; }

 private:
  std::mt19937_64 random_;
  std::uint32_t limit_;
  std::uint32_t fired_ = 0;
};

struct model_fill {
  timestamp at;
  std::int64_t quantity = 0;
};

struct model_order {
  broker_order terms;
  /// The execution whose POST made it; nullopt for a foreign order.
  std::optional<execution_id> cause;
  timestamp recorded_at;
  timestamp get_visible_at;
  timestamp list_visible_at;
  std::vector<model_fill> fills;
  /// Its final status, if it does not fill completely, and the time.
  order_status end = order_status::filled;
  timestamp end_at;
};

struct model_faults {
  int place_percent = 60;
  int read_percent = 10;
  /// Orders that the broker records minutes after it was asked to.
  bool very_late = false;
};

/// How a placement fails. Chance draws one of them by its place in this list.
enum class model_mishap : std::uint8_t {
  not_sent,
  throttled,
  unauthorized,
  refused,
  no_id,             // recorded; the answer does not say the id
  unknown_id,        // recorded; the answer says an id that no order has
  foreign_id,        // recorded; the answer says the id of another order
  error_before,      // 5xx; nothing is done
  error_after,       // 5xx; recorded
  lost_answer,       // recorded
  lost_request,      // nothing is done
  late_and_garbled,  // recorded after a while
  late_answer,       // well, after everybody has stopped waiting for it
};

/// What becomes of an order in place of what chance would make of it.
struct model_life {
  /// Filled soon.
  std::int64_t filled = 0;
  /// Its state afterwards; nullopt: it goes on working.
  std::optional<order_status> end;
};

template <class T>
struct timed_answer {
  expected<T, broker_error> answer;
  timestamp at;
};

class broker_model {
 public:
  broker_model(chance& luck, model_faults faults) : luck_{luck}, faults_{faults} {}

  timed_answer<placement> place(const execution_id& cause, const order_request& request, timestamp now);
  expected<broker_order, broker_error> get(const order_id& id, timestamp now);
  expected<order_list, broker_error> list(timestamp from, timestamp to, timestamp now);
  expected<shares, broker_error> position(const symbol& of, timestamp now);
  /// A foreign order on the same account.
  void place_foreign(const order_request& request, timestamp now);
  /// What the account has of a symbol at first; nothing when it is not said.
  void hold(const symbol& of, std::int64_t quantity) { held_[of] = quantity; }

  /// The next placement, or the next question, ends like this, whatever chance says. A mishap that is throttled asks to
  /// wait for `retry_after`.
  void spoil_placement(model_mishap how, std::chrono::milliseconds retry_after = {}) {
    next_mishap_ = {how, retry_after};
  }
  void spoil_question(broker_error how) { next_read_ = std::move(how); }
  /// What becomes of the next order.
  void decide(model_life life) { next_life_ = life; }
  /// Nothing of what was said about the next calls holds any longer.
  void recover() { next_mishap_.reset(), next_read_.reset(), next_life_.reset(); }

  [[nodiscard]] const std::vector<model_order>& orders() const { return orders_; }
  [[nodiscard]] broker_order view(const model_order& order, timestamp now) const;
  /// POSTs whose answer was not a certain "not processed", by execution.
  [[nodiscard]] const std::map<execution_id, int>& uncertain_posts() const { return uncertain_; }

 private:
  model_order& record(const order_request& request, timestamp at);
  void plan_life(model_order& order);
  /// The mishap of this placement and how long it asks to wait; nullopt when all goes well.
  std::optional<std::pair<model_mishap, std::chrono::milliseconds>> draw_mishap();
  std::optional<broker_error> read_fault();

  chance& luck_;
  model_faults faults_;
  std::vector<model_order> orders_;
  std::map<execution_id, int> uncertain_;
  std::map<symbol, std::int64_t> held_;
  std::optional<std::pair<model_mishap, std::chrono::milliseconds>> next_mishap_;
  std::optional<broker_error> next_read_;
  std::optional<model_life> next_life_;
  int garbled_ = 0;
  std::int64_t next_id_ = 9'007'199'254'740'993;
};

}  // namespace hedgerow::test
