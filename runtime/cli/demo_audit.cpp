#include "runtime/cli/demo_audit.hpp"

#include <rapidjson/document.h>

#include <set>

namespace hedgerow::cli {
namespace {

std::string cell(const std::string& text, std::size_t width) {
  return text.size() >= width ? text + " " : std::string(width - text.size(), ' ') + text + " ";
}

/// Whole shares by symbol at the broker.
std::map<std::string, shares> broker_positions(const rapidjson::Document& ledger) {
  std::map<std::string, shares> all;
  for (const auto& entry : ledger["positions"].GetObject())
    all[entry.name.GetString()] = *shares::parse(entry.value["quantity"].GetString());
  return all;
}

void compare(const std::string& symbol, const char* what, const shares& ours, const shares& theirs,
             std::vector<std::string>& differences) {
  if (ours == theirs) return;
  differences.push_back(symbol + ": the books say " + ours.to_string() + ", the " + what + " says " +
                        theirs.to_string());
}

void compare_orders(const std::vector<execution_row>& executions, const rapidjson::Document& ledger,
                    std::vector<std::string>& differences) {
  std::map<std::string, std::string> execution_of;
  for (const auto& row : executions) {
    if (!row.latest.order) continue;
    const auto id = row.latest.execution.to_string();
    const auto [it, fresh] = execution_of.try_emplace(row.latest.order->str(), id);
    if (!fresh) differences.push_back("order " + it->first + " belongs to " + it->second + " and to " + id);
  }
  for (const auto& order : ledger["orders"].GetArray()) {
    const std::string id = order["orderId"].GetString();
    if (execution_of.erase(id) == 0) differences.push_back("order " + id + " at the broker belongs to no execution");
  }
  for (const auto& [order, execution] : execution_of)
    differences.push_back("order " + order + " of " + execution + " is not at the broker");
}

}  // namespace

bool is_settled(const position_list& books) {
  for (const auto& row : books.rows)
    if (!row.latest.live.empty() || row.latest.exposure().abs() >= shares::from_whole(1)) return false;
  return true;
}

audit_result audit(const audit_sources& sources) {
  audit_result result;
  rapidjson::Document ledger;
  ledger.Parse<rapidjson::kParseNumbersAsStringsFlag>(sources.broker_ledger.c_str());
  if (ledger.HasParseError() || !ledger.IsObject()) {
    result.differences.emplace_back("the broker's ledger cannot be read");
    return result;
  }
  const auto broker = broker_positions(ledger);
  std::set<std::string> symbols;
  for (const auto& [symbol, net] : sources.chain) symbols.insert(symbol);
  std::map<std::string, position_update> books_of;
  for (const auto& row : sources.positions.rows) books_of.emplace(row.latest.symbol.str(), row.latest);
  for (const auto& [symbol, books] : books_of) symbols.insert(symbol);
  for (const auto& [symbol, quantity] : broker) symbols.insert(symbol);

  result.table = cell("SYMBOL", 8) + cell("CHAIN", 26) + cell("BOOKS ON CHAIN", 26) + cell("BOOKS SCHWAB", 14) +
                 cell("BROKER", 14) + cell("NET", 24) + "\n";
  for (const auto& symbol : symbols) {
    const auto at = [&](const auto& map) { return map.contains(symbol) ? map.at(symbol) : shares{}; };
    const position_update& books = books_of[symbol];
    compare(symbol, "chain", books.onchain, at(sources.chain), result.differences);
    compare(symbol, "broker", books.hedged, at(broker), result.differences);
    result.table += cell(symbol, 8) + cell(at(sources.chain).to_string(), 26) + cell(books.onchain.to_string(), 26) +
                    cell(books.hedged.to_string(), 14) + cell(at(broker).to_string(), 14) +
                    cell(books.exposure().to_string(), 24) + "\n";
  }
  compare_orders(sources.executions, ledger, result.differences);
  result.settled = is_settled(sources.positions);
  return result;
}

}  // namespace hedgerow::cli
