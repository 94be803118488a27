#include "runtime/demo/anvil_process.hpp"

#include <signal.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <vector>

#include "runtime/demo/child_process.hpp"
#include "runtime/demo/loopback_ports.hpp"

namespace hedgerow::demo {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

/// A dump that was cut off by a crash does not end in a brace.
bool is_whole(const fs::path& state) {
  std::ifstream file{state, std::ios::binary | std::ios::ate};
  if (!file || file.tellg() < 2) return false;
  file.seekg(-2, std::ios::end);
  std::array<char, 2> last{};
  file.read(last.data(), last.size());
  return last[1] == '}' || last[0] == '}';
}

/// Keeps a copy of the last state that was whole, and goes back to it when the newest is not.
void secure_state(const fs::path& state) {
  const fs::path kept = state.string() + ".kept";
  std::error_code ignored;
  if (is_whole(state)) {
    fs::copy_file(state, kept, fs::copy_options::overwrite_existing, ignored);
  } else if (fs::exists(kept, ignored)) {
    fs::copy_file(kept, state, fs::copy_options::overwrite_existing, ignored);
  } else {
    fs::remove(state, ignored);
  }
}

std::string seconds_text(std::chrono::milliseconds time) {
  const auto rest = std::to_string(1000 + time.count() % 1000).substr(1);
  return std::to_string(time.count() / 1000) + "." + rest;
}

std::vector<std::string> arguments(const anvil_options& o, std::uint16_t port, const fs::path& state) {
  std::vector<std::string> out{o.program.string(),
                               "--host",
                               "127.0.0.1",
                               "--port",
                               std::to_string(port),
                               "--quiet",
                               "--state",
                               state.string(),
                               "--state-interval",
                               std::to_string(o.dump_interval.count()),
                               "--transaction-block-keeper",
                               std::to_string(o.kept_blocks),
                               "--gas-limit",
                               "1000000000",
                               "--order",
                               "fifo"};
  if (o.block_time > 0ms) {
    out.insert(out.end(), {"--block-time", seconds_text(o.block_time)});
  }
  return out;
}

}  // namespace

anvil_process::anvil_process(std::unique_ptr<child_process> child, std::uint16_t port)
    : child_{std::move(child)}, port_{port} {}

anvil_process::~anvil_process() { stop(); }

expected<std::unique_ptr<anvil_process>, std::string> anvil_process::start(anvil_options options) {
  if (::access(options.program.c_str(), X_OK) != 0) {
    return unexpected("anvil is " + options.program.string() + ", which cannot be run; install it with: make setup");
  }
  std::error_code error;
  fs::create_directories(options.data_dir, error);
  if (error) return unexpected("cannot make the folder " + options.data_dir.string() + ": " + error.message());
  const std::uint16_t port = free_port(options.port);
  if (port == 0) {
    return unexpected("anvil's port is " + std::to_string(options.port) +
                      ", which is in use; stop what uses it or choose another port, or 0 for any");
  }
  const auto state = options.data_dir / "anvil-state.json";
  const auto log = options.data_dir / "anvil.log";
  secure_state(state);
  // SIGINT: the state is dumped even when the parent dies.
  auto child = std::make_unique<child_process>(child_options{arguments(options, port, state), log, SIGINT});
  std::unique_ptr<anvil_process> process{new anvil_process{std::move(child), port}};
  // Loading a large state takes a while.
  const auto limit = std::chrono::steady_clock::now() + 60s;  // allow: waiting for the child process
  while (!port_answers(port)) {
    if (process->child_->wait_end(20ms)) return unexpected("anvil ended at once; its log says: " + tail_of(log));
    const bool late = std::chrono::steady_clock::now() > limit;  // allow: waiting for the child process
    if (late) return unexpected(std::string{"anvil does not answer within 60 s"});
  }
  return process;
}

void anvil_process::stop(std::chrono::milliseconds grace) {
  child_->signal(SIGINT);
  if (!child_->wait_end(grace)) kill();
}

void anvil_process::kill() {
  child_->signal(SIGKILL);
  (void)child_->wait_end(10s);
}

void anvil_process::freeze(bool frozen) { child_->signal(frozen ? SIGSTOP : SIGCONT); }

bool anvil_process::running() const { return child_->running(); }

std::uint16_t anvil_process::port() const { return port_; }

std::string anvil_process::url() const { return "ws://127.0.0.1:" + std::to_string(port_); }

}  // namespace hedgerow::demo
