// A run of records of one partition, encoded: what is stored, cached and shared between readers.
//
// The body is the records one after the other, each
//   varint  number of offsets missing before this record (0 unless compacted)
//   varint  length of the key, then the key
//   varint  0 for a tombstone, else 1 + length of the value, then the value
// so bodies that follow each other can be joined by appending.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "messages/events/record.hpp"
#include "messages/types/time.hpp"

namespace hedgerow::adapters {

/// Immutable once shared. Covers the offsets [base, end), some of which may be missing.
struct log_batch_data {
  std::int64_t base = 0;
  std::int64_t end = 0;
  timestamp recorded_at;
  std::string body;
};
using batch_ptr = std::shared_ptr<const log_batch_data>;

struct record_view {
  std::int64_t offset = 0;
  std::string_view key;
  std::optional<std::string_view> value;
};

/// Appends one record to a body.
void encode_record(std::string& body, std::uint64_t gap, std::string_view key, std::optional<std::string_view> value);

/// A fast 64-bit checksum of a stored body: finds damage, not intent.
[[nodiscard]] std::uint64_t checksum(std::string_view bytes);

/// Walks the records of a batch, which must outlive it.
class batch_reader {
 public:
  explicit batch_reader(const log_batch_data& batch) : batch_{batch}, offset_{batch.base} {}
  /// False at the end, and from the first damaged record on.
  [[nodiscard]] bool next(record_view& out);
  /// The body is not what encode_record() writes.
  [[nodiscard]] bool corrupt() const { return corrupt_; }

 private:
  bool number(std::uint64_t& out);
  bool bytes(std::uint64_t length, std::string_view& out);

  const log_batch_data& batch_;
  std::size_t at_ = 0;
  std::int64_t offset_;
  bool corrupt_ = false;
};

/// Appends the records from `from` on to `out` until that holds `limit`; false when the batch is damaged.
[[nodiscard]] bool decode_records(const log_batch_data& batch, topic_partition source, std::int64_t from,
                                  std::size_t limit, std::vector<record>& out);

}  // namespace hedgerow::adapters
