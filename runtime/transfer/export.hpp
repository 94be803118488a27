// Writes a history into a file.
#pragma once

#include <functional>

#include "actors/ports/event_log.hpp"
#include "runtime/transfer/log_file.hpp"

namespace hedgerow::transfer {

/// Called with the number of records done so far, now and then.
using progress = std::function<void(std::uint64_t)>;
/// So many records.
inline constexpr std::uint64_t tell_every = 1000;

/// Writes everything in the log and the committed offsets of the consumer groups to `path`. Nothing may write to the
/// log meanwhile, unless `log` is a snapshot: what is exported must be one moment. Fails otherwise. Errors are for
/// people.
[[nodiscard]] expected<manifest, std::string> export_log(ports::event_log& log, const std::string& path,
                                                         const progress& tell);

}  // namespace hedgerow::transfer
