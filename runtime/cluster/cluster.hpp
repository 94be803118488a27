// The cluster actor's insides. Private to this folder.
#pragma once

#include <map>
#include <optional>
#include <set>

#include "runtime/cluster/address.hpp"
#include "runtime/cluster/cluster_actor.hpp"
#include "runtime/cluster/prober.hpp"

namespace hedgerow::cluster {

class cluster {
 public:
  using pointer = caf::stateful_actor<cluster_state>*;

  cluster(pointer self, cluster_options options, cluster_ports outside);

  // -- life (cluster.cpp) ---------------------------------------------------------------------------------------------

  /// Opens the port, then begins to look for others.
  void start();
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
  [[nodiscard]] std::pair<std::uint64_t, std::string> whois(const std::string& name) const;

  // -- questions (questions.cpp) --------------------------------------------------------------------------------------

  caf::result<protocol::remote_answer> ask(ask_member what);
  void answer_question(const protocol::remote_question& question);
  void answered(const protocol::remote_answer& answer);
  /// The broker did not accept the access token; `far` when another node says so.
  void token_rejected(bool far);

 private:
  /// An address to connect to: a seed, or where a member was.
  struct link {
    address where;
    bool seed = false;
    /// The link leads to this node itself.
    bool own = false;
    bool dialing = false;
    /// The last try to connect had no answer at all.
    bool mute = false;
    /// The actor that was found there, while it is not a member or refuses.
    caf::actor found;
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
    caf::actor handle;
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

  [[nodiscard]] std::chrono::nanoseconds now() const { return outside_.clock->monotonic(); }
  [[nodiscard]] caf::actor sender() const;
  void tell(ports::notice_level level, const char* code, const std::string& about, const std::string& text);

  void send_heartbeats();
  void look_at_own_actors();
  /// Reports changes to people and to the parts that need them.
  void announce();
  void publish_snapshot();

  link* link_to(const address& where, bool seed = false);
  void dial_due();
  void dial(const std::string& key);
  void dialed(const std::string& key, const caf::actor& found);
  void dial_failed(const std::string& key, const std::string& why);
  void try_later(link& l, const std::string& trouble);
  [[nodiscard]] bool connected(const link& l) const;
  void look_again(const std::string& name, std::uint64_t incarnation);
  void greet(const caf::actor& whom, const std::string& via);
  /// Lets a node in, or refuses it. True when it is a member now.
  bool accept(const member_record& who, const caf::actor& handle, const std::string& via);
  void refuse(const caf::actor& whom, const char* code, const member_record& who, const std::string& via);
  void adopt(peer& p, const caf::actor& handle);
  void name_conflict(const std::string& text);
  void give_up(const std::string& text);

  void ask_tokens_node(waiting_question waiting);
  bool put_question(waiting_question& waiting);
  void next_or_fail(waiting_question waiting, const std::string& error);
  static void give_up_others(waiting_question& waiting);
  void fail_questions(const std::string& member, const std::string& why);
  void expire_questions();
  void reply(const std::string& asker, protocol::remote_answer answer);
  [[nodiscard]] caf::actor reachable_peer(const std::string& name) const;

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
