// The lock that tells a live owner of a file from a dead one: the kernel drops it with the process.
#pragma once

#include <string>

namespace hedgerow::adapters {

/// An advisory lock (flock) on a file of its own. Also conflicts with another lock of the same process.
class file_lock {
 public:
  /// Creates `path` if need be; `error()` tells when that fails.
  explicit file_lock(const std::string& path);
  ~file_lock();
  file_lock(const file_lock&) = delete;
  file_lock& operator=(const file_lock&) = delete;

  /// Does not wait. True when held.
  bool try_acquire();
  void release();
  /// errno of opening the file, or 0.
  [[nodiscard]] int error() const { return error_; }

 private:
  int descriptor_ = -1;
  int error_ = 0;
  bool held_ = false;
};

/// Makes the file, or takes all access to it from everybody but its owner. SQLite gives the files that it makes beside
/// a database the same mode. The text says why it could not; empty when it could.
[[nodiscard]] std::string make_private(const std::string& path);

}  // namespace hedgerow::adapters
