// From the kill of a node to the order for a fill that came right after it: two nodes on one Kafka, the heir takes over
// everything - the chain, the symbol, the order. takeover_bench [ROUNDS] prints lines `name value`.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "tests/e2e/harness.hpp"
#include "tests/support/wait.hpp"

namespace {

using namespace hedgerow;
using steady = std::chrono::steady_clock;

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "bench: %s\n", why.c_str());
  std::exit(1);
}

std::size_t orders_at_the_broker(test::stage& s) {
  const auto book = s.ledger();
  return book.HasMember("orders") ? book["orders"].Size() : 0;
}

void wait_for_agreement(test::stage& s) {
  if (!test::eventually([&] { return s.disagreement().empty(); }, std::chrono::minutes{1})) give_up(s.disagreement());
}

}  // namespace

int main(int argc, char** argv) {
  const std::size_t rounds = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 20;
  test::stage s{{"takeover", "[]", 0, true, 2}};
  s.start_node(true, 0);
  s.start_node(true, 1);
  // Every symbol's first order asks for the broker's position as well: let that be over.
  s.trade("AAPL0x", true, "1");
  wait_for_agreement(s);
  std::vector<double> taken;
  for (std::size_t i = 0; i < rounds; ++i) {
    const auto before = orders_at_the_broker(s);
    const auto killed = steady::now();
    s.kill_node(i % 2);
    s.trade("AAPL0x", i % 2 == 1, "1");
    if (!test::eventually([&] { return orders_at_the_broker(s) > before; }, std::chrono::minutes{1}))
      give_up("nobody took over within a minute");
    taken.push_back(std::chrono::duration<double, std::milli>(steady::now() - killed).count());
    s.start_node(true, i % 2);
    wait_for_agreement(s);
  }
  std::sort(taken.begin(), taken.end());
  std::printf("takeover_p50_ms %.0f\n", taken[taken.size() / 2]);
  std::printf("takeover_p99_ms %.0f\n", taken[std::min(taken.size() - 1, taken.size() * 99 / 100)]);
  std::printf("takeover_rounds %zu\n", taken.size());
  std::printf("takeover_session_timeout_ms 1500\n");
}
