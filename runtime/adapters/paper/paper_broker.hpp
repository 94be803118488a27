// Paper Schwab: an HTTP server that behaves like the broker's API, with a simulated market behind it and faults on
// demand. It knows nothing of the rest of the program.
#pragma once

#include <memory>

#include "actors/ports/clock.hpp"
#include "runtime/adapters/paper/paper_options.hpp"

namespace hedgerow::paper {

/// Serves until destroyed. Thread-safe.
class paper_broker {
 public:
  virtual ~paper_broker() = default;
  [[nodiscard]] virtual std::uint16_t port() const = 0;
  /// For example http://127.0.0.1:18080: the base URL of its API.
  [[nodiscard]] virtual std::string origin() const = 0;

  /// What GET /paper/ledger answers. The error is the store's.
  [[nodiscard]] virtual expected<std::string, std::string> ledger() = 0;
  /// Replaces the fault plan and its counters; see fault_plan.hpp.
  [[nodiscard]] virtual expected<void, std::string> set_faults(const std::string& plan) = 0;
  /// Until destroyed. The error is the store's.
  [[nodiscard]] virtual expected<void, std::string> set_market(paper_market mode) = 0;
};

/// The error names the option, the address or the file, and what to do. The clock must outlive the broker.
[[nodiscard]] expected<std::unique_ptr<paper_broker>, std::string> start_paper_broker(const paper_options& options,
                                                                                      const ports::clock& clock);

}  // namespace hedgerow::paper
