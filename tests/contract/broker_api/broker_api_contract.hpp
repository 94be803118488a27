// What every broker behind the port must do. A subject's test program links broker_api_tests and says
// INSTANTIATE_TEST_SUITE_P(name, BrokerApiContract, ::testing::Values(broker_subject{...})).
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "actors/ports/broker_api.hpp"
#include "tests/support/wait.hpp"

namespace hedgerow::test {

/// What becomes of an order.
enum class fate : std::uint8_t {
  fills,                 // soon and completely
  half_fills_and_works,  // half of it soon, the rest not while a test runs
  half_fills_and_is_cancelled,
  is_rejected,  // with a reason
  expires,
};

enum class question : std::uint8_t { order, list, position };

/// What goes wrong with one call. The first part leaves open what became of a placement.
enum class mishap : std::uint8_t {
  lost_request,   // nothing is done, and no answer comes
  lost_answer,    // done, and no answer comes
  error_before,   // 5xx, and nothing is done
  error_after,    // 5xx, and the order is recorded
  throttled,      // 429 with Retry-After: `asked_to_wait`
  unauthorized,   // 401
  garbage,        // an answer that cannot be read
  broken_off,     // the answer ends in the middle
  not_found_yet,  // a question for an order that exists, as right after its placement
  no_id,          // the order is recorded, and the answer does not say its id
};

inline constexpr std::chrono::seconds asked_to_wait{3};

/// One account with 100 AAPL and -3 MSFT, whose broker can be reached and used, and how a test controls the broker.
class broker_under_test {
 public:
  virtual ~broker_under_test() = default;
  virtual ports::broker_api& api() = 0;
  /// The one that the broker goes by.
  virtual const ports::clock& clock() = 0;
  /// Lets happen what takes time. Called until a test has what it waits for; nothing to do on real time.
  virtual void advance() {}
  /// What becomes of the next order.
  virtual void decide(fate next) = 0;
  /// What happens to the next placement or the next question of this kind. Only what the subject says that it can.
  virtual void spoil_placement(mishap how) = 0;
  virtual void spoil(question next, mishap how) = 0;
  /// All is well again.
  virtual void recover() = 0;
  virtual void set_market_open(bool open) = 0;
};

/// What a subject can be made to do. What is not here it cannot by design, which the subject's file explains; tests of
/// it are skipped and say so.
struct broker_control {
  std::set<fate> fates{fate::fills};
  std::set<mishap> placements;
  std::set<mishap> questions;
  /// The market's hours can be asked for.
  bool sessions = true;
};

struct broker_subject {
  std::string name;
  std::function<std::unique_ptr<broker_under_test>()> make;
  broker_control can;
  friend std::ostream& operator<<(std::ostream& out, const broker_subject& s) { return out << s.name; }
};

class BrokerApiContract : public ::testing::TestWithParam<broker_subject> {
 protected:
  /// Every callback comes once.
  void TearDown() override;

  /// The answer; the test fails when none comes.
  template <class T, class Call>
  expected<T, broker_error> ask(const Call& call) {
    auto heard = std::make_shared<answers<T>>();
    call([heard](expected<T, broker_error> answer) {
      const std::lock_guard lock{heard->mutex};
      if (heard->times++ == 0) heard->first.emplace(std::move(answer));
    });
    const auto times = [heard] {
      const std::lock_guard lock{heard->mutex};
      return heard->times;
    };
    EXPECT_TRUE(eventually([&] {
      subject_->advance();
      return times() > 0;
    })) << "no answer";
    answered_.push_back(times);
    const std::lock_guard lock{heard->mutex};
    if (heard->first) return *heard->first;
    return unexpected(broker_error{broker_failure::no_answer, 0, "the callback never came", {}});
  }

  expected<placement, broker_error> place(side way, std::uint64_t quantity,
                                          std::chrono::seconds lease = std::chrono::seconds{60});
  expected<broker_order, broker_error> get(const order_id& id);
  expected<order_list, broker_error> list(timestamp from, timestamp to);
  expected<shares, broker_error> position(const symbol& of);
  /// Asked as `next`, for an order that exists; nothing when it was answered well.
  std::optional<broker_error> failure_of(question next, const order_id& existing);

  /// Everything that was entered in the last hour.
  std::vector<broker_order> all_orders();
  /// The id of a placement that went well.
  order_id must_place(side way, std::uint64_t quantity);
  /// The order as soon as `holds` is true of it; the test fails when that does not happen.
  broker_order seen_when(const order_id& id, const std::function<bool(const broker_order&)>& holds);

  std::unique_ptr<broker_under_test> subject_ = GetParam().make();
  const broker_control can_ = GetParam().can;
  const symbol aapl_ = *symbol::parse("AAPL");

 private:
  template <class T>
  struct answers {
    std::mutex mutex;
    int times = 0;
    std::optional<expected<T, broker_error>> first;
  };

  std::vector<std::function<int()>> answered_;
};

}  // namespace hedgerow::test
