// A broker that misbehaves in every way the protocol has to survive, on virtual time. Faults are drawn from a seed and
// can be cut off after the first n, which is how a failing run is made smaller.
#pragma once

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
  expected<shares, broker_error> position(timestamp now);
  /// A foreign order on the same account.
  void place_foreign(const order_request& request, timestamp now);

  [[nodiscard]] const std::vector<model_order>& orders() const { return orders_; }
  [[nodiscard]] broker_order view(const model_order& order, timestamp now) const;
  /// POSTs whose answer was not a certain "not processed", by execution.
  [[nodiscard]] const std::map<execution_id, int>& uncertain_posts() const { return uncertain_; }

 private:
  model_order& record(const order_request& request, timestamp at);
  void plan_life(model_order& order);
  std::optional<broker_error> read_fault();

  chance& luck_;
  model_faults faults_;
  std::vector<model_order> orders_;
  std::map<execution_id, int> uncertain_;
  int garbled_ = 0;
  std::int64_t next_id_ = 9'007'199'254'740'993;
};

}  // namespace hedgerow::test
