// SipHash-2-4 against the vectors that its authors publish (and `openssl mac ... SIPHASH` prints).
#include "torii/dns/siphash.hpp"

#include <gtest/gtest.h>

#include <array>
#include <numeric>

namespace torii::dns {
namespace {

TEST(SipHash, GivesTheVectorsOfItsAuthors) {
  constexpr SipHashKey kKey{0x0706050403020100ULL, 0x0f0e0d0c0b0a0908ULL};
  std::array<std::uint8_t, 64> input{};
  std::iota(input.begin(), input.end(), std::uint8_t{0});
  const auto hash = [&](std::size_t octets) { return siphash24(kKey, Octets{input}.first(octets)); };
  EXPECT_EQ(hash(0), 0x726fdb47dd0e0e31ULL);
  EXPECT_EQ(hash(1), 0x74f839c593dc67fdULL);
  EXPECT_EQ(hash(7), 0xab0200f58b01d137ULL);
  EXPECT_EQ(hash(8), 0x93f5f5799a932462ULL);
  EXPECT_EQ(hash(15), 0xa129ca6149be45e5ULL);
  EXPECT_EQ(hash(63), 0x958a324ceb064572ULL);
}

TEST(SipHash, EveryBitOfTheKeyMatters) {
  constexpr std::array<std::uint8_t, 3> kInput{1, 2, 3};
  const auto before = siphash24({1, 2}, kInput);
  for (int bit = 0; bit < 64; ++bit) {
    EXPECT_NE(siphash24({1 ^ 1ULL << bit, 2}, kInput), before);
    EXPECT_NE(siphash24({1, 2 ^ 1ULL << bit}, kInput), before);
  }
}

}  // namespace
}  // namespace torii::dns
