// Keccak-256 as Ethereum uses it (the padding of the original submission, not that of SHA-3), and the checksum of
// addresses that is made from it (EIP-55).
#pragma once

#include <string>
#include <string_view>

#include "messages/types/evm.hpp"

namespace hedgerow {

[[nodiscard]] hash32 keccak256(std::basic_string_view<unsigned char> data);

/// `0x` and 40 hex digits whose capitals are the EIP-55 checksum.
[[nodiscard]] std::string to_checksummed(const address& a);

/// False for an address in mixed case whose capitals are not its checksum, so that some digit is likely mistyped. Text
/// in one case carries no checksum and agrees. `text` must parse as an address.
[[nodiscard]] bool checksum_agrees(std::string_view text);

}  // namespace hedgerow
