#include "actors/ingestion/ingestion_actor.hpp"

#include <caf/all.hpp>

#include "actors/ingestion/ingestion.hpp"
#include "actors/ingestion/ingestion_service.hpp"
#include "actors/ingestion/stored_history.hpp"

namespace hedgerow::ingestion {

using namespace protocol;

ingestion::interface::behavior_type ingestion::start() {
  listening_ = chain_->subscribe(filter_of(config_.books), listener());
  watch();
  return {
      [](handle_atom, const slice_ptr&) {
        return entity::outbox{service_name, {}}.finish(true);
      },
      [this](committed_atom, std::uint64_t ticket) { committed(ticket); },
      [this](status_atom) { return status(); },
      // What the node tells.
      [this](up_atom) { up(); },
      [this](down_atom, const std::string& reason) { down(reason); },
      [this](logseen_atom, const ports::evm_log& seen) { live_log(seen); },
      [this](headseen_atom, const ports::chain_block& head) { head_seen(head); },
      [this](badframe_atom, const ports::malformed_evm_log& bad) { give_up(bad); },
      [this](complaint_atom, const ports::chain_error& why) { complained(why); },
      // What it and the broker answer.
      [this](answer_atom, const answer_to<which_chain>& a) { hear(a); },
      [this](answer_atom, const answer_to<code_of>& a) { hear(a); },
      [this](answer_atom, const answer_to<head_at_first_start>& a) { hear(a); },
      [this](answer_atom, const answer_to<block_of_first_start>& a) { hear(a); },
      [this](answer_atom, const answer_to<head_to_read_to>& a) { hear(a); },
      [this](answer_atom, const answer_to<logs_of_range>& a) { hear(a); },
      [this](answer_atom, const answer_to<receipt_of_unreadable>& a) { hear(a); },
      [this](answer_atom, const answer_to<head_beyond_range>& a) { hear(a); },
      [this](answer_atom, const answer_to<time_of>& a) { hear(a); },
      [this](answer_atom, const answer_to<receipt_of_clear>& a) { hear(a); },
      [this](answer_atom, const answer_to<logs_of_block>& a) { hear(a); },
      [this](answer_atom, const answer_to<block_instead_of>& a) { hear(a); },
      [this](answer_atom, const answer_to<header_of_late>& a) { hear(a); },
      [this](answer_atom, const answer_to<head_to_walk_from>& a) { hear(a); },
      [this](answer_atom, const answer_to<header_at>& a) { hear(a); },
      [this](answer_atom, const orders_answer& a) { broker_answered(a.start, a.orders); },
      // Timers.
      [this](tick_atom) { watch(); },
      [this](tick_atom, const pause_over& timer) { ring(timer); },
      [this](tick_atom, const time_due& timer) { ring(timer); },
      [this](tick_atom, const receipt_due& timer) { ring(timer); },
      [this](tick_atom, const walk_due& timer) { ring(timer); },
      [this](tick_atom, const trust_due& timer) { ring(timer); },
      [this](tick_atom, const late_due& timer) { ring(timer); },
      [this](tick_atom, const orders_due& timer) { ask_broker(timer.start); },
  };
}

ports::chain_listener ingestion::listener() const {
  const auto me = self_->address();
  ports::chain_listener tell;
  tell.up = sends_to<interface>(me, up_atom::value);
  tell.down = sends_to<interface>(me, down_atom::value);
  tell.log = sends_to<interface>(me, logseen_atom::value);
  tell.head = sends_to<interface>(me, headseen_atom::value);
  tell.malformed = sends_to<interface>(me, badframe_atom::value);
  tell.complaint = sends_to<interface>(me, complaint_atom::value);
  return tell;
}

/// A timer is needed: a rescan becomes due by time alone, and no message arrives when reading stands still.
void ingestion::watch() {
  read_on();
  check_reading();
  // Half the usual rescan interval is more than enough to notice that one is due.
  self_->delayed_send(self_, std::chrono::seconds{1}, tick_atom::value);
}

bridges::service ingestion_service(ingestion_config config, chain_client_factory make_client, const ports::clock* clock,
                                   ports::notices* notices, std::shared_ptr<ports::broker_api> broker,
                                   ports::random* random) {
  bridges::service s = services::service_of(description);
  // The changelog is an input only so that owning its partition makes this the one live instance.
  s.route = [](const record&) { return std::nullopt; };
  s.changelog_entity = [](const record&) { return std::string{service_name}; };
  s.unreadable = why_unreadable;
  s.always_on = service_name;
  s.spawn = [=](caf::actor_system& system, bridges::entity_seed seed) {
    return entity_actor{
        spawn_class<ingestion>(system, std::move(seed), config, make_client(), clock, notices, broker, random)};
  };
  return s;
}

}  // namespace hedgerow::ingestion
