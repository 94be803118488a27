// The one way to the chain inside a node that has several endpoints: asks as many as must agree, and others in place of
// those that fail; passes on what any of them says of itself.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "actors/chain/chain_users.hpp"
#include "actors/chain/endpoint.hpp"
#include "actors/domain/chain/agreed_head.hpp"
#include "actors/domain/chain/ballot.hpp"
#include "actors/domain/chain/endpoint_choice.hpp"
#include "actors/domain/chain/head_watch.hpp"
#include "actors/domain/chain/live_logs.hpp"
#include "messages/types/connection_policy.hpp"

namespace hedgerow::chain {

struct chain_gateway_config : quorum_policy {
  /// In the order in which they are preferred.
  std::vector<endpoint_config> endpoints;
  /// An endpoint of any other chain is not used.
  std::uint64_t chain_id = 0;
  /// First and longest pause before an endpoint's actor that has died is started again; it doubles.
  std::chrono::milliseconds restart_min{1'000};
  std::chrono::milliseconds restart_max{60'000};
};

struct chain_gateway_ports {
  std::shared_ptr<chain_users> users;
  /// These outlive the actor system.
  const ports::clock* clock = nullptr;
  ports::random* random = nullptr;
  /// May be null.
  ports::notices* notices = nullptr;
};

class chain_gateway {
 public:
  using interface = chain_gateway_actor::extend<
      // Start the endpoint at this place again.
      caf::reacts_to<protocol::tick_atom, std::uint64_t>,
      // Look again at the live logs of this block.
      caf::reacts_to<protocol::lookagain_atom, std::uint64_t>>;
  using pointer = protocol::pointer_to<chain_gateway>;
  static inline const char* actor_name = "chain-gateway";

  chain_gateway(pointer self, chain_gateway_config config, chain_gateway_ports outside);
  chain_gateway(const chain_gateway&) = delete;
  chain_gateway& operator=(const chain_gateway&) = delete;
  ~chain_gateway();
  interface::behavior_type start();

 private:
  struct member {
    endpoint_actor actor;
    std::uint64_t restarts = 0;
    endpoint_report report;
    /// Of its own listener.
    bool up = false;
    /// Why it is not; begins with its name.
    std::string away;
    /// The newest chain that it said.
    bool wrong_chain = false;
    /// Listeners that are up on it.
    std::set<std::uint64_t> serves;
    /// Listeners of which it has said whether they are up or down.
    std::set<std::uint64_t> heard;
    /// Since when it has not been connected, and whether that was told.
    std::optional<monotonic_time> away_since;
    bool away_told = false;
  };
  /// A question under way.
  struct poll {
    question_ptr what;
    domain::ballot ballot;
    /// Takes the answer that counts, or the failure.
    std::function<void(const told&)> then;
    /// Only an endpoint that has this block can answer.
    std::uint64_t newest = 0;
    std::set<std::size_t> asked = {};
    std::map<std::size_t, told_ptr> answers = {};
  };

  // -- endpoints -----------------------------------------------------------------------------------------------------
  void start_member(std::size_t at);
  void member_died(const caf::actor_addr& who, const caf::error& why);
  void member_up(std::size_t at, std::uint64_t listener, std::uint64_t chain_id);
  void member_down(std::size_t at, std::uint64_t listener, const std::string& reason);
  /// Whether it is of the right chain; when not, that is told.
  [[nodiscard]] bool is_on_chain(std::size_t at, std::uint64_t listener, std::uint64_t chain_id);
  /// It does not serve this listener any more.
  void leave(std::size_t at, std::uint64_t listener);
  [[nodiscard]] std::vector<domain::endpoint_view> views() const;

  // -- how they are (watch.cpp) --------------------------------------------------------------------------------------
  /// Tells of an endpoint that stays away, and of a quorum whose head stands while an endpoint goes on.
  void watch();
  void watch_heads(monotonic_time now);
  /// What is wrong, when the quorum's head has stood for a while; otherwise nothing.
  [[nodiscard]] std::string who_stands() const;

  // -- listeners -----------------------------------------------------------------------------------------------------
  void listen(std::uint64_t id);
  void unlisten(std::uint64_t id);
  /// How many endpoints are up for it.
  [[nodiscard]] std::size_t serving(std::uint64_t id) const;
  void look_whether_up(std::uint64_t id);
  void look_whether_down(std::uint64_t id);
  void log_came(std::size_t at, std::uint64_t listener, ports::evm_log log);
  void head_came(std::size_t at, std::uint64_t listener, const ports::chain_block& head);
  [[nodiscard]] std::string who_is_away() const;

  // -- questions -----------------------------------------------------------------------------------------------------
  using taker = std::function<void(const told&)>;
  void ask(const question_ptr& what, taker then);
  void ask_for_head(const taker& then);
  /// The highest block that a quorum has told; 0 when there is none.
  [[nodiscard]] std::uint64_t known_head() const;
  void start_poll(question_ptr what, taker then, std::uint64_t newest);
  /// In the order in which they are to be asked.
  [[nodiscard]] std::vector<std::size_t> candidates(const poll& p) const;
  void ask_more(std::uint64_t number);
  void answered(std::size_t at, std::uint64_t number, const told_ptr& what);
  void judge(std::uint64_t number);
  /// It is not under way any more.
  [[nodiscard]] poll take(std::uint64_t number);
  void decide(std::uint64_t number, std::size_t by);
  [[nodiscard]] std::optional<told> common_head(const poll& p) const;
  void give_up(std::uint64_t number);
  void note_dissent(const poll& p, std::size_t by, const told& answer);
  [[nodiscard]] told disagreement(const poll& p);
  [[nodiscard]] told failure_of(const poll& p) const;
  [[nodiscard]] std::optional<std::chrono::milliseconds> wait_for_throttled(const poll& p) const;

  // -- logs that few endpoints have told (live_logs.cpp) -------------------------------------------------------------
  void check_live_logs(const ports::evm_log_query& asked, const ports::evm_logs& agreed);
  /// At the logs of this block that nobody confirmed.
  void look_again(std::uint64_t block);
  void accuse(const domain::live_logs::entry& log);

  caf::result<protocol::actor_status> status();
  [[nodiscard]] protocol::actor_status own_status() const;
  void raise(ports::notice_level level, std::string_view code, std::string_view about, const std::string& text) const;

  pointer self_;
  chain_gateway_config config_;
  chain_gateway_ports outside_;
  std::vector<member> members_;
  std::map<std::uint64_t, poll> polls_;
  std::uint64_t last_poll_ = 0;
  /// By listener.
  std::map<std::uint64_t, domain::agreed_head> heads_;
  domain::live_logs live_;
  /// Those that a quorum did not have, by block, until they are looked for once more.
  std::map<std::uint64_t, std::vector<domain::live_logs::entry>> missing_;
  /// The newest question about which they contradict each other while no quorum tells who is right.
  struct dispute {
    std::string about;
    std::string text;
    monotonic_time since{0};
    monotonic_time at{0};
    /// There was an alarm.
    bool told = false;
  };
  std::optional<dispute> dispute_;
  domain::head_watch head_watch_;
  /// There was an alarm since the quorum's head has stood.
  bool stands_told_ = false;
  std::uint64_t questions_ = 0;
  std::uint64_t disagreements_ = 0;
  std::string last_error_;
};

}  // namespace hedgerow::chain
