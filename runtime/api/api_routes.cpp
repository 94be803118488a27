#include "runtime/api/api_routes.hpp"

#include <caf/all.hpp>
#include <charconv>

#include "runtime/api/answers.hpp"
#include "runtime/api/health_page.hpp"
#include "runtime/api/views.hpp"

namespace hedgerow::api {

using namespace protocol;

namespace {

/// A login waits for the broker.
constexpr std::chrono::seconds login_timeout{30};
constexpr std::size_t max_rows = 10'000;

/// Asks the query side; `show` makes a text of the answer, or nothing when there is no such thing.
template <class Answer, class Show, class... Question>
void answer_from_rows(const api_context& c, const http::responder& respond, Show show, Question... question) {
  c.system->spawn([=, model = c.model](caf::event_based_actor* self) {
    self->request(model, answer_timeout, question...)
        .then(
            [=](const Answer& rows) {
              const std::optional<std::string> body = show(rows);
              respond(body ? json(200, *body) : problem(404, "not found"));
            },
            [=](const caf::error&) { respond(problem(503, "the read model does not answer")); });
  });
}

/// Nothing when a parameter is not usable; the answer is sent then.
std::optional<page> read_page(const call& asked) {
  page p{asked.parameter("symbol"), asked.parameter("status"), page{}.limit};
  const auto limit = asked.query.find("limit");
  if (!limit) return p;
  const auto [end, error] = std::from_chars(limit->data(), limit->data() + limit->size(), p.limit);
  if (error == std::errc{} && end == limit->data() + limit->size() && p.limit >= 1 && p.limit <= max_rows) return p;
  asked.respond(problem(400, "limit must be a number from 1 to " + std::to_string(max_rows)));
  return std::nullopt;
}

health_sources health_sources_of(const api_context& c) {
  return {c.system,        c.options.metrics.node, c.outside.root->get(),
          c.outside.clock, c.outside.lag,          c.outside.others.members->get()};
}

void metrics(const api_context& c, const call& asked) {
  const auto root = c.outside.root->get();
  if (!root) return asked.respond(problem(503, "starting or stopping"));
  show_metrics(*c.system, c.options.metrics, root, c.outside.lag, {c.model, c.outside.clock}, asked.respond);
}

http::response to_login_page(const std::string& url) {
  return {302, {{"Location", url}, {"Cache-Control", "no-store"}}, ""};
}

http::response login_ended(const login_result& result) {
  return result.error.empty() ? json(200, R"({"status":"logged in"})") : problem(400, result.error);
}

/// Why no login is possible, for a person at this node.
http::response no_login(const std::string& error) {
  return problem(503,
                 "the tokens service, which takes logins, does not run at this node, and no other node takes this "
                 "one: " +
                     error);
}

void begin_login(const api_context& c, const call& asked) {
  const auto tokens = c.outside.tokens->get();
  const auto respond = asked.respond;
  if (!tokens)
    return ask_peer(
        *c.system, c.outside.others, "", {0, "", question_kind::begin_login, "", {}},
        [respond](const remote_answer& a) { respond(a.error.empty() ? to_login_page(a.text) : no_login(a.error)); });
  c.system->spawn([=](caf::event_based_actor* self) {
    self->request(tokens, answer_timeout, beginlogin_atom::value)
        .then([=](const std::string& url) { respond(to_login_page(url)); },
              [=](const caf::error&) { respond(problem(503, "the tokens service does not answer")); });
  });
}

void finish_login(const api_context& c, const call& asked) {
  tokens::login_code login{asked.parameter("code"), asked.parameter("state")};
  const auto respond = asked.respond;
  if (login.code.empty()) return respond(problem(400, "the address carries no code; start again at /auth/login"));
  const auto tokens = c.outside.tokens->get();
  if (!tokens)
    return ask_peer(
        *c.system, c.outside.others, "", {0, "", question_kind::end_login, "", std::move(login)},
        [respond](const remote_answer& a) { respond(a.error.empty() ? login_ended(a.login) : no_login(a.error)); });
  c.system->spawn([=](caf::event_based_actor* self) {
    self->request(tokens, login_timeout, endlogin_atom::value, login)
        .then([=](const tokens::login_result& result) { respond(login_ended(result)); },
              [=](const caf::error&) { respond(problem(504, "the broker did not answer in time")); });
  });
}

void positions(const api_context& c, const call& asked) {
  answer_from_rows<position_list>(
      c, asked.respond, [clock = c.outside.clock](const auto& all) { return positions_view(all, clock->now()); },
      positions_atom::value);
}

void position(const api_context& c, const call& asked) {
  answer_from_rows<position_answer>(
      c, asked.respond, [clock = c.outside.clock](const auto& one) { return position_view(one, clock->now()); },
      position_atom::value, asked.captured[0]);
}

void trades(const api_context& c, const call& asked) {
  if (const auto p = read_page(asked))
    answer_from_rows<trade_page>(c, asked.respond, trades_view, trades_atom::value, trades_of(*p));
}

void executions(const api_context& c, const call& asked) {
  if (const auto p = read_page(asked))
    answer_from_rows<execution_page>(c, asked.respond, executions_view, executions_atom::value, executions_of(*p));
}

void execution(const api_context& c, const call& asked) {
  answer_from_rows<execution_answer>(c, asked.respond, execution_view, execution_atom::value, asked.captured[0]);
}

void dead_letters(const api_context& c, const call& asked) {
  if (const auto p = read_page(asked))
    answer_from_rows<dead_letter_page>(c, asked.respond, dead_letters_view, letters_atom::value,
                                       dead_letters_query{.limit = p->limit});
}

void decisions(const api_context& c, const call& asked) {
  if (const auto p = read_page(asked))
    answer_from_rows<decision_page>(c, asked.respond, decisions_view, decisions_atom::value,
                                    decisions_query{.scope = p->symbol, .limit = p->limit});
}

}  // namespace

routes api_routes(std::shared_ptr<const api_context> context) {
  routes all;
  const auto get = [&](std::string_view pattern, std::vector<std::string_view> parameters, std::string_view summary,
                       void (*handle)(const api_context&, const call&), caller may = caller::reader) {
    all.push_back({"GET", std::string{pattern}, may, std::move(parameters), summary,
                   [context, handle](const call& asked) { handle(*context, asked); }});
  };
  get("/health", {},
      "`ok` or `degraded` (200), `unavailable` (503); what is wrong in words, lag per service, token, version",
      [](const auto& c, const auto& asked) { show_health(health_sources_of(c), c.model, asked.respond); });
  get("/health/live", {}, "200 while the process works, stopping included; restart it when it is not",
      [](const auto& c, const auto& asked) { show_live(health_sources_of(c), asked.respond); });
  get("/health/ready", {}, "200 while every service runs and the log answers, else 503",
      [](const auto& c, const auto& asked) { show_ready(health_sources_of(c), asked.respond); });
  get("/positions", {}, "on chain, at the broker, net, reserved, frozen, unhedged since, realized P&L of each symbol",
      positions);
  get("/positions/{symbol}", {}, "the same of one symbol", position);
  get("/trades", {"symbol", "limit"}, "fills on chain, newest first", trades);
  get("/executions", {"symbol", "status", "limit"},
      "orders with their history and the evidence of a verdict, newest first", executions);
  get("/executions/{id}", {}, "one of them", execution);
  get("/dead-letters", {"limit"}, "records that could not be used, with reason and origin", dead_letters);
  get("/decisions", {"symbol", "limit"}, "what people decided of symbols: who, when and why; the last 100 of each",
      decisions);
  get("/metrics", {},
      "for Prometheus: lag, transactions, positions, orders, restarts "
      "([all of them](docs/operations.md#metrics))",
      metrics);
  get("/auth/login", {}, "leads a browser to the broker's login page", begin_login);
  get("/auth/callback", {"code", "state"}, "where the broker sends the browser back to", finish_login,
      caller::redirected);
  return all;
}

}  // namespace hedgerow::api
