// The broker's endpoint, scripted, with a client connected to it.
#pragma once

#include <gtest/gtest.h>

#include <future>
#include <mutex>

#include "runtime/adapters/http/http_client.hpp"
#include "runtime/adapters/http/http_server.hpp"
#include "tests/support/fake_clock.hpp"

namespace hedgerow::test {

class api_test : public ::testing::Test {
 protected:
  api_test() {
    auto started = http::make_server({}, [this](http::exchange e) { serve(std::move(e)); });
    if (!started) throw std::runtime_error{started.error()};
    server = std::move(*started);
    http::client_options options;
    options.origin = "http://127.0.0.1:" + std::to_string(server->port());
    auto made = http::make_client(options, clock);
    if (!made) throw std::runtime_error{made.error()};
    client = std::move(*made);
  }

  /// What the port's callback brought.
  template <class T, class Call>
  expected<T, broker_error> wait_for(const Call& call) {
    auto promise = std::make_shared<std::promise<expected<T, broker_error>>>();
    auto future = promise->get_future();
    call([promise](expected<T, broker_error> r) { promise->set_value(std::move(r)); });
    if (future.wait_for(std::chrono::seconds{20}) != std::future_status::ready)
      throw std::runtime_error{"the adapter did not answer"};
    return future.get();
  }

  /// What has been asked so far, as "METHOD target".
  std::vector<std::string> asked() {
    const std::lock_guard lock{mutex_};
    std::vector<std::string> lines;
    for (const auto& r : requests_) lines.push_back(r.method + " " + r.target);
    return lines;
  }

  http::request last_request() {
    const std::lock_guard lock{mutex_};
    return requests_.at(requests_.size() - 1);
  }

  void answer_with(std::function<http::response(const http::request&)> answer) {
    const std::lock_guard lock{mutex_};
    answer_ = std::move(answer);
  }

  /// From the next request on, connections break in place of an answer; accountNumbers is still answered.
  void break_with(std::optional<http::connection_fault> fault) {
    const std::lock_guard lock{mutex_};
    fault_ = fault;
  }

  fake_clock clock;
  std::unique_ptr<http::server> server;
  std::shared_ptr<http::client> client;

 private:
  void serve(http::exchange e) {
    std::function<http::response(const http::request&)> answer;
    std::optional<http::connection_fault> fault;
    {
      const std::lock_guard lock{mutex_};
      requests_.push_back(e.received);
      answer = answer_;
      if (!e.received.target.ends_with("/accountNumbers")) fault = fault_;
    }
    fault ? e.fail(*fault) : e.respond(answer(e.received));
  }

  std::mutex mutex_;
  std::vector<http::request> requests_;
  std::function<http::response(const http::request&)> answer_;
  std::optional<http::connection_fault> fault_;
};

}  // namespace hedgerow::test
