#include "runtime/transfer/log_file.hpp"

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

#include <array>
#include <filesystem>
#include <utility>

#include "runtime/replay/partition_reader.hpp"
#include "runtime/transfer/log_file_lines.hpp"

namespace hedgerow::transfer {
namespace {

/// Longer than any record can be, twice over for escapes.
constexpr std::size_t max_line = std::size_t{64} << 20U;

struct gz_closer {
  void operator()(gzFile file) const { gzclose(file); }
};
using gz_file = std::unique_ptr<gzFile_s, gz_closer>;

std::string why(gzFile file) {
  int code = 0;
  const char* text = gzerror(file, &code);
  return code == Z_ERRNO ? std::string{"the system refuses"} : std::string{text};
}

/// Waits until the file would survive a power failure.
bool on_disk(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  const bool synced = ::fsync(file) == 0;
  return ::close(file) == 0 && synced;
}

class writer final : public log_file_writer {
 public:
  writer(std::string path, gz_file file) : path_{std::move(path)}, file_{std::move(file)} {}

  expected<void, file_error> add(const record& r) override {
    built_.add(r);
    return put(record_line(r));
  }
  expected<void, file_error> add(const group_offset& o) override { return put(offset_line(o)); }

  expected<manifest, file_error> finish() override {
    const auto m = built_.finish();
    if (auto done = put(manifest_line(m, bytes_.hex())); !done) return unexpected(std::move(done.error()));
    if (gzclose(file_.release()) != Z_OK || !on_disk(path_ + ".part"))
      return unexpected(failure("the end cannot be written; is the disk full?"));
    std::error_code failed;
    std::filesystem::rename(path_ + ".part", path_, failed);
    if (failed) return unexpected(failure(failed.message()));
    return m;
  }

  expected<void, file_error> put(std::string line) {
    line += '\n';
    bytes_.add(line);
    if (gzwrite(file_.get(), line.data(), static_cast<unsigned>(line.size())) == static_cast<int>(line.size()))
      return {};
    return unexpected(failure(why(file_.get())));
  }

 private:
  [[nodiscard]] file_error failure(const std::string& what) const { return "cannot write " + path_ + ": " + what; }

  std::string path_;
  gz_file file_;
  sha256 bytes_;
  manifest_builder built_;
};

class reader final : public log_file_reader {
 public:
  reader(std::string path, gz_file file) : path_{std::move(path)}, file_{std::move(file)} {}

  expected<void, file_error> begin() {
    auto line = read_line();
    if (!line) return unexpected(std::move(line.error()));
    if (!*line) return unexpected(at_line("the file is empty"));
    auto header = parse_header(**line);
    if (!header) return unexpected(at_line(header.error()));
    header_ = std::move(*header);
    return {};
  }

  const file_header& header() const override { return header_; }

  expected<std::optional<entry>, file_error> next() override {
    if (finished_) return std::optional<entry>{};
    auto line = read_line();
    if (!line) return unexpected(std::move(line.error()));
    if (!*line) return unexpected(at_line("the file ends without a manifest: it was cut off"));
    auto parsed = parse_line(**line);
    if (!parsed) return unexpected(at_line(parsed.error()));
    if (auto* r = std::get_if<record>(&*parsed)) return take(std::move(*r));
    if (auto* o = std::get_if<group_offset>(&*parsed)) {
      records_over_ = true;
      if (auto fits = check(o->offset.from); !fits) return unexpected(std::move(fits.error()));
      return std::optional<entry>{std::move(*o)};
    }
    return close(std::get<stated_manifest>(*parsed));
  }

 private:
  expected<void, file_error> check(topic_partition p) const {
    const auto single = spec_of(p.topic).partitions == partition_rule::single;
    if (p.partition < (single ? 1 : header_.symbol_partitions)) return {};
    return unexpected(at_line(replay::to_string(p) + " is beyond the file's partition count"));
  }

  expected<std::optional<entry>, file_error> take(record r) {
    if (records_over_) return unexpected(at_line("a record after the offsets"));
    if (auto fits = check(r.from); !fits) return unexpected(std::move(fits.error()));
    if (last_ && std::pair{r.from, r.offset} <= *last_)
      return unexpected(at_line(replay::to_string(r.from, r.offset) + " is out of order"));
    last_ = std::pair{r.from, r.offset};
    built_.add(r);
    return std::optional<entry>{std::move(r)};
  }

  expected<std::optional<entry>, file_error> close(const stated_manifest& m) {
    const auto found = built_.finish();
    if (auto differs = difference(found, m.stated); !differs.empty()) return unexpected(at_line(differs));
    if (m.bytes != bytes_.hex())
      return unexpected(
          at_line("bytes_sha256 is not that of the lines before: a time, an offset or the header has "
                  "been changed"));
    const auto more = read_line();
    if (!more) return unexpected(more.error());
    if (*more) return unexpected(at_line("something follows after the manifest"));
    finished_ = true;
    return std::optional<entry>{found};
  }

