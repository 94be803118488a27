// What a connection to the chain tells on its own, as messages.
#pragma once

#include <caf/allowed_unsafe_message_type.hpp>

#include "actors/ports/chain_client.hpp"

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::ports::evm_log)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::ports::evm_log_filter)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::ports::chain_block)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::ports::malformed_evm_log)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::ports::chain_error)
