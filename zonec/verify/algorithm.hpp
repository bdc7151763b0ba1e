#pragma once
/// DNSSEC algorithms: how each is verified, and what is thought of it.
#include <cstdint>
#include <string>

namespace torii::zonec {

enum class Scheme : std::uint8_t { None, Rsa, Ecdsa, Eddsa };

struct SignatureAlgorithm {
  std::uint8_t number{};
  Scheme scheme = Scheme::None;  // None: cannot be verified here
  bool deprecated{};             // not to be used any more
  const char* mnemonic = nullptr;
  const char* digest = nullptr;      // OpenSSL's name; null where the signature takes the octets themselves
  const char* group = nullptr;       // OpenSSL's name of the curve or of the key's type
  std::uint16_t key_octets{};        // of the public key in DNSKEY; 0: it varies
  std::uint16_t signature_octets{};  // 0: as the modulus
  std::uint16_t modulus_bits_min{};  // RSA
  const char* deprecated_by = "";
};

/// RSA moduli above this are refused. Source: RFC 3110 section 2, RFC 5702 section 2.
inline constexpr unsigned kModulusBitsMax = 4096;
/// RSA exponents above this are refused: OpenSSL verifies none with larger moduli, and the work grows with them.
inline constexpr unsigned kExponentBitsMax = 64;

/// Source: IANA "DNS Security Algorithm Numbers"; RFC 5702, 6605, 8080; RFC 8624 section 3.1, RFC 9905.
[[nodiscard]] SignatureAlgorithm signature_algorithm(std::uint8_t number) noexcept;

/// "RSASHA256 (8)"; "algorithm 200".
[[nodiscard]] std::string algorithm_text(std::uint8_t number);

}  // namespace torii::zonec
