// The simulated market: one random walk per symbol, a function of (seed, symbol, seconds since the walk began).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "messages/types/ids.hpp"
#include "messages/types/time.hpp"
#include "runtime/adapters/paper/price.hpp"

namespace hedgerow::paper {

struct quote {
  price_units bid = 0;
  price_units ask = 0;
  price_units last = 0;
};

/// Steps once a second by at most 0.01 percent, which makes about 1.7 percent a day; stays between half and twice
/// the start price. Not thread-safe: it remembers how far it has walked.
class price_walk {
 public:
  /// `start` empty: every well-formed symbol is listed, at 10 to 500 dollars from the seed.
  price_walk(std::uint64_t seed, std::map<std::string, price_units> start, timestamp begin);

  [[nodiscard]] bool lists(const symbol& name) const;
  /// The symbol must be listed. Before the walk began, the start price.
  [[nodiscard]] quote at(const symbol& name, timestamp t);

 private:
  struct path {
    price_units start = 0;
    /// Prices at every `stride`-th step: a look anywhere costs at most that many steps once it has been walked over.
    std::vector<price_units> marks;
  };
  [[nodiscard]] path& path_of(const symbol& name);
  [[nodiscard]] price_units step(const symbol& name, const path& p, price_units price, std::uint64_t number) const;

  std::uint64_t seed_;
  std::map<std::string, price_units> start_;
  timestamp begin_;
  std::map<std::string, path> paths_;
};

}  // namespace hedgerow::paper
