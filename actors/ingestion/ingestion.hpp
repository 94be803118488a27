// The class of the actor: connection, reading position, logs that wait for something, and what to append.
#pragma once

#include <map>
#include <optional>
#include <set>

#include "actors/domain/chain/chain_walk.hpp"
#include "actors/domain/chain/late_logs.hpp"
#include "actors/domain/chain/range_retry.hpp"
#include "actors/domain/chain/reading_proof.hpp"
#include "actors/domain/chain/reading_watch.hpp"
#include "actors/domain/chain/reorg_window.hpp"
#include "actors/domain/fills/orderbook_events.hpp"
#include "actors/domain/orders/first_start.hpp"
#include "actors/entity/outbox.hpp"
#include "actors/ingestion/connection_news.hpp"
#include "actors/ingestion/ingestion_actor.hpp"
#include "actors/ingestion/ingestion_messages.hpp"
#include "actors/ingestion/reading_news.hpp"
#include "actors/ingestion/waiting_logs.hpp"
#include "messages/events/ingestion_state.hpp"
#include "messages/protocol/actor_class.hpp"
#include "messages/protocol/callbacks.hpp"

namespace hedgerow::ingestion {

/// A range that was asked for. It closes when its logs are accepted and the node's head is known to be beyond it.
struct open_range {
  domain::block_range blocks;
  bool rescan = false;
  domain::reading_proof::as_asked asked;
  bool read = false;
  /// Logs of the books in the answer, by transaction.
  std::map<hash32, std::size_t> logs_of = {};
  /// Logs in the answer that may be of the books and cannot be read: looked for in their receipts.
  std::vector<ports::malformed_evm_log> unreadable = {};
};

/// Requests that are asked again until they succeed: one at a time, with a pause after each failure.
struct retry_line {
  domain::range_retry tries;
  bool resting = false;
  /// Number of the newest pause: the end of an older one does nothing.
  std::uint64_t pause = 0;
  /// Last block of the range in the open alarm; reading beyond it ends the alarm.
  std::optional<std::uint64_t> trouble_to;
};

/// What only ingestion hears: news of the node, answers of the node and the broker, and timers.
using ingestion_actor = protocol::entity_actor::extend<
    // Connected and subscribed. The connection is lost, and why.
    caf::reacts_to<protocol::up_atom>, caf::reacts_to<protocol::down_atom, std::string>,
    // What the subscription brings.
    caf::reacts_to<protocol::logseen_atom, ports::evm_log>, caf::reacts_to<protocol::headseen_atom, ports::chain_block>,
    caf::reacts_to<protocol::badframe_atom, ports::malformed_evm_log>,
    // An error that belongs to no question.
    caf::reacts_to<protocol::complaint_atom, ports::chain_error>,
    // To the questions of connecting and of a first start.
    caf::reacts_to<protocol::answer_atom, answer_to<which_chain>>,
    caf::reacts_to<protocol::answer_atom, answer_to<code_of>>,
    caf::reacts_to<protocol::answer_atom, answer_to<head_at_first_start>>,
    caf::reacts_to<protocol::answer_atom, answer_to<block_of_first_start>>,
    caf::reacts_to<protocol::answer_atom, orders_answer>,
    // Of reading.
    caf::reacts_to<protocol::answer_atom, answer_to<head_to_read_to>>,
    caf::reacts_to<protocol::answer_atom, answer_to<logs_of_range>>,
    caf::reacts_to<protocol::answer_atom, answer_to<receipt_of_unreadable>>,
    caf::reacts_to<protocol::answer_atom, answer_to<head_beyond_range>>,
    // Of logs that wait.
    caf::reacts_to<protocol::answer_atom, answer_to<time_of>>,
    caf::reacts_to<protocol::answer_atom, answer_to<receipt_of_clear>>,
    caf::reacts_to<protocol::answer_atom, answer_to<logs_of_block>>,
    caf::reacts_to<protocol::answer_atom, answer_to<block_instead_of>>,
    caf::reacts_to<protocol::answer_atom, answer_to<header_of_late>>,
    // Of a walk.
    caf::reacts_to<protocol::answer_atom, answer_to<head_to_walk_from>>,
    caf::reacts_to<protocol::answer_atom, answer_to<header_at>>,
    // Look whether there is something to do. The others are of one purpose each.
    caf::reacts_to<protocol::tick_atom>, caf::reacts_to<protocol::tick_atom, pause_over>,
    caf::reacts_to<protocol::tick_atom, time_due>, caf::reacts_to<protocol::tick_atom, receipt_due>,
    caf::reacts_to<protocol::tick_atom, walk_due>, caf::reacts_to<protocol::tick_atom, trust_due>,
    caf::reacts_to<protocol::tick_atom, late_due>, caf::reacts_to<protocol::tick_atom, orders_due>>;

class ingestion {
 public:
  using interface = ingestion_actor;
  using pointer = protocol::pointer_to<ingestion>;
  static inline const char* actor_name = "ingestion";

