// anvil as a child process that is never left behind.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "messages/types/expected.hpp"

namespace hedgerow::demo {

class child_process;

struct anvil_options {
  std::filesystem::path program;
  /// Holds anvil-state.json, from which a restart resumes, and anvil.log.
  std::filesystem::path data_dir;
  /// 0 takes a free one.
  std::uint16_t port = 0;
  /// 0 makes a block per transaction.
  std::chrono::milliseconds block_time{1000};
  /// A dump takes about 17 kB per transaction kept. One is also made at any end but SIGKILL.
  std::chrono::seconds dump_interval{30};
  /// Older blocks lose their transactions and logs, so that a demo that runs for days does not fill the disk.
  unsigned kept_blocks = 3600;
};

class anvil_process {
 public:
  /// Returns when anvil accepts connections. The error names what is wrong and what to do about it.
  [[nodiscard]] static expected<std::unique_ptr<anvil_process>, std::string> start(anvil_options options);
  /// Stops it.
  ~anvil_process();
  anvil_process(const anvil_process&) = delete;
  anvil_process& operator=(const anvil_process&) = delete;

  /// Asks it to end and waits until its state is on disk; kills it after `grace`. Idempotent.
  void stop(std::chrono::milliseconds grace = std::chrono::seconds{15});
  /// Ends it at once, as a crash would: what happened since the last dump is lost.
  void kill();
  /// Stops the process, or lets it go on.
  void freeze(bool frozen);
  [[nodiscard]] bool running() const;
  [[nodiscard]] std::uint16_t port() const;
  /// ws://127.0.0.1:port
  [[nodiscard]] std::string url() const;

 private:
  anvil_process(std::unique_ptr<child_process> child, std::uint16_t port);
  std::unique_ptr<child_process> child_;
  std::uint16_t port_;
};

}  // namespace hedgerow::demo
