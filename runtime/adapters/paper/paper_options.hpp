// Options of the paper broker.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "messages/types/expected.hpp"
#include "messages/types/paper_policy.hpp"

namespace hedgerow::paper {

[[nodiscard]] std::string_view to_string(paper_market mode);
/// `always_open`, `closed` or `us_hours`.
[[nodiscard]] expected<paper_market, std::string> parse_paper_market(std::string_view text);

struct paper_options : paper_policy {
  std::string address = "127.0.0.1";
  /// 0 takes a free one.
  std::uint16_t port = 0;

  /// The registered app. Key and secret must be given.
  std::string app_key;
  std::string app_secret;
  /// Compared byte for byte.
  std::string redirect_uri = "https://127.0.0.1";
  /// 1 to 15 digits.
  std::string account_number{paper_account_number};
  /// Number of the first order of a new ledger; larger than 2^31 as real ones are.
  std::int64_t first_order_id = 1'004'055'538'123;

  /// (facts, 5.1 and 5.2)
  std::chrono::seconds code_lifetime{30};
  std::chrono::seconds access_lifetime{1800};
  std::chrono::seconds refresh_lifetime{7 * 24 * 3600};
};

/// Names the option and what it must be.
[[nodiscard]] expected<void, std::string> validate(const paper_options& options);

}  // namespace hedgerow::paper