  /// As ingestion_service().
  ingestion(pointer self, const bridges::entity_seed& seed, ingestion_config config,
            std::shared_ptr<ports::chain_client> chain, const ports::clock* clock, ports::notices* notices,
            std::shared_ptr<ports::broker_api> broker, ports::random* random);
  ingestion(const ingestion&) = delete;
  ingestion& operator=(const ingestion&) = delete;

  interface::behavior_type start();

 private:
  using block_answer = chain_answer<ports::chain_block>;
  /// Nothing when the node does not have the block.
  using maybe_block_answer = chain_answer<std::optional<ports::chain_block>>;
  using receipt_answer = chain_answer<std::optional<ports::evm_logs>>;

  void committed(std::uint64_t ticket);
  [[nodiscard]] protocol::actor_status status() const;
  /// Takes the answer, unless the connection was lost in between.
  template <class Question>
  void hear(const answer_to<Question>& a) {
    if (a.generation == generation_) take(a.question, a.what);
  }
  /// Has the answer to the question come to this actor.
  template <class Question>
  [[nodiscard]] ports::chain_callback<typename Question::answer> bring_back(Question question) const {
    return [generation = generation_, question = std::move(question),
            tell = protocol::sends_to<interface>(self_->address(), protocol::answer_atom::value)](
               chain_answer<typename Question::answer> what) {
      tell(answer_to<Question>{generation, question, std::move(what)});
    };
  }
  template <class Timer>
  void later(std::chrono::milliseconds delay, Timer timer) {
    self_->delayed_send(self_, delay, protocol::tick_atom::value, std::move(timer));
  }

