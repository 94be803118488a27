// Questions about the chain, and what one endpoint answered, as data.
#pragma once

#include <caf/allowed_unsafe_message_type.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "actors/ports/chain_client.hpp"

namespace hedgerow::chain {

// One for each question of the port (actors/ports/chain_client.hpp), with the type of its answer.

struct chain_id_question {
  using answer = std::uint64_t;
};
struct head_question {
  using answer = ports::chain_block;
};
struct block_question {
  using answer = std::optional<ports::chain_block>;
  std::uint64_t number = 0;
};
struct logs_question {
  using answer = ports::evm_logs;
  ports::evm_log_query query;
};
struct receipt_question {
  using answer = std::optional<ports::evm_logs>;
  hash32 tx;
};
struct call_question {
  using answer = bytes;
  address to;
  bytes input;
};
struct code_question {
  using answer = bytes;
  address at;
};

using question = std::variant<chain_id_question, head_question, block_question, logs_question, receipt_question,
                              call_question, code_question>;
using question_ptr = std::shared_ptr<const question>;

using answer_value = std::variant<std::uint64_t, ports::chain_block, std::optional<ports::chain_block>, ports::evm_logs,
                                  std::optional<ports::evm_logs>, bytes>;

/// What one endpoint answered.
struct told {
  std::optional<ports::chain_error> error = std::nullopt;
  /// Of the question's type when there is no error.
  answer_value value = {};
  /// The answer as text in which equal answers are equal, of a list one line for each member after the first line.
  /// Empty when it is not compared.
  std::string text = {};
  /// It does not have what was asked for, or its contract refuses: it may only be late.
  bool absent = false;
  /// Of the newest block whose logs it speaks of, where answers are compared.
  std::optional<hash32> last_block = std::nullopt;
};

using told_ptr = std::shared_ptr<const told>;

/// For people: "the logs of blocks 5 to 9".
[[nodiscard]] std::string name_of(const question& q);
/// What is asked, when logs are; otherwise null.
[[nodiscard]] const ports::evm_log_query* logs_of(const question& q);
/// Only an endpoint that has this block can answer; 0 when it is of no certain one.
[[nodiscard]] std::uint64_t newest_block_of(const question& q);
/// What the contract itself says to an eth_call, and no failure of the endpoint.
[[nodiscard]] bool is_refusal(const question& q, const told& answer);
/// Heads of several endpoints differ: they are not compared, the block that all have is.
[[nodiscard]] bool is_of_head(const question& q);

/// Asks an endpoint. `compared` answers have a text, and nothing that is not in it.
void put(ports::chain_client& endpoint, const question& q, bool compared, std::function<void(told_ptr)> tell);

}  // namespace hedgerow::chain

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::chain::question_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::chain::told_ptr)
