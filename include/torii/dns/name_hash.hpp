#pragma once
/// Keyed hash of names, extended label by label from the right, so that a walk from the apex down hashes each octet
/// of the QNAME once. Part of the image format: the compiler fills the index with it and the server probes with it.
#include <bit>
#include <cstdint>
#include <cstring>

#include "torii/dns/name.hpp"

namespace torii::dns {

static_assert(std::endian::native == std::endian::little, "the image format and its hash are little-endian");

__extension__ using Uint128 = unsigned __int128;

/// Both halves of a 64 x 64 bit product folded into one: every input bit reaches every output bit.
constexpr std::uint64_t fold_multiply(std::uint64_t a, std::uint64_t b) noexcept {
  const Uint128 product = Uint128{a} * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

inline constexpr std::uint64_t kHashKey0 = 0xa0761d6478bd642fULL;
inline constexpr std::uint64_t kHashKey1 = 0xe7037ed1a0b428dbULL;

/// Hash of the name made of `label` (its length octet first, lower case) in front of the name hashed to `parent`.
/// The hash of a zone's apex is its seed.
inline std::uint64_t hash_label(std::uint64_t parent, const std::uint8_t* label) noexcept {
  std::size_t left = std::size_t{1} + label[0];
  std::uint64_t hash = parent ^ kHashKey0;
  std::uint64_t word = 0;
  for (; left > 8; left -= 8, label += 8) {
    std::memcpy(&word, label, 8);
    hash = fold_multiply(hash ^ word, kHashKey1);
  }
  word = 0;
  for (std::size_t i = 0; i < left; ++i) word |= std::uint64_t{label[i]} << (8 * i);
  return fold_multiply(hash ^ word, kHashKey0 ^ left);
}

/// The same for a label behind whose octets eight more can be read, whatever they are.
inline std::uint64_t hash_padded_label(std::uint64_t parent, const std::uint8_t* label) noexcept {
  std::size_t left = std::size_t{1} + label[0];
  std::uint64_t hash = parent ^ kHashKey0;
  std::uint64_t word = 0;
  for (; left > 8; left -= 8, label += 8) {
    std::memcpy(&word, label, 8);
    hash = fold_multiply(hash ^ word, kHashKey1);
  }
  std::memcpy(&word, label, 8);
  word &= ~std::uint64_t{0} >> (64 - 8 * left);
  return fold_multiply(hash ^ word, kHashKey0 ^ left);
}

/// Hash of a whole lower-case name, from the root down, starting from `seed`.
inline std::uint64_t hash_name(std::uint64_t seed, NameView name) noexcept {
  const LabelOffsets labels{name};
  std::uint64_t hash = seed;
  for (std::size_t i = labels.count; i > 0; --i) hash = hash_label(hash, name.data() + labels.at[i - 1]);
  return hash;
}

}  // namespace torii::dns
