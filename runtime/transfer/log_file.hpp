// The file that carries a history from one event log to another: JSON lines, optionally compressed with gzip. The
// format is described in docs/replay.md; what is read and written of it is here.
//
//   header     what the file is, its version, partition count and topics
//   records    topic by topic, partition by partition, in offset order
//   offsets    committed offsets of the consumer groups
//   manifest   how many records there are, hashes per partition, over all of them, and over every byte before it
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "messages/events/record.hpp"
#include "messages/types/expected.hpp"
#include "runtime/transfer/sha256.hpp"

namespace hedgerow::transfer {

inline constexpr int file_version = 1;

struct file_header {
  std::uint32_t symbol_partitions = 0;
  std::vector<topic> topics;
};

/// A committed offset: the first record that the group has not processed.
struct group_offset {
  std::string group;
  input_offset offset;
};

struct partition_summary {
  std::uint64_t records = 0;
  /// Over keys and values in order (sha256::add_record).
  std::string sha256;
  friend bool operator==(const partition_summary&, const partition_summary&) = default;
};

/// What a history holds, independent of its offsets and times. Partitions without records are left out.
struct manifest {
  std::uint64_t records = 0;
  std::map<topic_partition, partition_summary> partitions;
  /// Over the names, counts and hashes of the partitions, in order.
  std::string sha256;
  friend bool operator==(const manifest&, const manifest&) = default;
};

/// Adds up a manifest from records; of each partition in offset order.
class manifest_builder {
 public:
  void add(const record& r);
  [[nodiscard]] manifest finish() const;

 private:
  struct sum {
    std::uint64_t records = 0;
    hedgerow::transfer::sha256 hash;
  };
  std::map<topic_partition, sum> sums_;
};

/// Where a file is damaged or cannot be read: for people, with the line.
using file_error = std::string;

class log_file_writer {
 public:
  /// Writes PATH.part; finish() gives it its name. Compressed when the name ends with .gz.
  [[nodiscard]] static expected<std::unique_ptr<log_file_writer>, file_error> create(const std::string& path,
                                                                                     const file_header& header);
  virtual ~log_file_writer() = default;
  /// In the order of the file.
  [[nodiscard]] virtual expected<void, file_error> add(const record& r) = 0;
  /// After all records.
  [[nodiscard]] virtual expected<void, file_error> add(const group_offset& o) = 0;
  /// Writes the manifest and the file's name. Without it, nothing is left but PATH.part.
  [[nodiscard]] virtual expected<manifest, file_error> finish() = 0;
};

class log_file_reader {
 public:
  using entry = std::variant<record, group_offset, manifest>;

  [[nodiscard]] static expected<std::unique_ptr<log_file_reader>, file_error> open(const std::string& path);
  virtual ~log_file_reader() = default;
  [[nodiscard]] virtual const file_header& header() const = 0;
  /// The next entry; the manifest is the last one, and is there only if everything before it agrees with it. Nothing
  /// after it.
  [[nodiscard]] virtual expected<std::optional<entry>, file_error> next() = 0;
};

/// Reads the whole file: its manifest, or what is wrong with it.
[[nodiscard]] expected<manifest, file_error> check_file(const std::string& path);

}  // namespace hedgerow::transfer
