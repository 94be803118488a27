#include "actors/domain/broker/account_choice.hpp"

#include <algorithm>

namespace hedgerow::domain {
namespace {

std::optional<std::size_t> place_of(const std::vector<std::string>& numbers, const std::string& number) {
  const auto it = std::find(numbers.begin(), numbers.end(), number);
  if (it == numbers.end()) return std::nullopt;
  return static_cast<std::size_t>(it - numbers.begin());
}

}  // namespace

expected<std::size_t, std::string> choose_account(const std::vector<std::string>& numbers,
                                                  const std::optional<std::string>& remembered,
                                                  const account_wish& wish, bool by_login) {
  const auto count = std::to_string(numbers.size());
  if (numbers.empty()) return unexpected(std::string{"no accounts: the login has not been given any; log in again"});
  const bool may_change = by_login && !wish.number.empty();
  if (remembered && !may_change) {
    if (!wish.number.empty() && wish.number != *remembered)
      return unexpected("broker.account_number is not the account that this log trades in (" +
                        mask_account(*remembered) + "): set it back, or log in again to change the account");
    if (const auto place = place_of(numbers, *remembered)) return *place;
    return unexpected("the account that this log trades in (" + mask_account(*remembered) +
                      ") is not among the login's " + count +
                      ": log in again with it, or set broker.account_number and log in again to change it");
  }
  if (!wish.number.empty()) {
    if (const auto place = place_of(numbers, wish.number)) return *place;
    return unexpected("broker.account_number (" + mask_account(wish.number) + ") is not among the login's " + count +
                      " account(s)");
  }
  if (wish.index) {
    if (*wish.index < numbers.size()) return std::size_t{*wish.index};
    return unexpected("broker.account_index is " + std::to_string(*wish.index) + " but the login has " + count +
                      " account(s), counted from 0");
  }
  if (numbers.size() == 1) return std::size_t{0};
  return unexpected("the login covers " + count +
                    " accounts and none is chosen: set broker.account_number to the number of the one to trade in");
}

std::string mask_account(std::string_view number) {
  const auto shown = number.size() > 3 ? std::size_t{3} : std::size_t{0};
  return std::string(number.size() - shown, '*') + std::string{number.substr(number.size() - shown)};
}

}  // namespace hedgerow::domain
