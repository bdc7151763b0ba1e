#pragma once
/// SipHash-2-4: a keyed hash of 64 bits for short input. Who does not know the key can neither foresee nor craft
/// collisions, so it is fit for tables that strangers fill and for cookies (RFC 9018 section 4.4).
/// Source: Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012.
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "torii/dns/wire.hpp"

namespace torii::dns {

struct SipHashKey {
  std::uint64_t low{};
  std::uint64_t high{};
};

inline std::uint64_t siphash24(const SipHashKey& key, Octets input) noexcept {
  static_assert(std::endian::native == std::endian::little, "words are loaded as they lie in memory");
  std::uint64_t v0 = key.low ^ 0x736f6d6570736575ULL;
  std::uint64_t v1 = key.high ^ 0x646f72616e646f6dULL;
  std::uint64_t v2 = key.low ^ 0x6c7967656e657261ULL;
  std::uint64_t v3 = key.high ^ 0x7465646279746573ULL;
  const auto round = [&]() noexcept {
    v0 += v1;
    v2 += v3;
    v1 = std::rotl(v1, 13) ^ v0;
    v3 = std::rotl(v3, 16) ^ v2;
    v0 = std::rotl(v0, 32);
    v2 += v1;
    v0 += v3;
    v1 = std::rotl(v1, 17) ^ v2;
    v3 = std::rotl(v3, 21) ^ v0;
    v2 = std::rotl(v2, 32);
  };
  const auto take = [&](std::uint64_t word) noexcept {
    v3 ^= word;
    round();
    round();
    v0 ^= word;
  };
  const std::uint8_t* at = input.data();
  std::size_t left = input.size();
  for (; left >= 8; left -= 8, at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, 8);
    take(word);
  }
  std::uint64_t last = std::uint64_t{input.size() & 0xFF} << 56;
  for (std::size_t i = 0; i < left; ++i) last |= std::uint64_t{at[i]} << (8 * i);
  take(last);
  v2 ^= 0xFF;
  for (int i = 0; i < 4; ++i) round();
  return v0 ^ v1 ^ v2 ^ v3;
}

}  // namespace torii::dns
