#include "actors/domain/positions/cow_sequence.hpp"

#include <gtest/gtest.h>
#include <malloc.h>
#include <rapidcheck/gtest.h>

#include <array>

namespace hedgerow::domain {
namespace {

/// An item that knows how often items of its kind were copied.
struct counted {
  int value = 0;
  static inline std::size_t copies = 0;
  explicit counted(int v) : value{v} {}
  counted(const counted& other) : value{other.value} { ++copies; }
  counted(counted&&) = default;
  counted& operator=(const counted& other) {
    value = other.value;
    ++copies;
    return *this;
  }
  counted& operator=(counted&&) = default;
};

/// One copy of a sequence beside a plain one that says what is in it.
struct pair_of {
  cow_sequence<int, 4> tried;
  std::vector<int> expected;

  [[nodiscard]] auto at(std::size_t index) const {
    return std::next(tried.begin(), static_cast<std::ptrdiff_t>(index));
  }
  [[nodiscard]] auto expected_at(std::size_t index) { return expected.begin() + static_cast<std::ptrdiff_t>(index); }

  void check() const {
    RC_ASSERT((std::vector<int>{tried.begin(), tried.end()}) == expected);
    RC_ASSERT(tried.size() == expected.size());
    RC_ASSERT(tried.empty() == expected.empty());
    if (expected.empty()) return;
    RC_ASSERT(tried.front() == expected.front());
    RC_ASSERT(tried.back() == expected.back());
  }
};

void change(pair_of& chosen) {
  const auto size = chosen.expected.size();
  const auto anywhere = [&](std::size_t end) { return *rc::gen::inRange<std::size_t>(0, end); };
  const int item = *rc::gen::inRange(0, 1000);
  switch (*rc::gen::inRange(0, 5)) {
    case 0:
    case 1:
      chosen.tried.push_back(item);
      chosen.expected.push_back(item);
      break;
    case 2: {
      const auto count = anywhere(size + 1);
      chosen.tried.drop_front(count);
      chosen.expected.erase(chosen.expected.begin(), chosen.expected_at(count));
      break;
    }
    case 3: {
      const auto before = anywhere(size + 1);
      chosen.tried.insert(chosen.at(before), item);
      chosen.expected.insert(chosen.expected_at(before), item);
      break;
    }
    default:
      if (size == 0) break;
      const auto index = anywhere(size);
      chosen.tried.replace(chosen.at(index), item);
      *chosen.expected_at(index) = item;
  }
}

RC_GTEST_PROP(CowSequence, CopiesGoTheirOwnWay, ()) {
  std::vector<pair_of> copies(1);
  const auto steps = *rc::gen::inRange(0, 200);
  for (int i = 0; i < steps; ++i) {
    auto& chosen = copies[*rc::gen::inRange<std::size_t>(0, copies.size())];
    if (*rc::gen::inRange(0, 8) == 0 && copies.size() < 4)
      copies.push_back(chosen);
    else
      change(chosen);
    for (const auto& copy : copies) copy.check();
  }
}

RC_GTEST_PROP(CowSequence, BoundsAreThoseOfASortedRange, (std::vector<int> items, int wanted, std::size_t dropped)) {
  pair_of sorted;
  for (const int item : items) {
    sorted.tried.insert(sorted.tried.upper_bound(item), item);
    sorted.expected.insert(std::upper_bound(sorted.expected.begin(), sorted.expected.end(), item), item);
  }
  sorted.check();
  dropped %= items.size() + 1;
  sorted.tried.drop_front(dropped);
  sorted.expected.erase(sorted.expected.begin(), sorted.expected_at(dropped));
  if (!items.empty() && *rc::gen::arbitrary<bool>()) wanted = *rc::gen::elementOf(items);
  const auto place_of = [&](auto found) { return std::distance(sorted.tried.begin(), found); };
  const auto& expected = sorted.expected;
  RC_ASSERT(place_of(sorted.tried.lower_bound(wanted)) ==
            std::lower_bound(expected.begin(), expected.end(), wanted) - expected.begin());
  RC_ASSERT(place_of(sorted.tried.upper_bound(wanted)) ==
            std::upper_bound(expected.begin(), expected.end(), wanted) - expected.begin());
}

TEST(CowSequence, ACopyCopiesNoItemAndAChangeOfItOneChunk) {
  cow_sequence<counted> kept;
  for (int i = 0; i < 100'000; ++i) kept.push_back(counted{i});
  counted::copies = 0;
  auto copy = kept;
  EXPECT_EQ(counted::copies, 0U);
  copy.push_back(counted{100'000});
  copy.drop_front(1000);
  EXPECT_LE(counted::copies, 64U);
  const auto in_the_middle = copy.lower_bound(50'000, &counted::value);
  copy.insert(in_the_middle, counted{50'000});
  EXPECT_LE(counted::copies, 128U);
  EXPECT_EQ(kept.size(), 100'000U);
  EXPECT_EQ(kept.front().value, 0);
  EXPECT_EQ(kept.back().value, 99'999);
}

TEST(CowSequence, WhatIsMovedFromIsEmpty) {
  cow_sequence<int> from;
  for (int i = 0; i < 100; ++i) from.push_back(i);
  from.drop_front(1);
  cow_sequence<int> to{std::move(from)};
  EXPECT_TRUE(from.empty());  // NOLINT(bugprone-use-after-move): that is what is tested
  EXPECT_EQ(from.begin(), from.end());
  from.push_back(7);
  EXPECT_EQ(from.front(), 7);
  to = std::move(from);
  EXPECT_TRUE(from.empty());  // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(to.front(), 7);
  EXPECT_EQ(to.size(), 1U);
}

TEST(CowSequence, AFewItemsTakeLittleMemory) {
  // There is one for each of ten thousand symbols, most of which have few fills.
  constexpr std::size_t many = 1000;
  std::vector<cow_sequence<std::array<char, 96>>> all(many);
  const auto before = mallinfo2().uordblks;
  for (auto& sequence : all) sequence.push_back({});
  EXPECT_LT((mallinfo2().uordblks - before) / many, 400U);
}

}  // namespace
}  // namespace hedgerow::domain
