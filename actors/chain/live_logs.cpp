// A live log is passed on as soon as one endpoint tells it. When a quorum then gives the logs of its block without it,
// and the block is in the chain, somebody has invented it, or a quorum hides it: a person must look.
#include <caf/all.hpp>

#include "actors/chain/chain_gateway.hpp"

namespace hedgerow::chain {

using namespace protocol;
using ports::notice_level;

void chain_gateway::log_came(std::size_t at, std::uint64_t id, ports::evm_log log) {
  const auto& m = members_[at];
  const auto listener = outside_.desk->find(id);
  if (!listener || !listener->up || !m.serves.contains(id)) return;
  if (m.report.health.at(outside_.clock->monotonic()) == domain::endpoint_health::standing::set_aside) return;
  if (config_.quorum > 1) {
    if (!log.removed) live_.told(at, log.log, config_.quorum);
    // As of ranges: the time of a block is asked for.
    log.block_time.reset();
  }
  // Whoever listens knows what it has heard already.
  listener->tell(&ports::chain_listener::log, std::move(log));
}

void chain_gateway::check_live_logs(const ports::evm_log_query& asked, const ports::evm_logs& agreed) {
  for (const auto& missing : live_.compare(asked, agreed)) look_at_block_of(missing);
}

/// A log of a block that was replaced was right when it was told.
void chain_gateway::look_at_block_of(const unconfirmed_logs::entry& log) {
  const auto number = log.log.ref.block_number;
  start_poll(std::make_shared<const question>(block_question{number}), [this, log](const told& what) {
    if (what.error) return;
    const auto& block = std::get<std::optional<ports::chain_block>>(what.value);
    if (!block || block->hash != log.log.ref.block_hash) return;
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
              "hedged: look at the transaction on chain; if the log is not there, remove the endpoint, and correct the "
              "position by hand");
  });
}

}  // namespace hedgerow::chain
