// The cursor over octets: it never runs past the end, and a failure stays.
#include "torii/dns/wire.hpp"

#include <gtest/gtest.h>

#include <array>

#include "torii/dns/types.hpp"

namespace torii::dns {
namespace {

constexpr std::array<std::uint8_t, 8> kOctets{1, 2, 3, 4, 5, 6, 7, 8};

TEST(WireReader, ReadsInNetworkOrder) {
  WireReader reader{kOctets};
  EXPECT_EQ(reader.u8(), 1);
  EXPECT_EQ(reader.u16(), 0x0203);
  EXPECT_EQ(reader.u32(), 0x04050607U);
  EXPECT_EQ(reader.offset(), 7U);
  EXPECT_EQ(reader.left(), 1U);
  EXPECT_EQ(reader.rest().size(), 1U);
  EXPECT_TRUE(reader.ok());
  EXPECT_EQ(reader.left(), 0U);
}

TEST(WireReader, FirstReadPastTheEndLatches) {
  WireReader reader{Octets{kOctets}.first(3)};
  EXPECT_EQ(reader.u32(), 0U);
  EXPECT_FALSE(reader.ok());
  EXPECT_EQ(reader.u8(), 0) << "although an octet is there";
  EXPECT_TRUE(reader.octets(1).empty());
  EXPECT_TRUE(reader.rest().empty());
  EXPECT_FALSE(reader.ok());
}

TEST(WireReader, HugeCountsDoNotWrap) {
  WireReader reader{kOctets};
  EXPECT_TRUE(reader.octets(static_cast<std::size_t>(-1)).empty());
  EXPECT_FALSE(reader.ok());
  WireReader empty{{}};
  EXPECT_TRUE(empty.rest().empty());
  EXPECT_TRUE(empty.ok());
  EXPECT_EQ(empty.u8(), 0);
  EXPECT_FALSE(empty.ok());
}

TEST(WireReader, FailIsFinal) {
  WireReader reader{kOctets};
  reader.fail();
  EXPECT_EQ(reader.u16(), 0);
  EXPECT_FALSE(reader.ok());
}

TEST(Store, LoadsBack) {
  std::array<std::uint8_t, 4> octets{};
  store_u32(octets.data(), 0x8001'02FFU);
  EXPECT_EQ(octets, (std::array<std::uint8_t, 4>{0x80, 0x01, 0x02, 0xFF}));
  EXPECT_EQ(load_u32(octets.data()), 0x8001'02FFU);
  EXPECT_EQ(load_u16(octets.data() + 2), 0x02FF);
}

TEST(Serial, WrapsAround) {  // RFC 1982 section 5.2
  EXPECT_TRUE(precedes(Serial{0}, Serial{1}));
  EXPECT_TRUE(precedes(Serial{0}, Serial{0x7FFF'FFFF}));
  EXPECT_FALSE(precedes(Serial{0}, Serial{0x8000'0000})) << "undefined by the RFC: not newer";
  EXPECT_FALSE(precedes(Serial{0}, Serial{0xFFFF'FFFF}));
  EXPECT_TRUE(precedes(Serial{0xFFFF'FFFF}, Serial{0}));
  EXPECT_FALSE(precedes(Serial{7}, Serial{7}));
}

}  // namespace
}  // namespace torii::dns
