// What people read on stderr.
#include "runtime/telemetry/telemetry.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/fake_clock.hpp"

namespace hedgerow::telemetry {
namespace {

std::string printed(bool json, std::string_view text) {
  const test::fake_clock clock;
  ::testing::internal::CaptureStderr();
  make_notices({"info", json}, clock)->raise(ports::notice_level::alarm, "broker-gateway", "bad_answer", "AAPL", text);
  return ::testing::internal::GetCapturedStderr();
}

TEST(Notices, WhatOthersWroteIsOneLineThatMovesNoCursor) {
  constexpr std::string_view forged = "no\r\n2026-01-01T00:00:00Z INFO all is well\x1b[2J\x7f";
  const auto text = printed(false, forged);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1);
  EXPECT_TRUE(text.ends_with(
      R"( ALARM broker-gateway bad_answer AAPL no\x0d\x0a2026-01-01T00:00:00Z INFO all is well\x1b[2J\x7f)"
      "\n"))
      << text;
  const auto json = printed(true, forged);
  EXPECT_EQ(std::count(json.begin(), json.end(), '\n'), 1);
  EXPECT_EQ(json.find('\x1b'), std::string::npos) << json;
}

TEST(Notices, NamesInOtherScriptsStayAsTheyAre) {
  EXPECT_TRUE(printed(false, "halted by Jürgen").ends_with("AAPL halted by Jürgen\n"));
}

}  // namespace
}  // namespace hedgerow::telemetry
