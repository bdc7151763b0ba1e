#pragma once
/// NSEC3's hash of a name. Source: RFC 5155 sections 3.1.1 and 5, RFC 4648 section 7 (base32hex, no padding).
#ifndef OPENSSL_SUPPRESS_DEPRECATED
#define OPENSSL_SUPPRESS_DEPRECATED  // the EVP interface allocates for each digest; this one never does
#endif
#include <openssl/sha.h>

#include <array>
#include <cstdint>
#include <optional>

#include "torii/dns/name.hpp"

namespace torii::dns {

using Nsec3Hash = std::array<std::uint8_t, 20>;

/// IH(salt, name, iterations) for a lower-case name. SHA-1 through OpenSSL, no allocation.
inline Nsec3Hash nsec3_hash(NameView lower_name, Octets salt, std::uint16_t iterations) noexcept {
  Nsec3Hash hash{};
  SHA_CTX context;
  SHA1_Init(&context);
  SHA1_Update(&context, lower_name.data(), lower_name.size());
  SHA1_Update(&context, salt.data(), salt.size());
  SHA1_Final(hash.data(), &context);
  for (std::uint32_t i = 0; i < iterations; ++i) {
    SHA1_Init(&context);
    SHA1_Update(&context, hash.data(), hash.size());
    SHA1_Update(&context, salt.data(), salt.size());
    SHA1_Final(hash.data(), &context);
  }
  return hash;
}

/// The hash as the owner's first label: 32 characters of base32hex, lower case, without the length octet.
constexpr std::array<std::uint8_t, 32> nsec3_label(const Nsec3Hash& hash) noexcept {
  std::array<std::uint8_t, 32> label{};
  for (std::size_t i = 0; i < 4; ++i) {
    std::uint64_t forty = 0;
    for (std::size_t k = 0; k < 5; ++k) forty = forty << 8 | hash[5 * i + k];
    for (std::size_t k = 0; k < 8; ++k)
      label[8 * i + k] = static_cast<std::uint8_t>("0123456789abcdefghijklmnopqrstuv"[forty >> (35 - 5 * k) & 31]);
  }
  return label;
}

/// The hash that an NSEC3 owner's first label spells, in either case; nothing when it is no such label.
constexpr std::optional<Nsec3Hash> nsec3_hash_of_label(Octets label) noexcept {
  if (label.size() != 32) return std::nullopt;
  Nsec3Hash hash{};
  for (std::size_t i = 0; i < 4; ++i) {
    std::uint64_t forty = 0;
    for (std::size_t k = 0; k < 8; ++k) {
      const auto c = to_lower(label[8 * i + k]);
      if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'v'))) return std::nullopt;
      forty = forty << 5 | static_cast<std::uint64_t>(c <= '9' ? c - '0' : c - 'a' + 10);
    }
    for (std::size_t k = 0; k < 5; ++k) hash[5 * i + k] = static_cast<std::uint8_t>(forty >> (32 - 8 * k));
  }
  return hash;
}

}  // namespace torii::dns
