// Questions to the query side as messages: one atom a verb, typed requests and answers. They stay inside one process.
#pragma once

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/atom.hpp>

#include "messages/events/projections/questions.hpp"
#include "messages/protocol/atoms.hpp"  // allow: position_atom, which the gateway hears, too

namespace hedgerow::protocol {

using positions_atom = caf::atom_constant<caf::atom("positions")>;
using trades_atom = caf::atom_constant<caf::atom("trades")>;
using executions_atom = caf::atom_constant<caf::atom("executions")>;
using execution_atom = caf::atom_constant<caf::atom("execution")>;  // with this id
using letters_atom = caf::atom_constant<caf::atom("letters")>;      // dead letters
using decisions_atom = caf::atom_constant<caf::atom("decisions")>;
using overview_atom = caf::atom_constant<caf::atom("overview")>;  // what health and metrics show

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
