// Questions to the query side as messages: one atom a verb, typed requests and answers. They stay inside one process.
#pragma once

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/atom.hpp>
#include <caf/typed_actor.hpp>
#include <string>

#include "messages/events/projections/questions.hpp"

namespace hedgerow::protocol {

using positions_atom = caf::atom_constant<caf::atom("positions")>;
using position_atom = caf::atom_constant<caf::atom("position")>;      // of one symbol
using trades_atom = caf::atom_constant<caf::atom("trades")>;
using executions_atom = caf::atom_constant<caf::atom("executions")>;
using execution_atom = caf::atom_constant<caf::atom("execution")>;    // with this id
using letters_atom = caf::atom_constant<caf::atom("letters")>;        // dead letters
using decisions_atom = caf::atom_constant<caf::atom("decisions")>;
using overview_atom = caf::atom_constant<caf::atom("overview")>;      // what health and metrics show

/// Answers from the rows. An answer is an error when the store of the rows does not answer.
using query_actor =
    caf::typed_actor<caf::replies_to<positions_atom>::with<position_list>,
                     caf::replies_to<position_atom, std::string>::with<position_answer>,
                     caf::replies_to<trades_atom, trades_query>::with<trade_page>,
                     caf::replies_to<executions_atom, executions_query>::with<execution_page>,
                     caf::replies_to<execution_atom, std::string>::with<execution_answer>,
                     caf::replies_to<letters_atom, dead_letters_query>::with<dead_letter_page>,
                     caf::replies_to<decisions_atom, decisions_query>::with<decision_page>,
                     caf::replies_to<overview_atom>::with<projection_overview>>;

}  // namespace hedgerow::protocol

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::position_list)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::position_answer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::trades_query)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::trade_page)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::executions_query)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::execution_page)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::execution_answer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::dead_letters_query)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::dead_letter_page)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::decisions_query)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::decision_page)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::projection_overview)
