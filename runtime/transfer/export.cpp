#include "runtime/transfer/export.hpp"

#include <filesystem>

#include "runtime/replay/partition_reader.hpp"
#include "runtime/transfer/groups.hpp"
#include "runtime/transfer/import.hpp"
#include "runtime/transfer/offsets.hpp"

namespace hedgerow::transfer {
namespace {

/// The ends of all partitions and the offsets of the groups: two differ if the log was written in between.
struct moment {
  std::vector<std::int64_t> ends;
  std::vector<group_offset> offsets;
};

bool same(const moment& a, const moment& b) {
  const auto equal = [](const group_offset& x, const group_offset& y) {
    return x.group == y.group && x.offset.from == y.offset.from && x.offset.next == y.offset.next;
  };
  return a.ends == b.ends && std::equal(a.offsets.begin(), a.offsets.end(), b.offsets.begin(), b.offsets.end(), equal);
}

expected<moment, std::string> look(ports::event_log& log) {
  moment out;
  for (const auto& group : consumer_groups())
    for (const topic t : group.inputs)
      for (std::uint32_t p = 0; p < log.partitions(t); ++p) {
        const auto offset = offset_of(log, group.name, {t, p});
        if (!offset) return unexpected(offset.error());
        if (*offset) out.offsets.push_back({std::string{group.name}, {{t, p}, **offset}});
      }
  for (const auto& spec : topics())
    for (std::uint32_t p = 0; p < log.partitions(spec.id); ++p) {
      const auto end = log.end_offset({spec.id, p});
      if (!end) return unexpected("cannot read " + std::string{spec.name} + ": " + end.error().detail);
      out.ends.push_back(*end);
    }
  return out;
}

expected<void, std::string> write_records(ports::event_log& log, log_file_writer& file, const progress& tell) {
  std::uint64_t count = 0;
  for (const auto& spec : topics())
    for (std::uint32_t p = 0; p < log.partitions(spec.id); ++p) {
      replay::partition_reader reader{log, {spec.id, p}};
      for (;;) {
        const auto r = reader.next();
        if (!r) return unexpected(r.error());
        if (!*r) break;
        if (auto done = file.add(**r); !done) return done;
        if (++count % tell_every == 0 && tell) tell(count);
      }
    }
  return {};
}

expected<manifest, std::string> write_all(ports::event_log& log, log_file_writer& file, const progress& tell) {
  const auto before = look(log);
  if (!before) return unexpected(before.error());
  if (auto done = write_records(log, file, tell); !done) return unexpected(std::move(done.error()));
  for (const auto& o : before->offsets)
    if (auto done = file.add(o); !done) return unexpected(std::move(done.error()));
  const auto after = look(log);
  if (!after) return unexpected(after.error());
  if (!same(*before, *after))
    return unexpected(
        std::string{"the log has changed while it was exported: stop the nodes that run on it, then export "
                    "again"});
  return file.finish();
}

}  // namespace

expected<manifest, std::string> export_log(ports::event_log& log, const std::string& path, const progress& tell) {
  const auto state = import_state_of(log);
  if (!state) return unexpected(state.error());
  if (*state == import_state::unfinished) return unexpected(std::string{unfinished_import});
  file_header header{log.partitions(topic::onchain_trades), {}};
  for (const auto& spec : topics()) header.topics.push_back(spec.id);
  auto file = log_file_writer::create(path, header);
  if (!file) return unexpected(std::move(file.error()));
  auto done = write_all(log, **file, tell);
  std::error_code ignored;
  if (!done) std::filesystem::remove(path + ".part", ignored);
  return done;
}

}  // namespace hedgerow::transfer
