#include "runtime/api/routes.hpp"

#include <algorithm>
#include <optional>

#include "runtime/api/answers.hpp"

namespace hedgerow::api {
namespace {

/// The part up to the next slash, which is taken off with it.
std::string_view take_part(std::string_view& path) {
  const auto slash = path.find('/');
  const auto part = path.substr(0, slash);
  path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
  return part;
}

/// The parts of the path at the pattern's names; nullopt if the path does not match.
std::optional<std::vector<std::string>> match(std::string_view pattern, std::string_view path) {
  std::vector<std::string> captured;
  // An end with a slash has one more part than one without.
  if (std::count(pattern.begin(), pattern.end(), '/') != std::count(path.begin(), path.end(), '/')) return std::nullopt;
  while (!pattern.empty()) {
    const auto wanted = take_part(pattern);
    const auto part = take_part(path);
    if (wanted.starts_with('{') ? part.empty() : wanted != part) return std::nullopt;
    if (wanted.starts_with('{')) captured.push_back(http::percent_decode(part));
  }
  return captured;
}

bool takes(const route& r, std::string_view method) {
  return r.method == method || (r.method == "GET" && method == "HEAD");
}

std::string list_of(const routes& table) {
  std::string all;
  for (const auto& r : table) all += (all.empty() ? "" : ", ") + title_of(r);
  return all;
}

http::response wrong_method(const routes& table, std::string_view path) {
  std::string methods;
  for (const auto& r : table)
    if (match(r.pattern, path) && methods.find(r.method) == std::string::npos)
      methods += (methods.empty() ? "" : ", ") + std::string{r.method};
  auto answer = problem(405, "this path takes " + methods);
  answer.headers.emplace_back("Allow", methods);
  return answer;
}

void dispatch(const routes& table, const std::vector<std::string>& allowed_hosts, const http::exchange& x) {
  auto query = http::parse_target(x.received.target);
  bool path_known = false;
  for (const auto& r : table) {
    auto captured = match(r.pattern, query.path);
    path_known = path_known || captured.has_value();
    if (!captured || !takes(r, x.received.method)) continue;
    if (auto refusal = find_refusal(x.received, r.may, allowed_hosts)) return x.respond(problem(403, *refusal));
    return r.handle({std::move(query), std::move(*captured), x.respond});
  }
  if (auto refusal = find_refusal(x.received, caller::reader, allowed_hosts)) return x.respond(problem(403, *refusal));
  x.respond(path_known ? wrong_method(table, query.path) : problem(404, "no such path; there are " + list_of(table)));
}

}  // namespace

http::handler make_handler(routes table, std::vector<std::string> allowed_hosts) {
  return [table = std::move(table), allowed_hosts = std::move(allowed_hosts)](const http::exchange& x) {
    dispatch(table, allowed_hosts, x);
  };
}

std::string title_of(const route& r) {
  std::string title = std::string{r.method} + " " + r.pattern;
  char before = '?';
  for (const auto& name : r.parameters) {
    title += before + std::string{name} + "=";
    before = '&';
  }
  return title;
}

std::string markdown_of(const std::vector<std::pair<std::string, routes>>& ports) {
  std::string out = "| Request | Answer |\n|---|---|\n";
  for (const auto& [port, table] : ports)
    for (const auto& r : table) {
      auto title = title_of(r);
      title.insert(title.find('/'), port);
      out += "| `" + title + "` | " + std::string{r.summary} + " |\n";
    }
  return out;
}

}  // namespace hedgerow::api
