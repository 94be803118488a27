#include "runtime/cli/http_call.hpp"

#include <future>

namespace hedgerow::cli {

http_answer call(http::client& client, http::request request) {
  std::promise<http_answer> promise;
  client.send(std::move(request), false, std::nullopt,
              [&promise](http_answer answer) { promise.set_value(std::move(answer)); });
  return promise.get_future().get();
}

std::string log_in_at_paper(const std::string& api_origin, const std::string& broker_origin,
                            const ports::clock& clock) {
  http::client_options options;
  options.origin = api_origin;
  options.request_timeout = std::chrono::seconds{40};
  const auto api = http::make_client(options, clock);
  if (!api) return api.error();
  options.origin = broker_origin;
  const auto broker = http::make_client(options, clock);
  if (!broker) return broker.error();

  const auto login = call(**api, {"GET", "/auth/login", {}, ""});
  const auto page = login ? http::find_header(login->headers, "Location") : std::nullopt;
  if (!page) return "the node does not begin a login" + (login ? ": " + login->body : ": " + login.error().detail);
  const auto question = page->find('?');
  if (question == std::string::npos) return "the login address has no parameters";
  const auto form = call(**broker, {"POST",
                                    "/v1/oauth/authorize",
                                    {{"Content-Type", "application/x-www-form-urlencoded"}},
                                    page->substr(question + 1)});
  const auto back = form ? http::find_header(form->headers, "Location") : std::nullopt;
  if (!back) return "the paper broker refuses the login" + (form ? " with HTTP " + std::to_string(form->status) : "");
  const auto done = call(**api, {"GET", "/auth/callback" + back->substr(back->find('?')), {}, ""});
  if (!done) return "the node did not take the login: " + done.error().detail;
  return done->status == 200 ? "" : "the node did not take the login: " + done->body;
}

}  // namespace hedgerow::cli
