#include "runtime/adapters/memory_store/memory_store.hpp"

#include <algorithm>

#include "runtime/adapters/memory_store/row_tables.hpp"

namespace hedgerow::adapters {

using namespace ports;

namespace {

class memory_store final : public projection_store, public queries {
 public:
  memory_store(memory_store_limits limits, std::shared_ptr<memory_store_faults> faults)
      : tables_{limits}, faults_{std::move(faults)} {}

  void position(store_reply<store_position> done) override {
    reply(done, [&] { return position_; });
  }

  void rows(row_keys wanted, store_reply<known_rows> done) override {
    reply(done, [&] { return tables_.find(wanted); });
  }

  void apply(std::shared_ptr<const projected_batch> batch, store_reply<void> done) override {
    const auto ordered = faults_ ? faults_->next() : std::nullopt;
    if (ordered && ordered->code != store_errc::lost) return done(unexpected(*ordered));
    auto outcome = apply_now(*batch);
    if (ordered) return done(unexpected(*ordered));
    done(std::move(outcome));
  }

  void positions(store_reply<position_list> done) override {
    reply(done, [&] { return tables_.positions(); });
  }
  void position(std::string symbol, store_reply<position_answer> done) override {
    reply(done, [&] { return tables_.position(symbol); });
  }
  void trades(trades_query query, store_reply<trade_page> done) override {
    reply(done, [&] { return tables_.trades(query); });
  }
  void executions(executions_query query, store_reply<execution_page> done) override {
    reply(done, [&] { return tables_.executions(query); });
  }
  void execution(std::string id, store_reply<execution_answer> done) override {
    reply(done, [&] { return tables_.execution(id); });
  }
  void dead_letters(dead_letters_query query, store_reply<dead_letter_page> done) override {
    reply(done, [&] { return tables_.dead_letters(query); });
  }
  void decisions(decisions_query query, store_reply<decision_page> done) override {
    reply(done, [&] { return tables_.decisions(query); });
  }
  void overview(store_reply<projection_overview> done) override {
    reply(done, [&] { return tables_.overview(); });
  }

 private:
  /// The reply is given without the lock: it may ask again.
  template <class Answer, class Read>
  void reply(const store_reply<Answer>& done, Read read) {
    std::unique_lock lock{mutex_};
    auto answer = read();
    lock.unlock();
    done(std::move(answer));
  }

  [[nodiscard]] std::int64_t next_of(topic_partition source) const {
    const auto it = position_.find(source);
    return it == position_.end() ? 0 : it->second;
  }

  expected<void, store_error> apply_now(const projected_batch& batch) {
    const std::scoped_lock lock{mutex_};
    const auto done_before = [&](const offset_range& r) { return r.next <= next_of(r.source); };
    const auto fits = [&](const offset_range& r) { return r.from == next_of(r.source) && r.from <= r.next; };
    if (std::all_of(batch.read.begin(), batch.read.end(), done_before)) return {};
    const auto wrong = std::find_if_not(batch.read.begin(), batch.read.end(), fits);
    if (wrong != batch.read.end())
      return unexpected(store_error{store_errc::misplaced, std::string{to_string(wrong->source.topic)} + "/" +
                                                               std::to_string(wrong->source.partition) +
                                                               ": the batch begins at " + std::to_string(wrong->from) +
                                                               ", the rows end at " +
                                                               std::to_string(next_of(wrong->source))});
    tables_.put(batch.rows);
    for (const auto& r : batch.read) position_[r.source] = r.next;
    return {};
  }

  std::mutex mutex_;
  row_tables tables_;
  store_position position_;
  std::shared_ptr<memory_store_faults> faults_;
};

}  // namespace

void memory_store_faults::fail_next_apply(store_error why) {
  const std::scoped_lock lock{mutex_};
  orders_.push_back(std::move(why));
}

std::optional<store_error> memory_store_faults::next() {
  const std::scoped_lock lock{mutex_};
  if (orders_.empty()) return std::nullopt;
  auto first = std::move(orders_.front());
  orders_.pop_front();
  return first;
}

projections make_memory_store(memory_store_limits limits, std::shared_ptr<memory_store_faults> faults) {
  auto both = std::make_shared<memory_store>(limits, std::move(faults));
  return {both, both};
}

}  // namespace hedgerow::adapters
