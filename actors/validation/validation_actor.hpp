// Turns order-book logs into trades. The rule is domain/fills/trade_validation; this actor finds out what unknown
// tokens call themselves. Its changelog holds that (key: the token), the trades that a reorg may still take back
// (`trades:{block_number}:{block_hash}:{part}`), and how far the events have been handled (`checkpoint`).
#pragma once

#include <map>
#include <set>

#include "actors/bridges/service.hpp"
#include "actors/domain/chain/reading_policy.hpp"
#include "actors/domain/fills/trade_memory.hpp"
#include "actors/domain/fills/trade_validation.hpp"
#include "actors/entity/outbox.hpp"
#include "actors/ports/chain_client.hpp"
#include "actors/ports/clock.hpp"
#include "actors/ports/notices.hpp"
#include "messages/events/validation_checkpoint.hpp"
#include "messages/protocol/actor_class.hpp"
#include "messages/types/log_policy.hpp"

namespace hedgerow::validation {

struct validation_config {
  domain::validation_rules rules;
  std::uint32_t symbol_partitions = log_policy{}.symbol_partitions;
  /// rules.retry doubles up to this.
  std::chrono::milliseconds token_retry_max{30'000};
  /// Fills that have waited for a token this long are an alarm.
  std::chrono::milliseconds token_alarm_after{30'000};
  /// A contract that is no token is asked again when a fill comes after this time.
  std::chrono::milliseconds token_ask_again{60'000};
  /// Trades of so many newest blocks are remembered for a reversal.
  std::uint64_t remembered_blocks = domain::reading_policy{}.remembered_blocks();
};

/// What the node said about a token; nothing when the contract refused or answered nonsense.
struct token_answer {
  address token;
  std::optional<domain::token_info> info;
  /// Why there is neither a yes nor a no: the node did not answer, or not from the contract. Empty when there is.
  std::string unavailable;
};

class validation {
 public:
  /// With what the node said about a token.
  using interface = protocol::entity_actor::extend<caf::reacts_to<protocol::gotname_atom, token_answer>>;
  using pointer = protocol::pointer_to<validation>;
  static inline const char* actor_name = "validation";

  /// `clock` and `notices` (which may be null) must outlive the actor system.
  validation(pointer self, const bridges::entity_seed& seed, validation_config config,
             std::shared_ptr<ports::chain_client> chain, const ports::clock* clock, ports::notices* notices);
  interface::behavior_type start();

 private:
  struct given_up_record {
    std::string reason, about, detail;
  };
  /// One try at a slice: what it adds to the log, and what it means for the actor once that is sent. Worth nothing
  /// when a token turns out to be unknown.
  struct attempt {
    entity::outbox out;
    validation_checkpoint reached;
    bool fresh = true;
    std::uint64_t trades = 0;
    std::map<std::string_view, std::uint64_t> filtered{};
    std::vector<given_up_record> given_up{};
  };

  caf::result<protocol::step_ptr> handle(const protocol::slice_ptr& part);
  void told(const token_answer& answer);
  [[nodiscard]] attempt begin() const;
  /// Judges and writes record by record, so that a decoded event is gone, and its memory used again, before the next
  /// one. The result is the tokens that nothing is known about; if there are any, the slice waits.
  std::set<address> process(const protocol::slice& part, attempt& now);
  /// Whether the event has been handled before, or has been by this.
  static bool seen(const blockchain_event& event, attempt& now);
  /// Takes back the trade written for the log, if one was. False when what was written is not known, so the event must
  /// be judged again.
  bool take_back(envelope& cause, const blockchain_event& event, attempt& now);
  void write(const record& r, envelope& cause, domain::verdict verdict, attempt& now);
  /// Takes the ids over from the cause.
  void put(envelope& cause, const onchain_trade& trade, attempt& now) const;
  static void give_up(const record& r, std::string_view reason, const std::string& detail, attempt& now);
  [[nodiscard]] protocol::step_ptr finish(attempt& done);
  /// The slice is tried again later, from the beginning.
  [[nodiscard]] protocol::step_ptr postpone(timestamp now);
  [[nodiscard]] bool is_no_token(const address& token) const;
  /// Trades of blocks below it need not be remembered.
  [[nodiscard]] std::uint64_t floor(const attempt& now) const;
  /// Restores from a changelog that the bridge has found readable.
  void restore(const std::string& key, std::string_view bytes);
  [[nodiscard]] protocol::actor_status status() const;

  pointer self_;
  validation_config config_;
  std::shared_ptr<ports::chain_client> chain_;
  const ports::clock* clock_;
  ports::notices* notices_;
  std::map<address, domain::token_info> tokens_;
  /// Contracts that are no tokens, and when they said so.
  std::map<address, timestamp> not_tokens_;
  domain::trade_memory written_;
  validation_checkpoint reached_;
  /// next_sequence of the checkpoint that was written last.
  std::uint64_t checkpointed_ = 1;
  /// No event has been judged.
  bool fresh_ = true;
  /// The slice that waits for tokens.
  protocol::slice_ptr waiting_;
  std::set<address> asked_;
  /// When the slice was judged first: what rested then rests until its end.
  timestamp judged_at_;
  /// Why the node has not answered; empty when it has, so far.
  std::string unavailable_;
  /// Tries in a row in which a token was not answered for, and since when.
  std::uint32_t postponed_ = 0;
  timestamp postponed_since_;
  caf::typed_response_promise<protocol::step_ptr> answer_;
  std::uint64_t trades_ = 0;
  std::map<std::string, std::uint64_t> filtered_;
  entity::dead_letter_alarms alarms_;
  std::string last_error_;
};

/// Reads blockchain-events, one entity; its changelog is validation-changelog.
[[nodiscard]] bridges::service validation_service(validation_config config, std::shared_ptr<ports::chain_client> chain,
                                                  const ports::clock* clock, ports::notices* notices = nullptr);

}  // namespace hedgerow::validation

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::validation::token_answer)
