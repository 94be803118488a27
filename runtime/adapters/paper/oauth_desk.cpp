#include "runtime/adapters/paper/oauth_desk.hpp"

#include <algorithm>

#include "runtime/adapters/paper/answers.hpp"
#include "runtime/adapters/paper/json_text.hpp"

namespace hedgerow::paper {
namespace {

/// The value after `scheme` and one blank in the Authorization header; the scheme in any case.
std::optional<std::string> credentials(const http::request& request, std::string_view scheme) {
  const auto header = http::find_header(request.headers, "Authorization");
  if (!header || header->size() <= scheme.size() || (*header)[scheme.size()] != ' ') return std::nullopt;
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  if (!std::equal(scheme.begin(), scheme.end(), header->begin(), [&](char a, char b) { return lower(a) == lower(b); }))
    return std::nullopt;
  return header->substr(scheme.size() + 1);
}

http::response refusal(const std::string& why) {
  return html_answer(400, "Login not possible", "<p>" + html_escape(why) + "</p>");
}

std::string hidden_input(const std::string& name, const std::string& value) {
  return "<input type=\"hidden\" name=\"" + name + "\" value=\"" + html_escape(value) + "\">\n";
}

}  // namespace

std::optional<http::url_query> parse_form(const http::request& request) {
  const auto type = http::find_header(request.headers, "Content-Type");
  if (!type || !type->starts_with("application/x-www-form-urlencoded")) return std::nullopt;
  return http::parse_target("/?" + request.body);
}

oauth_desk::oauth_desk(token_store& tokens, const paper_options& options)
    : tokens_{tokens},
      app_key_{options.app_key},
      app_secret_{options.app_secret},
      redirect_uri_{options.redirect_uri},
      access_lifetime_{options.access_lifetime} {}

std::optional<std::string> oauth_desk::problem_with(const http::url_query& login) const {
  if (login.find("client_id") != app_key_) return "Unknown client_id.";
  if (login.find("redirect_uri") != redirect_uri_)
    return "The redirect_uri is not the one that is registered for this app; it must match byte for byte.";
  if (login.find("response_type").value_or("code") != "code") return "response_type must be code.";
  return std::nullopt;
}

http::response oauth_desk::login_page(const http::request& request) const {
  const auto query = http::parse_target(request.target);
  if (const auto problem = problem_with(query)) return refusal(*problem);
  std::string form =
      "<p>This is the paper broker: no real account, no real money.</p>\n"
      "<form method=\"post\" action=\"/v1/oauth/authorize\">\n";
  form += hidden_input("client_id", app_key_) + hidden_input("redirect_uri", redirect_uri_);
  form += hidden_input("response_type", "code");
  if (const auto state = query.find("state")) form += hidden_input("state", *state);
  return html_answer(200, "Paper broker login", form + "<button type=\"submit\">Log in and allow</button></form>\n");
}

http::response oauth_desk::log_in(const http::request& request, timestamp now) {
  const auto form = parse_form(request);
  if (!form) return refusal("The form must be sent URL-encoded.");
  if (const auto problem = problem_with(*form)) return refusal(*problem);
  std::string location = redirect_uri_ + (redirect_uri_.find('?') == std::string::npos ? "?" : "&");
  location += "code=" + http::percent_encode(tokens_.issue_code(now)) + "&session=" + random_text(16);
  if (const auto state = form->find("state")) location += "&state=" + http::percent_encode(*state);
  return {302, {{"Location", location}, {"Cache-Control", "no-store"}}, ""};
}

bool oauth_desk::knows_client(const http::request& request) const {
  const auto encoded = credentials(request, "Basic");
  const auto pair = encoded ? decode_base64(*encoded) : std::nullopt;
  return pair && same_secret(*pair, app_key_ + ":" + app_secret_);
}

http::response oauth_desk::token(const http::request& request, timestamp now) {
  if (!knows_client(request)) return oauth_error(401, "invalid_client", "Unauthorized client");
  const auto form = parse_form(request);
  if (!form) return oauth_error(400, "invalid_request", "Content-Type must be application/x-www-form-urlencoded");
  const auto grant_type = form->find("grant_type");
  if (grant_type == "authorization_code") return exchange_code(*form, now);
  if (grant_type == "refresh_token") return refresh(*form, now);
  return oauth_error(400, "unsupported_grant_type", "grant_type must be authorization_code or refresh_token");
}

http::response oauth_desk::exchange_code(const http::url_query& form, timestamp now) {
  const auto code = form.find("code");
  if (!code || code->empty()) return oauth_error(400, "invalid_request", "code is missing");
  // A wrong redirect URI uses the code up: one try per code.
  const bool redeemed = tokens_.redeem_code(*code, now);
  if (form.find("redirect_uri") != redirect_uri_)
    return oauth_error(400, "invalid_grant", "redirect_uri does not match");
  if (!redeemed) return oauth_error(400, "invalid_grant", "The code is unknown, used or expired");
  return grant(tokens_.start_login(now), now);
}

http::response oauth_desk::refresh(const http::url_query& form, timestamp now) {
  const auto refresh_token = form.find("refresh_token");
  if (!refresh_token || refresh_token->empty()) return oauth_error(400, "invalid_request", "refresh_token is missing");
  if (!tokens_.refresh_valid(*refresh_token, now))
    return oauth_error(400, "unsupported_token_type", "The refresh token is invalid, superseded or expired");
  return grant(*refresh_token, now);
}

http::response oauth_desk::grant(const std::string& refresh_token, timestamp now) {
  json_text json;
  json.object([&] {
    json.integer("expires_in", access_lifetime_.count());
    json.text("token_type", "Bearer");
    json.text("scope", "api");  // allow: a word of OAuth
    json.text("refresh_token", refresh_token);
    json.text("access_token", tokens_.issue_access(now));
    // Clients ignore it; it is shaped like a JWT and signs nothing.
    json.text("id_token", random_text(24) + "." + random_text(48) + "." + random_text(32));
  });
  return json_answer(200, json.take());
}

bool oauth_desk::authorized(const http::request& request, timestamp now) const {
  const auto bearer = credentials(request, "Bearer");
  return bearer && tokens_.access_valid(*bearer, now);
}

}  // namespace hedgerow::paper
