#include "runtime/adapters/kafka/kafka_log.hpp"

#include <algorithm>
#include <map>

#include "runtime/adapters/kafka/connection_trouble.hpp"
#include "runtime/adapters/kafka/group_offsets.hpp"
#include "runtime/adapters/kafka/kafka_member.hpp"
#include "runtime/adapters/kafka/partition_reader.hpp"
#include "runtime/adapters/kafka/topic_admin.hpp"
#include "runtime/adapters/kafka/watermarks.hpp"
#include "runtime/adapters/memory_log/core/subscribers.hpp"

namespace hedgerow::adapters {

using ports::log_errc;
using ports::log_error;

namespace {

class member_handle final : public ports::log_member {
 public:
  explicit member_handle(std::shared_ptr<kafka_member> member) : member_{std::move(member)} {}
  ~member_handle() override { member_->close(); }
  member_handle(const member_handle&) = delete;
  member_handle& operator=(const member_handle&) = delete;

  expected<ports::log_batch, log_error> poll(std::size_t max_records) override { return member_->poll(max_records); }
  void commit(log_transaction transaction, ports::commit_callback done) override {
    member_->commit(std::move(transaction), std::move(done));
  }
  std::shared_ptr<lent_offsets> lend(std::vector<input_offset> offsets, std::vector<topic_partition> owned) override {
    return member_->lend(std::move(offsets), std::move(owned));
  }
  void on_ready(ports::ready_callback ready) override { member_->on_ready(std::move(ready)); }
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> facts() const override { return member_->facts(); }

 private:
  std::shared_ptr<kafka_member> member_;
};

class kafka_log final : public ports::event_log {
 public:
  /// `admin` also sees uncommitted records: it tells how far a partition has been written.
  kafka_log(kafka_options options, const ports::clock& clock, kafka_handle admin,
            std::unique_ptr<partition_reader> follower, std::unique_ptr<partition_reader> loader)
      : options_{std::move(options)},
        clock_{clock},
        admin_{std::move(admin)},
        follower_{std::move(follower)},
        loader_{std::move(loader)} {
    follower_->on_news([this] { listeners_.call_all(); });
  }

  [[nodiscard]] std::uint32_t partitions(topic t) const override {
    return spec_of(t).partitions == partition_rule::single ? 1U : options_.symbol_partitions;
  }

  expected<std::unique_ptr<ports::log_member>, log_error> join(ports::member_options options) override {
    for (const auto input : options.inputs)
      if (static_cast<std::size_t>(input) >= topic_count) return unexpected(log_error{log_errc::io, "no such topic"});
    auto member = kafka_member::make(options_, std::move(options), clock_, ended_);
    if (!member) return unexpected(member.error());
    return std::make_unique<member_handle>(std::move(*member));
  }

  expected<std::vector<record>, log_error> read(topic_partition source, std::int64_t from,
                                                std::size_t max_records) override {
    return follower_->read(source, from, max_records);
  }

  /// Uses the loading reader: counting would move the place of the follower.
  expected<std::size_t, log_error> count(topic_partition source, std::int64_t from, std::size_t most) override {
    return loader_->count(source, from, most);
  }

  expected<std::vector<record>, log_error> changelog(topic_partition source) override {
    if (source.partition >= partitions(source.topic))
      return unexpected(log_error{log_errc::io, "there is no such partition"});
    // Up to the last written record, not only the last committed one: the last transaction of a former owner may still
    // be on its way to this partition, although its offsets are there already.
    const auto end = end_of_partition(admin_.get(), options_, source);
    if (!end) return unexpected(end.error());
    std::map<std::string, record> newest;
    auto read = loader_->read_all(source, *end, [&](record r) {
      auto key = r.key;
      newest.insert_or_assign(std::move(key), std::move(r));
    });
    if (!read) return unexpected(read.error());
    std::vector<record> out;
    for (auto& [key, r] : newest)
      if (r.value) out.push_back(std::move(r));
    std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.offset < b.offset; });
    return out;
  }

  expected<std::int64_t, log_error> end_offset(topic_partition source) override { return follower_->end(source); }

  expected<std::optional<std::int64_t>, log_error> committed(const std::string& group,
                                                             topic_partition source) override {
    return committed_offset(admin_.get(), options_, group, source);
  }

  expected<std::vector<ports::group_progress>, log_error> progress(const ports::input_groups& groups) override {
    // Polled periodically, and shutdown waits for it: keep the timeout short.
    constexpr std::chrono::milliseconds longest{3000};
    auto options = options_;
    options.request_timeout = std::min<std::chrono::milliseconds>(options.request_timeout, longest);
    return progress_of(admin_.get(), options, groups);
  }

  ports::subscription on_append(std::function<void()> changed) override { return listeners_.add(std::move(changed)); }

  /// The broker's work.
  expected<void, log_error> maintain(timestamp) override { return {}; }

 private:
  kafka_options options_;
  const ports::clock& clock_;
  ports::subscribers listeners_;
  kafka_handle admin_;
  std::unique_ptr<partition_reader> follower_;
  std::unique_ptr<partition_reader> loader_;
  /// Goes first: threads of members use the clock and the metrics, which may end with the log's owner.
  std::shared_ptr<ended_threads> ended_ = std::make_shared<ended_threads>();
};

expected<void, log_error> prepare_topics(rd_kafka_t* admin, const kafka_options& options) {
  auto findings = inspect_topics(admin, options);
  if (!findings) return unexpected(findings.error());
  // Before any topic is made: new topics with another partition count than the existing ones would be useless.
  if (const auto why = explain_partitions(*findings); !why.empty()) return unexpected(log_error{log_errc::io, why});
  if (const auto missing = explain_missing(options, *findings); !missing.empty()) {
    if (options.read_only || !options.create_topics) return unexpected(log_error{log_errc::io, missing});
    if (auto made = create_topics(admin, options, *findings); !made) return made;
    if (auto served = wait_for_topics(admin, options); !served) return served;
  }
  if (const auto text = describe_differences(*findings); !text.empty())
    return unexpected(log_error{log_errc::io, "the cluster's topics are not as they must be: " + text +
                                                  "; `hedgerow topics plan` shows what `hedgerow topics apply` would "
                                                  "change"});
  return {};
}

}  // namespace

expected<std::shared_ptr<ports::event_log>, log_error> open_kafka_log(kafka_options options,
                                                                      const ports::clock& clock) {
  if (auto found = find_broker(options); !found) return unexpected(found.error());
  auto admin = make_kafka_client(RD_KAFKA_CONSUMER, options, reader_properties(options, false));
  if (!admin) return unexpected(admin.error());
  if (auto ready = prepare_topics(admin->get(), options); !ready) return unexpected(ready.error());
  auto follower = partition_reader::open(options);
  if (!follower) return unexpected(follower.error());
  auto loader = partition_reader::open(options);
  if (!loader) return unexpected(loader.error());
  return std::make_shared<kafka_log>(std::move(options), clock, std::move(*admin), std::move(*follower),
                                     std::move(*loader));
}

}  // namespace hedgerow::adapters
