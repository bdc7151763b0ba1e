#include "bench/zonegen/signer.hpp"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/obj_mac.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

namespace torii::bench {
namespace {

constexpr std::string_view kInception = "20260101000000";
constexpr std::string_view kExpiration = "20360101000000";
constexpr std::size_t kRsaOctets = 160;
constexpr std::size_t kEcdsaOctets = 64;
constexpr std::uint16_t kKskFlags = 257;
constexpr std::uint16_t kZskFlags = 256;

template <auto Free>
struct FreeWith {
  void operator()(auto* handle) const noexcept { Free(handle); }
};

/// The point of P-256 that the private key `scalar` gives: X and Y. Source: RFC 6605 section 4.
std::vector<std::uint8_t> p256_point(std::span<const std::uint8_t> scalar) {
  const std::unique_ptr<EC_GROUP, FreeWith<EC_GROUP_free>> group{EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1)};
  const std::unique_ptr<EC_POINT, FreeWith<EC_POINT_free>> point{EC_POINT_new(group.get())};
  const std::unique_ptr<BIGNUM, FreeWith<BN_free>> number{
      BN_bin2bn(scalar.data(), static_cast<int>(scalar.size()), nullptr)};
  std::vector<std::uint8_t> octets(1 + kEcdsaOctets);
  if (!group || !point || !number ||
      EC_POINT_mul(group.get(), point.get(), number.get(), nullptr, nullptr, nullptr) != 1 ||
      EC_POINT_point2oct(group.get(), point.get(), POINT_CONVERSION_UNCOMPRESSED, octets.data(), octets.size(),
                         nullptr) != octets.size())
    throw std::runtime_error{"OpenSSL cannot make a key of P-256"};
  octets.erase(octets.begin());  // the form: 4, uncompressed
  return octets;
}

/// Source: RFC 4034 appendix B.
std::uint16_t key_tag(std::uint16_t flags, std::uint8_t algorithm, std::span<const std::uint8_t> key) {
  std::uint32_t sum = flags + (3U << 8 | algorithm);
  for (std::size_t i = 0; i < key.size(); ++i) sum += i % 2 == 0 ? static_cast<std::uint32_t>(key[i]) << 8 : key[i];
  return static_cast<std::uint16_t>(sum + (sum >> 16));
}

void fill(Random& random, std::span<std::uint8_t> octets) {
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < octets.size(); ++i, bits >>= 8) {
    if (i % 8 == 0) bits = random();
    octets[i] = static_cast<std::uint8_t>(bits);
  }
}

}  // namespace

Signer::Signer(const Shape& shape)
    : shape_{shape},
      origin_labels_{shape.origin == "."
                         ? 0U
                         : static_cast<std::uint32_t>(std::count(shape.origin.begin(), shape.origin.end(), '.'))},
      signature_octets_{shape.algorithm == 8 ? kRsaOctets : kEcdsaOctets} {
  if (shape.denial == Denial::Unsigned) return;
  ksk_ = make_key(kKskFlags, 1);
  zsk_ = make_key(kZskFlags, 2);
}

Signer::Key Signer::make_key(std::uint16_t flags, std::uint64_t number) const {
  Random random{shape_.seed, Purpose::Key, number};
  Key key{flags, 0, {}};
  if (shape_.algorithm == 8) {  // RFC 3110: length of the exponent, exponent 65537, modulus
    key.octets = {3, 1, 0, 1};
    key.octets.resize(4 + kRsaOctets);
    fill(random, std::span{key.octets}.subspan(4));
    key.octets[4] |= 0x80;
    key.octets.back() |= 1;
  } else {
    std::array<std::uint8_t, 31> scalar{};  // below the group's order, whatever the octets
    fill(random, scalar);
    scalar[0] |= 1;
    key.octets = p256_point(scalar);
  }
  key.tag = key_tag(flags, shape_.algorithm, key.octets);
  return key;
}

void Signer::put_keys(TextOut& out) {
  for (const auto* key : {&ksk_, &zsk_}) {
    out << shape_.origin << "\t" << kTtl << "\tIN\tDNSKEY\t" << std::uint32_t{key->flags} << " 3 "
        << std::uint32_t{shape_.algorithm} << ' ';
    out.base64(key->octets) << '\n';
  }
  put_signature(out, "", "DNSKEY", origin_labels_, kTtl, true);
}

void Signer::put_signature(TextOut& out, std::string_view owner, std::string_view type, std::uint32_t labels,
                           std::uint32_t ttl, bool by_ksk) {
  std::array<std::uint8_t, kRsaOctets> signature{};
  Random random{shape_.seed, Purpose::Signature, signatures_++};
  fill(random, std::span{signature}.first(signature_octets_));
  put_owner(out, owner, shape_.origin);
  out << '\t' << ttl << "\tIN\tRRSIG\t" << type << ' ' << std::uint32_t{shape_.algorithm} << ' ' << labels << ' ' << ttl
      << ' ' << kExpiration << ' ' << kInception << ' ' << std::uint32_t{by_ksk ? ksk_.tag : zsk_.tag} << ' '
      << shape_.origin << ' ';
  out.base64(std::span{signature}.first(signature_octets_)) << '\n';
}

void Signer::put_ds(TextOut& out, std::string_view owner, std::uint32_t index, std::uint8_t count) {
  Random random{shape_.seed, Purpose::Digest, index};
  for (std::uint8_t i = 0; i < count; ++i) {
    std::array<std::uint8_t, 32> digest{};
    fill(random, digest);
    put_owner(out, owner, shape_.origin);
    out << '\t' << kTtl << "\tIN\tDS\t" << static_cast<std::uint32_t>(random.below(65536)) << " 13 2 ";
    out.hex(digest) << '\n';
  }
  put_signature(out, owner, "DS", origin_labels_ + 1, kTtl);
}

}  // namespace torii::bench
