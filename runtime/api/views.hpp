// What the API shows of the read model, as JSON text. Free functions: rows in, text out.
#pragma once

#include <optional>
#include <string>

#include "actors/domain/projections/read_model.hpp"
#include "messages/protocol/actor_status.hpp"

namespace hedgerow::api {

struct page {
  /// Only this symbol; empty for all.
  std::string symbol;
  /// Only executions in this state, as the API names it (PENDING, SUBMITTED, FILLED, FAILED); empty for all.
  std::string status;
  /// The newest so many.
  std::size_t limit = 100;
};

/// {"positions":[...]}: the venues, what is reserved, what is open and how far it is from the next whole share.
[[nodiscard]] std::string positions_view(const domain::read_model& model, timestamp now);
/// One position, or nothing when the symbol has none.
[[nodiscard]] std::optional<std::string> position_view(const domain::read_model& model, const std::string& symbol,
                                                       timestamp now);
/// {"trades":[...]}, newest first.
[[nodiscard]] std::string trades_view(const domain::read_model& model, const page& p);
/// {"executions":[...]}, newest first. `status` is the spec's word, `detail` the finer state (order-protocol).
[[nodiscard]] std::string executions_view(const domain::read_model& model, const page& p);
[[nodiscard]] std::optional<std::string> execution_view(const domain::read_model& model, const std::string& id);
/// {"decisions":[...]}, newest first: what people decided of symbols, who, when and why.
[[nodiscard]] std::string decisions_view(const domain::read_model& model, const page& p);
/// {"dead_letters":[...]}, newest first, each with the first 4 KiB of its record; null for records of token-updates.
[[nodiscard]] std::string dead_letters_view(const domain::read_model& model, const page& p);

/// PENDING, SUBMITTED, FILLED or FAILED: PENDING covers submitting, unknown and held, SUBMITTED partial fills.
[[nodiscard]] std::string_view public_status(execution_state state);

/// The actor tree as JSON, and as indented text for people.
[[nodiscard]] std::string actors_view(const protocol::actor_status& root);
[[nodiscard]] std::string actors_text(const protocol::actor_status& root);

}  // namespace hedgerow::api
