// The first start on an empty event log: nothing is read before it is certain that the log is not a lost one. The rule
// that decides this is domain/orders/first_start.
#include <caf/all.hpp>

#include "actors/ingestion/ingestion.hpp"
#include "actors/ingestion/ingestion_service.hpp"

namespace hedgerow::ingestion {

using ports::notice_level;

namespace {

constexpr const char* about = "chain.start_block";
/// Pauses between requests for the orders. Before a login a request fails at once, without a call to the broker.
constexpr std::chrono::seconds ask_before_login{1};
constexpr std::chrono::seconds ask_after_failure{10};

}  // namespace

void ingestion::say(notice_level level, std::string_view code, std::string_view about_what, const std::string& text) {
  if (notices_ != nullptr) notices_->raise(level, service_name, code, about_what, text);
}

/// A wrong address has no logs, so a mistake in it would look like a quiet book.
void ingestion::look_for_code() {
  for (const auto& watched : config_.books) {
    if (!code_asked_.insert(watched.book).second) continue;
    chain_->code(watched.book, bring_back(code_of{watched.book}));
  }
}

void ingestion::take(const code_of& asked, const chain_answer<bytes>& code) {
  if (!code) {
    code_asked_.erase(asked.book);
    return;
  }
  if (!code->empty()) return;
  say(notice_level::alarm, "no_code", "orderbook",
      "there is no contract at " + asked.book.to_string() + " on chain " + std::to_string(checkpoint_.chain_id) +
          ", so none of its fills will be seen: correct the address of this [[orderbook]]");
}

void ingestion::begin_first_start() {
  if (!refused_.empty()) return;
  chain_->head(bring_back(head_at_first_start{}));
}

void ingestion::take(const head_at_first_start&, const block_answer& head) {
  if (head) return look_at_start_block(*head);
  last_error_ = "head: " + head.error().detail;
  again(head.error());
}

void ingestion::look_at_start_block(const ports::chain_block& head) {
  domain::first_start start;
  start.start_block = config_.backfill.start_block;
  start.start_time = head.time;
  start.head = head.number;
  start.now = clock_->now();
  start.confirmed = config_.hedge_history;
  start.broker_here = broker_ != nullptr;
  if (start.start_block > head.number) return judge_first_start(start);
  chain_->block(start.start_block, bring_back(block_of_first_start{start}));
}

void ingestion::take(const block_of_first_start& asked, const maybe_block_answer& block) {
  if (block && *block) {
    auto known = asked.start;
    known.start_time = (*block)->time;
    return judge_first_start(known);
  }
  const auto why = block ? ports::chain_error{ports::chain_failure::rpc_error,
                                              "the node does not have block " + std::to_string(asked.start.start_block)}
                         : block.error();
  last_error_ = block ? why.detail : "block: " + why.detail;
  again(why);
}

void ingestion::judge_first_start(const domain::first_start& start) {
  switch (domain::decide(start)) {
    case domain::first_start_action::read: return admit(start);
    case domain::first_start_action::cannot_check: return refuse_first_start(domain::why_unchecked(start));
    case domain::first_start_action::ask_broker: break;
  }
  ask_broker(start);
}

void ingestion::ask_broker(const domain::first_start& start) {
  if (broker_asked_ || admitted_) return;
  broker_asked_ = true;
  broker_->list_orders(domain::orders_since(start), clock_->now(),
                       [start, tell = protocol::sends_to<interface>(self_->address(), protocol::answer_atom::value)](
                           expected<order_list, broker_error> answer) {
                         tell(orders_answer{start, std::move(answer)});
                       });
}

void ingestion::broker_answered(const domain::first_start& start, const expected<order_list, broker_error>& answer) {
  broker_asked_ = false;
  if (answer) {
    const auto against = domain::contradiction(start, *answer);
    return against.empty() ? admit(start) : refuse_first_start(against);
  }
  last_error_ = "orders of the broker: " + answer.error().detail;
  if (!std::exchange(told_to_wait_, true))
    say(notice_level::warning, "first_start_waits", about,
        "the event log is empty and block " + std::to_string(start.start_block) + " is of " +
            to_rfc3339(start.start_time) +
            ": before it is read, the broker is asked for orders since then; it needs a login (open /auth/login)");
  const bool no_call = answer.error().kind == broker_failure::not_sent;
  const auto pause =
      std::max<std::chrono::milliseconds>(no_call ? ask_before_login : ask_after_failure, answer.error().retry_after);
  later(pause, orders_due{start});
}

void ingestion::admit(const domain::first_start& start) {
  admitted_ = true;
  say(notice_level::info, "first_start", about, "the event log is empty: " + domain::describe(start));
  if (connected_) begin_reading();
}

void ingestion::refuse_first_start(const std::string& why) {
  last_error_ = refused_ = why + "; nothing is read: " + domain::first_start_remedy();
  say(notice_level::alarm, "first_start_refused", about, refused_);
}

}  // namespace hedgerow::ingestion
