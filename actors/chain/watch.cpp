// Which endpoints stay away, and whether a quorum goes on with the chain.
#include <algorithm>
#include <caf/all.hpp>
#include <utility>

#include "actors/chain/chain_gateway.hpp"

namespace hedgerow::chain {

using ports::notice_level;

namespace {

/// A connection that comes back by then, and a quorum whose next block comes by then, is told to nobody.
constexpr std::chrono::minutes told_after{1};

}  // namespace

void chain_gateway::watch() {
  const auto now = outside_.clock->monotonic();
  for (std::size_t at = 0; at < members_.size(); ++at) {
    auto& m = members_[at];
    if (m.up) {
      m.away_since.reset();
      m.away_told = false;
      continue;
    }
    if (!m.away_since) m.away_since = now;
    if (m.wrong_chain || now < *m.away_since + told_after || std::exchange(m.away_told, true)) continue;
    raise(notice_level::warning, "endpoint_away", config_.endpoints[at].name,
          "it has not been connected for a minute, and others are asked in its place: " + m.away);
  }
  watch_heads(now);
}

void chain_gateway::watch_heads(monotonic_time now) {
  std::vector<std::uint64_t> heads;
  for (const auto& m : members_)
    if (m.up) heads.push_back(m.report.head);
  const auto newest = heads.empty() ? 0 : std::ranges::max(heads);
  head_watch_.seen(now, newest, domain::head_of_quorum(std::move(heads), config_.quorum));
  const auto text = who_stands();
  if (text.empty())
    stands_told_ = false;
  else if (!std::exchange(stands_told_, true))
    raise(notice_level::alarm, "quorum_stands", "the head", text);
}

std::string chain_gateway::who_stands() const {
  const auto since = head_watch_.stands_since();
  if (!since || outside_.clock->monotonic() < *since + told_after) return {};
  std::string text = std::to_string(config_.quorum) +
                     " endpoints must agree, and for a minute no newer block has been known to so many: fills in newer "
                     "blocks wait. Newest blocks:";
  for (std::size_t at = 0; at < members_.size(); ++at)
    text += ' ' + config_.endpoints[at].name + ' ' +
            (members_[at].up ? std::to_string(members_[at].report.head) : std::string{"not connected"}) +
            (at + 1 < members_.size() ? "," : "");
  return text + "; mend or replace those that are behind";
}

}  // namespace hedgerow::chain
