#include <gtest/gtest.h>

#include "runtime/adapters/kafka/transaction_queue.hpp"

namespace hedgerow::adapters {
namespace {

using ports::log_errc;

TEST(TransactionErrors, AnOffsetCommitOfAFormerMemberIdIsNoSecondNode) {
  EXPECT_EQ(meaning_of_transaction_error(RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID), log_errc::lost_partition);
  for (int code = -200; code < 200; ++code)
    EXPECT_NE(meaning_of_transaction_error(static_cast<rd_kafka_resp_err_t>(code)), log_errc::replaced) << code;
}

TEST(TransactionErrors, AProducerThatLostItsEpochIsFenced) {
  for (const auto code :
       {RD_KAFKA_RESP_ERR__FENCED, RD_KAFKA_RESP_ERR_PRODUCER_FENCED, RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH})
    EXPECT_EQ(meaning_of_transaction_error(code), log_errc::fenced);
}

}  // namespace
}  // namespace hedgerow::adapters
