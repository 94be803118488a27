// The fakes that other tests trust, held to the contract of the real thing: fake_broker, which keeps questions, with
// the answers of broker_model, which is a broker on virtual time.
#include <map>

#include "tests/contract/broker_api/broker_api_contract.hpp"
#include "tests/support/fake_broker.hpp"
#include "tests/support/fake_clock.hpp"
#include "tests/unit/domain/orders/broker_model.hpp"

namespace hedgerow::test {
namespace {

using std::chrono::milliseconds;

class model_subject final : public broker_under_test {
 public:
  model_subject() {
    model_.hold(*symbol::parse("AAPL"), 100);
    model_.hold(*symbol::parse("MSFT"), -3);
  }

  ports::broker_api& api() override { return fake_; }
  const ports::clock& clock() override { return clock_; }

  void advance() override {
    answer_questions();
    clock_.advance(milliseconds{250});
    while (!due_.empty() && due_.begin()->first <= clock_.now()) {
      const auto deliver = std::move(due_.begin()->second);
      due_.erase(due_.begin());
      deliver();
    }
  }

  void decide(fate next) override {
    switch (next) {
      case fate::fills: return;
      case fate::half_fills_and_works: return model_.decide({5, std::nullopt});
      case fate::half_fills_and_is_cancelled: return model_.decide({5, order_status::cancelled});
      case fate::is_rejected: return model_.decide({0, order_status::rejected});
      case fate::expires: return model_.decide({0, order_status::expired});
    }
  }

  void spoil_placement(mishap how) override {
    static const std::map<mishap, model_mishap> all{{mishap::lost_request, model_mishap::lost_request},
                                                    {mishap::lost_answer, model_mishap::lost_answer},
                                                    {mishap::error_before, model_mishap::error_before},
                                                    {mishap::error_after, model_mishap::error_after},
                                                    {mishap::throttled, model_mishap::throttled},
                                                    {mishap::unauthorized, model_mishap::unauthorized},
                                                    {mishap::no_id, model_mishap::no_id}};
    model_.spoil_placement(all.at(how), asked_to_wait);
  }

  void spoil(question, mishap how) override {
    static const std::map<mishap, broker_failure> all{
        {mishap::error_before, broker_failure::server_error}, {mishap::throttled, broker_failure::throttled},
        {mishap::unauthorized, broker_failure::unauthorized}, {mishap::garbage, broker_failure::malformed},
        {mishap::broken_off, broker_failure::no_answer},      {mishap::not_found_yet, broker_failure::not_found}};
    model_.spoil_question({all.at(how), 0, "asked for", how == mishap::throttled ? asked_to_wait : milliseconds{0}});
  }

  void recover() override { model_.recover(); }
  void set_market_open(bool) override {}

 private:
  /// Hands over `answer` when its time has come.
  template <class T>
  void answer_at(timestamp when, fake_broker::pending<T>& waiting, expected<T, broker_error> answer) {
    due_.emplace(when, [done = std::move(waiting.front()), answer = std::move(answer)] { done(answer); });
    waiting.pop_front();
  }

  void answer_questions() {
    const auto now = clock_.now();
    for (; !fake_.places.empty(); ++placed_) {
      auto answer = model_.place({fake_.placed[placed_].symbol, placed_ + 1}, fake_.placed[placed_], now);
      answer_at(answer.at, fake_.places, std::move(answer.answer));
    }
    for (; !fake_.gets.empty(); ++asked_) answer_at(now, fake_.gets, model_.get(fake_.asked[asked_], now));
    for (; !fake_.lists.empty(); ++listed_) {
      const auto& [from, to] = fake_.windows[listed_];
      answer_at(now, fake_.lists, model_.list(from, to, now));
    }
    for (; !fake_.positions.empty(); ++held_) answer_at(now, fake_.positions, model_.position(fake_.held[held_], now));
  }

  fake_clock clock_;
  fake_broker fake_{&clock_};
  chance luck_{1, 0};
  broker_model model_{luck_, {}};
  std::multimap<timestamp, std::function<void()>> due_;
  std::size_t placed_ = 0;
  std::size_t asked_ = 0;
  std::size_t listed_ = 0;
  std::size_t held_ = 0;
};

/// By design the model has no hours, since the desk's tests decide them, and no wire: no answer to a placement breaks
/// off or lacks more than the id.
const broker_subject fakes{
    "fakes",
    [] { return std::make_unique<model_subject>(); },
    {{fate::fills, fate::half_fills_and_works, fate::half_fills_and_is_cancelled, fate::is_rejected, fate::expires},
     {mishap::lost_request, mishap::lost_answer, mishap::error_before, mishap::error_after, mishap::throttled,
      mishap::unauthorized, mishap::no_id},
     {mishap::error_before, mishap::throttled, mishap::unauthorized, mishap::garbage, mishap::broken_off,
      mishap::not_found_yet},
     false}};

INSTANTIATE_TEST_SUITE_P(fakes, BrokerApiContract, ::testing::Values(fakes),
                         [](const auto& suite) { return suite.param.name; });

}  // namespace
}  // namespace hedgerow::test
