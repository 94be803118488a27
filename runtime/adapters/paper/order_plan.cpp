#include "runtime/adapters/paper/order_plan.hpp"

#include <algorithm>

namespace hedgerow::paper {
namespace {

constexpr std::string_view documented[] = {"NEW",
                                           "AWAITING_PARENT_ORDER",
                                           "AWAITING_CONDITION",
                                           "AWAITING_STOP_CONDITION",
                                           "AWAITING_MANUAL_REVIEW",
                                           "ACCEPTED",
                                           "AWAITING_UR_OUT",
                                           "PENDING_ACTIVATION",
                                           "PENDING_ACKNOWLEDGEMENT",
                                           "AWAITING_RELEASE_TIME",
                                           "PENDING_CANCEL",
                                           "PENDING_RECALL",
                                           "PENDING_REPLACE",
                                           "QUEUED",
                                           "WORKING",
                                           "REPLACED",
                                           "FILLED",
                                           "CANCELED",
                                           "REJECTED",
                                           "EXPIRED",
                                           "UNKNOWN"};

/// Builds the events of one order.
class planner {
 public:
  planner(const order_terms& terms, const fill_profile& profile, const price_source& price)
      : terms_{terms}, profile_{profile}, price_{price} {}

  /// Uniform in [low, high].
  std::int64_t pick(std::int64_t low, std::int64_t high) {
    const auto width = static_cast<std::uint64_t>(high - low) + 1;
    const std::uint64_t any = draw(profile_.seed, "order " + std::to_string(terms_.order), count_++);
    return low + static_cast<std::int64_t>(any % width);
  }

  /// Fills of `quantity` in one or more legs, the last one at `until`.
  void fill(std::int64_t quantity, timestamp after, timestamp until) {
    if (quantity <= 0) return;
    const std::int64_t legs = pick(1, std::min<std::int64_t>(profile_.legs_max, quantity));
    std::int64_t left = quantity;
    for (std::int64_t leg = 1; leg <= legs; ++leg) {
      const std::int64_t rest_legs = legs - leg;
      const std::int64_t size = rest_legs == 0 ? left : pick(1, left - rest_legs);
      left -= size;
      // A leg may share the time and activity of the one before it: several legs at once are one activity.
      const bool join = leg > 1 && rest_legs > 0 && pick(0, 1) == 1;
      const timestamp due = join ? events_.back().due : after + (until - after) * leg / legs;
      if (!join) ++activity_;
      events_.push_back({due, size, leg_price(due, leg - 1), activity_, {}, {}});
    }
  }

  void status(timestamp due, std::string_view word, std::string description = {}) {
    events_.push_back({due, 0, 0, 0, std::string{word}, std::move(description)});
  }

  std::vector<order_event> take() { return std::move(events_); }

 private:
  /// Each further leg reaches a little deeper into the book.
  price_units leg_price(timestamp due, std::int64_t depth) {
    const price_units base = price_(due);
    const price_units slip = depth * pick(1, std::max<price_units>(1, base / 100'000));
    return terms_.instruction == side::buy ? base + slip : std::max<price_units>(1, base - slip);
  }

  const order_terms& terms_;
  const fill_profile& profile_;
  const price_source& price_;
  std::vector<order_event> events_;
  std::int64_t activity_ = 0;
  std::uint64_t count_ = 0;
};

/// The first part of an order of two parts: at least one share on either side when there are two.
std::int64_t part_of(std::int64_t quantity, std::uint32_t ppm) {
  // Quantity is below 2^32 and ppm at most 10^6: no overflow.
  return std::clamp<std::int64_t>(quantity * ppm / 1'000'000, quantity > 1 ? 1 : 0, quantity - 1);
}

void disturb(planner& p, const order_terms& terms, const fault_rule& fault, timestamp usual) {
  const std::int64_t part = part_of(terms.quantity, fault.part_ppm);
  const timestamp later = usual + fault.delay;
  switch (fault.kind) {
    case fault_kind::partial: p.fill(part, terms.from, usual); return p.fill(terms.quantity - part, usual, later);
    case fault_kind::partial_then_cancel:
      p.fill(part, terms.from, usual);
      return p.status(later, "CANCELED", fault.text);
    case fault_kind::reject:
      return p.status(usual, "REJECTED", fault.text.empty() ? "Rejected by the exchange." : fault.text);
    case fault_kind::late_fill: return p.fill(terms.quantity, usual, later);
    case fault_kind::cancel_then_fill:
      p.status(usual, "CANCELED", fault.text);
      return p.fill(std::max<std::int64_t>(1, terms.quantity * fault.part_ppm / 1'000'000), usual, later);
    case fault_kind::unknown_status:
      p.status(terms.from, fault.text.empty() ? "PENDING_COSMIC_ALIGNMENT" : fault.text);
      return p.fill(terms.quantity, later, later + (usual - terms.from));
    case fault_kind::expire: return p.status(usual, "EXPIRED", fault.text);
    default: return p.fill(terms.quantity, terms.from, usual);
  }
}

/// A day order that is still working at the close expires there.
void expire_at(std::vector<order_event>& events, timestamp close, std::int64_t quantity) {
  std::int64_t filled = 0;
  for (auto e = events.begin(); e != events.end(); ++e) {
    if (e->due >= close) {
      events.erase(e, events.end());
      events.push_back({close, 0, 0, 0, "EXPIRED", "Expired at the close."});
      return;
    }
    filled += e->quantity;
    if (filled == quantity || is_terminal(e->status)) return;
  }
}

}  // namespace

bool is_terminal(std::string_view status) {
  return status == "FILLED" || status == "CANCELED" || status == "REJECTED" || status == "EXPIRED";
}

bool is_documented(std::string_view status) {
  return std::find(std::begin(documented), std::end(documented), status) != std::end(documented);
}

std::vector<order_event> plan_order(const order_terms& terms, const fill_profile& profile,
                                    const std::optional<fault_rule>& fault, const price_source& price) {
  planner p{terms, profile, price};
  const timestamp usual =
      terms.from + std::chrono::milliseconds{p.pick(profile.delay_min.count(), profile.delay_max.count())};
  if (fault)
    disturb(p, terms, *fault, usual);
  else
    p.fill(terms.quantity, terms.from, usual);
  auto events = p.take();
  if (terms.close) expire_at(events, *terms.close, terms.quantity);
  return events;
}

}  // namespace hedgerow::paper
