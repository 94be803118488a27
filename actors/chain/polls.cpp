// One question to as many endpoints as must agree, and to others in place of those that fail or contradict.
#include <algorithm>
#include <caf/all.hpp>
#include <functional>
#include <set>
#include <string_view>
#include <utility>

#include "actors/chain/chain_gateway.hpp"

namespace hedgerow::chain {

using namespace protocol;
using ports::chain_error;
using ports::chain_failure;
using ports::notice_level;

namespace {

/// Of what an endpoint said.
constexpr std::size_t opinion_shown = 300;

/// Of two endpoints one may have a block that the other gets in the next moment: only a dispute that lasts is told.
constexpr std::chrono::seconds dispute_told_after{10};
/// It is about a range now, and about half of it next: what comes within this time is the same dispute.
constexpr std::chrono::minutes dispute_ends_after{2};

/// Until it is tried again whether an endpoint has come back.
constexpr std::chrono::milliseconds short_wait{2'000};

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

const ports::chain_block& head_of(const told& answer) { return std::get<ports::chain_block>(answer.value); }

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
  watch();
  if (is_of_head(*what) && config_.quorum > 1) return ask_for_head(then);
  const auto newest = is_of_head(*what) ? known_head() : newest_block_of(*what);
  start_poll(what, std::move(then), newest);
}

void chain_gateway::start_poll(question_ptr what, taker then, std::uint64_t newest) {
  const auto number = ++last_poll_;
  polls_.emplace(number, poll{std::move(what), domain::ballot{config_.quorum}, std::move(then), newest});
  ask_more(number);
}

/// Their heads differ. The highest block that a quorum has is asked for, so that one that is late holds nothing back;
/// what a quorum says of that block is the answer.
void chain_gateway::ask_for_head(const taker& then) {
  const auto of_quorum = [this, then](const told& head) {
    if (head.error) return then(head);
    const auto number = head_of(head).number;
    const auto of_block = [then, number](const told& what) {
      if (what.error) return then(what);
      const auto& block = std::get<std::optional<ports::chain_block>>(what.value);
      if (!block)
        return then({chain_error{chain_failure::rpc_error, "block " + std::to_string(number) + " is gone again"}});
      told answer;
      answer.value = *block;
      then(answer);
    };
    start_poll(std::make_shared<const question>(block_question{number}), of_block, number);
  };
  start_poll(std::make_shared<const question>(head_question{}), of_quorum, known_head());
}

std::uint64_t chain_gateway::known_head() const {
  std::vector<std::uint64_t> heads;
  for (const auto& e : views())
    if (e.usable()) heads.push_back(e.head);
  return domain::head_of_quorum(std::move(heads), config_.quorum);
}

std::vector<domain::endpoint_view> chain_gateway::views() const {
  const auto now = outside_.clock->monotonic();
  std::vector<domain::endpoint_view> all;
  for (const auto& m : members_)
    all.push_back({m.actor && m.up, m.report.health.at(now), m.report.health.score(now), m.report.head});
  return all;
}

std::vector<std::size_t> chain_gateway::candidates(const poll& p) const {
  auto order = domain::order_of_asking(views(), p.newest);
  std::erase_if(order, [&](auto at) { return p.asked.contains(at); });
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
  const bool of_head = is_of_head(*p.what);
  const bool refused = config_.quorum > 1 && is_refusal(*p.what, *what);
  // A head below the one that a quorum has told is late: another is asked in its place.
  if ((what->error && !refused) || (of_head && head_of(*what).number < p.newest))
    p.ballot.failed(at);
  else
    p.ballot.said(at, of_head ? std::string{} : what->text);
  if (const auto by = p.ballot.decided()) return decide(number, *by);
  if (p.ballot.wanted() > 0) ask_more(number);
}

chain_gateway::poll chain_gateway::take(std::uint64_t number) {
  const auto found = polls_.find(number);
  auto p = std::move(found->second);
  polls_.erase(found);
  return p;
}

void chain_gateway::decide(std::uint64_t number, std::size_t by) {
  auto p = take(number);
  if (is_of_head(*p.what)) return p.then(common_head(p).value_or(*p.answers.at(by)));
  const auto answer = p.answers.at(by);
  if (dispute_ && dispute_->about == name_of(*p.what)) dispute_.reset();
  note_dissent(p, by, *answer);
  if (const auto* query = logs_of(*p.what); query != nullptr && config_.quorum > 1)
    check_live_logs(*query, std::get<ports::evm_logs>(answer->value));
  p.then(*answer);
}

/// The highest head that a quorum of those who answered has reached, whatever they told before: the chain may have
/// gone back.
std::optional<told> chain_gateway::common_head(const poll& p) const {
  std::vector<const told*> heads;
  for (const auto& [at, said] : p.answers)
    if (!said->error) heads.push_back(said.get());
  if (heads.size() < config_.quorum) return std::nullopt;
  std::ranges::sort(heads, std::greater{}, [](const auto* said) { return head_of(*said).number; });
  return *heads[config_.quorum - 1];
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
  auto p = take(number);
  if (is_of_head(*p.what))
    if (const auto head = common_head(p)) return p.then(*head);
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
    if (!dispute_ || now >= dispute_->at + dispute_ends_after) dispute_ = dispute{{}, {}, now, now, false};
    dispute_->about = name_of(*p.what);
    dispute_->text = text;
    dispute_->at = now;
    if (now >= dispute_->since + dispute_told_after && !std::exchange(dispute_->told, true))
      raise(notice_level::alarm, "endpoints_disagree", dispute_->about, text + "; it is asked again and again");
  }
  return {chain_error{chain_failure::rpc_error, std::move(text)}};
}

told chain_gateway::failure_of(const poll& p) const {
  const chain_error* most = nullptr;
  for (const auto& [at, said] : p.answers)
    // What a quorum must say is not said by one.
    if (said->error && !(config_.quorum > 1 && is_refusal(*p.what, *said)) &&
        (most == nullptr || weight(said->error->kind) > weight(most->kind)))
      most = &*said->error;
  const auto kind = most == nullptr ? chain_failure::disconnected : most->kind;
  if (kind != chain_failure::disconnected && kind != chain_failure::throttled) return {*most};
  auto why = std::to_string(config_.quorum) + " endpoints must agree, and " + std::to_string(p.answers.size()) +
             " of " + std::to_string(members_.size()) + " could be asked";
  if (kind == chain_failure::throttled) why += ": " + most->detail;
  if (const auto wait = wait_for_throttled(p)) return {chain_error{chain_failure::throttled, std::move(why), *wait}};
  if (const auto away = who_is_away(); !away.empty()) why += "; " + away;
  return {chain_error{kind, std::move(why)}};
}

/// Until the first throttled endpoint may be asked, when that is all that is lacking. The wish of one endpoint is not
/// passed on: it binds nobody but whoever asks that one.
std::optional<std::chrono::milliseconds> chain_gateway::wait_for_throttled(const poll& p) const {
  const auto now = outside_.clock->monotonic();
  std::optional<std::chrono::milliseconds> wait;
  for (const auto& m : members_) {
    if (!m.up || m.report.health.at(now) != domain::endpoint_health::standing::throttled) continue;
    const auto until = m.report.health.asked_again_at(now).value_or(now);
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - now);
    wait = wait ? std::min(*wait, left) : left;
  }
  if (!wait) return std::nullopt;
  // Another may come back before, or answer when it is asked again.
  bool others = false;
  for (std::size_t at = 0; at < members_.size(); ++at) {
    const auto& m = members_[at];
    const auto answer = p.answers.find(at);
    const bool failed = answer != p.answers.end() && answer->second->error &&
                        m.report.health.at(now) != domain::endpoint_health::standing::throttled;
    others = others || !m.up || failed || m.report.health.at(now) == domain::endpoint_health::standing::set_aside;
  }
  return others ? std::min(*wait, short_wait) : *wait;
}

}  // namespace hedgerow::chain
