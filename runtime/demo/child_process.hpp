// A child process that is never left behind: the kernel ends it when this process dies, however that happens.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hedgerow::demo {

struct child_options {
  /// The program, looked up in PATH when it has no slash, and its arguments.
  std::vector<std::string> words;
  /// Gets what it says on stdout and stderr, from the start; what was in the file before is gone.
  std::filesystem::path log;
  /// What it gets when this process dies.
  int death_signal = 0;
};

class child_process {
 public:
  /// The code of a child that could not become the program, as in a shell.
  static constexpr int not_run = 127;

  explicit child_process(child_options options);
  /// Kills it when it still runs.
  ~child_process();
  child_process(const child_process&) = delete;
  child_process& operator=(const child_process&) = delete;

  /// Does nothing when it has ended.
  void signal(int number);
  /// Whether it ended within `limit`.
  [[nodiscard]] bool wait_end(std::chrono::milliseconds limit);
  [[nodiscard]] bool running() const;
  /// After its end: its exit code, or 128 + the number of the signal that ended it.
  [[nodiscard]] std::optional<int> exit_code() const;

 private:
  struct state;
  std::unique_ptr<state> state_;
};

/// A text file, "" when it cannot be read.
[[nodiscard]] std::string text_of(const std::filesystem::path& file);
/// The end of a text file, at most `size` bytes, for error messages.
[[nodiscard]] std::string tail_of(const std::filesystem::path& file, std::size_t size = 400);

}  // namespace hedgerow::demo
