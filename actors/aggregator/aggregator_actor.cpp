#include "actors/aggregator/aggregator_actor.hpp"

#include <algorithm>
#include <caf/all.hpp>
#include <mutex>

#include "messages/faults/fault_point.hpp"
#include "messages/protocol/callbacks.hpp"

namespace hedgerow::aggregator {

using namespace protocol;
using namespace faults::literals;
using ports::store_errc;
using ports::store_error;

namespace {

/// Records folded before other messages get their turn.
constexpr std::size_t records_per_turn = 5000;

/// News that come before the call to the store returns are taken at once: with a store in memory a turn is one message,
/// so that nobody is answered before the first turn. Thread-safe.
class early_news {
 public:
  /// False when the call has returned.
  bool keep(store_news& news) {
    const std::scoped_lock lock{mutex_};
    if (!returned_) kept_ = std::move(news);
    return !returned_;
  }
  /// The call has returned.
  std::optional<store_news> take() {
    const std::scoped_lock lock{mutex_};
    returned_ = true;
    return std::move(kept_);
  }

 private:
  std::mutex mutex_;
  bool returned_ = false;
  std::optional<store_news> kept_;
};

/// A reply that becomes news of this call.
template <class Answer>
ports::store_reply<Answer> told_of(std::uint64_t call, std::function<void(store_news)> tell) {
  return [call, tell](expected<Answer, store_error> came) {
    store_news news{call, {}};
    if (!came)
      news.what = std::move(came.error());
    else if constexpr (!std::is_void_v<Answer>)
      news.what = *std::move(came);
    tell(std::move(news));
  };
}

}  // namespace

aggregator::aggregator(pointer self, std::shared_ptr<ports::event_log> log, ports::projections rows,
                       aggregator_config config)
    : self_{self}, log_{std::move(log)}, rows_{std::move(rows)}, config_{config}, reader_{log_, config_.batch_max} {}

aggregator::interface::behavior_type aggregator::start() {
  appends_ = log_->on_append([queued = poll_queued_, tell = sends_to<interface>(self_->address(), poll_atom::value)] {
    if (!queued->exchange(true)) tell();
  });
  self_->send(self_, tick_atom::value, call_);
  return behavior();
}

aggregator::interface::behavior_type aggregator::behavior() {
  auto& from = *rows_.answers;
  return {
      [this, &from](positions_atom) { return answer<position_list>([&](auto done) { from.positions(done); }); },
      [this, &from](position_atom, const std::string& symbol) {
        return answer<position_answer>([&](auto done) { from.position(symbol, done); });
      },
      [this, &from](trades_atom, const trades_query& query) {
        return answer<trade_page>([&](auto done) { from.trades(query, done); });
      },
      [this, &from](executions_atom, const executions_query& query) {
        return answer<execution_page>([&](auto done) { from.executions(query, done); });
      },
      [this, &from](execution_atom, const std::string& id) {
        return answer<execution_answer>([&](auto done) { from.execution(id, done); });
      },
      [this, &from](letters_atom, const dead_letters_query& query) {
        return answer<dead_letter_page>([&](auto done) { from.dead_letters(query, done); });
      },
      [this, &from](decisions_atom, const decisions_query& query) {
        return answer<decision_page>([&](auto done) { from.decisions(query, done); });
      },
      [this, &from](overview_atom) { return answer<projection_overview>([&](auto done) { from.overview(done); }); },
      [this](poll_atom) {
        poll_queued_->store(false);
        poll();
      },
      [this](status_atom) { return status(); },
      [this](done_atom, store_news& news) { heard(news); },
      [this](answer_atom, store_answer& came) {
        if (const auto waiting = asking_.extract(came.question)) waiting.mapped()(came);
      },
      [this](tick_atom, std::uint64_t call) {
        if (call == call_) ask_store();
      },
  };
}

actor_status aggregator::status() const {
  auto s = make_status("aggregator", "aggregator");
  if (!state_.caught_up) {
    s.state = run_state::starting;
    s.activity = "rebuilding";
  }
  s.mailbox = self_->mailbox().size();
  s.last_error = state_.last_error;
  s.show("folded", state_.folded);
  s.show("undecodable", state_.undecodable);
  if (state_.failures == 0) return s;
  s.state = run_state::waiting;
  s.activity = "store not available";
  s.problems.push_back("its store does not take what the log says, so what is shown is old: " + state_.store_error);
  return s;
}

void aggregator::poll() {
  // The turn that is under way ends with another poll.
  if (phase_ != phase::idle) return;
  auto next = reader_.next(records_per_turn);
  if (!next) return self_->quit(caf::make_error(caf::sec::runtime_error, "cannot read the log: " + next.error()));
  if (next->empty()) {
    state_.caught_up = true;
    return;
  }
  turn_ = *std::move(next);
  phase_ = phase::rows;
  ask_store();
}

void aggregator::ask_store() {
  const auto call = ++call_;
  const auto early = std::make_shared<early_news>();
  const auto later = sends_to<interface>(self_->address(), done_atom::value);
  const store_listener tell = [early, later](store_news news) {
    if (!early->keep(news)) later(std::move(news));
  };
  if (phase_ == phase::position)
    rows_.store->position(told_of<ports::store_position>(call, tell));
  else if (phase_ == phase::rows)
    rows_.store->rows(domain::keys_of(turn_.events), told_of<known_rows>(call, tell));
  else if (phase_ == phase::apply)
    apply_batch(call, tell);
  if (auto news = early->take()) heard(*news);
}

void aggregator::apply_batch(std::uint64_t call, const store_listener& tell) {
  if (faults::strikes("store.apply.before"_fault))
    return tell(store_news{call, store_error{store_errc::busy, std::string{faults::injected}}});
  rows_.store->apply(batch_, [reply = told_of<void>(call, tell)](expected<void, store_error> came) {
    if (came && faults::strikes("store.apply.after"_fault))
      came = unexpected(store_error{store_errc::lost, std::string{faults::injected}});
    reply(std::move(came));
  });
}

void aggregator::heard(store_news& news) {
  if (news.call != call_) return;
  if (const auto* why = std::get_if<store_error>(&news.what)) return failed(*why);
  state_.failures = 0;
  if (const auto* position = std::get_if<ports::store_position>(&news.what)) return begin_at(*position);
  if (auto* before = std::get_if<known_rows>(&news.what)) return fold_turn(*before);
  applied();
}

void aggregator::failed(const store_error& why) {
  state_.store_error = state_.last_error = why.detail;
  // Somebody else has written: what was read is worth nothing.
  if (why.code == store_errc::misplaced) phase_ = phase::position;
  const auto doublings = std::min<std::uint32_t>(state_.failures++, 20);
  const auto wait = std::min(config_.backoff_max, config_.backoff_min * (std::int64_t{1} << doublings));
  self_->delayed_send(self_, wait, tick_atom::value, call_);
}

void aggregator::begin_at(const ports::store_position& position) {
  reader_.start_at(position);
  phase_ = phase::idle;
  poll();
}

void aggregator::fold_turn(known_rows& before) {
  batch_ = std::make_shared<const ports::projected_batch>(
      ports::projected_batch{domain::fold(turn_.events, std::move(before)), turn_.read});
  phase_ = phase::apply;
  ask_store();
}

void aggregator::applied() {
  state_.folded += turn_.records;
  state_.undecodable += turn_.undecodable;
  if (turn_.undecodable > 0) state_.last_error = turn_.why_undecodable;
  turn_ = {};
  batch_.reset();
  phase_ = phase::idle;
  self_->send(self_, poll_atom::value);
}

template <class Answer, class Ask>
caf::result<Answer> aggregator::answer(Ask ask) {
  auto promise = self_->make_response_promise<Answer>();
  const auto question = ++questions_;
  asking_.emplace(question, [promise](store_answer& came) mutable {
    if (auto* known = std::get_if<Answer>(&came.what))
      promise.deliver(std::move(*known));
    else
      promise.deliver(caf::make_error(caf::sec::runtime_error, std::get<store_error>(came.what).detail));
  });
  ask(ports::store_reply<Answer>{
      [question, tell = sends_to<interface>(self_->address(), answer_atom::value)](auto came) {
        store_answer out{question, {}};
        if (came)
          out.what = *std::move(came);
        else
          out.what = std::move(came.error());
        tell(std::move(out));
      }});
  return promise;
}

}  // namespace hedgerow::aggregator
