// What the API shows of the rows, as JSON text. Free functions: rows in, text out.
#pragma once

#include <optional>
#include <string>

#include "messages/events/projections/questions.hpp"
#include "messages/protocol/actor_status.hpp"

namespace hedgerow::api {

struct page {
  /// Only this symbol; empty for all.
  std::string symbol;
  /// Only executions in this state, as the API names it (PENDING, SUBMITTED, FILLED, FAILED); empty for all.
  std::string status;
  /// The newest so many.
  std::size_t limit = default_page_rows;
};

/// What these parameters ask for.
[[nodiscard]] trades_query trades_of(const page& p);
[[nodiscard]] executions_query executions_of(const page& p);

/// {"positions":[...]}: the venues, what is reserved, what is open and how far it is from the next whole share.
[[nodiscard]] std::string positions_view(const position_list& all, timestamp now);
/// One position, or nothing when the symbol has none.
[[nodiscard]] std::optional<std::string> position_view(const position_answer& one, timestamp now);
/// {"trades":[...]}, newest first.
[[nodiscard]] std::string trades_view(const trade_page& rows);
/// {"executions":[...]}, newest first. `status` is the spec's word, `detail` the finer state (order-protocol).
[[nodiscard]] std::string executions_view(const execution_page& rows);
/// One execution, or nothing when it is not known.
[[nodiscard]] std::optional<std::string> execution_view(const execution_answer& one);
/// {"decisions":[...]}, newest first: what people decided of symbols, who, when and why.
[[nodiscard]] std::string decisions_view(const decision_page& rows);
/// {"dead_letters":[...]}, newest first, each with the first 4 KiB of its record; null for records of token-updates.
[[nodiscard]] std::string dead_letters_view(const dead_letter_page& rows);

/// PENDING, SUBMITTED, FILLED or FAILED: PENDING covers submitting, unknown and held, SUBMITTED partial fills.
[[nodiscard]] std::string_view public_status(execution_state state);

/// The actor tree as JSON, and as indented text for people.
[[nodiscard]] std::string actors_view(const protocol::actor_status& root);
[[nodiscard]] std::string actors_text(const protocol::actor_status& root);

}  // namespace hedgerow::api
