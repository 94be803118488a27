#include "runtime/transfer/import.hpp"

#include "runtime/replay/partition_reader.hpp"
#include "runtime/transfer/compare.hpp"
#include "runtime/transfer/groups.hpp"
#include "runtime/transfer/import_writer.hpp"
#include "runtime/transfer/offsets.hpp"

namespace hedgerow::transfer {
namespace {

using result = expected<void, std::string>;

constexpr const char* marker_group = "log-import";
constexpr topic_partition marker_place{topic::ingestion_changelog, 0};
constexpr std::int64_t marker_begun = 0;
constexpr std::int64_t marker_finished = 1;

/// One transaction holds at most so many records and bytes.
constexpr std::size_t transaction_records = 1000;
constexpr std::size_t transaction_bytes = 1U << 20U;

result check_empty(ports::event_log& log) {
  const auto state = import_state_of(log);
  if (!state) return unexpected(state.error());
  if (*state == import_state::unfinished) return unexpected(std::string{unfinished_import});
  for (const auto& spec : topics())
    for (std::uint32_t p = 0; p < log.partitions(spec.id); ++p) {
      const auto first = log.read({spec.id, p}, 0, 1);
      if (!first) return unexpected("cannot read " + std::string{spec.name} + ": " + first.error().detail);
      if (!first->empty())
        return unexpected(
            "the log is not empty: " + replay::to_string(first->front().from) +
            " has records; import into a new log (another node.data_dir, or other topics), or remove this "
            "one first");
    }
  for (const auto& group : consumer_groups())
    for (const topic t : group.inputs)
      for (std::uint32_t p = 0; p < log.partitions(t); ++p) {
        const auto offset = offset_of(log, group.name, {t, p});
        if (!offset) return unexpected(offset.error());
        if (*offset && **offset > 0)
          return unexpected("the log is not new: the group " + std::string{group.name} + " has an offset in " +
                            replay::to_string(topic_partition{t, p}) + "; remove the group, or import into a new log");
      }
  return {};
}

result check_layout(const ports::event_log& log, const file_header& header) {
  const auto count = log.partitions(topic::onchain_trades);
  if (count == header.symbol_partitions) return {};
  return unexpected("log.symbol_partitions = " + std::to_string(count) + ", but the file was written with " +
                    std::to_string(header.symbol_partitions) +
                    " partitions: a symbol would change its partition; set log.symbol_partitions to " +
                    std::to_string(header.symbol_partitions));
}

result check_groups(const std::vector<group_offset>& offsets) {
  for (const auto& o : offsets) {
    const auto groups = consumer_groups();
    const auto known = std::find_if(groups.begin(), groups.end(), [&](const auto& g) { return g.name == o.group; });
    if (known == groups.end())
      return unexpected("the file has offsets of the group " + o.group +
                        ", which this program does not have; use the "
                        "program that wrote it");
    if (std::find(known->inputs.begin(), known->inputs.end(), o.offset.from.topic) == known->inputs.end())
      return unexpected("the file has offsets of the group " + o.group + " in " + replay::to_string(o.offset.from) +
                        ", which that group does not read");
  }
  return {};
}

result write_records(import_writer& to, const std::string& path, const progress& tell) {
  auto file = log_file_reader::open(path);
  if (!file) return unexpected(std::move(file.error()));
  log_transaction part;
  std::size_t bytes = 0;
  std::uint64_t count = 0;
  const auto flush = [&]() -> result {
    if (part.records.empty()) return {};
    if (tell) tell(count);
    bytes = 0;
    return to.commit(std::exchange(part, {}));
  };
  for (;;) {
    auto entry = (*file)->next();
    if (!entry) return unexpected(std::move(entry.error()));
    if (std::holds_alternative<manifest>(**entry)) return flush();
    auto* r = std::get_if<record>(&**entry);
    if (r == nullptr) continue;
    ++count;
    bytes += r->key.size() + (r->value ? r->value->size() : 0);
    part.records.push_back({r->from, std::move(r->key), copy_of(r->value)});
    if (part.records.size() < transaction_records && bytes < transaction_bytes) continue;
    if (auto done = flush(); !done) return done;
  }
}

/// Offsets of the file become offsets of the log: the first record that a group has not processed, or the end.
class translation {
 public:
  explicit translation(const std::vector<group_offset>& offsets) {
    for (const auto& o : offsets) of_[o.offset.from].push_back({o, std::nullopt});
  }

