// The compiled contracts of deploy/demo/contracts/build, carried inside the program.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace hedgerow::demo {

struct contract_build {
  /// Creation code, 0x and hex.
  std::string bytecode;
  /// Selector (8 hex digits) by function name; the contracts have no overloads.
  std::map<std::string, std::string, std::less<>> selectors;

  /// Ends the process for a function that the contract does not have.
  [[nodiscard]] const std::string& selector(std::string_view function) const;
};

/// DemoToken, DemoOrderBookV4 or DemoOrderBookV6; ends the process for any other name.
[[nodiscard]] const contract_build& find_contract(std::string_view name);

}  // namespace hedgerow::demo