  // connection
  [[nodiscard]] ports::chain_listener listener() const;
  void take(const which_chain& asked, const chain_answer<std::uint64_t>& id);
  void take(const head_to_read_to& asked, const block_answer& head);
  void up();
  void ask_again();
  void watch();
  void identified(std::uint64_t chain_id);
  void begin_reading();
  void down(const std::string& reason);
  void head_seen(const ports::chain_block& block);
  void live_log(const ports::evm_log& seen);
  void give_up(const ports::malformed_evm_log& bad);
  // an empty event log (first_start.cpp)
  void say(ports::notice_level level, std::string_view code, std::string_view about, const std::string& text);
  void look_for_code();
  void take(const code_of& asked, const chain_answer<bytes>& code);
  void begin_first_start();
  void take(const head_at_first_start& asked, const block_answer& head);
  void look_at_start_block(const ports::chain_block& head);
  void take(const block_of_first_start& asked, const maybe_block_answer& block);
  void judge_first_start(const domain::first_start& start);
  void ask_broker(const domain::first_start& start);
  void broker_answered(const domain::first_start& start, const expected<order_list, broker_error>& answer);
  void admit(const domain::first_start& start);
  void refuse_first_start(const std::string& why);
  // reading by ranges (ranges.cpp)
  void read_on();
  void rescan();
  void ask_range(const domain::block_range& blocks, bool rescan);
  void take(const logs_of_range& asked, const chain_answer<ports::evm_logs>& answer);
  void range_answered(const ports::evm_logs& answer);
  void read_from_receipts();
  void take(const receipt_of_unreadable& asked, const receipt_answer& answer);
  /// Why the receipt cannot replace the unreadable logs; nullopt when they have been read from it.
  [[nodiscard]] std::optional<std::string> read_receipt(const hash32& tx, const receipt_answer& answer);
  void hold_range(const ports::malformed_evm_log& bad, const std::string& why);
  void range_failed(domain::range_failure what, const ports::chain_error& why);
  void confirm_range();
  void take(const head_beyond_range& asked, const block_answer& head);
  void close_range_if_done();
  void range_succeeded(const open_range& done);
  // asking again (retries.cpp)
  void again(const ports::chain_error& why);
  [[nodiscard]] retry_line& line_of(line which);
  void pause(line which, std::chrono::milliseconds length);
  void ring(const pause_over& timer);
  void note_throttle();
  void complained(const ports::chain_error& why);
  [[nodiscard]] domain::retry_policy retries() const;
  [[nodiscard]] std::uint64_t random() { return random_ == nullptr ? 0 : random_->next(); }
  // health of the work (reading_health.cpp)
  void check_reading();
  void node_is_behind();
  void check_what_waits(monotonic_time now);
  [[nodiscard]] std::chrono::milliseconds longest_wait(monotonic_time now) const;
  /// Must not be called while no log waits.
  [[nodiscard]] std::string what_waits() const;
  // from a log to an accepted event (candidates.cpp)
  /// False if the log is of another block than the one that is known or followed at its height: its source saw another
  /// chain.
  bool consider(const raw_evm_log& log, std::optional<timestamp> time, log_source source);
  void note_clear_log(const raw_evm_log& log, orderbook_version version);
  [[nodiscard]] std::optional<timestamp> known_time(const hash32& block) const;
  void want_time(const candidate& c);
  void ask_time(const time_of& what);
  void ring(const time_due& timer);
  void take(const time_of& asked, const maybe_block_answer& answer);
  void want_after_clear(const hash32& tx, bool at_once);
  /// Of those that are due, as many as may be under way.
  void ask_due_receipts();
  [[nodiscard]] bool waits_for_after_clear(const hash32& tx) const;
  void note_logs_of(const hash32& tx, const std::vector<ports::evm_log>& logs);
  void ask_block_of(const hash32& tx);
  void take(const logs_of_block& asked, const chain_answer<ports::evm_logs>& told);
  void doubt(candidate& c);
  void ring(const receipt_due& timer);
  [[nodiscard]] std::optional<domain::after_clear_pair> known_pair(const candidate& c) const;
  void take(const receipt_of_clear& asked, const receipt_answer& told);
  void settle_candidates();
  /// Plans the next turn of a question.
  void ask_later(const time_of& what, std::chrono::milliseconds delay);
  void ask_later(const receipt_of_clear& what, std::chrono::milliseconds delay);
  /// The number of the turn.
  std::uint64_t plan(question& q);
  template <class Of>
  [[nodiscard]] static bool is_due(const std::map<Of, question>& all, const Of& of, std::uint64_t turn) {
    const auto it = all.find(of);
    return it != all.end() && it->second.turn == turn && !it->second.asked;
  }
  /// The pause after an answer to `q` that settled nothing; `why` when it was an error.
  [[nodiscard]] std::chrono::milliseconds pause_after(question& q, const std::optional<ports::chain_error>& why = {});
  void check_blocks_of(const hash32& tx);
  void take(const block_instead_of& asked, const maybe_block_answer& at);
  void drop_replaced(const hash32& block);
  void refuse(const candidate& c);
  void accept(const candidate& c);
  // logs that come late (late_logs.cpp)
  void prove_late(const raw_evm_log& log);
  void ask_header_of_late(std::uint64_t number);
  void ring(const late_due& timer);
  void take(const header_of_late& asked, const maybe_block_answer& answer);
  void settle_late();
  void bury_late(const raw_evm_log& log, const std::string& why);
  void check_late_logs();
  // reorgs (reorgs.cpp)
  void follow(const ports::chain_block& head);
  void verify_window();
  [[nodiscard]] bool is_final(std::uint64_t block) const { return proof_.is_final(block, checkpoint_.block); }
  void branch_proven();
  void walk();
  void ring(const walk_due& timer);
  void take(const head_to_walk_from& asked, const block_answer& head);
  void walk_failed(const ports::chain_error& why, const char* what);
  void ask_headers(std::vector<std::uint64_t> numbers);
  void take(const header_at& asked, const maybe_block_answer& answer);
  void judge_headers();
  void end_verifying();
  void take_back(const domain::walk_finding& found);
  void read_again_from(std::uint64_t from, bool lower_checkpoint);
  /// The answer to a range was of another chain: verifies, and asks for the range again after a pause.
  void distrust_range();
  void ring(const trust_due& over);
  void too_deep(std::uint64_t from);
  void revert(blockchain_event event);
  // writing
  /// Also keeps the next sequence: it must survive a crash together with each event that took one.
  void write_checkpoint(std::uint64_t block);
  /// This range was read, and all below it.
  void raise_checkpoint(const open_range& read);
  void write_floor();
  void drop_final_blocks(std::uint64_t read_up_to);
  void append(const blockchain_event& event);
  void flush(std::uint64_t ticket = 0);

