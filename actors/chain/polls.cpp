// One question to as many endpoints as must agree, and to others in place of those that fail or contradict.
#include <algorithm>
#include <caf/all.hpp>
#include <set>
#include <string_view>
#include <utility>

#include "actors/chain/chain_gateway.hpp"

namespace hedgerow::chain {

using namespace protocol;
using ports::chain_error;
using ports::chain_failure;
using ports::notice_level;
using standing = domain::endpoint_health::standing;

namespace {

/// Of what an endpoint said.
constexpr std::size_t opinion_shown = 300;

/// An endpoint this many blocks behind the foremost one is asked after those that are not.
constexpr std::uint64_t usual_lag = 2;

/// A dispute is one alarm in this time: it is about a range now, and about half of it next.
constexpr std::chrono::minutes dispute_told_again{10};

/// Until it is tried again whether an endpoint has come back.
constexpr std::chrono::milliseconds short_wait{2'000};

/// Scores this near make no difference: the order of the configuration is kept.
constexpr std::uint32_t score_step = 250;

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

/// What one endpoint said, for people: of a list how long it is, and the first member that the other does not have.
std::string shown(const std::string& text, const std::string& beside) {
  const auto lines = lines_of(text);
  if (lines.empty()) return {};
  const auto others = lines_of(beside);
  const std::set<std::string_view> known{others.begin(), others.end()};
  std::string out{lines.front()};
  const auto own = std::find_if(lines.begin() + 1, lines.end(), [&](const auto& l) { return !known.contains(l); });
  if (own != lines.end()) out.append(", with ").append(*own);
  if (out.size() > opinion_shown) out.replace(opinion_shown, std::string::npos, "...");
  return out;
}

/// Which of several failures says most to who asked.
int weight(chain_failure kind) {
  switch (kind) {
    case chain_failure::range_too_wide: return 6;
    case chain_failure::reverted: return 5;
    case chain_failure::throttled: return 4;
    case chain_failure::limit_exceeded: return 3;
    case chain_failure::disconnected: return 0;
    default: return 2;
  }
}

}  // namespace

void chain_gateway::ask(const question_ptr& what, taker then) {
  if (is_of_head(*what) && config_.quorum > 1) return ask_for_head(then);
  start_poll(what, std::move(then));
}

void chain_gateway::start_poll(question_ptr what, taker then) {
  const auto number = ++last_poll_;
  polls_.emplace(number, poll{std::move(what), domain::ballot{config_.quorum}, std::move(then)});
  ask_more(number);
}

/// Their heads differ: of a quorum the lowest is known to all, and what a quorum says of that block is the answer.
void chain_gateway::ask_for_head(const taker& then) {
  start_poll(std::make_shared<const question>(head_question{}), [this, then](const told& lowest) {
    if (lowest.error) return then(lowest);
    const auto number = std::get<ports::chain_block>(lowest.value).number;
    start_poll(std::make_shared<const question>(block_question{number}), [then, number](const told& what) {
      if (what.error) return then(what);
      const auto& block = std::get<std::optional<ports::chain_block>>(what.value);
      if (!block)
        return then({chain_error{chain_failure::rpc_error, "block " + std::to_string(number) + " is gone again"}});
      told answer;
      answer.value = *block;
      then(answer);
    });
  });
}

std::vector<std::size_t> chain_gateway::candidates(const poll& p) const {
  std::uint64_t foremost = 0;
  for (const auto& m : members_)
    if (m.up) foremost = std::max(foremost, m.report.head);
  struct rank {
    bool avoided;
    bool late;
    std::uint32_t score;
    std::size_t at;
    auto operator<=>(const rank&) const = default;
  };
  std::vector<rank> ranks;
  const auto now = outside_.clock->monotonic();
  for (std::size_t at = 0; at < members_.size(); ++at) {
    const auto& m = members_[at];
    // Which chain one is on that is not up is not known.
    if (!m.actor || !m.up || p.asked.contains(at)) continue;
    const auto stands = m.report.health.at(now);
    if (stands == standing::throttled || stands == standing::set_aside) continue;
    const bool late = m.report.head + usual_lag < foremost || m.report.head < last_block_of(*p.what);
    ranks.push_back({stands == standing::avoided, late, (1000 - m.report.health.score(now)) / score_step, at});
  }
  std::ranges::sort(ranks);
  std::vector<std::size_t> order;
  for (const auto& r : ranks) order.push_back(r.at);
  return order;
}

void chain_gateway::ask_more(std::uint64_t number) {
  auto& p = polls_.at(number);
  for (const auto at : candidates(p)) {
    if (p.ballot.wanted() == 0) break;
    p.asked.insert(at);
    p.ballot.asked(at);
    self_->send(members_[at].actor, question_atom::value, number, p.what);
  }
  if (!p.ballot.waits()) give_up(number);
}

void chain_gateway::answered(std::size_t at, std::uint64_t number, const told_ptr& what) {
  const auto found = polls_.find(number);
  if (found == polls_.end() || found->second.answers.contains(at)) return;
  auto& p = found->second;
  p.answers[at] = what;
  if (what->error)
    p.ballot.failed(at);
  else
    p.ballot.said(at, is_of_head(*p.what) ? std::string{} : what->text);
  if (const auto by = p.ballot.decided()) return decide(number, *by);
  if (p.ballot.wanted() > 0) ask_more(number);
}

void chain_gateway::decide(std::uint64_t number, std::size_t by) {
  auto p = std::move(polls_.extract(number).mapped());
  auto answer = p.answers.at(by);
  if (is_of_head(*p.what))
    for (const auto& [at, other] : p.answers)
      if (!other->error &&
          std::get<ports::chain_block>(other->value).number < std::get<ports::chain_block>(answer->value).number)
        answer = other;
  if (dispute_ && dispute_->about == name_of(*p.what)) dispute_.reset();
  note_dissent(p, by, *answer);
  if (const auto* query = logs_of(*p.what); query != nullptr && config_.quorum > 1)
    check_live_logs(*query, std::get<ports::evm_logs>(answer->value));
  p.then(*answer);
}

void chain_gateway::note_dissent(const poll& p, std::size_t by, const told& answer) {
  for (const auto at : p.ballot.dissenters()) {
    const auto& said = *p.answers.at(at);
    // One that does not have it may only be late.
    if (said.absent || answer.absent || !members_[at].actor) continue;
    self_->send(members_[at].actor, dissent_atom::value,
                name_of(*p.what) + ": it said " + shown(said.text, answer.text) + ", where " +
                    config_.endpoints[by].name + " and others said " + shown(answer.text, said.text));
  }
}

void chain_gateway::give_up(std::uint64_t number) {
  auto p = std::move(polls_.extract(number).mapped());
  p.then(p.ballot.opinions().size() > 1 ? disagreement(p) : failure_of(p));
}

told chain_gateway::disagreement(const poll& p) {
  ++disagreements_;
  std::string text = "endpoints disagree about " + name_of(*p.what) + ", and no " + std::to_string(config_.quorum) +
                     " of them say the same: ";
  const auto opinions = p.ballot.opinions();
  bool late = false;
  for (const auto at : opinions) {
    const auto& said = *p.answers.at(at);
    const auto& beside = *p.answers.at(at == opinions.front() ? opinions.back() : opinions.front());
    late = late || said.absent;
    text += config_.endpoints[at].name + " says " + shown(said.text, beside.text) + "; ";
  }
  text.erase(text.size() - 2);
  last_error_ = text;
  if (!late) {
    const auto now = outside_.clock->monotonic();
    dispute_ = dispute{name_of(*p.what), text, now};
    if (!dispute_told_at_ || now >= *dispute_told_at_ + dispute_told_again) {
      dispute_told_at_ = now;
      raise(notice_level::alarm, "endpoints_disagree", name_of(*p.what), text + "; it is asked again and again");
    }
  }
  return {chain_error{chain_failure::rpc_error, std::move(text)}};
}

told chain_gateway::failure_of(const poll& p) const {
  const chain_error* most = nullptr;
  for (const auto& [at, said] : p.answers)
    if (said->error && (most == nullptr || weight(said->error->kind) > weight(most->kind))) most = &*said->error;
  if (most != nullptr && most->kind != chain_failure::disconnected) return {*most};
  auto why = std::to_string(config_.quorum) + " endpoints must agree, and " + std::to_string(p.answers.size()) +
             " of " + std::to_string(members_.size()) + " could be asked";
  // Only when all that is lacking is that time passes; an endpoint may come back before.
  const auto now = outside_.clock->monotonic();
  std::optional<std::chrono::milliseconds> wait;
  bool others = false;
  for (const auto& m : members_) {
    if (!m.up || m.report.health.at(now) != standing::throttled) {
      others = others || !m.up || m.report.health.at(now) == standing::set_aside;
      continue;
    }
    const auto until = m.report.health.asked_again_at(now).value_or(now);
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - now);
    wait = wait ? std::min(*wait, left) : left;
  }
  if (wait)
    return {chain_error{chain_failure::throttled, std::move(why), others ? std::min(*wait, short_wait) : *wait}};
  if (const auto away = who_is_away(); !away.empty()) why += "; " + away;
  return {chain_error{chain_failure::disconnected, std::move(why)}};
}

}  // namespace hedgerow::chain
