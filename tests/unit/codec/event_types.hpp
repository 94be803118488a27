// The list of all event types, for tests that hold for each of them.
#pragma once

#include <gtest/gtest.h>

#include "messages/codec/codec.hpp"  // allow: all events

namespace hedgerow::test {

using event_types = ::testing::Types<blockchain_event, onchain_trade, schwab_command, schwab_execution, position_update,
                                     token_update, dead_letter, control_event, ingestion_checkpoint, token_record,
                                     written_trades, validation_checkpoint, execution_desk, pending_order>;

}  // namespace hedgerow::test
