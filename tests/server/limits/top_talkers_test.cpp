#include "server/limits/top_talkers.hpp"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <thread>

namespace torii::server {
namespace {

ClientAddress prefix(std::uint32_t i) { return ClientAddress::v4(i << 8); }

std::vector<Talker> read(const TopTalkers& talkers) {
  std::vector<Talker> all;
  talkers.read(all);
  merge_talkers(all);
  return all;
}

TEST(TopTalkers, FewAreCountedExactly) {
  TopTalkers talkers;
  for (std::uint32_t i = 0; i < TopTalkers::kPlaces; ++i)
    for (std::uint32_t n = 0; n <= i; ++n) talkers.record(prefix(i), 100 + n);
  const auto all = read(talkers);
  ASSERT_EQ(all.size(), TopTalkers::kPlaces);
  for (std::uint32_t i = 0; i < all.size(); ++i) {
    const auto expected = static_cast<std::uint32_t>(all.size()) - 1 - i;
    EXPECT_EQ(all[i].prefix, prefix(expected));
    EXPECT_EQ(all[i].count, expected + 1);
    EXPECT_EQ(all[i].overcount_max, 0U);
    EXPECT_EQ(all[i].last, 100 + expected);
  }
}

TEST(TopTalkers, KeepTheirPromiseAmongMany) {
  TopTalkers talkers;
  std::map<ClientAddress, std::uint64_t> truth;
  std::uint64_t total = 0;
  std::uint64_t state = 1;
  for (int i = 0; i < 200'000; ++i) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    const auto draw = static_cast<std::uint32_t>(state >> 40);
    const auto who = draw % 10 < 3 ? prefix(7) : draw % 10 < 4 ? prefix(8) : prefix(100 + draw % 5000);
    talkers.record(who, 0);
    ++truth[who];
    ++total;
  }
  const auto all = read(talkers);
  ASSERT_EQ(all.size(), TopTalkers::kPlaces);
  EXPECT_EQ(all[0].prefix, prefix(7));
  EXPECT_EQ(all[1].prefix, prefix(8));
  std::uint64_t sum = 0;
  for (const auto& talker : all) {
    EXPECT_GE(talker.count, truth[talker.prefix]);
    EXPECT_LE(talker.count - talker.overcount_max, truth[talker.prefix]);
    EXPECT_LE(talker.overcount_max, total / TopTalkers::kPlaces);
    sum += talker.count;
  }
  EXPECT_EQ(sum, total);
}

TEST(TopTalkers, WorkersAreAddedUp) {
  const auto a = std::make_unique<TopTalkers>();
  const auto b = std::make_unique<TopTalkers>();
  for (int i = 0; i < 3; ++i) a->record(prefix(1), 0xFFFF'FFFFU);
  for (int i = 0; i < 4; ++i) b->record(prefix(1), 5);
  for (int i = 0; i < 5; ++i) b->record(prefix(2), 6);
  std::vector<Talker> all;
  a->read(all);
  b->read(all);
  merge_talkers(all);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].count, 7U);
  EXPECT_EQ(all[0].last, 5U) << "the later one, although the clock wrapped";
  EXPECT_EQ(all[1].count, 5U);
}

TEST(TopTalkers, AReaderSeesWholePlaces) {
  const auto talkers = std::make_unique<TopTalkers>();
  std::atomic<bool> stop{false};
  std::thread writer{[&] {
    for (std::uint64_t i = 1; !stop; ++i) talkers->record({i, ~i}, 0);
  }};
  for (int i = 0; i < 2000; ++i) {
    std::vector<Talker> all;
    talkers->read(all);
    for (const auto& talker : all) ASSERT_EQ(talker.prefix.high, ~talker.prefix.low);
  }
  stop = true;
  writer.join();
}

}  // namespace
}  // namespace torii::server