  static std::string difference(const manifest& found, const manifest& stated) {
    for (const auto& [p, s] : stated.partitions) {
      const auto it = found.partitions.find(p);
      const auto there = it == found.partitions.end() ? partition_summary{} : it->second;
      if (there.records != s.records)
        return replay::to_string(p) + " has " + std::to_string(there.records) + " records; the manifest says " +
               std::to_string(s.records);
      if (there != s) return replay::to_string(p) + ": a key or a value is not what the manifest's hash says";
    }
    return found == stated ? std::string{} : "the manifest does not agree with the records";
  }

  /// Without its end; nothing at the end of the file. A line that does not end is damage.
  expected<std::optional<std::string>, file_error> read_line() {
    ++line_;
    bytes_.add(std::exchange(uncounted_, {}));
    std::string line;
    std::array<char, 1U << 16U> buffer{};
    while (line.size() < max_line) {
      if (gzgets(file_.get(), buffer.data(), static_cast<int>(buffer.size())) == nullptr) {
        int code = Z_OK;
        gzerror(file_.get(), &code);
        if (code != Z_OK && code != Z_STREAM_END)
          return unexpected(at_line("the compressed data is damaged or cut off: " + why(file_.get())));
        if (line.empty()) return std::optional<std::string>{};
        return unexpected(at_line("the file ends in the middle of it: it was cut off"));
      }
      // A zero byte would look like the end of what was read; JSON has none.
      line += buffer.data();
      if (line.ends_with('\n')) {
        uncounted_ = line;
        line.pop_back();
        return std::optional{std::move(line)};
      }
      if (std::char_traits<char>::length(buffer.data()) + 1 < buffer.size() && gzeof(file_.get()) == 0)
        return unexpected(at_line("has a zero byte"));
    }
    return unexpected(at_line("is too long"));
  }

  [[nodiscard]] file_error at_line(const std::string& what) const {
    return path_ + ", line " + std::to_string(line_) + ": " + what;
  }

  std::string path_;
  gz_file file_;
  file_header header_;
  std::uint64_t line_ = 0;
  /// Hash of every line before the last one that was read.
  sha256 bytes_;
  std::string uncounted_;
  manifest_builder built_;
  std::optional<std::pair<topic_partition, std::int64_t>> last_;
  bool records_over_ = false;
  bool finished_ = false;
};

}  // namespace

void manifest_builder::add(const record& r) {
  auto& s = sums_[r.from];
  ++s.records;
  s.hash.add_record(r.key, r.value);
}

manifest manifest_builder::finish() const {
  manifest out;
  sha256 all;
  for (const auto& [p, s] : sums_) {
    out.records += s.records;
    const auto hash = s.hash.hex();
    all.add_record(replay::to_string(p), hash);
    all.add_number(s.records);
    out.partitions[p] = {s.records, hash};
  }
  out.sha256 = all.hex();
  return out;
}

expected<std::unique_ptr<log_file_writer>, file_error> log_file_writer::create(const std::string& path,
                                                                               const file_header& header) {
  std::error_code failed;
  if (std::filesystem::exists(path, failed))
    return unexpected(path + ": is there already; move it away, or name another file");
  // Sealed tokens and all that was traded: for this user only.
  const int descriptor = ::open((path + ".part").c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  gz_file file{descriptor < 0 ? nullptr : gzdopen(descriptor, path.ends_with(".gz") ? "wb6" : "wbT")};
  if (!file) return unexpected("cannot write " + path + ".part: choose a place that this user may write");
  auto made = std::make_unique<writer>(path, std::move(file));
  if (auto done = made->put(header_line(header)); !done) return unexpected(std::move(done.error()));
  return made;
}

expected<std::unique_ptr<log_file_reader>, file_error> log_file_reader::open(const std::string& path) {
  std::error_code failed;
  if (!std::filesystem::is_regular_file(path, failed))
    return unexpected(path + ": there is no such file; name one that `hedgerow log export` has written");
  gz_file file{gzopen(path.c_str(), "rb")};
  if (!file) return unexpected("cannot read " + path + ": may this user read it?");
  auto made = std::make_unique<reader>(path, std::move(file));
  if (auto done = made->begin(); !done) return unexpected(std::move(done.error()));
  return made;
}

expected<manifest, file_error> check_file(const std::string& path) {
  auto file = log_file_reader::open(path);
  if (!file) return unexpected(std::move(file.error()));
  for (;;) {
    auto entry = (*file)->next();
    if (!entry) return unexpected(std::move(entry.error()));
    // The reader gives nothing only after the manifest.
    if (auto* m = std::get_if<manifest>(&**entry)) return std::move(*m);
  }
}

}  // namespace hedgerow::transfer
