// Keys of the chain: its node, the order books and the tokens.
#include "config/key_kinds.hpp"

namespace hedgerow::config::tables {
namespace {

using namespace std::chrono_literals;
using namespace kinds;
using domain::backfill_policy;
using domain::reading_policy;

constexpr std::int64_t any_block = std::numeric_limits<std::int64_t>::max();

/// A key of the connection to the node.
key_spec node_key(key_spec key) { return within<&chain_settings::connection>(std::move(key)); }

/// A key of what is read, and of how far back.
key_spec reading(key_spec key) { return within<&chain_settings::reading>(std::move(key)); }

key_spec backfill(key_spec key) { return reading(within<&reading_policy::backfill>(std::move(key))); }

section_spec connection() {
  return section<&settings::chain>(
      "chain", "The EVM node that fills are read from, and whose orders are hedged.",
      {text<&chain_settings::ws_url>("ws_url", websocket_url, "ws://... or wss://...",
                                     "WebSocket address of the node. Secret, because providers put a key in it. "
                                     "For several nodes, use [[chain.endpoint]] instead."),
       within<&chain_settings::agreement>(integer<&quorum_policy::quorum>(
           "quorum", 1, 100, "How many endpoints must give the same answer before it counts; see [[chain.endpoint]].")),
       reading(integer<&reading_policy::chain_id>("chain_id", 0, any_block,
                                                  "Refuse a node of any other chain. 0 takes whatever the node says.")),
       chain_address<&chain_settings::owner>("owner", "Owner of the orders whose fills are hedged."),
       integer<&chain_settings::start_block>(
           "start_block", 0, any_block,
           "First block read on an empty event log: every fill from it on counts as not "
           "yet hedged. To begin today, a block of today. Required for ingestion."),
       reading(flag<&reading_policy::hedge_history>(
           "hedge_history",
           "Only for the first start on an empty event log: hedge what was filled since "
           "start_block although the broker's account shows orders since then, or "
           "cannot show whether there were any.")),
       backfill(
           integer<&backfill_policy::max_batch>("backfill_batch_blocks", 1, 100'000, "Most blocks asked for at once.")),
       node_key(
           duration<&chain_policy::request_timeout>("request_timeout", 100ms, 5min, "Longest wait for one answer.")),
       node_key(duration<&chain_policy::connect_timeout>("connect_timeout", 100ms, 5min,
                                                         "Longest wait for the connection, TLS included.")),
       node_key(
           duration<&chain_policy::reconnect_min>("reconnect_min", 10ms, 10min, "First wait before connecting again.")),
       node_key(
           duration<&chain_policy::reconnect_max>("reconnect_max", 10ms, 1h, "Longest wait before connecting again.")),
       node_key(duration<&chain_policy::stale_after>("stale_after", 1s, 1h,
                                                     "A connection without a new block for this long is replaced.")),
       reading(integer<&reading_policy::reorg_window_blocks>(
           "reorg_window_blocks", 1, 100'000, "Blocks behind the head whose hashes are watched for reorgs.")),
       backfill(duration<&backfill_policy::rescan_interval>("rescan_interval", 1s, 24h,
                                                            "How often the newest blocks are read again, because "
                                                            "subscriptions can miss logs.")),
       backfill(integer<&backfill_policy::rescan_blocks>(
           "rescan_blocks", 0, 100'000,
           "How far below the end of the last rescan the next one begins; it covers everything that was read since.")),
       reading(duration<&reading_policy::after_clear_wait>(
           "after_clear_wait", 0ms, 1min,
           "How long a Clear waits for its AfterClear before its receipt is "
           "asked for.")),
       reading(duration<&reading_policy::retry>("retry", 10ms, 5min, "Pause before a failed question is asked again.")),
       node_key(integer<&chain_policy::max_frame_bytes>("max_frame_bytes", 65'536, 1'073'741'824,
                                                        "Largest WebSocket message accepted, in bytes.")),
       node_key(text<&chain_policy::ca_file>("ca_file", readable_file, "a readable PEM file, or empty",
                                             "Trusted roots in addition to the system's."))});
}

struct patterns {
  std::vector<std::string> texts;
};

/// A list of patterns, as people write markers.
key_spec markers(std::string_view allowed, std::string_view meaning) {
  key_spec key = list<&patterns::texts>("markers", marker_text, allowed, meaning);
  key.assign = [take = std::move(key.assign)](void* target, const raw_value& value) -> refusal {
    patterns given;
    if (auto problem = take(&given, value)) return problem;
    auto& all = field<&tokens_settings::markers>(target);
    all.clear();
    for (const auto& text : given.texts) all.push_back(domain::marker_of(text));
    return std::nullopt;
  };
  key.show = [show = std::move(key.show)](const void* target) {
    patterns shown;
    for (const auto& marker : field<&tokens_settings::markers>(target))
      shown.texts.push_back(domain::pattern_of(marker));
    return show(&shown);
  };
  return key;
}

}  // namespace

std::vector<section_spec> chain_sections() {
  std::vector<section_spec> out;
  out.push_back(connection());
  out.push_back(list_section<&settings::endpoints>(
      "chain.endpoint",
      "One of several nodes of the chain, the preferred first; the section may be repeated. Logs are taken from "
      "whichever tells them first. Each question goes to as many as chain.quorum asks for, and to others in place of "
      "those that fail, refuse or contradict the rest.",
      {text<&endpoint_settings::name>("name", not_empty, "a short name, unique",
                                      "What the actor tree, /health and notices call it. Required."),
       text<&endpoint_settings::url>("url", websocket_url, "ws://... or wss://...",
                                     "As chain.ws_url; secret as well. Required."),
       integer<&endpoint_limits::max_in_flight>("max_requests", 1, 1'000,
                                                "Most questions under way at a time; others wait.")}));
  out.push_back(list_section<&settings::orderbooks>(
      "orderbook", "One order book contract; the section may be repeated.",
      {chain_address<&orderbook_settings::address>("address", "The contract. Required."),
       choice<&orderbook_settings::version>(
           "version", {{"v4", orderbook_version::v4}, {"v6", orderbook_version::v6}, {"v5", orderbook_version::v6}},
           "Its generation. v5 emits the same events as v6."),
       chain_address<&orderbook_settings::owner>("owner", "As in [chain]; all books have the same one owner.")}));
  out.push_back(section<&settings::tokens>(
      "tokens", "Which tokens may trade.",
      {chain_address<&tokens_settings::usdc>("usdc",
                                             "The one USDC. When set, any other token that calls itself USDC is "
                                             "refused."),
       flag<&tokens_settings::allow_unlisted>("allow_unlisted",
                                              "Whether tokens without a [[token]] section may trade."),
       markers("\"*suffix\" or \"prefix*\"", "What issuers add to the broker's symbol. A token carries exactly one."),
       duration<&tokens_settings::retry>("retry", 10ms, 5min,
                                         "Pause before a token's symbol and decimals are asked for again.")}));
  out.push_back(list_section<&settings::pinned_tokens>(
      "token", "A token whose symbol and decimals are not to be asked of the chain; may be repeated.",
      {chain_address<&token_settings::address>("address", "The contract. Required."),
       text<&token_settings::symbol>("symbol", not_empty, "as symbol() of the contract, marker included",
                                     "Symbol. Required."),
       integer<&token_settings::decimals>("decimals", 0, 77, "Decimals. Required.")}));
  out.push_back(map_section(
      "broker_symbols", "Base symbol to the broker's ticker, where they differ.",
      "\"BRK.B\" = \"BRK/B\": symbols of 1 to 16 of A-Z, 0-9, '.', '/', '-'", symbol_text, symbol_text,
      [](settings & s) -> auto& { return s.broker_symbols; }));
  return out;
}

}  // namespace hedgerow::config::tables
