#include "actors/chain/chain_question.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace hedgerow::chain {
namespace {

using ports::chain_block;
using ports::chain_client;
using ports::evm_logs;

std::string text_of(std::uint64_t number) { return std::to_string(number); }
std::string text_of(const bytes& code) { return to_hex(code); }

std::string text_of(const chain_block& b) {
  return std::to_string(b.number) + ' ' + b.hash.to_string() + " on " + b.parent.to_string() + " of " +
         to_rfc3339(b.time);
}

/// Without its raw text, which endpoints write in their own way.
std::string text_of(const ports::malformed_evm_log& bad) {
  const auto known = [](const auto& value) { return value ? value->to_string() : std::string{"unknown"}; };
  return "one that cannot be read, of transaction " + known(bad.tx_hash) + " by " + known(bad.book) + ' ' +
         known(bad.topic0);
}

/// In the order of the chain: endpoints may list them as they like. Without the time of the block, which only newer
/// nodes tell.
std::string text_of(const evm_logs& answer) {
  std::vector<const ports::evm_log*> logs;
  for (const auto& l : answer.logs) logs.push_back(&l);
  std::ranges::sort(logs, {}, [](const auto* l) { return std::pair{l->log.ref.block_number, l->log.ref.log_index}; });
  std::string text = std::to_string(logs.size()) + (logs.size() == 1 ? " log" : " logs");
  if (!answer.malformed.empty()) text += ", " + std::to_string(answer.malformed.size()) + " that cannot be read";
  std::vector<std::string> unreadable;
  for (const auto& bad : answer.malformed) unreadable.push_back(text_of(bad));
  std::ranges::sort(unreadable);
  for (const auto& bad : unreadable) text += "\n" + bad;
  for (const auto* seen : logs) {
    const auto& l = seen->log;
    text += "\n" + l.ref.describe() + " of block " + l.ref.block_hash.to_string() + " by " + l.book.to_string();
    for (const auto& topic : l.topics) text += ' ' + topic.to_string();
    text += ' ' + to_hex(l.data);
    if (seen->removed) text += ", removed";
  }
  return text;
}

template <class T>
std::string text_of(const std::optional<T>& answer) {
  return answer ? text_of(*answer) : std::string{"nothing"};
}

bool is_absent(const auto&) { return false; }
/// No contract is there, yet.
bool is_absent(const bytes& answer) { return answer.empty(); }
template <class T>
bool is_absent(const std::optional<T>& answer) {
  return !answer.has_value();
}

/// What is not compared is not passed on: who asked asks for it again.
void keep_compared(auto&) {}
void keep_compared(evm_logs& answer) {
  for (auto& l : answer.logs) l.block_time.reset();
}
void keep_compared(std::optional<evm_logs>& answer) {
  if (answer) keep_compared(*answer);
}

template <class T>
told_ptr heard(expected<T, ports::chain_error> answer, bool compared) {
  auto out = std::make_shared<told>();
  if (!answer) {
    out->error = std::move(answer.error());
    if (out->error->kind == ports::chain_failure::reverted) {
      out->text = "that the call reverts";
      out->absent = true;
    }
    return out;
  }
  if (compared) {
    out->text = text_of(*answer);
    keep_compared(*answer);
  }
  out->absent = is_absent(*answer);
  out->value = std::move(*answer);
  return out;
}

std::string span_of(const ports::evm_log_query& q) {
  if (q.from == q.to) return "block " + std::to_string(q.from);
  return "blocks " + std::to_string(q.from) + " to " + std::to_string(q.to);
}

struct asker {
  chain_client& endpoint;

  void operator()(const chain_id_question&, auto done) const { endpoint.chain_id(std::move(done)); }
  void operator()(const head_question&, auto done) const { endpoint.head(std::move(done)); }
  void operator()(const block_question& q, auto done) const { endpoint.block(q.number, std::move(done)); }
  void operator()(const logs_question& q, auto done) const { endpoint.logs(q.query, std::move(done)); }
  void operator()(const receipt_question& q, auto done) const { endpoint.receipt_logs(q.tx, std::move(done)); }
  void operator()(const call_question& q, auto done) const { endpoint.call(q.to, q.input, std::move(done)); }
  void operator()(const code_question& q, auto done) const { endpoint.code(q.at, std::move(done)); }
};

struct namer {
  std::string operator()(const chain_id_question&) const { return "the chain's id"; }
  std::string operator()(const head_question&) const { return "the head"; }
  std::string operator()(const block_question& q) const { return "block " + std::to_string(q.number); }
  std::string operator()(const logs_question& q) const { return "the logs of " + span_of(q.query); }
  std::string operator()(const receipt_question& q) const { return "the receipt of " + q.tx.to_string(); }
  std::string operator()(const call_question& q) const { return "eth_call of " + q.to.to_string(); }
  std::string operator()(const code_question& q) const { return "the code of " + q.at.to_string(); }
};

}  // namespace

std::string name_of(const question& q) { return std::visit(namer{}, q); }

const ports::evm_log_query* logs_of(const question& q) {
  const auto* logs = std::get_if<logs_question>(&q);
  return logs == nullptr ? nullptr : &logs->query;
}

std::uint64_t newest_block_of(const question& q) {
  if (const auto* query = logs_of(q)) return query->to;
  const auto* block = std::get_if<block_question>(&q);
  return block == nullptr ? 0 : block->number;
}

bool is_refusal(const question& q, const told& answer) {
  return std::holds_alternative<call_question>(q) && answer.error &&
         answer.error->kind == ports::chain_failure::reverted;
}

bool is_of_head(const question& q) { return std::holds_alternative<head_question>(q); }

void put(chain_client& endpoint, const question& q, bool compared, std::function<void(told_ptr)> tell) {
  std::visit(
      [&](const auto& asked) {
        using answer = typename std::decay_t<decltype(asked)>::answer;
        asker{endpoint}(asked, [tell = std::move(tell), compared](expected<answer, ports::chain_error> what) {
          tell(heard<answer>(std::move(what), compared));
        });
      },
      q);
}

}  // namespace hedgerow::chain
