// Every atom of the system. At most ten characters (CAF 0.17.6).
#pragma once

#include <caf/atom.hpp>

namespace hedgerow::protocol {

using handle_atom = caf::atom_constant<caf::atom("handle")>;        // a slice of records for an entity
using emit_atom = caf::atom_constant<caf::atom("emit")>;            // a step that an entity takes on its own
using committed_atom = caf::atom_constant<caf::atom("committed")>;  // the step with this ticket is durable
using poll_atom = caf::atom_constant<caf::atom("poll")>;            // the log may have something new
using hand_atom = caf::atom_constant<caf::atom("hand")>;            // a transaction that another bridge may carry out
using done_atom = caf::atom_constant<caf::atom("done")>;            // a commit has ended
using drain_atom = caf::atom_constant<caf::atom("drain")>;          // finish what was begun, then quit
using tick_atom = caf::atom_constant<caf::atom("tick")>;            // an own timer
using status_atom = caf::atom_constant<caf::atom("status")>;
using restart_atom = caf::atom_constant<caf::atom("restart")>;
using ask_atom = caf::atom_constant<caf::atom("ask")>;              // a question to a gateway
using tell_atom = caf::atom_constant<caf::atom("tell")>;            // news from a port
using ok_atom = caf::atom_constant<caf::atom("ok")>;

// Between nodes (cluster.hpp).
using hello_atom = caf::atom_constant<caf::atom("hello")>;          // who I am; let me in
using welcome_atom = caf::atom_constant<caf::atom("welcome")>;      // you are in; who I am
using refuse_atom = caf::atom_constant<caf::atom("refuse")>;        // you are not, and why
using whois_atom = caf::atom_constant<caf::atom("whois")>;          // which run holds this name?
using beat_atom = caf::atom_constant<caf::atom("beat")>;            // I am here
using leave_atom = caf::atom_constant<caf::atom("leave")>;          // goodbye
using reject_atom = caf::atom_constant<caf::atom("reject")>;        // the broker did not accept the access token
using question_atom = caf::atom_constant<caf::atom("question")>;
using answer_atom = caf::atom_constant<caf::atom("answer")>;
using dial_atom = caf::atom_constant<caf::atom("dial")>;            // connect to this address; inside a node

}  // namespace hedgerow::protocol
