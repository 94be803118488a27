#include "runtime/demo/anvil_process.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <condition_variable>
#include <cstring>
#include <fstream>
#include <mutex>
#include <thread>
#include <vector>

namespace hedgerow::demo {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

class loopback_socket {
 public:
  explicit loopback_socket(std::uint16_t port) : fd_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
    where_.sin_family = AF_INET;
    where_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    where_.sin_port = htons(port);
  }
  loopback_socket(const loopback_socket&) = delete;
  loopback_socket& operator=(const loopback_socket&) = delete;
  ~loopback_socket() { ::close(fd_); }

  [[nodiscard]] bool connects() { return ::connect(fd_, name(), sizeof where_) == 0; }
  /// The port, or 0 when it is taken.
  [[nodiscard]] std::uint16_t bind() {
    const int on = 1;  // a port in TIME_WAIT is free, as anvil sees it
    ::setsockopt(fd_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    socklen_t size = sizeof where_;
    if (::bind(fd_, name(), size) != 0 || ::getsockname(fd_, name(), &size) != 0) return 0;
    return ntohs(where_.sin_port);
  }

 private:
  sockaddr* name() { return reinterpret_cast<sockaddr*>(&where_); }
  int fd_;
  sockaddr_in where_{};
};

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

std::string tail_of(const fs::path& log) {
  std::ifstream file{log};
  std::string text{std::istreambuf_iterator<char>{file}, {}};
  if (text.size() > 400) text = "..." + text.substr(text.size() - 400);
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

std::string seconds_text(std::chrono::milliseconds time) {
  const auto rest = std::to_string(1000 + time.count() % 1000).substr(1);
  return std::to_string(time.count() / 1000) + "." + rest;
}

std::vector<std::string> arguments(const anvil_options& o, std::uint16_t port, const fs::path& state) {
  std::vector<std::string> out{o.program.string(), "--host", "127.0.0.1", "--port", std::to_string(port), "--quiet",
                               "--state", state.string(), "--state-interval", std::to_string(o.dump_interval.count()),
                               "--transaction-block-keeper", std::to_string(o.kept_blocks),
                               "--gas-limit", "1000000000", "--order", "fifo"};
  if (o.block_time > 0ms) {
    out.insert(out.end(), {"--block-time", seconds_text(o.block_time)});
  }
  return out;
}

/// In the child, between fork and exec: async-signal-safe calls only.
[[noreturn]] void become(char* const* argv, int log, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGINT);  // the state is dumped even when the parent dies
  if (::getppid() != parent) ::_exit(126);
  ::setpgid(0, 0);  // a Ctrl-C at the terminal is for the parent, which stops us in its own order
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  for (const int signal : {SIGINT, SIGTERM, SIGPIPE}) ::signal(signal, SIG_DFL);
  ::dup2(log, STDOUT_FILENO);
  ::dup2(log, STDERR_FILENO);
  ::execv(argv[0], argv);
  ::_exit(127);
}

}  // namespace

/// The death signal is tied to the thread that forked, so a thread of its own forks, waits and lives as long as anvil.
struct anvil_process::child {
  std::mutex mutex;
  std::condition_variable changed;
  pid_t pid = -1;
  bool ended = false;
  std::uint16_t port = 0;
  std::thread keeper;

  void keep(std::vector<std::string> words, const fs::path& log_path) {
    std::vector<char*> argv;
    for (auto& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    const int log = ::open(log_path.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
    const pid_t parent = ::getpid();
    const pid_t made = ::fork();
    if (made == 0) become(argv.data(), log, parent);
    ::close(log);
    {
      const std::lock_guard lock{mutex};
      pid = made;
      ended = made < 0;
    }
    changed.notify_all();
    if (made < 0) return;
    siginfo_t info{};
    // Not reaped before `ended` is set: until then the number cannot belong to another process.
    while (::waitid(P_PID, static_cast<id_t>(made), &info, WEXITED | WNOWAIT) != 0 && errno == EINTR) {
    }
    const std::lock_guard lock{mutex};
    ::waitpid(made, nullptr, 0);
    ended = true;
    changed.notify_all();
  }

  void signal(int number) {
    const std::lock_guard lock{mutex};
    if (!ended && pid > 0) ::kill(pid, number);
  }

  [[nodiscard]] bool wait_end(std::chrono::milliseconds limit) {
    std::unique_lock lock{mutex};
    return changed.wait_for(lock, limit, [this] { return ended; });
  }
};

anvil_process::anvil_process(std::shared_ptr<child> made) : child_{std::move(made)} {}

anvil_process::~anvil_process() {
  stop();
  if (child_->keeper.joinable()) child_->keeper.join();
}

expected<std::unique_ptr<anvil_process>, std::string> anvil_process::start(anvil_options options) {
  if (::access(options.program.c_str(), X_OK) != 0) {
    return unexpected("anvil is " + options.program.string() +
                      ", which cannot be run; install it with: npm install --prefix deploy/demo");
  }
  std::error_code error;
  fs::create_directories(options.data_dir, error);
  if (error) return unexpected("cannot make the folder " + options.data_dir.string() + ": " + error.message());
  const std::uint16_t port = loopback_socket{options.port}.bind();
  if (port == 0) {
    return unexpected("anvil's port is " + std::to_string(options.port) +
                      ", which is in use; stop what uses it or choose another port, or 0 for any");
  }
  const auto state = options.data_dir / "anvil-state.json";
  const auto log = options.data_dir / "anvil.log";
  secure_state(state);
  auto made = std::make_shared<child>();
  made->port = port;
  made->keeper = std::thread{[made, words = arguments(options, port, state), log] { made->keep(words, log); }};
  std::unique_ptr<anvil_process> process{new anvil_process{made}};
  // Loading a large state takes a while.
  const auto limit = std::chrono::steady_clock::now() + 60s;  // allow: waiting for the child process
  while (!loopback_socket{port}.connects()) {
    if (made->wait_end(20ms)) return unexpected("anvil ended at once; its log says: " + tail_of(log));
    if (std::chrono::steady_clock::now() > limit) return unexpected(std::string{"anvil does not answer within 60 s"});  // allow: waiting for the child process
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

bool anvil_process::running() const {
  const std::lock_guard lock{child_->mutex};
  return child_->pid > 0 && !child_->ended;
}

std::uint16_t anvil_process::port() const { return child_->port; }

std::string anvil_process::url() const { return "ws://127.0.0.1:" + std::to_string(child_->port); }

}  // namespace hedgerow::demo
