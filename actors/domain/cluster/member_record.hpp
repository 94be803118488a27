// Facts about members: how two lists become one, and which versions go together. Pure.
#pragma once

#include <string_view>
#include <vector>

#include "messages/types/member.hpp"

namespace hedgerow::domain {

/// What nodes say to each other. Raise it when a message that crosses nodes changes.
inline constexpr std::uint32_t cluster_protocol = 3;

/// Two records of the same run as one: what either knows, and `left` when either says so.
[[nodiscard]] member_record merge_info(const member_record& a, const member_record& b);

/// Merges two lists into one, sorted by name and incarnation, with each run once. The order and number of merges do not
/// change the result: gossip needs no order and no exactly-once.
[[nodiscard]] std::vector<member_record> merge_records(std::vector<member_record> a,
                                                       const std::vector<member_record>& b);

/// Empty when nodes of these versions may be members of one cluster: same protocol, same major version. Else why not.
[[nodiscard]] std::string version_refusal(const member_record& own, std::uint32_t protocol, std::string_view version);

/// Whether the member runs one of the services `callers`, and so takes a share of the account's budget; true while its
/// services are unknown.
[[nodiscard]] bool calls_broker(const member_record& member, const std::vector<std::string>& callers);

}  // namespace hedgerow::domain
