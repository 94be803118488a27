#include "runtime/adapters/memory_log/core/batch.hpp"

#include <array>
#include <cstring>

namespace hedgerow::adapters {
namespace {

void put_number(std::string& body, std::uint64_t n) {
  while (n >= 0x80) {
    body.push_back(static_cast<char>((n & 0x7f) | 0x80));
    n >>= 7U;
  }
  body.push_back(static_cast<char>(n));
}

}  // namespace

void encode_record(std::string& body, std::uint64_t gap, std::string_view key, std::optional<std::string_view> value) {
  put_number(body, gap);
  put_number(body, key.size());
  body.append(key);
  put_number(body, value ? value->size() + 1 : 0);
  if (value) body.append(*value);
}

std::uint64_t checksum(std::string_view bytes) {
  constexpr std::uint64_t prime = 0x9fb21c651e98df25ULL;
  const auto mix = [](std::uint64_t hash, std::uint64_t word) {
    hash = (hash ^ word) * prime;
    return hash ^ (hash >> 29U);
  };
  // A fixed size, so that it is one load and not a call.
  const auto word_at = [](const char* at) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, sizeof word);
    return word;
  };
  // Four lanes that do not wait for each other: a batch of raw events is megabytes.
  std::array<std::uint64_t, 4> lanes{bytes.size() * prime, prime, prime << 1U, prime << 2U};
  const char* at = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= sizeof lanes; at += sizeof lanes, left -= sizeof lanes) {
    lanes[0] = mix(lanes[0], word_at(at));
    lanes[1] = mix(lanes[1], word_at(at + 8));
    lanes[2] = mix(lanes[2], word_at(at + 16));
    lanes[3] = mix(lanes[3], word_at(at + 24));
  }
  std::uint64_t hash = lanes[0];
  for (const auto lane : {lanes[1], lanes[2], lanes[3]}) hash = mix(hash, lane);
  for (; left >= sizeof hash; at += sizeof hash, left -= sizeof hash) hash = mix(hash, word_at(at));
  if (left > 0) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, left);
    hash = mix(hash, word);
  }
  return hash;
}

bool batch_reader::number(std::uint64_t& out) {
  out = 0;
  for (unsigned shift = 0; shift < 64 && at_ < batch_.body.size(); shift += 7) {
    const auto byte = static_cast<unsigned char>(batch_.body[at_++]);
    out |= std::uint64_t{byte & 0x7fU} << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

bool batch_reader::bytes(std::uint64_t length, std::string_view& out) {
  if (length > batch_.body.size() - at_) return false;
  out = std::string_view{batch_.body}.substr(at_, length);
  at_ += length;
  return true;
}

bool batch_reader::next(record_view& out) {
  if (corrupt_ || at_ >= batch_.body.size()) return false;
  std::uint64_t gap = 0;
  std::uint64_t length = 0;
  corrupt_ = true;  // until the record is whole
  if (!number(gap) || offset_ >= batch_.end || gap >= static_cast<std::uint64_t>(batch_.end - offset_)) return false;
  if (!number(length) || !bytes(length, out.key)) return false;
  if (!number(length)) return false;
  out.value.reset();
  if (length > 0) {
    std::string_view value;
    if (!bytes(length - 1, value)) return false;
    out.value = value;
  }
  out.offset = offset_ + static_cast<std::int64_t>(gap);
  offset_ = out.offset + 1;
  corrupt_ = false;
  return true;
}

bool decode_records(const log_batch_data& batch, topic_partition source, std::int64_t from, std::size_t limit,
                    std::vector<record>& out) {
  batch_reader reader{batch};
  record_view view;
  while (out.size() < limit && reader.next(view)) {
    if (view.offset < from) continue;
    auto& r = out.emplace_back();
    r.from = source;
    r.offset = view.offset;
    r.recorded_at = batch.recorded_at;
    r.key = view.key;
    // Copied: with values that keep their batch replay is a tenth slower (docs/performance.md).
    if (view.value) r.value.emplace(std::string{*view.value});
  }
  return !reader.corrupt();
}

}  // namespace hedgerow::adapters
