#include <rapidjson/document.h>

#include <cstdio>
#include <iostream>

#include "runtime/adapters/system/system_ports.hpp"
#include "runtime/cli/commands.hpp"
#include "runtime/cli/complain.hpp"
#include "runtime/cli/config_loading.hpp"
#include "runtime/cli/http_call.hpp"
#include "runtime/world/node_settings.hpp"

namespace hedgerow::cli {
namespace {

/// The query of the address that the broker sent the browser to, handed to the node as it is.
std::string callback_target(const std::string& address) {
  const auto question = address.find('?');
  return question == std::string::npos ? "" : "/auth/callback" + address.substr(question);
}

/// What the API says in JSON to a browser, said to a person at the command line.
std::string words_of(const http::response& answer) {
  rapidjson::Document said;
  said.Parse(answer.body.data(), answer.body.size());
  const auto* error = said.IsObject() && said.HasMember("error") ? &said["error"] : nullptr;
  std::string words = error != nullptr && error->IsString() ? error->GetString() : answer.body;
  constexpr std::string_view in_the_browser = "; start again at /auth/login";
  if (const auto at = words.find(in_the_browser); at != std::string::npos) words.erase(at, in_the_browser.size());
  return words.empty() ? "HTTP " + std::to_string(answer.status) : words;
}

std::string nobody_there(const config::settings& values, const std::string& origin, const std::string& why) {
  const std::string what = "no node answers at " + origin + " (" + why + "); ";
  if (world::needs_of(values).api) return what + "start one first";
  return what +
         "the node of this configuration has no API, as node.actors is without \"api\": name the configuration of "
         "a node that has one";
}

int run_auth(const std::string& file) {
  const auto values = load_config(file);
  if (!values) return exit_usage;
  const adapters::system_clock clock;
  const std::string origin = "http://" + values->api.address + ":" + std::to_string(values->api.port);
  http::client_options options;
  options.origin = origin;
  options.request_timeout = std::chrono::seconds{40};
  const auto client = http::make_client(options, clock);
  if (!client) return complain(client.error());
  const auto login = call(**client, {"GET", "/auth/login", {}, ""});
  if (!login) return complain(nobody_there(*values, origin, login.error().detail));
  const auto url = http::find_header(login->headers, "Location");
  if (login->status != 302 || !url) return complain("the node refuses: " + words_of(*login));
  std::printf(
      "Open this address, log in, and allow the access:\n\n  %s\n\n"
      "Then paste the address that the browser ends at (it may say that the page cannot be shown):\n> ",
      url->c_str());
  std::fflush(stdout);
  std::string address;
  if (!std::getline(std::cin, address)) return complain("no address given");
  const auto target = callback_target(address);
  if (target.empty())
    return complain("this address carries no code; run `hedgerow auth` again and copy the whole address line");
  const auto done = call(**client, {"GET", target, {}, ""});
  if (!done) return complain("the node did not answer: " + done.error().detail);
  if (done->status != 200) return complain("the login failed: " + words_of(*done) + "; run `hedgerow auth` again");
  std::printf("Logged in. The node keeps the tokens fresh for seven days.\n");
  return exit_ok;
}

}  // namespace

void add_auth_command(CLI::App& app, chosen& run) {
  auto* command = app.add_subcommand("auth", "Logs a running node in at the broker");
  auto file = std::make_shared<std::string>();
  command->add_option("--config", *file, "The node's configuration: where its API is");
  command->callback([&run, file] { run = [file] { return run_auth(*file); }; });
}

}  // namespace hedgerow::cli
