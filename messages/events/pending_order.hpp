// Topic poller-changelog: an order that is being watched until the broker's answer ends it, and a while after.
#pragma once

#include <cstdint>
#include <string>

#include "messages/events/schwab_execution.hpp"

namespace hedgerow {

/// Key: the execution id. Deleted by a tombstone when there is nothing more to hear.
struct pending_order {
  execution_id execution;
  /// The broker's side.
  hedgerow::side side = side::buy;
  /// Whole shares asked for.
  std::uint64_t quantity = 0;
  /// Shares of the order, when a person adopted one of fewer; zero: all of them.
  std::uint64_t order_quantity = 0;
  order_id order;
  timestamp submitted_at;
  /// event_id of the SUBMITTED event; empty when it is not known.
  std::string cause;
  /// Cumulative, as reported so far.
  shares filled;
  usd filled_notional;
  /// submitted, partially_filled, or failed while late fills are being watched for.
  execution_state state = execution_state::submitted;
  execution_code code = execution_code::none;
  /// When it ended; zero while it works.
  timestamp ended_at;
  /// Answers since submission, or since the end.
  std::uint32_t polls = 0;
  /// Failed looks in a row.
  std::uint32_t errors = 0;
  /// Answers with a status that is not documented, or that needs a look.
  std::uint32_t unknown_statuses = 0;
  /// Executions appended so far: numbers their event ids.
  std::uint64_t events = 0;
  /// What the order fills at most.
  [[nodiscard]] std::uint64_t expected_quantity() const { return order_quantity != 0 ? order_quantity : quantity; }
  friend bool operator==(const pending_order&, const pending_order&) = default;
};

}  // namespace hedgerow
