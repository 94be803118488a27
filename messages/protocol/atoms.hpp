// Every atom of the system but those of questions (queries.hpp): one for each verb. At most ten characters (CAF
// 0.17.6). Who understands which is in interfaces.hpp. A private one is in the class that hears it: from itself, from
// its timers, or from the ports that it called.
#pragma once

#include <caf/atom.hpp>

namespace hedgerow::protocol {

using status_atom = caf::atom_constant<caf::atom("status")>;    // how are you?
using drain_atom = caf::atom_constant<caf::atom("drain")>;      // finish what was begun, then quit
using ok_atom = caf::atom_constant<caf::atom("ok")>;            // the answer that says no more than that it is done
using restart_atom = caf::atom_constant<caf::atom("restart")>;  // restart the child of this name

// Between a bridge, its entities and the next bridge.
using handle_atom = caf::atom_constant<caf::atom("handle")>;        // a slice of records for an entity
using emit_atom = caf::atom_constant<caf::atom("emit")>;            // a step that an entity takes on its own
using committed_atom = caf::atom_constant<caf::atom("committed")>;  // the step with this ticket is durable
using hand_atom = caf::atom_constant<caf::atom("hand")>;            // a transaction that another bridge may carry out

// To the gateway to the chain, and from it to its endpoints; also `question`.
using listen_atom = caf::atom_constant<caf::atom("listen")>;      // listen to the chain for the listener of this number
using unlisten_atom = caf::atom_constant<caf::atom("unlisten")>;  // and no more
using dissent_atom = caf::atom_constant<caf::atom("dissent")>;    // others say something else
using report_atom = caf::atom_constant<caf::atom("report")>;      // how an endpoint is

// To the broker gateway.
using place_atom = caf::atom_constant<caf::atom("place")>;            // place an order
using getorder_atom = caf::atom_constant<caf::atom("getorder")>;      // one order, by its id
using listorders_atom = caf::atom_constant<caf::atom("listorders")>;  // the orders of a span of time
using position_atom = caf::atom_constant<caf::atom("position")>;      // the shares of a symbol in the account
using session_atom = caf::atom_constant<caf::atom("session")>;        // the market session of today

// To the tokens actor.
using beginlogin_atom = caf::atom_constant<caf::atom("beginlogin")>;  // a person wants to log in
using endlogin_atom = caf::atom_constant<caf::atom("endlogin")>;      // the person came back from the broker
using reject_atom = caf::atom_constant<caf::atom("reject")>;          // the broker did not accept the access token

// To the control desk.
using decide_atom = caf::atom_constant<caf::atom("decide")>;  // what a person decides about a symbol

// To the cluster actor of the own node.
using relay_atom = caf::atom_constant<caf::atom("relay")>;  // ask another node this, and bring its answer
using renew_atom = caf::atom_constant<caf::atom("renew")>;  // the broker did not accept the access token

// Between nodes (cluster.hpp); also `reject`.
using hello_atom = caf::atom_constant<caf::atom("hello")>;      // who I am; let me in
using welcome_atom = caf::atom_constant<caf::atom("welcome")>;  // you are in; who I am
using refuse_atom = caf::atom_constant<caf::atom("refuse")>;    // you are not, and why
using whois_atom = caf::atom_constant<caf::atom("whois")>;      // which run holds this name?
using beat_atom = caf::atom_constant<caf::atom("beat")>;        // I am here
using leave_atom = caf::atom_constant<caf::atom("leave")>;      // goodbye
using question_atom = caf::atom_constant<caf::atom("question")>;
using answer_atom = caf::atom_constant<caf::atom("answer")>;

// Private: timers, what a log tells, and, as `answer`, what a port answered.
using tick_atom = caf::atom_constant<caf::atom("tick")>;  // an own timer
using poll_atom = caf::atom_constant<caf::atom("poll")>;  // the log may have something new
using done_atom = caf::atom_constant<caf::atom("done")>;  // a commit has ended

// Private to a bridge.
using again_atom = caf::atom_constant<caf::atom("again")>;        // send this slice again
using activate_atom = caf::atom_constant<caf::atom("activate")>;  // start the entity of this key again
using offsets_atom = caf::atom_constant<caf::atom("offsets")>;    // offsets have waited long enough for records

// Private to the broker gateway: what the broker answered, and that the time to gather status questions is over.
using placed_atom = caf::atom_constant<caf::atom("placed")>;
using gotorder_atom = caf::atom_constant<caf::atom("gotorder")>;
using gotorders_atom = caf::atom_constant<caf::atom("gotorders")>;
using gotlooks_atom = caf::atom_constant<caf::atom("gotlooks")>;  // a list that answers several status questions
using gotshares_atom = caf::atom_constant<caf::atom("gotshares")>;
using gotsession_atom = caf::atom_constant<caf::atom("gotsession")>;
using gathered_atom = caf::atom_constant<caf::atom("gathered")>;

// What the chain's node tells on its own; private to those who listen to it.
using up_atom = caf::atom_constant<caf::atom("up")>;                // connected and subscribed
using down_atom = caf::atom_constant<caf::atom("down")>;            // the connection is lost
using logseen_atom = caf::atom_constant<caf::atom("logseen")>;      // a log
using headseen_atom = caf::atom_constant<caf::atom("headseen")>;    // a new head
using badframe_atom = caf::atom_constant<caf::atom("badframe")>;    // a frame that cannot be understood
using complaint_atom = caf::atom_constant<caf::atom("complaint")>;  // an error that belongs to no question

// Private to the gateway to the chain: logs that a quorum does not have.
using lookagain_atom = caf::atom_constant<caf::atom("lookagain")>;

// Private to validation: what a token calls itself.
using gotname_atom = caf::atom_constant<caf::atom("gotname")>;

// Private to the tokens actor: what the broker answered.
using gottokens_atom = caf::atom_constant<caf::atom("gottokens")>;
using gotaccount_atom = caf::atom_constant<caf::atom("gotaccount")>;  // the accounts that the login covers

// Private to the cluster actor.
using open_atom = caf::atom_constant<caf::atom("open")>;      // try to open the port again
using gone_atom = caf::atom_constant<caf::atom("gone")>;      // the goodbyes are out
using probed_atom = caf::atom_constant<caf::atom("probed")>;  // whether a process listens at this address

}  // namespace hedgerow::protocol
