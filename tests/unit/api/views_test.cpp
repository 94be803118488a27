// What the API shows of the read model.
#include "runtime/api/views.hpp"

#include <gtest/gtest.h>
#include <rapidjson/document.h>

namespace hedgerow::api {
namespace {

rapidjson::Document shown(const dead_letter& letter) {
  domain::read_model model;
  enveloped<dead_letter> event;
  event.data = letter;
  model.apply(event);
  rapidjson::Document all;
  all.Parse(dead_letters_view(model, {}).c_str());
  return rapidjson::Document{std::move(all)};
}

TEST(DeadLetters, ShowTheRecordItself) {
  dead_letter letter;
  letter.origin_topic = "blockchain-events";
  letter.value = R"({"amount":"1.5"})";
  const auto all = shown(letter);
  const auto& one = all["dead_letters"][0];
  EXPECT_STREQ(one["payload"].GetString(), R"({"amount":"1.5"})");
  EXPECT_EQ(one["payload_bytes"].GetUint64(), 16U);
}

TEST(DeadLetters, CutALongRecordBetweenCharacters) {
  dead_letter letter;
  letter.value = std::string(4095, 'x') + "\u20ac and more";
  const auto all = shown(letter);
  const auto& one = all["dead_letters"][0];
  EXPECT_EQ(std::string{one["payload"].GetString()}, std::string(4095, 'x'));
  EXPECT_EQ(one["payload_bytes"].GetUint64(), letter.value.size());
}

TEST(DeadLetters, NeverShowTokens) {
  dead_letter letter;
  letter.origin_topic = "token-updates";
  letter.value = "sealed but secret";
  const auto all = shown(letter);
  EXPECT_TRUE(all["dead_letters"][0]["payload"].IsNull());
}

}  // namespace
}  // namespace hedgerow::api