  /// What is collected for the log, with the time of now.
  entity::outbox& out();
  /// running, reading history, not connected; connecting before it is known whether that can be had.
  /// Sets state, activity, last error and the problems that come of it.
  void describe_state(protocol::actor_status& out) const;

  pointer self_;
  protocol::emitter_actor bridge_;
  ingestion_config config_;
  std::shared_ptr<ports::chain_client> chain_;
  ports::subscription listening_;
  const ports::clock* clock_;
  ports::random* random_;

  ports::notices* notices_;
  /// Null where the broker is not called.
  std::shared_ptr<ports::broker_api> broker_;

  connection_news news_;
  reading_news reading_news_;
  /// The log holds a history, or the first start was found to be a new beginning.
  bool admitted_ = false;
  /// Why the first start was refused; empty when it was not.
  std::string refused_;
  bool broker_asked_ = false;
  bool told_to_wait_ = false;
  /// Books whose code was asked for.
  std::set<address> code_asked_;
  bool connected_ = false;
  /// Why it is not, once that is known; begins with where the node is.
  std::string away_;
  /// The node is on the right chain and the cursor is set.
  bool identified_ = false;
  /// Counts connections and reorgs: answers to questions from before are ignored.
  std::uint64_t generation_ = 0;
  bool caught_up_ = false;
  ports::chain_block head_;
  ingestion_checkpoint checkpoint_;
  bool has_checkpoint_ = false;
  domain::backfill_cursor cursor_;
  std::optional<open_range> range_;
  domain::rescan_progress rescan_;
  retry_line asking_;
  retry_line reading_;
  retry_line rescanning_;
  domain::reading_watch watch_;
  /// Why the newest range that failed did; the loss of a connection does not hide it.
  std::string range_error_;
  /// The node has refused requests for their rate since then.
  std::optional<timestamp> throttled_since_;

  domain::reorg_window window_;
  bool floor_stored_ = false;
  domain::followed_branch branch_;
  domain::reading_proof proof_;
  std::vector<candidate> candidates_;
  domain::late_logs late_logs_{late_heights, late_logs_of_one_height};
  std::map<hash32, timestamp> block_times_;
  /// Times of blocks that are wanted, by hash, and receipts, by transaction.
  std::map<hash32, question> times_;
  std::map<hash32, question> receipts_;
  /// Headers of late logs, by height.
  std::map<std::uint64_t, question> late_headers_;
  std::uint64_t turns_ = 0;
  /// By transaction.
  std::map<hash32, domain::clear_transaction> clear_logs_;

  /// Keys of frames in dead letters: a node that sends one again says nothing new.
  std::set<std::string> dead_frames_;
  /// Keys of logs that no record can hold: each is reported once.
  std::set<std::string> too_large_;
  entity::dead_letter_alarms alarms_;

  bool verifying_ = false;
  /// The window must be verified again.
  bool doubtful_ = false;
  /// No walk has proven the branch since then, on this connection.
  std::optional<monotonic_time> unproven_since_;
  /// The walk that is planned because of a doubt.
  question recheck_;
  /// Why the walk under way cannot prove everything.
  std::optional<ports::chain_error> walk_error_;
  /// Headers that the last walk got before the node failed to answer.
  domain::header_map proven_;
  /// Reading pauses after an answer that was of another chain.
  bool distrusting_ = false;
  domain::header_map headers_;
  std::size_t headers_awaited_ = 0;
  /// Heights that the node said nothing about in this walk.
  std::set<std::uint64_t> unanswered_;

  entity::outbox out_;
  std::uint64_t ticket_ = 0;
  std::uint64_t awaited_ticket_ = 0;
  std::uint64_t dead_lettered_ = 0;
  std::uint64_t accepted_ = 0;
  std::uint64_t reverted_ = 0;
  std::string last_error_;
};

}  // namespace hedgerow::ingestion
