// librdkafka itself: that the one that is linked is the one that was compiled against, and has what the log needs.
#include <gmock/gmock.h>

#include <array>

#include "runtime/adapters/kafka/kafka_client.hpp"

namespace hedgerow::adapters {
namespace {

TEST(Librdkafka, IsTheOneOfTheHeader) {
  // A release that is newer than the header is a shared library that was upgraded since.
  EXPECT_GE(rd_kafka_version(), RD_KAFKA_VERSION) << rd_kafka_version_str();
}

TEST(Librdkafka, HasLoginsTlsAndEveryCompressionThatARecordMayHave) {
  const std::unique_ptr<rd_kafka_conf_t, destroy_with<rd_kafka_conf_destroy>> conf{rd_kafka_conf_new()};
  std::array<char, 512> features{};
  std::size_t size = features.size();
  ASSERT_EQ(rd_kafka_conf_get(conf.get(), "builtin.features", features.data(), &size), RD_KAFKA_CONF_OK);
  for (const char* wanted : {"ssl", "sasl_plain", "sasl_scram", "sasl_gssapi", "gzip", "snappy", "lz4", "zstd"})
    EXPECT_THAT(features.data(), ::testing::HasSubstr(wanted));
}

}  // namespace
}  // namespace hedgerow::adapters
