// One per node, published on the cluster port: joins the node to the others, keeps the list of members, and carries
// questions between nodes.
//
// Each node connects to each other one. No message needs an answer that CAF would have to route: our own number matches
// an answer to its question, and our own time-out ends the wait. A silent peer gets one hello and nothing else.
#pragma once

#include <map>
#include <optional>
#include <set>

#include "messages/protocol/actor_class.hpp"
#include "runtime/cluster/cluster_options.hpp"
#include "runtime/cluster/endpoint.hpp"
#include "runtime/cluster/prober.hpp"

namespace hedgerow::cluster {

/// Implements cluster_actor and peer_actor of messages/protocol/interfaces.hpp. CAF checks these types when a node is
/// compiled; between nodes it does not, so peers of other versions may connect. What they say beyond this is dropped.
class cluster {
 public:
  /// Also its timers: the next heartbeat is due, the port may be tried again, the goodbyes are out; and what the prober
  /// found at the address of a link.
  using interface = protocol::cluster_actor::extend_with<protocol::peer_actor>::extend<
      caf::reacts_to<protocol::tick_atom>, caf::reacts_to<protocol::open_atom>, caf::reacts_to<protocol::gone_atom>,
      caf::reacts_to<protocol::probed_atom, std::string, tcp_probe>>;
  using pointer = protocol::pointer_to<cluster>;
  static inline const char* actor_name = "cluster";

  cluster(pointer self, cluster_options options, cluster_ports outside);

  /// Opens the port, then begins to look for others. Quits with the reason when it cannot listen.
  interface::behavior_type start();

 private:
  /// An address to connect to: a seed, or where a member was.
  struct link {
    endpoint where;
    bool seed = false;
    /// The link leads to this node itself.
    bool own = false;
    bool dialing = false;
    /// The last try to connect had no answer at all.
    bool mute = false;
    /// The actor that was found there, while it is not a member or refuses.
    protocol::peer_actor found;
    bool greeted = false;
    std::uint32_t failures = 0;
    std::chrono::nanoseconds next{0};
    /// The member behind it, once it has said so.
    std::string name;
    /// The last trouble reported about the link; each is reported once.
    std::string trouble;
  };

  /// A node that is or was a member, and how to talk to it.
  struct peer {
    std::uint64_t incarnation = 0;
    protocol::peer_actor handle;
    std::vector<hosted_service> hosts;
  };

  struct waiting_question {
    caf::typed_response_promise<protocol::remote_answer> promise;
    protocol::remote_question question;
    std::string member;
    /// Nodes to ask next when this one cannot answer; the best is the last.
    std::vector<std::string> others;
    /// The answers of the nodes that were asked before.
    std::string failures;
    std::chrono::nanoseconds deadline{0};
  };

  // -- life (cluster.cpp) ---------------------------------------------------------------------------------------------

  void begin();
  void tick();
  caf::result<protocol::ok_atom> say_goodbye();
  /// The goodbyes have been sent.
  void gone();
  void open_port();
  [[nodiscard]] protocol::actor_status status() const;

  // -- who is there (links.cpp) ---------------------------------------------------------------------------------------

  void hello(const member_record& who, const std::string& via);
  void welcome(const member_record& who, const std::string& via);
  void refused(const std::string& code, const std::string& text, const std::string& via);
  void beat(const protocol::heartbeat& news);
  void goodbye(const std::string& name, std::uint64_t incarnation);
  void went_down(const caf::actor_addr& who);
  /// Whether a process listens at the address of a link.
  void probed(const std::string& key, const tcp_probe& result);
  /// The run that holds a name, or zero, and its address.
  [[nodiscard]] caf::result<std::uint64_t, std::string> whois(const std::string& name) const;

  // -- questions (questions.cpp) --------------------------------------------------------------------------------------

  /// Asks `member`; when that is empty, the node that runs the tokens service.
  caf::result<protocol::remote_answer> ask(const std::string& member, const protocol::remote_question& question);
  void answer_question(const protocol::remote_question& question);
  void answered(const protocol::remote_answer& answer);
  /// The broker did not accept the access token; `far` when another node says so.
  void token_rejected(bool far);

  [[nodiscard]] std::chrono::nanoseconds now() const { return outside_.clock->monotonic(); }
  [[nodiscard]] protocol::peer_actor sender() const;
  void tell(ports::notice_level level, const char* code, const std::string& about, const std::string& text);

  void send_heartbeats();
  void look_at_own_actors();
  /// Reports changes to people and to the parts that need them.
  void announce();
  void publish_snapshot();

  link* link_to(const endpoint& where, bool seed = false);
  void dial_due();
  void dial(const std::string& key);
  void dialed(const std::string& key, const protocol::peer_actor& found);
  void dial_failed(const std::string& key, const std::string& why);
  void try_later(link& l, const std::string& trouble);
  [[nodiscard]] bool connected(const link& l) const;
  void look_again(const std::string& name, std::uint64_t incarnation);
  void greet(const protocol::peer_actor& whom, const std::string& via);
  /// Lets a node in, or refuses it. True when it is a member now.
  bool accept(const member_record& who, const protocol::peer_actor& handle, const std::string& via);
  void refuse(const protocol::peer_actor& whom, const char* code, const member_record& who, const std::string& via);
  void adopt(peer& p, const protocol::peer_actor& handle);
  void name_conflict(const std::string& text);
  void give_up(const std::string& text);

  void ask_tokens_node(waiting_question waiting);
  bool put_question(waiting_question& waiting);
  void next_or_fail(waiting_question waiting, const std::string& error);
  static void give_up_others(waiting_question& waiting);
  void fail_questions(const std::string& member, const std::string& why);
  void expire_questions();
  void reply(const std::string& asker, protocol::remote_answer answer);
  [[nodiscard]] protocol::peer_actor reachable_peer(const std::string& name) const;

  pointer self_;
  cluster_options options_;
  cluster_ports outside_;
  domain::member_list list_;
  prober prober_;
  std::map<std::string, link> links_;
  std::map<std::string, peer> peers_;
  std::map<std::uint64_t, waiting_question> questions_;
  std::uint64_t next_question_ = 1;
  std::vector<hosted_service> own_hosts_;
  std::uint64_t ticks_ = 0;
  std::uint32_t port_tries_ = 0;
  bool leaving_ = false;
  caf::typed_response_promise<protocol::ok_atom> gone_;
  bool gave_up_ = false;
  std::optional<std::chrono::nanoseconds> conflict_since_;
  std::chrono::nanoseconds conflict_last_{0};
  std::chrono::nanoseconds rejection_told_{0};
  std::set<std::pair<std::string, std::uint64_t>> told_;
};

}  // namespace hedgerow::cluster

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::cluster::tcp_probe)