  void operator()(const record& in_file, std::int64_t in_log) {
    end_[in_file.from] = in_log + 1;
    const auto it = of_.find(in_file.from);
    if (it == of_.end()) return;
    for (auto& [old, translated] : it->second)
      if (!translated && in_file.offset >= old.offset.next) translated = in_log;
  }

  [[nodiscard]] std::vector<group_offset> finish() const {
    std::vector<group_offset> out;
    for (const auto& [p, list] : of_) {
      const auto end = end_.find(p);
      for (const auto& [old, translated] : list)
        out.push_back({old.group, {p, translated.value_or(end == end_.end() ? 0 : end->second)}});
    }
    return out;
  }

 private:
  std::map<topic_partition, std::vector<std::pair<group_offset, std::optional<std::int64_t>>>> of_;
  std::map<topic_partition, std::int64_t> end_;
};

result set_offsets(ports::event_log& log, const std::vector<group_offset>& offsets) {
  for (const auto& group : consumer_groups()) {
    log_transaction moves;
    for (const auto& o : offsets)
      if (o.group == group.name) moves.offsets.push_back(o.offset);
    if (moves.offsets.empty()) continue;
    auto member = import_writer::join(log, std::string{group.name}, group.inputs);
    if (!member) return unexpected(std::move(member.error()));
    if (auto done = member->commit(std::move(moves)); !done) return done;
  }
  for (const auto& o : offsets) {
    const auto now = offset_of(log, o.group, o.offset.from);
    if (!now) return unexpected(now.error());
    if (*now != o.offset.next)
      return unexpected("the group " + o.group + " did not keep its offset in " + replay::to_string(o.offset.from));
  }
  return {};
}

}  // namespace

expected<import_state, std::string> import_state_of(ports::event_log& log) {
  const auto marker = offset_of(log, marker_group, marker_place);
  if (!marker) return unexpected(marker.error());
  if (!*marker) return import_state::none;
  return **marker == marker_finished ? import_state::finished : import_state::unfinished;
}

expected<import_plan, std::string> plan_import(ports::event_log& log, const std::string& path) {
  auto file = log_file_reader::open(path);
  if (!file) return unexpected(std::move(file.error()));
  if (auto fits = check_layout(log, (*file)->header()); !fits) return unexpected(std::move(fits.error()));
  if (auto empty = check_empty(log); !empty) return unexpected(std::move(empty.error()));
  import_plan out;
  for (;;) {
    auto entry = (*file)->next();
    if (!entry) return unexpected(std::move(entry.error()));
    if (auto* o = std::get_if<group_offset>(&**entry)) out.offsets.push_back(std::move(*o));
    auto* m = std::get_if<manifest>(&**entry);
    if (m == nullptr) continue;
    out.content = std::move(*m);
    break;
  }
  if (auto known = check_groups(out.offsets); !known) return unexpected(std::move(known.error()));
  return out;
}

expected<import_result, std::string> import_log(ports::event_log& log, const std::string& path, const import_plan& plan,
                                                const progress& tell) {
  auto marker = import_writer::join(log, marker_group, {marker_place.topic});
  if (!marker) return unexpected(std::move(marker.error()));
  if (auto done = marker->commit({{}, {{marker_place, marker_begun}}}); !done)
    return unexpected(std::move(done.error()));
  if (auto done = write_records(*marker, path, tell); !done) return unexpected(std::move(done.error()));
  translation offsets{plan.offsets};
  const auto compared = compare(log, path, std::ref(offsets), {});
  if (!compared) return unexpected(compared.error());
  if (!compared->differences.empty())
    return unexpected("what was written is not what the file holds: " + compared->differences.front());
  if (compared->file != plan.content) return unexpected(path + ": has changed while it was imported");
  import_result out{compared->log, compared->compacted, offsets.finish()};
  if (auto done = set_offsets(log, out.offsets); !done) return unexpected(std::move(done.error()));
  if (auto done = marker->commit({{}, {{marker_place, marker_finished}}}); !done)
    return unexpected(std::move(done.error()));
  return out;
}

}  // namespace hedgerow::transfer
