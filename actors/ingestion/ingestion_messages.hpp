// What ingestion hears in private: what the node and the broker answered, each with what was asked, and its timers. The
// type of what was asked, or of the timer, says what the message is for.
#pragma once

#include <caf/allowed_unsafe_message_type.hpp>
#include <cstdint>
#include <type_traits>

#include "actors/chain/chain_news.hpp"
#include "actors/domain/orders/first_start.hpp"
#include "actors/ports/broker_api.hpp"

namespace hedgerow::ingestion {

template <class T>
using chain_answer = expected<T, ports::chain_error>;

// -- questions to the node -------------------------------------------------------------------------------------------

/// On which chain is the node?
struct which_chain {
  using answer = std::uint64_t;
};

/// Is there a contract at the address of this book?
struct code_of {
  using answer = bytes;
  address book;
};

/// The head at which an empty event log begins.
struct head_at_first_start {
  using answer = ports::chain_block;
};

/// The block at which it begins, for its time.
struct block_of_first_start {
  using answer = std::optional<ports::chain_block>;
  domain::first_start start;
};

/// The head up to which there is something to read.
struct head_to_read_to {
  using answer = ports::chain_block;
};

/// The logs of the open range.
struct logs_of_range {
  using answer = ports::evm_logs;
};

/// The receipt of a log in the open range that cannot be read.
struct receipt_of_unreadable {
  using answer = std::optional<ports::evm_logs>;
  ports::malformed_evm_log bad;
};

/// The head after the range was read: does the node have all of it?
struct head_beyond_range {
  using answer = ports::chain_block;
};

/// The block of a log, for its time.
struct time_of {
  using answer = std::optional<ports::chain_block>;
  hash32 block;
  std::uint64_t number = 0;
};

/// The receipt of a transaction with a Clear that waits for its AfterClear.
struct receipt_of_clear {
  using answer = std::optional<ports::evm_logs>;
  hash32 tx;
};

/// All logs of the block of that transaction, of whatever contract, when there is no receipt.
struct logs_of_block {
  using answer = ports::evm_logs;
  hash32 tx;
};

/// The block at the height of a log that may have been replaced.
struct block_instead_of {
  using answer = std::optional<ports::chain_block>;
  hash32 block;
};

/// The block at the height of a log that came late.
struct header_of_late {
  using answer = std::optional<ports::chain_block>;
  std::uint64_t number = 0;
};

/// The head that a walk begins at.
struct head_to_walk_from {
  using answer = ports::chain_block;
};

/// A header of a walk.
struct header_at {
  using answer = std::optional<ports::chain_block>;
  std::uint64_t number = 0;
};

/// What the node said to a question. One of an earlier generation was asked of another connection, or of a chain that
/// has been left since, and says nothing.
template <class Question>
struct answer_to {
  std::uint64_t generation = 0;
  Question question;
  chain_answer<typename Question::answer> what;
};

/// The orders that contradict a first start, from the broker; of every generation.
struct orders_answer {
  domain::first_start start;
  expected<order_list, broker_error> orders;
};

// -- timers ----------------------------------------------------------------------------------------------------------

/// Lines of requests of which each has a pause after a failure.
enum class line : std::uint8_t { asking, reading, rescanning };

/// A line's pause is over, unless a later one has begun.
struct pause_over {
  line of = line::asking;
  std::uint64_t number = 0;
};

/// The time of a block may be asked for, unless that was planned again.
struct time_due {
  time_of question;
  std::uint64_t turn = 0;
};

/// The same of a receipt.
struct receipt_due {
  receipt_of_clear question;
  std::uint64_t turn = 0;
};

/// The same of a walk that a doubt asks for.
struct walk_due {
  std::uint64_t turn = 0;
};

/// The pause after an answer that was of another chain is over.
struct trust_due {};

/// The header at the height of a late log may be asked for again.
struct late_due {
  std::uint64_t number = 0;
  std::uint64_t turn = 0;
};

/// The broker may be asked for its orders.
struct orders_due {
  domain::first_start start;
};

}  // namespace hedgerow::ingestion

template <class Question>
struct caf::allowed_unsafe_message_type<hedgerow::ingestion::answer_to<Question>> : std::true_type {};

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::ingestion::orders_answer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::ingestion::pause_over)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::ingestion::time_due)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::ingestion::receipt_due)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::ingestion::walk_due)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::ingestion::trust_due)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::ingestion::late_due)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::ingestion::orders_due)
