// What was sent to the broker lately, remembered beyond the end of the process: a budget of calls per minute that began
// at zero with each start would be exceeded by restarts.
#pragma once

#include <cstdint>
#include <vector>

#include "messages/types/time.hpp"

namespace hedgerow::ports {

/// A call, by its class in the call budget, or an order among the orders of a minute.
enum class sent_kind : std::uint8_t { placement, evidence, status, rest, order };

struct sent_call {
  timestamp at;
  sent_kind kind = sent_kind::rest;
  friend bool operator==(const sent_call&, const sent_call&) = default;
};

/// Thread-safe.
class call_memory {
 public:
  virtual ~call_memory() = default;
  /// Durable against the end of the process; not against that of the machine.
  virtual void add(const sent_call& call) = 0;
  /// What is remembered, ascending in time.
  [[nodiscard]] virtual std::vector<sent_call> recent() const = 0;
};

}  // namespace hedgerow::ports
