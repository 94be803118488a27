// A live log is passed on as soon as one endpoint tells it. When a quorum then gives the logs of its block without it,
// and the block is in the chain, somebody has invented it, or a quorum hides it: a person must look.
#include <algorithm>
#include <caf/all.hpp>
#include <set>
#include <utility>

#include "actors/chain/chain_gateway.hpp"

namespace hedgerow::chain {

using namespace protocol;
using ports::notice_level;

namespace {

/// A log that a quorum does not have is looked for once more after this time.
constexpr std::chrono::seconds looked_at_again{10};

bool is_asked_for(const ports::evm_log_query& asked, const raw_evm_log& log) {
  if (!asked.books.empty() && std::ranges::count(asked.books, log.book) == 0) return false;
  return asked.topic0.empty() || (!log.topics.empty() && std::ranges::count(asked.topic0, log.topics[0]) > 0);
}

}  // namespace

void chain_gateway::log_came(std::size_t at, std::uint64_t id, ports::evm_log log) {
  const auto& m = members_[at];
  const auto listener = outside_.users->find(id);
  if (!listener || !listener->up || !m.serves.contains(id)) return;
  if (m.report.health.at(outside_.clock->monotonic()) == domain::endpoint_health::standing::set_aside) return;
  if (config_.quorum > 1) {
    if (!log.removed) live_.told(at, log.log);
    // As of ranges: the time of a block is asked for.
    log.block_time.reset();
  }
  // Whoever listens knows what it has heard already.
  listener->tell(&ports::chain_listener::log, std::move(log));
}

void chain_gateway::check_live_logs(const ports::evm_log_query& asked, const ports::evm_logs& agreed) {
  std::vector<raw_evm_log> logs;
  for (const auto& l : agreed.logs) logs.push_back(l.log);
  const auto filter = [&](const raw_evm_log& log) { return is_asked_for(asked, log); };
  for (auto& missing : live_.compare(asked.from, asked.to, filter, logs)) {
    const auto block = missing.log.ref.block_number;
    auto& of_block = missing_[block];
    if (of_block.empty()) self_->delayed_send(self_, looked_at_again, lookagain_atom::value, block);
    of_block.push_back(std::move(missing));
  }
}

/// The answer may have been of another branch than the one that the chain has now: only an answer that names the log's
/// own block contradicts it. And it may have come before the node had all logs of its newest block.
void chain_gateway::look_again(std::uint64_t block) {
  auto found = missing_.extract(block);
  if (found.empty()) return;
  std::set<address> books;
  for (const auto& missing : found.mapped()) books.insert(missing.log.book);
  const ports::evm_log_query query{block, block, {books.begin(), books.end()}, {}};
  const auto then = [this, logs = std::move(found.mapped())](const told& answer) {
    for (const auto& missing : logs) {
      if (answer.error) {
        live_.keep(missing);
        continue;
      }
      if (answer.last_block != missing.log.ref.block_hash) continue;
      const auto same = [&](const auto& other) { return other.log == missing.log; };
      if (std::ranges::none_of(std::get<ports::evm_logs>(answer.value).logs, same)) accuse(missing);
    }
  };
  start_poll(std::make_shared<const question>(logs_question{query}), then, block);
}

void chain_gateway::accuse(const domain::live_logs::entry& log) {
  std::string names;
  for (const auto at : log.by) {
    names += (names.empty() ? "" : ", ") + config_.endpoints[at].name;
    if (members_[at].actor)
      self_->send(members_[at].actor, dissent_atom::value,
                  "it told " + log.log.ref.describe() + " live, which the others do not have");
  }
  raise(notice_level::alarm, "live_log_unconfirmed", names,
        log.log.ref.describe() + " was told live by " + names + ", and " + std::to_string(config_.quorum) +
            " endpoints agree that its block does not have it. It was booked when it was told, and may have been "
            "hedged: look at the transaction on chain; if the log is not there, or has another content, remove the "
            "endpoint, and correct the position by hand");
}

}  // namespace hedgerow::chain
