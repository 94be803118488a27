#include "runtime/transfer/compare.hpp"

#include "runtime/replay/partition_reader.hpp"

namespace hedgerow::transfer {
namespace {

/// The log's side: a reader for each partition, and what it has read so far.
class log_side {
 public:
  explicit log_side(ports::event_log& log) {
    for (const auto& spec : topics())
      for (std::uint32_t p = 0; p < log.partitions(spec.id); ++p)
        readers_.try_emplace({spec.id, p}, replay::partition_reader{log, {spec.id, p}});
  }

  [[nodiscard]] bool has(topic_partition p) const { return readers_.contains(p); }

  expected<std::optional<record>, std::string> next(topic_partition p) {
    auto r = readers_.at(p).next();
    if (r && *r) built_.add(**r);
    return r;
  }
  expected<const record*, std::string> peek(topic_partition p) { return readers_.at(p).peek(); }

  /// Reads what the file does not have.
  expected<void, std::string> finish(std::vector<std::string>& differences,
                                     const std::map<topic_partition, bool>& seen) {
    for (auto& [p, reader] : readers_) {
      std::uint64_t more = 0;
      std::int64_t first = 0;
      for (;;) {
        const auto r = next(p);
        if (!r) return unexpected(r.error());
        if (!*r) break;
        if (more++ == 0) first = (*r)->offset;
      }
      const auto known = seen.find(p);
      if (more > 0 && (known == seen.end() || !known->second))
        differences.push_back(replay::to_string(p, first) + ": the log has " + std::to_string(more) +
                              " records from here on that the file does not have");
    }
    return {};
  }

  [[nodiscard]] manifest content() const { return built_.finish(); }

 private:
  std::map<topic_partition, replay::partition_reader> readers_;
  manifest_builder built_;
};

/// What is different about a record of the file; empty when the log has the same.
std::string difference(const record& in_file, const record* in_log) {
  const auto where = "the file's " + replay::to_string(in_file.from, in_file.offset);
  if (in_log == nullptr) return where + ": the log ends before it";
  if (in_log->key != in_file.key)
    return where + " has the key " + in_file.key + "; the log has " + in_log->key + " at offset " +
           std::to_string(in_log->offset);
  if (in_log->value != in_file.value)
    return where + " (" + in_file.key + ") has another value than the log at offset " + std::to_string(in_log->offset);
  return {};
}

/// One partition of the file, held against the log record by record.
struct partition_state {
  bool differs = false;
  /// Keys of records that the log does not have, with what was different: a later record must have the same key.
  std::map<std::string, std::string> owed;
};

class comparing {
 public:
  comparing(ports::event_log& log, const match& found) : side_{log}, found_{found} {}

  expected<void, std::string> take(const record& r) {
    auto& state = states_[r.from];
    if (state.differs) return {};
    if (!side_.has(r.from)) return differ(state, replay::to_string(r.from) + ": the log has no such partition");
    const auto there = side_.peek(r.from);
    if (!there) return unexpected(there.error());
    auto what = difference(r, *there);
    if (what.empty()) {
      state.owed.erase(r.key);
      if (found_) found_(r, (*there)->offset);
      if (const auto used = side_.next(r.from); !used) return unexpected(used.error());
      return {};
    }
    if (!spec_of(r.from.topic).compacted) return differ(state, std::move(what));
    state.owed.try_emplace(r.key, std::move(what));
    ++compacted_;
    return {};
  }

  expected<comparison, std::string> finish(manifest file) {
    std::map<topic_partition, bool> different;
    for (auto& [p, state] : states_) {
      if (!state.differs && !state.owed.empty()) std::ignore = differ(state, state.owed.begin()->second);
      different[p] = state.differs;
    }
    if (auto done = side_.finish(differences_, different); !done) return unexpected(std::move(done.error()));
    comparison out{std::move(file), side_.content(), std::move(differences_), compacted_};
    if (out.differences.empty() && out.compacted == 0 && out.file != out.log)
      out.differences.emplace_back("the hashes differ");
    return out;
  }

 private:
  expected<void, std::string> differ(partition_state& state, std::string what) {
    state.differs = true;
    differences_.push_back(std::move(what));
    return {};
  }

  log_side side_;
  const match& found_;
  std::map<topic_partition, partition_state> states_;
  std::vector<std::string> differences_;
  std::uint64_t compacted_ = 0;
};

}  // namespace

expected<comparison, std::string> compare(ports::event_log& log, const std::string& path, const match& found,
                                          const progress& tell) {
  auto file = log_file_reader::open(path);
  if (!file) return unexpected(std::move(file.error()));
  comparing state{log, found};
  for (std::uint64_t count = 1;; ++count) {
    auto entry = (*file)->next();
    if (!entry) return unexpected(std::move(entry.error()));
    if (auto* m = std::get_if<manifest>(&**entry)) return state.finish(std::move(*m));
    const auto* r = std::get_if<record>(&**entry);
    if (r == nullptr) continue;
    if (tell && count % tell_every == 0) tell(count);
    if (auto done = state.take(*r); !done) return unexpected(std::move(done.error()));
  }
}

}  // namespace hedgerow::transfer
