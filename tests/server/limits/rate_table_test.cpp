// Accounts against a clock that the test winds.
#include "server/limits/rate_table.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace torii::server {
namespace {

using Spent = RateTable::Spent;

constexpr std::uint64_t kKey = 0x1234'5678'9ABC'DEF0ULL;

/// How many of `count` responses at `now` are within the limit.
int within(RateTable& table, std::uint64_t key, RateClock now, const RateBudget& budget, int count) {
  int good = 0;
  for (int i = 0; i < count; ++i) good += table.spend(key, now, budget, 0) == Spent::Within ? 1 : 0;
  return good;
}

TEST(RateTable, ANewAccountHoldsOneSecond) {
  for (const std::uint32_t rate : {1U, 2U, 7U, 1000U}) {
    RateTable table{64, 15};
    EXPECT_EQ(within(table, kKey, 5, RateBudget::of(rate, 15, 1), static_cast<int>(rate) + 5), static_cast<int>(rate));
  }
}

TEST(RateTable, CreditComesToTheMillisecond) {
  const auto budget = RateBudget::of(4, 15, 1);  // one in 250 ms
  RateTable table{64, 15};
  EXPECT_EQ(within(table, kKey, 1000, budget, 4), 4);
  RateTable early = table;
  EXPECT_EQ(early.spend(kKey, 1249, budget, 0), Spent::Over);
  EXPECT_EQ(table.spend(kKey, 1250, budget, 0), Spent::Within);
  EXPECT_EQ(table.spend(kKey, 1250, budget, 0), Spent::Over);
}

TEST(RateTable, SilenceEarnsOneSecondAtMost) {
  const auto budget = RateBudget::of(10, 15, 1);
  RateTable table{64, 15};
  EXPECT_EQ(within(table, kKey, 0, budget, 10), 10);
  EXPECT_EQ(within(table, kKey, 3'600'000, budget, 100), 10);
}

TEST(RateTable, AtTheRateNothingIsLost) {
  const auto budget = RateBudget::of(50, 15, 1);
  RateTable table{64, 15};
  for (RateClock now = 0; now < 60'000; now += 20) ASSERT_EQ(table.spend(kKey, now, budget, 0), Spent::Within) << now;
}

TEST(RateTable, AFloodIsForgivenAfterTheWindow) {
  for (const std::uint32_t window : {1U, 5U, 15U}) {
    const auto budget = RateBudget::of(10, window, 1);
    RateTable table{64, window};
    within(table, kKey, 0, budget, 100'000);  // debt: window times the rate, no more
    RateTable early = table;
    const RateClock zero = window * 1000;
    EXPECT_EQ(early.spend(kKey, zero + 99, budget, 0), Spent::Over) << window;
    EXPECT_EQ(table.spend(kKey, zero + 100, budget, 0), Spent::Within) << window;
    EXPECT_EQ(table.spend(kKey, zero + 100, budget, 0), Spent::Over) << window;
  }
}

TEST(RateTable, DuringAFloodNothingIsWithin) {
  const auto budget = RateBudget::of(10, 15, 1);
  RateTable table{64, 15};
  int good = 0;
  for (RateClock now = 0; now < 60'000; ++now) good += within(table, kKey, now, budget, 1);
  EXPECT_EQ(good, 10);  // the second that it held
}

TEST(RateTable, WorkersShareTheRateWithoutRounding) {
  const auto budget = RateBudget::of(1, 2, 3);  // a third a second
  RateTable table{64, 2};
  EXPECT_EQ(within(table, kKey, 0, budget, 1), 1);
  RateTable early = table;
  EXPECT_EQ(early.spend(kKey, 2999, budget, 0), Spent::Over);
  EXPECT_EQ(table.spend(kKey, 3000, budget, 0), Spent::Within);
}

TEST(RateTable, EveryNthSlips) {
  const auto budget = RateBudget::of(5, 15, 1);
  for (const std::uint32_t slip : {0U, 1U, 2U, 3U, 10U, 100U}) {
    RateTable table{64, 15};
    for (int i = 0; i < 5; ++i) ASSERT_EQ(table.spend(kKey, 0, budget, slip), Spent::Within);
    std::uint32_t slipped = 0;
    for (std::uint32_t i = 1; i <= 6000; ++i) {
      const bool is_slip = table.spend(kKey, 0, budget, slip) == Spent::OverAndSlip;
      ASSERT_EQ(is_slip, slip != 0 && i % slip == 0) << i;
      slipped += is_slip ? 1 : 0;
    }
    EXPECT_EQ(slipped, slip == 0 ? 0 : 6000 / slip);
  }
}

TEST(RateTable, TheClockMayWrap) {
  const auto budget = RateBudget::of(10, 15, 1);
  RateTable table{64, 15};
  const RateClock end = 0xFFFF'FFFFU - 49;
  EXPECT_EQ(within(table, kKey, end, budget, 20), 10);  // 10 in debt
  EXPECT_EQ(within(table, kKey, end + 2000, budget, 20), 10);
}

TEST(RateTable, LargestSettingsDoNotOverflow) {
  const auto budget = RateBudget::of(1'000'000, 3600, 1024);
  RateTable table{4, 3600};
  for (RateClock now = 0; now < 100; ++now) ASSERT_EQ(table.spend(kKey, now * 40'000'000, budget, 0), Spent::Within);
  const auto slow = RateBudget::of(1, 3600, 1024);
  EXPECT_EQ(within(table, ~kKey, 0, slow, 100'000), 1);
  EXPECT_EQ(table.spend(~kKey, 0xFFFF'FFFFU, slow, 0), Spent::Within);
}

TEST(RateTable, TheStalestOfAFullBucketMakesRoom) {
  const auto budget = RateBudget::of(1, 15, 1);
  RateTable table{4, 15};  // one bucket
  ASSERT_EQ(table.capacity(), 4U);
  const auto key = [](std::uint64_t i) { return i << 33; };
  for (std::uint64_t i = 1; i <= 4; ++i) EXPECT_EQ(within(table, key(i), static_cast<RateClock>(i), budget, 2), 1);
  EXPECT_EQ(table.used(), 4U);
  EXPECT_EQ(within(table, key(1), 10, budget, 1), 0);  // the first is the youngest now, the second the stalest
  EXPECT_EQ(within(table, key(5), 11, budget, 2), 1);
  EXPECT_EQ(table.evictions(), 1U);
  for (const std::uint64_t i : {1U, 3U, 4U}) EXPECT_EQ(within(table, key(i), 12, budget, 1), 0) << i;
  EXPECT_EQ(within(table, key(2), 13, budget, 1), 1) << "it was forgotten";
  EXPECT_EQ(table.evictions(), 2U);
  // An account that nobody touched for longer than the window is worth nothing, and its end is not counted.
  EXPECT_EQ(within(table, key(9), 13 + 17'000, budget, 1), 1);
  EXPECT_EQ(table.evictions(), 2U);
  EXPECT_EQ(table.used(), 4U);
}

TEST(RateTable, CapacityIsAPowerOfTwo) {
  EXPECT_EQ((RateTable{0, 15}.capacity()), 4U);
  EXPECT_EQ((RateTable{5, 15}.capacity()), 8U);
  EXPECT_EQ((RateTable{65'536, 15}.capacity()), 65'536U);
}

}  // namespace
}  // namespace torii::server
