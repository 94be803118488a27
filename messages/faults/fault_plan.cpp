#include "messages/faults/fault_plan.hpp"

#include <algorithm>
#include <charconv>
#include <csignal>
#include <mutex>
#include <optional>

namespace hedgerow::faults {
namespace {

struct active {
  std::mutex guard;
  std::optional<fault_plan> plan;
};

active& current() {
  static active one;
  return one;
}

constexpr std::array action_names{"fail", "crash", "kill"};

/// The finalizer of splitmix64: a decision depends on seed, point and pass, and on nothing else.
std::uint64_t mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15U;
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31U);
}

std::string all_points() {
  std::string text;
  for (const fault_point& point : fault_points) {
    if (!text.empty()) text += ", ";
    text += point.name;
  }
  return text;
}

template <class Number>
std::optional<Number> number_in(std::string_view text, Number min, Number max) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < min || value > max) return std::nullopt;
  return value;
}

}  // namespace

namespace detail {

std::atomic<bool> armed{false};

bool consult(fault_id point) {
  const fault_rule* rule = nullptr;
  {
    const std::lock_guard lock{current().guard};
    if (current().plan) rule = current().plan->pass(point);
    if (rule == nullptr) return false;
    if (rule->action == fault_action::fail) return true;
    if (rule->action == fault_action::kill) std::raise(SIGKILL);
  }
  throw injected_crash("fault point " + std::string{fault_points[point.index].name});
}

}  // namespace detail

expected<fault_rule, std::string> parse_fault_rule(std::string_view text) {
  const std::size_t colon = text.find(':');
  const std::string_view name = text.substr(0, colon);
  const auto known =
      std::find_if(fault_points.begin(), fault_points.end(), [&](const auto& p) { return p.name == name; });
  if (known == fault_points.end())
    return unexpected("no fault point \"" + std::string{name} + "\"; there are " + all_points());
  fault_rule rule{{static_cast<std::size_t>(known - fault_points.begin())}};
  const std::string_view rest = colon == std::string_view::npos ? std::string_view{} : text.substr(colon + 1);
  const std::size_t mark = rest.find_first_of("@%");
  const auto action = std::find(action_names.begin(), action_names.end(), rest.substr(0, mark));
  if (action == action_names.end()) return unexpected(std::string{"the action is not fail, crash or kill"});
  rule.action = static_cast<fault_action>(action - action_names.begin());
  if (rule.action == fault_action::crash && !known->in_actor)
    return unexpected("no actor passes " + std::string{name} + ", so crash would end the process; write fail or kill");
  if (mark == std::string_view::npos) return rule;
  const std::string_view figure = rest.substr(mark + 1);
  if (rest[mark] == '@') {
    const auto nth = number_in<std::uint64_t>(figure, 1, 1'000'000'000);
    if (!nth) return unexpected(std::string{"after @ comes a whole number from 1: which pass"});
    rule.nth = *nth;
    return rule;
  }
  const auto percent = number_in<std::uint32_t>(figure, 1, 100);
  if (!percent) return unexpected(std::string{"after % comes a whole number from 1 to 100: of 100 passes"});
  rule.percent = *percent;
  return rule;
}

std::string to_string(const fault_rule& rule) {
  std::string text{fault_points[rule.point.index].name};
  text += ':';
  text += action_names[static_cast<std::size_t>(rule.action)];
  if (rule.nth > 0) return text + "@" + std::to_string(rule.nth);
  return rule.percent < 100 ? text + "%" + std::to_string(rule.percent) : text;
}

std::vector<std::string> armed_rules() {
  std::vector<std::string> texts;
  const std::lock_guard lock{current().guard};
  if (current().plan)
    for (const fault_rule& rule : current().plan->rules()) texts.push_back(to_string(rule));
  return texts;
}

fault_plan::fault_plan(std::vector<fault_rule> rules, std::uint64_t seed) : rules_{std::move(rules)}, seed_{seed} {}

const fault_rule* fault_plan::pass(fault_id point) {
  const std::uint64_t pass = ++passes_[point.index];
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    const fault_rule& rule = rules_[i];
    if (rule.point.index != point.index || (rule.nth > 0 && rule.nth != pass)) continue;
    if (rule.percent < 100 && mix(mix(seed_ + i) + pass) % 100 >= rule.percent) continue;
    return &rule;
  }
  return nullptr;
}

expected<fault_plan, std::string> parse_fault_plan(const std::vector<std::string>& rules, std::uint64_t seed) {
  std::vector<fault_rule> parsed;
  for (const std::string& text : rules) {
    const auto rule = parse_fault_rule(text);
    if (!rule) return unexpected(rule.error());
    parsed.push_back(*rule);
  }
  return fault_plan{std::move(parsed), seed};
}

armed_plan::armed_plan(fault_plan plan) {
  const std::lock_guard lock{current().guard};
  current().plan = std::move(plan);
  detail::armed = true;
}

armed_plan::~armed_plan() {
  const std::lock_guard lock{current().guard};
  detail::armed = false;
  current().plan.reset();
}

std::uint64_t armed_plan::passes(fault_id point) const {
  const std::lock_guard lock{current().guard};
  return current().plan ? current().plan->passes(point) : 0;
}

}  // namespace hedgerow::faults
