#include "runtime/adapters/system/call_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <deque>
#include <mutex>
#include <optional>
#include <tuple>

namespace hedgerow::adapters {

using ports::sent_call;
using ports::sent_kind;

namespace {

/// Eight bytes for a call: microseconds, and the kind in the lowest bits. Written at once, so a kill leaves no half of
/// one.
constexpr unsigned kind_bits = 3;
using place = std::array<char, sizeof(std::int64_t)>;

place encoded(const sent_call& call) {
  const std::int64_t word = call.at.us * (1 << kind_bits) + static_cast<std::int64_t>(call.kind);
  place out;
  std::memcpy(out.data(), &word, out.size());
  return out;
}

/// Nothing for a place that was never written, or not by us.
std::optional<sent_call> decoded(const place& in) {
  std::int64_t word = 0;
  std::memcpy(&word, in.data(), in.size());
  const auto kind = word & ((1 << kind_bits) - 1);
  if (word <= 0 || kind > static_cast<std::int64_t>(sent_kind::order)) return std::nullopt;
  return sent_call{{word >> kind_bits}, static_cast<sent_kind>(kind)};
}

class call_file final : public ports::call_memory {
 public:
  call_file(int file, std::size_t capacity) : file_{file}, capacity_{std::max(capacity, std::size_t{1})} {
    place bytes{};
    for (off_t at = 0; ::pread(file_, bytes.data(), bytes.size(), at) == static_cast<ssize_t>(bytes.size());
         at += static_cast<off_t>(bytes.size()))
      if (const auto call = decoded(bytes)) newest_.push_back(*call);
    std::stable_sort(newest_.begin(), newest_.end(), [](const auto& a, const auto& b) { return a.at < b.at; });
    if (newest_.size() > capacity_)
      newest_.erase(newest_.begin(), newest_.end() - static_cast<std::ptrdiff_t>(capacity_));
    // From the beginning again, oldest first: the next one replaces the oldest.
    for (const auto& call : newest_) write(call);
    std::ignore = ::ftruncate(file_, static_cast<off_t>(newest_.size() * sizeof(place)));
  }
  ~call_file() override { ::close(file_); }
  call_file(const call_file&) = delete;
  call_file& operator=(const call_file&) = delete;

  void add(const sent_call& call) override {
    const std::scoped_lock lock{mutex_};
    write(call);
    newest_.push_back(call);
    if (newest_.size() > capacity_) newest_.pop_front();
  }

  [[nodiscard]] std::vector<sent_call> recent() const override {
    const std::scoped_lock lock{mutex_};
    return {newest_.begin(), newest_.end()};
  }

 private:
  void write(const sent_call& call) {
    const auto bytes = encoded(call);
    // The event log reports a full disk; the calls of this process are counted in memory regardless.
    std::ignore = ::pwrite(file_, bytes.data(), bytes.size(), static_cast<off_t>(next_ * bytes.size()));
    next_ = (next_ + 1) % capacity_;
  }

  int file_;
  std::size_t capacity_;
  mutable std::mutex mutex_;
  std::size_t next_ = 0;
  std::deque<sent_call> newest_;
};

}  // namespace

expected<std::shared_ptr<ports::call_memory>, std::string> open_call_file(const std::string& path,
                                                                          std::size_t capacity) {
  const int file = ::open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
  if (file < 0) return unexpected(path + ": cannot be opened: " + std::strerror(errno));
  return std::shared_ptr<ports::call_memory>{std::make_shared<call_file>(file, capacity)};
}

}  // namespace hedgerow::adapters
