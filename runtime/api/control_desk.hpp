// What a person decides about a symbol, written to control-events: halt, resume, adopt an order, declare it absent.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "actors/ports/clock.hpp"
#include "actors/ports/event_log.hpp"

namespace hedgerow::api {

struct control_request {
  std::string symbol;
  /// halt, resume, adopt_order or declare_absent.
  std::string action;
  /// adopt_order: the broker's order id.
  std::string order;
  /// Why, and who: both are wanted, because the record stays.
  std::string reason;
  std::string by;
};

/// Used by one thread at a time.
class control_desk {
 public:
  control_desk(std::shared_ptr<ports::log_member> writer, std::uint32_t partitions, const ports::clock* clock)
      : writer_{std::move(writer)}, partitions_{partitions}, clock_{clock} {}

  /// Empty when it is on its way; `done` is then called once, from another thread, with whether it is durable.
  /// Otherwise what is wrong with the request.
  [[nodiscard]] std::string publish(const control_request& request, std::function<void(bool)> done);

 private:
  std::shared_ptr<ports::log_member> writer_;
  std::uint32_t partitions_;
  const ports::clock* clock_;
};

/// Each node writes under its own name: the same one would fence the other. `clock` must outlive the result.
[[nodiscard]] expected<control_desk, std::string> open_control_desk(ports::event_log& log, const std::string& node,
                                                                    const ports::clock* clock);

}  // namespace hedgerow::api
