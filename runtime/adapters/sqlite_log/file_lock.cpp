#include "runtime/adapters/sqlite_log/file_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>

namespace hedgerow::adapters {

file_lock::file_lock(const std::string& path) : descriptor_{::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)} {
  if (descriptor_ < 0) error_ = errno;
}

file_lock::~file_lock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

bool file_lock::try_acquire() {
  if (!held_ && descriptor_ >= 0) held_ = ::flock(descriptor_, LOCK_EX | LOCK_NB) == 0;
  return held_;
}

void file_lock::release() {
  if (held_) ::flock(descriptor_, LOCK_UN);
  held_ = false;
}

}  // namespace hedgerow::adapters
