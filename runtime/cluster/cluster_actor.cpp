#include "runtime/cluster/cluster_actor.hpp"

#include <caf/all.hpp>

#include "runtime/cluster/cluster.hpp"

namespace hedgerow::cluster {

using namespace protocol;

namespace {

/// What a handshake says about its sender.
member_record identity(std::uint32_t protocol, const std::string& version, const std::string& name,
                       std::uint64_t incarnation, const std::string& host, std::uint16_t port) {
  return {name, incarnation, host, port, version, protocol, {}, 0, 0, false};
}

}  // namespace

caf::behavior cluster_actor(caf::stateful_actor<cluster_state>* self, cluster_options options, cluster_ports outside) {
  self->state.impl = std::make_shared<cluster>(self, std::move(options), std::move(outside));
  auto* impl = self->state.impl.get();
  // A message that this version does not know is of no use to it, and no reason to end.
  self->set_default_handler(caf::drop);
  self->set_down_handler([=](const caf::down_msg& down) { impl->went_down(down.source); });
  impl->start();
  return {
      [=](tick_atom) { impl->tick(); },
      // Own timers and the prober: the port is tried again; the goodbyes are out; whether a process listens.
      [=](restart_atom) { impl->open_port(); },
      [=](leave_atom) { impl->gone(); },
      [=](dial_atom, const std::string& key, const tcp_probe& result) { impl->probed(key, result); },
      [=](status_atom) { return impl->status(); },
      [=](drain_atom) { return impl->say_goodbye(); },
      [=](ask_atom, const ask_member& what) { return impl->ask(what); },
      [=](tell_atom, const tokens::access_rejected&) { impl->token_rejected(false); },
      // From other nodes.
      [=](hello_atom, std::uint32_t protocol, const std::string& version, const std::string& name,
          std::uint64_t incarnation, const std::string& host, std::uint16_t port, const std::string& via) {
        impl->hello(identity(protocol, version, name, incarnation, host, port), via);
      },
      [=](welcome_atom, std::uint32_t protocol, const std::string& version, const std::string& name,
          std::uint64_t incarnation, const std::string& host, std::uint16_t port, const std::string& via) {
        impl->welcome(identity(protocol, version, name, incarnation, host, port), via);
      },
      [=](refuse_atom, const std::string& code, const std::string& text, const std::string& via) {
        impl->refused(code, text, via);
      },
      [=](whois_atom, const std::string& name) -> caf::result<std::uint64_t, std::string> {
        auto [incarnation, where] = impl->whois(name);
        return {incarnation, std::move(where)};
      },
      [=](beat_atom, const heartbeat& news) { impl->beat(news); },
      [=](leave_atom, const std::string& name, std::uint64_t incarnation) { impl->goodbye(name, incarnation); },
      [=](question_atom, const remote_question& question) { impl->answer_question(question); },
      [=](answer_atom, const remote_answer& answer) { impl->answered(answer); },
      [=](reject_atom) { impl->token_rejected(true); },
  };
}

}  // namespace hedgerow::cluster
