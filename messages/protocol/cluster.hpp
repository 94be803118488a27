// What nodes say to each other. Everything here crosses the wire and is registered; nothing else does.
//
// The handshake (hello, welcome, refuse, whois) is made of atoms, numbers and texts only, so that nodes of different
// versions understand each other's refusal. Later messages go between nodes of one cluster_protocol: change a type
// below and raise that number.
#pragma once

#include <caf/actor_system_config.hpp>
#include <caf/meta/type_name.hpp>
#include <caf/type_id.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "messages/protocol/actor_status.hpp"
#include "messages/protocol/login.hpp"
#include "messages/types/member.hpp"

namespace hedgerow {

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, member_record& x) {
  return f(caf::meta::type_name("member_record"), x.name, x.incarnation, x.host, x.port, x.version, x.protocol, x.sets,
           x.api_port, x.admin_port, x.left);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, hosted_service& x) {
  return f(caf::meta::type_name("hosted_service"), x.name, x.state, x.partitions, x.entities, x.names);
}

}  // namespace hedgerow

namespace hedgerow::protocol {

/// Sent to every reachable member at the heartbeat's pace.
struct heartbeat {
  std::string from;
  std::uint64_t incarnation = 0;
  /// The members that the sender knows, itself included.
  std::vector<member_record> members;
  /// What lives on the sender.
  std::vector<hosted_service> hosts;
};

enum class question_kind : std::uint8_t {
  actors,       // its actor tree
  restart,      // restart the service `subject`
  begin_login,  // the broker's login page, when the tokens actor lives there
  end_login,    // a person came back from it
};

struct remote_question {
  /// Chosen by the asker; the answer carries it.
  std::uint64_t id = 0;
  std::string asker;
  question_kind kind = question_kind::actors;
  std::string subject;
  login_code login;
  /// Who asks and why, as restart_atom of supervisor_actor takes it.
  std::string because{};
};

struct remote_answer {
  std::uint64_t id = 0;
  /// If empty, the answer is in the fields below.
  std::string error;
  actor_status tree;
  std::string text;
  login_result login;
};

[[nodiscard]] inline std::string to_string(question_kind kind) {
  constexpr const char* names[] = {"actors", "restart", "begin_login", "end_login"};
  return names[static_cast<std::size_t>(kind) % 4];
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, heartbeat& x) {
  return f(caf::meta::type_name("heartbeat"), x.from, x.incarnation, x.members, x.hosts);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, remote_question& x) {
  return f(caf::meta::type_name("remote_question"), x.id, x.asker, x.kind, x.subject, x.login, x.because);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, remote_answer& x) {
  return f(caf::meta::type_name("remote_answer"), x.id, x.error, x.tree, x.text, x.login);
}

}  // namespace hedgerow::protocol

CAF_BEGIN_TYPE_ID_BLOCK(hedgerow_cluster, caf::first_custom_type_id)
CAF_ADD_TYPE_ID(hedgerow_cluster, (hedgerow::member_record))
CAF_ADD_TYPE_ID(hedgerow_cluster, (hedgerow::hosted_service))
CAF_ADD_TYPE_ID(hedgerow_cluster, (hedgerow::protocol::actor_status))
CAF_ADD_TYPE_ID(hedgerow_cluster, (hedgerow::protocol::login_code))
CAF_ADD_TYPE_ID(hedgerow_cluster, (hedgerow::protocol::login_result))
CAF_ADD_TYPE_ID(hedgerow_cluster, (hedgerow::protocol::heartbeat))
CAF_ADD_TYPE_ID(hedgerow_cluster, (hedgerow::protocol::remote_question))
CAF_ADD_TYPE_ID(hedgerow_cluster, (hedgerow::protocol::remote_answer))
CAF_END_TYPE_ID_BLOCK(hedgerow_cluster)
