#include "runtime/replay/projection.hpp"

#include "actors/domain/projections/fold.hpp"
#include "messages/types/check.hpp"
#include "runtime/adapters/memory_store/memory_store.hpp"
#include "runtime/api/views.hpp"

namespace hedgerow::replay {
namespace {

/// Events folded at a time: few enough to keep in memory.
constexpr std::size_t fold_at_once = 5000;

/// The memory store answers before the call returns, and always.
template <class Answer, class Ask>
Answer answer_of(Ask ask) {
  Answer out;
  ask([&](expected<Answer, ports::store_error> came) { out = std::move(came).value(); });
  return out;
}

expected<std::string, std::string> render(ports::queries& rows, const projection_request& request) {
  const api::page page{request.symbol, request.status, request.limit};
  if (request.name == "trades")
    return api::trades_view(answer_of<trade_page>([&](auto done) { rows.trades(api::trades_of(page), done); }));
  if (request.name == "executions")
    return api::executions_view(
        answer_of<execution_page>([&](auto done) { rows.executions(api::executions_of(page), done); }));
  if (request.name == "dead-letters")
    return api::dead_letters_view(
        answer_of<dead_letter_page>([&](auto done) { rows.dead_letters({.limit = page.limit}, done); }));
  if (request.symbol.empty())
    return api::positions_view(answer_of<position_list>([&](auto done) { rows.positions(done); }), request.now);
  const auto one = answer_of<position_answer>([&](auto done) { rows.position(request.symbol, done); });
  if (auto shown = api::position_view(one, request.now)) return *std::move(shown);
  return unexpected("--symbol " + request.symbol + ": the log has no position of it");
}

/// Folds events into a store, as the aggregator does it.
class row_builder {
 public:
  explicit row_builder(ports::projection_store& store) : store_{store} {}

  void add(told&& event) {
    auto& next = next_[event.from];
    read_.try_emplace(event.from, ports::offset_range{event.from, next, next}).first->second.next = event.offset + 1;
    next = event.offset + 1;
    std::visit(
        [&](auto& known) {
          if constexpr (std::is_same_v<std::decay_t<decltype(known)>, undecodable>)
            ++undecodable_;
          else
            events_.emplace_back(std::move(known));
        },
        event.event);
    if (events_.size() >= fold_at_once) fold();
  }

  void fold() {
    auto before = answer_of<known_rows>([&](auto done) { store_.rows(domain::keys_of(events_), done); });
    ports::projected_batch batch{domain::fold(events_, std::move(before)), {}};
    for (const auto& [source, range] : read_) batch.read.push_back(range);
    store_.apply(std::make_shared<ports::projected_batch>(std::move(batch)),
                 [](const expected<void, ports::store_error>& done) {
                   HEDGEROW_CHECK(done.has_value(), "rows in memory are not taken");
                 });
    events_.clear();
    read_.clear();
  }

  [[nodiscard]] std::uint64_t undecodable_records() const { return undecodable_; }

 private:
  ports::projection_store& store_;
  ports::store_position next_;
  std::map<topic_partition, ports::offset_range> read_;
  std::vector<domain::projected_event> events_;
  std::uint64_t undecodable_ = 0;
};

}  // namespace

expected<projection, std::string> rebuild(ports::event_log& log, const projection_request& request, cut until,
                                          progress tell) {
  history events{log,
                 {topic::onchain_trades, topic::schwab_executions, topic::position_updates, topic::dead_letters},
                 std::move(until),
                 std::move(tell)};
  const auto rows = adapters::make_memory_store();
  row_builder build{*rows.store};
  for (;;) {
    auto event = events.next();
    if (!event) return unexpected(std::move(event.error()));
    if (!*event) break;
    build.add(**std::move(event));
  }
  build.fold();
  projection out;
  out.undecodable = build.undecodable_records();
  auto json = render(*rows.answers, request);
  if (!json) return unexpected(std::move(json.error()));
  out.json = *std::move(json);
  out.records = events.records();
  return out;
}

}  // namespace hedgerow::replay
