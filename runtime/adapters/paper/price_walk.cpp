#include "runtime/adapters/paper/price_walk.hpp"

#include <algorithm>

#include "messages/types/check.hpp"

namespace hedgerow::paper {
namespace {

constexpr std::uint64_t stride = 1024;
constexpr std::int64_t step_ppm = 100;

}  // namespace

price_walk::price_walk(std::uint64_t seed, std::map<std::string, price_units> start, timestamp begin)
    : seed_{seed}, start_{std::move(start)}, begin_{begin} {}

bool price_walk::lists(const symbol& name) const { return start_.empty() || start_.contains(name.str()); }

quote price_walk::at(const symbol& name, timestamp t) {
  HEDGEROW_CHECK(lists(name), "quote of a symbol that is not listed");
  path& p = path_of(name);
  const std::uint64_t steps = t <= begin_ ? 0 : static_cast<std::uint64_t>((t - begin_).count()) / 1'000'000;
  while (p.marks.size() <= steps / stride) {
    const std::uint64_t from = (p.marks.size() - 1) * stride;
    price_units price = p.marks.back();
    for (std::uint64_t i = 0; i < stride; ++i) price = step(name, p, price, from + i);
    p.marks.push_back(price);
  }
  price_units last = p.marks[steps / stride];
  for (std::uint64_t i = steps / stride * stride; i < steps; ++i) last = step(name, p, last, i);
  const price_units half_spread = std::max<price_units>(1, last / 10000);
  return {std::max<price_units>(1, last - half_spread), last + half_spread, last};
}

price_walk::path& price_walk::path_of(const symbol& name) {
  auto [entry, fresh] = paths_.try_emplace(name.str());
  if (fresh) {
    const auto configured = start_.find(name.str());
    const auto from_seed = static_cast<price_units>(100'000 + draw(seed_, name.str() + "/start", 0) % 4'900'000);
    entry->second.start = configured != start_.end() ? configured->second : from_seed;
    entry->second.marks.push_back(entry->second.start);
  }
  return entry->second;
}

price_units price_walk::step(const symbol& name, const path& p, price_units price, std::uint64_t number) const {
  // At least one unit, so that cheap stocks move too. A price is at most 2 * 10^12: no overflow.
  const std::int64_t reach = std::max<std::int64_t>(1, price * step_ppm / 1'000'000);
  const auto width = static_cast<std::uint64_t>(2 * reach + 1);
  const auto move = static_cast<std::int64_t>(draw(seed_, name.str(), number) % width) - reach;
  return std::clamp<price_units>(price + move, std::max<price_units>(1, p.start / 2), p.start * 2);
}

}  // namespace hedgerow::paper
