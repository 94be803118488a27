// Private to the log file: single lines as JSON.
#pragma once

#include "runtime/transfer/log_file.hpp"

namespace hedgerow::transfer {

[[nodiscard]] std::string header_line(const file_header& header);
[[nodiscard]] std::string record_line(const record& r);
[[nodiscard]] std::string offset_line(const group_offset& o);
/// `bytes` is the hash over every byte of the file before this line.
[[nodiscard]] std::string manifest_line(const manifest& m, const std::string& bytes);

struct stated_manifest {
  manifest stated;
  std::string bytes;
};
using parsed_line = std::variant<record, group_offset, stated_manifest>;

[[nodiscard]] expected<file_header, file_error> parse_header(const std::string& line);
/// Any line but the header.
[[nodiscard]] expected<parsed_line, file_error> parse_line(const std::string& line);

}  // namespace hedgerow::transfer
