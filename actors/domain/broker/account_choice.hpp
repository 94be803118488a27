// Chooses the account to trade in among those that a login covers. By number, never by position: the broker may list
// them in any order, and a login may cover others than the one before.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "messages/types/expected.hpp"

namespace hedgerow::domain {

/// What the configuration says about the account.
struct account_wish {
  /// broker.account_number; empty when it is not set.
  std::string number;
  /// broker.account_index, from 0: for the first choice only.
  std::optional<std::uint32_t> index;
};

/// The place in `numbers` of the account to trade in. `remembered`: the account that the log has traded in. A person
/// who logs in may change it by account_number (`by_login`); nothing else may. Errors name the key and the remedy, and
/// mask account numbers.
[[nodiscard]] expected<std::size_t, std::string> choose_account(const std::vector<std::string>& numbers,
                                                                const std::optional<std::string>& remembered,
                                                                const account_wish& wish, bool by_login = false);

/// The last three digits of an account number, the others as asterisks.
[[nodiscard]] std::string mask_account(std::string_view number);

}  // namespace hedgerow::domain
