#include "runtime/adapters/sqlite_log/file_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

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

std::string make_private(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return "cannot open " + path + ": " + std::generic_category().message(errno);
  struct stat known {};
  std::string problem;
  // A file of an older version may be open to others; a private one is left alone, as another user may own it.
  if (::fstat(descriptor, &known) == 0 && (known.st_mode & 0077U) != 0 && ::fchmod(descriptor, 0600) != 0)
    problem = "cannot make " + path + " private: " + std::generic_category().message(errno);
  ::close(descriptor);
  return problem;
}

}  // namespace hedgerow::adapters
