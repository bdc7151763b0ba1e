#include "zonec/verify/algorithm.hpp"

#include <array>

namespace torii::zonec {
namespace {

constexpr const char* kSha1 = "RFC 9905";
constexpr const char* kOld = "RFC 8624 section 3.1";

// number, scheme, deprecated, mnemonic, digest, group, key octets, signature octets, least modulus, deprecated by
constexpr std::array<SignatureAlgorithm, 14> kAlgorithms{{
    {1, Scheme::None, true, "RSAMD5", nullptr, nullptr, 0, 0, 0, kOld},
    {3, Scheme::None, true, "DSA", nullptr, nullptr, 0, 0, 0, kOld},
    {5, Scheme::Rsa, true, "RSASHA1", "SHA1", "RSA", 0, 0, 512, kSha1},
    {6, Scheme::None, true, "DSA-NSEC3-SHA1", nullptr, nullptr, 0, 0, 0, kOld},
    {7, Scheme::Rsa, true, "RSASHA1-NSEC3-SHA1", "SHA1", "RSA", 0, 0, 512, kSha1},
    {8, Scheme::Rsa, false, "RSASHA256", "SHA2-256", "RSA", 0, 0, 512},
    {10, Scheme::Rsa, false, "RSASHA512", "SHA2-512", "RSA", 0, 0, 1024},
    {12, Scheme::None, true, "ECC-GOST", nullptr, nullptr, 0, 0, 0, kOld},
    {13, Scheme::Ecdsa, false, "ECDSAP256SHA256", "SHA2-256", "P-256", 64, 64, 0},
    {14, Scheme::Ecdsa, false, "ECDSAP384SHA384", "SHA2-384", "P-384", 96, 96, 0},
    {15, Scheme::Eddsa, false, "ED25519", nullptr, "ED25519", 32, 64, 0},
    {16, Scheme::Eddsa, false, "ED448", nullptr, "ED448", 57, 114, 0},
    {17, Scheme::None, false, "SM2SM3"},
    {23, Scheme::None, false, "ECC-GOST12"},
}};

}  // namespace

SignatureAlgorithm signature_algorithm(std::uint8_t number) noexcept {
  for (const auto& algorithm : kAlgorithms)
    if (algorithm.number == number) return algorithm;
  return {number};
}

std::string algorithm_text(std::uint8_t number) {
  const auto* mnemonic = signature_algorithm(number).mnemonic;
  const auto digits = std::to_string(number);
  return mnemonic == nullptr ? "algorithm " + digits : std::string{mnemonic} + " (" + digits + ")";
}

}  // namespace torii::zonec
