// Private to the position check: what the accumulator reads of one partition, symbol by symbol, fetched as it is
// needed.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <variant>

#include "messages/events/control_event.hpp"
#include "runtime/replay/history.hpp"

namespace hedgerow::replay {

struct input {
  std::int64_t offset = 0;
  std::variant<undecodable, enveloped<onchain_trade>, enveloped<schwab_execution>, enveloped<control_event>> event;

  /// Empty when the record cannot be read.
  [[nodiscard]] std::string event_id() const;
};

using inputs = std::deque<input>;

/// One topic of one partition.
class symbol_inputs {
 public:
  symbol_inputs(ports::event_log& log, topic_partition source) : reader_{log, source} {}

  [[nodiscard]] topic_partition source() const { return reader_.source(); }
  /// What has been fetched of a symbol and not been used.
  [[nodiscard]] inputs& of(const std::string& symbol) { return waiting_[symbol]; }
  /// The symbols, and other scopes, that something has been fetched of.
  [[nodiscard]] std::vector<std::string> names() const;
  /// Fetches until one of the symbol's waiting inputs fits. Its place, or nothing at the end of the partition.
  [[nodiscard]] expected<std::optional<std::size_t>, std::string> find(const std::string& symbol,
                                                                       const std::function<bool(const input&)>& fits);
  [[nodiscard]] expected<void, std::string> fetch_all();
  [[nodiscard]] std::uint64_t records() const { return records_; }

 private:
  /// False at the end.
  [[nodiscard]] expected<bool, std::string> fetch();

  partition_reader reader_;
  std::map<std::string, inputs> waiting_;
  std::uint64_t records_ = 0;
};

}  // namespace hedgerow::replay
