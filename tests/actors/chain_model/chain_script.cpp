#include "chain_script.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <sstream>
#include <utility>

namespace hedgerow::test {
namespace {

using step_kind = chain_step::kind;
using part = node_news::part;

constexpr std::pair<tx_spec::kind, std::string_view> transaction_words[] = {
    {tx_spec::kind::take, "take"}, {tx_spec::kind::clear, "clear"}, {tx_spec::kind::pair, "pair"}};
constexpr std::pair<part, std::string_view> news_words[] = {
    {part::removed, "removed"}, {part::logs, "logs"}, {part::heads, "heads"}, {part::head, "head"}};
constexpr std::pair<std::uint64_t node_mood::*, std::string_view> mood_words[] = {
    {&node_mood::late_ms, "late"},        {&node_mood::stale, "stale"},     {&node_mood::lost, "lost"},
    {&node_mood::throttled, "throttled"}, {&node_mood::failing, "failing"}, {&node_mood::narrow, "narrow"},
    {&node_mood::missing, "missing"}};

template <class Key, std::size_t Count>
std::string_view word_of(const std::pair<Key, std::string_view> (&words)[Count], const Key& key) {
  for (const auto& [k, word] : words)
    if (k == key) return word;
  return "?";
}

template <class Key, std::size_t Count>
std::optional<Key> key_of(const std::pair<Key, std::string_view> (&words)[Count], std::string_view word) {
  for (const auto& [key, w] : words)
    if (w == word) return key;
  return std::nullopt;
}

std::string text_of(const chain_step& step) {
  std::ostringstream out;
  switch (step.what) {
    case step_kind::block:
      out << "block " << step.block << " on " << step.parent;
      for (const auto& tx : step.transactions) out << ' ' << word_of(transaction_words, tx.what) << ':' << tx.number;
      break;
    case step_kind::show:
      out << "show " << step.block;
      for (const auto p : step.news.parts) out << ' ' << word_of(news_words, p);
      if (step.news.doubled) out << " doubled";
      if (step.news.shuffled) out << " shuffled";
      break;
    case step_kind::mood:
      out << "mood";
      for (const auto& [member, word] : mood_words)
        if (step.mood.*member != 0) out << ' ' << word << ':' << step.mood.*member;
      break;
    case step_kind::drop: out << "drop"; break;
    case step_kind::raise: out << "raise"; break;
    case step_kind::restart: out << "restart"; break;
    case step_kind::wait: out << "wait " << step.wait_ms; break;
  }
  return out.str();
}

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// `word:number`.
std::optional<std::pair<std::string_view, std::uint64_t>> pair_of(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto value = number(text.substr(colon + 1));
  if (!value) return std::nullopt;
  return std::pair{text.substr(0, colon), *value};
}

using words = std::vector<std::string>;

bool read_block(const words& line, chain_step& step) {
  if (line.size() < 4 || line[2] != "on") return false;
  const auto name = number(line[1]);
  const auto parent = number(line[3]);
  if (!name || !parent) return false;
  step.block = *name;
  step.parent = *parent;
  for (std::size_t i = 4; i < line.size(); ++i) {
    const auto pair = pair_of(line[i]);
    const auto what = pair ? key_of(transaction_words, pair->first) : std::nullopt;
    if (!what) return false;
    step.transactions.push_back({*what, pair->second});
  }
  return true;
}

bool read_show(const words& line, chain_step& step) {
  const auto name = line.size() < 2 ? std::nullopt : number(line[1]);
  if (!name) return false;
  step.block = *name;
  for (std::size_t i = 2; i < line.size(); ++i) {
    if (line[i] == "doubled" || line[i] == "shuffled") {
      (line[i] == "doubled" ? step.news.doubled : step.news.shuffled) = true;
      continue;
    }
    const auto p = key_of(news_words, line[i]);
    if (!p) return false;
    step.news.parts.push_back(*p);
  }
  return true;
}

bool read_mood(const words& line, chain_step& step) {
  for (std::size_t i = 1; i < line.size(); ++i) {
    const auto pair = pair_of(line[i]);
    const auto member = pair ? key_of(mood_words, pair->first) : std::nullopt;
    if (!member) return false;
    step.mood.*(*member) = pair->second;
  }
  return true;
}

std::optional<chain_step> read_step(const words& line) {
  chain_step step;
  const auto as = [&](step_kind what) {
    step.what = what;
    return std::optional{step};
  };
  const auto if_read = [&](bool read) { return read ? std::optional{step} : std::nullopt; };
  if (line[0] == "drop") return as(step_kind::drop);
  if (line[0] == "raise") return as(step_kind::raise);
  if (line[0] == "restart") return as(step_kind::restart);
  if (line[0] == "block") {
    step.what = step_kind::block;
    return if_read(read_block(line, step));
  }
  if (line[0] == "show") {
    step.what = step_kind::show;
    return if_read(read_show(line, step));
  }
  if (line[0] == "mood") {
    step.what = step_kind::mood;
    return if_read(read_mood(line, step));
  }
  const auto ms = line[0] == "wait" && line.size() == 2 ? number(line[1]) : std::nullopt;
  step.wait_ms = ms.value_or(0);
  return if_read(ms.has_value());
}

}  // namespace

std::string to_text(const chain_script& script) {
  std::string text = "seed " + std::to_string(script.seed) + "\nwindow " + std::to_string(script.window) + "\n";
  for (const auto& step : script.steps) text += text_of(step) + "\n";
  return text;
}

expected<chain_script, std::string> parse_chain_script(std::string_view text) {
  chain_script script;
  std::istringstream lines{std::string{text}};
  std::size_t at = 0;
  for (std::string line; std::getline(lines, line);) {
    ++at;
    std::istringstream parts{line.substr(0, line.find('#'))};
    words all;
    for (std::string word; parts >> word;) all.push_back(word);
    if (all.empty()) continue;
    if (all[0] == "seed" || all[0] == "window") {
      const auto value = all.size() == 2 ? number(all[1]) : std::nullopt;
      if (!value) return unexpected("line " + std::to_string(at) + ": " + all[0] + " needs one number");
      (all[0] == "seed" ? script.seed : script.window) = *value;
      continue;
    }
    auto step = read_step(all);
    if (!step) return unexpected("line " + std::to_string(at) + " is no step: " + line);
    script.steps.push_back(std::move(*step));
  }
  return script;
}

bool tells_head(const node_news& news) {
  return std::any_of(news.parts.begin(), news.parts.end(), [](part p) { return p == part::heads || p == part::head; });
}

bool make_consistent(chain_script& script) {
  block_tree tree;
  std::uint64_t shown = 0;
  std::uint64_t highest = 0;
  bool told = true;
  bool up = true;
  node_mood mood;
  std::vector<chain_step> kept;
  for (auto& step : script.steps) {
    if (step.what == step_kind::block) {
      if (tree.has(step.block) || !tree.has(step.parent)) continue;
      tree.add(step.block, step.parent, step.transactions);
    }
    if (step.what == step_kind::mood) mood = step.mood;
    if (step.what == step_kind::drop || step.what == step_kind::raise) up = step.what == step_kind::raise;
    if (step.what == step_kind::show) {
      if (!tree.has(step.block)) continue;
      const auto fork = tree.height(tree.common_ancestor(shown, step.block));
      if (fork + script.window <= highest) return false;
      shown = step.block;
      told = tells_head(step.news);
      highest = std::max(highest, tree.height(shown));
    }
    kept.push_back(std::move(step));
  }
  script.steps = std::move(kept);
  return mood == node_mood{} && up && told && tree.height(shown) == highest;
}

}  // namespace hedgerow::test
