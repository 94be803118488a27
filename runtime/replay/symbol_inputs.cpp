#include "runtime/replay/symbol_inputs.hpp"

#include "messages/codec/codec.hpp"

namespace hedgerow::replay {
namespace {

template <class Event>
void decode_as(input& out, const record& r) {
  auto event = codec::decode<Event>(*r.value);
  if (event)
    out.event = std::move(*event);
  else
    out.event = undecodable{event.error().detail};
}

}  // namespace

std::string input::event_id() const {
  return std::visit(
      [](const auto& e) -> std::string {
        if constexpr (std::is_same_v<std::decay_t<decltype(e)>, undecodable>)
          return {};
        else
          return e.meta.event_id;
      },
      event);
}

std::vector<std::string> symbol_inputs::names() const {
  std::vector<std::string> out;
  for (const auto& [name, waiting] : waiting_) out.push_back(name);
  return out;
}

expected<bool, std::string> symbol_inputs::fetch() {
  auto r = reader_.next();
  if (!r) return unexpected(std::move(r.error()));
  if (!*r) return false;
  ++records_;
  const auto& got = **r;
  if (!got.value) return true;
  input in{got.offset, undecodable{}};
  switch (got.from.topic) {
    case topic::onchain_trades: decode_as<onchain_trade>(in, got); break;
    case topic::schwab_executions: decode_as<schwab_execution>(in, got); break;
    case topic::control_events: decode_as<control_event>(in, got); break;
    default: return true;
  }
  // The keys are {symbol}:..., and the scope of a control event: as the accumulator routes them.
  waiting_[got.key.substr(0, got.key.find(':'))].push_back(std::move(in));
  return true;
}

expected<std::optional<std::size_t>, std::string> symbol_inputs::find(const std::string& symbol,
                                                                      const std::function<bool(const input&)>& fits) {
  auto& waiting = of(symbol);
  for (std::size_t i = 0;; ++i) {
    while (i >= waiting.size()) {
      const auto more = fetch();
      if (!more) return unexpected(more.error());
      if (!*more) return std::optional<std::size_t>{};
    }
    if (fits(waiting[i])) return std::optional{i};
  }
}

expected<void, std::string> symbol_inputs::fetch_all() {
  for (;;) {
    const auto more = fetch();
    if (!more) return unexpected(more.error());
    if (!*more) return {};
  }
}

}  // namespace hedgerow::replay
