// Writes to a log until it is killed: records in, and a copy of each out with the offset of its origin, in
// transactions. One byte on standard output for every finished copy.
#include <unistd.h>

#include <cstdio>

#include "runtime/adapters/sqlite_log/sqlite_log.hpp"
#include "tests/contract/event_log/event_log_contract.hpp"

namespace {

using namespace hedgerow;
using namespace hedgerow::test;

int fail(const std::string& why) {
  std::fprintf(stderr, "%s\n", why.c_str());
  return 1;
}

void copied(const expected<void, ports::log_error>& outcome) {
  if (!outcome) ::_exit(fail(outcome.error().detail));
  if (::write(STDOUT_FILENO, ".", 1) != 1) ::_exit(2);
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) return fail("usage: sqlite_log_writer FILE");
  const fake_clock clock;
  adapters::sqlite_log_options options;
  options.path = arguments[1];
  options.fold_bytes = 2000;
  const auto log = adapters::open_sqlite_log(options, clock);
  if (!log) return fail(log.error().detail);
  auto source = must_join(**log, "source", "i", {});
  auto copier = must_join(**log, "copier", "i", {topic::onchain_trades});
  for (;;) {
    source->commit({{put(trades0, "k", std::string(300, 'x'))}, {}}, [](const auto& outcome) {
      if (!outcome) ::_exit(fail(outcome.error().detail));
    });
    auto batch = copier->poll(5);
    if (!batch) return fail(batch.error().detail);
    if (batch->records.empty()) continue;
    log_transaction copies;
    for (const auto& r : batch->records) {
      copies.records.push_back(put(commands0, "k", std::to_string(r.offset)));
      copies.records.push_back(put(updates0, "last", std::to_string(r.offset)));
      copies.offsets.assign(1, {trades0, r.offset + 1});
    }
    copier->commit(std::move(copies), copied);
  }
}
