// Questions to the rows of a projection store. An adapter of the store answers them, too: from the same rows, or from a
// cache in front of them. No answer shows half of a batch.
#pragma once

#include <string>

#include "actors/ports/projection_store.hpp"
#include "messages/events/projections/questions.hpp"

namespace hedgerow::ports {

/// Calls never wait for the store. Thread-safe.
class queries {
 public:
  virtual ~queries() = default;

  virtual void positions(store_reply<position_list> done) = 0;
  virtual void position(std::string symbol, store_reply<position_answer> done) = 0;
  virtual void trades(trades_query query, store_reply<trade_page> done) = 0;
  virtual void executions(executions_query query, store_reply<execution_page> done) = 0;
  /// `id` is any text; one that is no execution's id is not known.
  virtual void execution(std::string id, store_reply<execution_answer> done) = 0;
  virtual void dead_letters(dead_letters_query query, store_reply<dead_letter_page> done) = 0;
  virtual void decisions(decisions_query query, store_reply<decision_page> done) = 0;
  virtual void overview(store_reply<projection_overview> done) = 0;
};

/// Both sides of one adapter. Neither is null where a query side runs.
struct projections {
  std::shared_ptr<projection_store> store;
  std::shared_ptr<ports::queries> answers;
};

}  // namespace hedgerow::ports
