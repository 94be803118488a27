#include "runtime/demo/child_process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <condition_variable>
#include <fstream>
#include <mutex>
#include <sstream>
#include <thread>

namespace hedgerow::demo {

namespace {

/// In the child, between fork and exec: nothing that may wait for a lock of another thread.
[[noreturn]] void become(char* const* argv, int log, int death_signal, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, death_signal);
  if (::getppid() != parent) ::_exit(126);
  ::setpgid(0, 0);  // a Ctrl-C at the terminal is for the parent, which stops us in its own order
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  for (const int signal : {SIGINT, SIGTERM, SIGPIPE}) ::signal(signal, SIG_DFL);
  ::dup2(log, STDOUT_FILENO);
  ::dup2(log, STDERR_FILENO);
  ::execvp(argv[0], argv);
  ::_exit(child_process::not_run);
}

}  // namespace

/// The death signal is tied to the thread that forked, so a thread of its own forks, waits and lives as long as the
/// child.
struct child_process::state {
  mutable std::mutex mutex;
  std::condition_variable changed;
  pid_t pid = 0;
  std::optional<int> exit_code;
  std::thread keeper;

  void keep(child_options options) {
    std::vector<char*> argv;
    for (auto& word : options.words) argv.push_back(word.data());
    argv.push_back(nullptr);
    const int log = ::open(options.log.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
    const pid_t parent = ::getpid();
    const pid_t made = ::fork();
    if (made == 0) become(argv.data(), log, options.death_signal, parent);
    ::close(log);
    {
      const std::lock_guard lock{mutex};
      pid = made;
      if (made < 0) exit_code = not_run;
    }
    changed.notify_all();
    if (made > 0) reap(made);
  }

  void reap(pid_t made) {
    siginfo_t info{};
    // Not reaped before `exit_code` is set: until then the number cannot belong to another process.
    while (::waitid(P_PID, static_cast<id_t>(made), &info, WEXITED | WNOWAIT) != 0 && errno == EINTR) {
    }
    const std::lock_guard lock{mutex};
    ::waitpid(made, nullptr, 0);
    exit_code = info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
    changed.notify_all();
  }
};

child_process::child_process(child_options options) : state_{std::make_unique<state>()} {
  state_->keeper = std::thread{[s = state_.get(), o = std::move(options)]() mutable { s->keep(std::move(o)); }};
  std::unique_lock lock{state_->mutex};
  state_->changed.wait(lock, [this] { return state_->pid != 0; });
}

child_process::~child_process() {
  signal(SIGKILL);
  state_->keeper.join();
}

void child_process::signal(int number) {
  const std::lock_guard lock{state_->mutex};
  if (!state_->exit_code) ::kill(state_->pid, number);
}

bool child_process::wait_end(std::chrono::milliseconds limit) {
  std::unique_lock lock{state_->mutex};
  return state_->changed.wait_for(lock, limit, [this] { return state_->exit_code.has_value(); });
}

bool child_process::running() const { return !exit_code(); }

std::optional<int> child_process::exit_code() const {
  const std::lock_guard lock{state_->mutex};
  return state_->exit_code;
}

std::string text_of(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream{file}.rdbuf();
  return std::move(text).str();
}

std::string tail_of(const std::filesystem::path& file, std::size_t size) {
  std::string text = text_of(file);
  if (text.size() > size) text = "..." + text.substr(text.size() - size);
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

}  // namespace hedgerow::demo
