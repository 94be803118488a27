#include "tests/contract/broker_api/broker_api_contract.hpp"

namespace hedgerow::test {

using std::chrono::hours;
using std::chrono::seconds;

void BrokerApiContract::TearDown() {
  for (const auto& times : answered_) EXPECT_EQ(times(), 1);
}

expected<placement, broker_error> BrokerApiContract::place(side way, std::uint64_t quantity, seconds lease) {
  const auto& clock = subject_->clock();
  return ask<placement>([&](auto done) {
    subject_->api().place({aapl_, way, quantity}, {clock.monotonic() + lease, clock.now() + lease}, done);
  });
}

expected<broker_order, broker_error> BrokerApiContract::get(const order_id& id) {
  return ask<broker_order>([&](auto done) { subject_->api().get_order(id, done); });
}

expected<order_list, broker_error> BrokerApiContract::list(timestamp from, timestamp to) {
  return ask<order_list>([&](auto done) { subject_->api().list_orders(from, to, done); });
}

expected<shares, broker_error> BrokerApiContract::position(const symbol& of) {
  return ask<shares>([&](auto done) { subject_->api().position(of, done); });
}

std::optional<broker_error> BrokerApiContract::failure_of(question next, const order_id& existing) {
  const auto error_in = [](const auto& answer) {
    return answer ? std::nullopt : std::optional<broker_error>{answer.error()};
  };
  const auto now = subject_->clock().now();
  switch (next) {
    case question::order: return error_in(get(existing));
    case question::list: return error_in(list(now - hours{1}, now));
    case question::position: break;
  }
  return error_in(position(aapl_));
}

std::vector<broker_order> BrokerApiContract::all_orders() {
  const auto now = subject_->clock().now();
  const auto listed = list(now - hours{1}, now + seconds{1});
  EXPECT_TRUE(listed) << listed.error().detail;
  if (!listed) return {};
  EXPECT_TRUE(listed->unreadable.empty());
  return listed->orders;
}

order_id BrokerApiContract::must_place(side way, std::uint64_t quantity) {
  const auto placed = place(way, quantity);
  EXPECT_TRUE(placed) << placed.error().detail;
  EXPECT_TRUE(placed && placed->order);
  return placed && placed->order ? *placed->order : order_id{};
}

broker_order BrokerApiContract::seen_when(const order_id& id, const std::function<bool(const broker_order&)>& holds) {
  broker_order last;
  EXPECT_TRUE(eventually([&] {
    const auto order = get(id);
    if (order) last = *order;
    return order && holds(last);
  })) << "order "
      << id.str() << " is " << last.status_text;
  return last;
}

}  // namespace hedgerow::test
