// Written records are read back, and every later change of a file is found.
#include "runtime/transfer/log_file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

namespace hedgerow::transfer {
namespace {

const record plain{
    {topic::onchain_trades, 1}, 7, {1'735'914'600'000'001}, "AAPL:0xab:1", R"({"type":"x","data":"é\n\""})"};
const record tombstone{{topic::onchain_trades, 1}, 9, {1'735'914'600'000'002}, "AAPL", std::nullopt};
const record binary{{topic::position_updates, 3}, 0, {-5}, std::string{"\xff\x00k", 3}, std::string{"\x80\x00\n", 3}};
const record empty{{topic::position_updates, 3}, 1, {0}, "", ""};
const group_offset offset{"accumulator", {{topic::onchain_trades, 1}, 8}};

class LogFile : public ::testing::Test {
 protected:
  LogFile() {
    const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::path{::testing::TempDir()} / ("log_file_" + std::string{info->name()});
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  ~LogFile() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] std::string path(const std::string& name) const { return (folder_ / name).string(); }

  manifest write(const std::string& name, const std::vector<record>& records = {plain, tombstone, binary, empty}) {
    auto file = log_file_writer::create(path(name), {4, {topic::onchain_trades, topic::position_updates}});
    EXPECT_TRUE(file) << file.error();
    for (const auto& r : records) EXPECT_TRUE((*file)->add(r));
    EXPECT_TRUE((*file)->add(offset));
    auto done = (*file)->finish();
    EXPECT_TRUE(done) << done.error();
    return *done;
  }
  [[nodiscard]] std::string bytes(const std::string& name) const {
    std::ifstream in{path(name), std::ios::binary};
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
  }
  /// The error of reading these bytes; empty if they are accepted.
  [[nodiscard]] std::string complaint(const std::string& content, const std::string& name = "changed") const {
    std::ofstream{path(name), std::ios::binary} << content;
    const auto checked = check_file(path(name));
    return checked ? "" : checked.error();
  }

  std::filesystem::path folder_;
};

TEST_F(LogFile, IsReadAsItWasWritten) {
  for (const char* name : {"a.jsonl", "a.jsonl.gz"}) {
    const auto written = write(name);
    auto file = log_file_reader::open(path(name));
    ASSERT_TRUE(file) << file.error();
    EXPECT_EQ((*file)->header().symbol_partitions, 4U);
    EXPECT_EQ((*file)->header().topics, (std::vector{topic::onchain_trades, topic::position_updates}));
    for (const auto* expected : {&plain, &tombstone, &binary, &empty}) {
      const auto entry = (*file)->next();
      ASSERT_TRUE(entry) << entry.error();
      const auto& r = std::get<record>(**entry);
      EXPECT_EQ(std::tie(r.from, r.offset, r.recorded_at, r.key, r.value),
                std::tie(expected->from, expected->offset, expected->recorded_at, expected->key, expected->value));
    }
    const auto o = std::get<group_offset>(**(*file)->next());
    EXPECT_EQ(o.group, "accumulator");
    EXPECT_EQ(o.offset.next, 8);
    EXPECT_EQ(std::get<manifest>(**(*file)->next()), written);
    EXPECT_FALSE(*(*file)->next());
  }
  EXPECT_LT(bytes("a.jsonl.gz").size(), bytes("a.jsonl").size());
}

TEST_F(LogFile, TheSameHistoryGivesTheSameBytes) {
  write("a.jsonl");
  write("b.jsonl");
  EXPECT_EQ(bytes("a.jsonl"), bytes("b.jsonl"));
}

TEST_F(LogFile, HashesTellWhatIsTheSameWhateverOffsetsAndTimes) {
  auto moved = plain;
  moved.offset = 100;
  moved.recorded_at = {1};
  EXPECT_EQ(write("a", {plain}), write("b", {moved}));
  auto other = plain;
  auto changed = plain.value->str();
  changed.back() = ' ';
  other.value = changed;
  EXPECT_NE(write("c", {other}), write("d", {plain}));
  // A tombstone is not an empty value, and no byte can move from the key to the value.
  EXPECT_NE(write("e", {{empty.from, 0, {}, "k", ""}}), write("f", {{empty.from, 0, {}, "k", std::nullopt}}));
  EXPECT_NE(write("g", {{empty.from, 0, {}, "ka", "b"}}), write("h", {{empty.from, 0, {}, "k", "ab"}}));
}

TEST_F(LogFile, AnyChangedByteIsFound) {
  write("a.jsonl");
  const auto whole = bytes("a.jsonl");
  ASSERT_EQ(complaint(whole), "");
  for (std::size_t i = 0; i < whole.size(); ++i)
    for (const char with : {'0', 'x', ' ', '\n', '\0', '"', static_cast<char>(whole[i] ^ 1), static_cast<char>(0xff)}) {
      if (with == whole[i]) continue;
      auto changed = whole;
      changed[i] = with;
      const auto said = complaint(changed);
      ASSERT_NE(said, "") << "byte " << i << " became " << int{with};
      ASSERT_NE(said.find("line "), std::string::npos) << said;
    }
}

TEST_F(LogFile, AnyMissingOrAddedPartIsFound) {
  write("a.jsonl");
  const auto whole = bytes("a.jsonl");
  for (std::size_t length = 0; length < whole.size(); ++length)
    ASSERT_NE(complaint(whole.substr(0, length)), "") << "cut off at " << length;
  EXPECT_NE(complaint(whole + "{}\n").find("follows after the manifest"), std::string::npos);
  std::vector<std::string> lines;
  std::istringstream in{whole};
  for (std::string line; std::getline(in, line);) lines.push_back(line + "\n");
  for (std::size_t left_out = 0; left_out < lines.size(); ++left_out) {
    std::string rest;
    std::string twice;
    for (std::size_t i = 0; i < lines.size(); ++i) {
      rest += i == left_out ? "" : lines[i];
      twice += i == left_out ? lines[i] + lines[i] : lines[i];
    }
    EXPECT_NE(complaint(rest), "") << "without line " << left_out + 1;
    EXPECT_NE(complaint(twice), "") << "line " << left_out + 1 << " twice";
    if (left_out + 1 == lines.size()) continue;
    std::swap(lines[left_out], lines[left_out + 1]);
    std::string swapped;
    for (const auto& line : lines) swapped += line;
    EXPECT_NE(complaint(swapped), "") << "lines " << left_out + 1 << " swapped";
    std::swap(lines[left_out], lines[left_out + 1]);
  }
}

TEST_F(LogFile, DamageOfACompressedFileIsFoundOrDoesNoHarm) {
  const auto written = write("a.jsonl.gz");
  const auto whole = bytes("a.jsonl.gz");
  for (std::size_t i = 0; i < whole.size(); ++i) {
    auto changed = whole;
    changed[i] = static_cast<char>(changed[i] ^ 0x40);
    std::ofstream{path("b.gz"), std::ios::binary} << changed;
    // Bytes of the gzip header, such as a time, say nothing about the content.
    if (const auto checked = check_file(path("b.gz"))) {
      EXPECT_EQ(*checked, written);
      EXPECT_LT(i, 10U);
    }
  }
  for (std::size_t length = 0; length < whole.size(); ++length)
    ASSERT_NE(complaint(whole.substr(0, length), "c.gz"), "") << "cut off at " << length;
}

TEST_F(LogFile, SaysWhichLineAndWhat) {
  write("a.jsonl");
  auto changed = bytes("a.jsonl");
  changed.replace(changed.find("0xab"), 4, "0xac");
  EXPECT_EQ(complaint(changed), path("changed") +
                                    ", line 7: onchain-trades/1: a key or a value is not what the "
                                    "manifest's hash says");
  EXPECT_NE(complaint(R"({"format":"hedgerow-log","version":2,"symbol_partitions":4,"topics":[]})"
                      "\n")
                .find("version is 2; this program reads 1"),
            std::string::npos);
  EXPECT_NE(complaint("a text\n").find("line 1: is not JSON"), std::string::npos);
  EXPECT_NE(complaint("").find("the file is empty"), std::string::npos);
}

TEST_F(LogFile, IsForItsUserOnlyAndNeverReplacesAnother) {
  write("a.jsonl");
  struct stat found {};
  ASSERT_EQ(::stat(path("a.jsonl").c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777U, 0600U);
  const auto again = log_file_writer::create(path("a.jsonl"), {4, {}});
  ASSERT_FALSE(again);
  EXPECT_NE(again.error().find("is there already"), std::string::npos);
  EXPECT_FALSE(log_file_writer::create(path("no/such/folder/a"), {4, {}}));
  EXPECT_FALSE(log_file_reader::open(path("missing")));
}

TEST_F(LogFile, AnUnfinishedOneHasNoNameYet) {
  {
    auto file = log_file_writer::create(path("a.jsonl"), {4, {}});
    ASSERT_TRUE(file);
    ASSERT_TRUE((*file)->add(plain));
  }
  EXPECT_FALSE(std::filesystem::exists(path("a.jsonl")));
  EXPECT_NE(complaint(bytes("a.jsonl.part")), "");
}

TEST_F(LogFile, NonsenseNeverCrashes) {
  write("a.jsonl");
  const auto whole = bytes("a.jsonl");
  std::mt19937_64 random{11};
  for (int round = 0; round < 3000; ++round) {
    auto changed = whole;
    for (auto n = 1 + random() % 20; n > 0; --n) changed[random() % changed.size()] = static_cast<char>(random());
    ASSERT_TRUE(changed == whole || !complaint(changed).empty());
  }
}

}  // namespace
}  // namespace hedgerow::transfer
