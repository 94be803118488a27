// Holds a file against a log, record by record.
#pragma once

#include "runtime/transfer/export.hpp"

namespace hedgerow::transfer {

struct comparison {
  manifest file;
  manifest log;
  /// The first difference of each partition; times and offsets do not count.
  std::vector<std::string> differences;
  /// Records of the file that the log does not have any more because it has a newer one of the same key: compaction may
  /// begin at any time. No difference, but the hashes of such a partition are not those of the file.
  std::uint64_t compacted = 0;
};

/// Called with each record of the file and the offset of the same record in the log.
using match = std::function<void(const record& in_file, std::int64_t in_log)>;

/// Errors are for people: the file is damaged, or the log cannot be read. `found` and `tell` may be empty.
[[nodiscard]] expected<comparison, std::string> compare(ports::event_log& log, const std::string& path,
                                                        const match& found, const progress& tell);

}  // namespace hedgerow::transfer
