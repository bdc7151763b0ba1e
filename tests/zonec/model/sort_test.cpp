#include <gtest/gtest.h>

#include <deque>
#include <random>

#include "zonec/model/record_sort.hpp"

namespace torii::zonec {
namespace {

/// Names made of few different octets and lengths, so that prefixes, zero octets and ties of eight octets abound.
std::vector<std::uint8_t> random_owner(std::mt19937& random) {
  constexpr std::uint8_t kOctets[] = {0, 1, 2, 'a', 'b', 0xFF};
  std::vector<std::uint8_t> name{0};
  for (auto labels = random() % 4; labels > 0; --labels) {
    const auto length = 1 + random() % (random() % 4 == 0 ? 20 : 3);
    name.push_back(static_cast<std::uint8_t>(length));
    for (std::size_t i = 0; i < length; ++i) name.push_back(kOctets[random() % std::size(kOctets)]);
  }
  name.insert(name.end(), {2, 'j', 'p', 0});
  name[0] = static_cast<std::uint8_t>(name.size() - 1);
  return name;
}

TEST(RecordSort, IsCanonicalOrder) {
  const auto seed = std::random_device{}();
  std::mt19937 random{seed};
  std::deque<std::vector<std::uint8_t>> names;
  std::vector<BuiltRecord> records;
  for (int i = 0; i < 5000; ++i) {
    names.push_back(random_owner(random));
    BuiltRecord record;
    record.owner = names.back().data() + 1;
    records.push_back(record);
  }
  sort_by_owner(records, *dns::Name::from_text("jp."));
  for (std::size_t i = 1; i < records.size(); ++i)
    ASSERT_TRUE(dns::canonical_order(records[i - 1].name(), records[i].name()) <= 0) << "seed " << seed;
}

TEST(RecordSort, RdataComparesInCanonicalForm) {
  const auto wire = [](const char* name) {
    const auto parsed = *dns::Name::from_text(name);
    return std::vector<std::uint8_t>(parsed.view().octets().begin(), parsed.view().octets().end());
  };
  EXPECT_EQ(compare_rdata(dns::RrType::NS, wire("A.test."), wire("a.TEST.")), 0);
  EXPECT_LT(compare_rdata(dns::RrType::NS, wire("A.test."), wire("b.test.")), 0);
  EXPECT_NE(compare_rdata(dns::RrType{65280}, wire("A.test."), wire("a.test.")), 0);
  const std::vector<std::uint8_t> shorter{1, 2};
  const std::vector<std::uint8_t> longer{1, 2, 0};
  EXPECT_LT(compare_rdata(dns::RrType::TXT, shorter, longer), 0);  // RFC 4034 section 6.3: absence sorts first
  EXPECT_GT(compare_rdata(dns::RrType::TXT, longer, shorter), 0);
  EXPECT_EQ(compare_rdata(dns::RrType::TXT, {}, {}), 0);
}

TEST(RecordSort, PlacesSurviveWithinBounds) {
  BuiltRecord record;
  record.set_where({5, 4'000'000'000U, 81});
  EXPECT_EQ(record.where().file, 5U);
  EXPECT_EQ(record.where().line, 4'000'000'000U);
  EXPECT_EQ(record.where().column, 81U);
  record.set_where({1U << 20U, 1, 1U << 20U});
  EXPECT_EQ(record.where().file, 0x3FFFFU);
  EXPECT_EQ(record.where().column, 0x3FFFU);
}

}  // namespace
}  // namespace torii::zonec
