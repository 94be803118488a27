#include "tests/bench/instant_broker.hpp"

#include <caf/all.hpp>

#include "messages/codec/codec.hpp"

namespace hedgerow::bench {
namespace {

using namespace protocol;

constexpr std::int64_t price = 180;

outgoing filled(const record& command, const ports::clock& clock) {
  const auto asked = codec::decode<schwab_command>(*command.value).value();
  const auto quantity = static_cast<std::int64_t>(asked.data.quantity);
  schwab_execution answer;
  answer.execution = asked.data.execution;
  answer.side = asked.data.side;
  answer.quantity = asked.data.quantity;
  answer.state = execution_state::filled;
  answer.order = order_id::parse(std::to_string(1'000'000'000 + asked.data.execution.sequence));
  answer.filled = shares::from_whole(quantity);
  answer.filled_notional = usd::from_whole(quantity * price);
  const auto now = clock.now();
  const std::string id = answer.execution.to_string();
  const envelope meta{"execution:" + id + ":1", now, now, id, asked.meta.event_id, {}};
  return {{topic::schwab_executions, command.from.partition}, id, codec::encode(meta, answer)};
}

struct broker_state {
  static inline const char* name = "instant_broker";
};

entity_actor::behavior_type broker(entity_actor::stateful_pointer<broker_state>, const ports::clock* clock) {
  return {
      [=](handle_atom, const slice_ptr& part) {
        auto answers = std::make_shared<step>();
        for (const auto& command : part->records) answers->records.push_back(filled(command, *clock));
        return step_ptr{std::move(answers)};
      },
      [](committed_atom, std::uint64_t) {},
      [](status_atom) { return make_status("instant_broker", "bench"); },
  };
}

}  // namespace

bridges::service instant_broker(const ports::clock* clock) {
  bridges::service s;
  s.name = "instant_broker";
  s.inputs = {topic::schwab_commands};
  s.route = [](const record& r) { return std::optional{"partition " + std::to_string(r.from.partition)}; };
  s.spawn = [=](caf::actor_system& system, const bridges::entity_seed&) { return system.spawn(broker, clock); };
  return s;
}

}  // namespace hedgerow::bench
