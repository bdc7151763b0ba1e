// Published signatures, and keys that are none.
#include "zonec/verify/public_key.hpp"

#include <gtest/gtest.h>

#include <random>

#include "tests/zonec/verify/verify_support.hpp"

namespace torii::zonec::testing {
namespace {

using dns::RrType;

struct Published {
  const char* source;
  const char* records;  // a zone's worth: SOA and NS are added
  const char* apex;
};

// RFC 6605 section 6, RFC 8080 section 6, RFC 5702 section 6: a key and an RRset signed with it.
constexpr std::array kPublished{
    Published{
        "RFC 6605 section 6.1, P-256",
        "example.net. 3600 IN DNSKEY 257 3 13 (GojIhhXUN/u4v54ZQqGSnyhWJwaubCvTmeexv7bR6edbkrSqQpF64cYbcB7wNcP+e+MAnLr+"
        "Wi9xMWyQLc8NAA== )\n"
        "www.example.net. 3600 IN A 192.0.2.1\n"
        "www.example.net. 3600 IN RRSIG A 13 3 3600 (20100909100439 20100812100439 55648 example.net. "
        "qx6wLYqmh+l9oCKTN6qIc+bw6ya+KJ8oMz0YP107epXAyGmt+3SNruPFKG7tZoLBLlUzGGus7ZwmwWep666VCw== )\n",
        "example.net."},
    Published{
        "RFC 6605 section 6.2, P-384",
        "example.net. 3600 IN DNSKEY 257 3 14 (xKYaNhWdGOfJ+nPrL8/arkwf2EY3MDJ+SErKivBVSum1w/egsXvSADtNJhyem5RCOpgQ6K8X"
        "1DRSEkrbYQ+OB+v8/uX45NBwY8rp65F6Glur8I/mlVNgF6W/qTI37m40 )\n"
        "www.example.net. 3600 IN A 192.0.2.1\n"
        "www.example.net. 3600 IN RRSIG A 14 3 3600 (20100909102025 20100812102025 10771 example.net. "
        "/L5hDKIvGDyI1fcARX3z65qrmPsVz73QD1Mr5CEqOiLP95hxQouuroGCeZOvzFaxsT8Glr74hbavRKayJNuydCuzWTSSPdz7wnqXL5bdcJzu"
        "sdnI0RSMROxxwGipWcJm )\n",
        "example.net."},
    Published{"RFC 8080 section 6.1, Ed25519, first",
              "example.com. 3600 IN DNSKEY 257 3 15 ( l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4= )\n"
              "example.com. 3600 IN MX 10 mail.example.com.\n"
              "example.com. 3600 IN RRSIG MX 15 2 3600 ( 1440021600 1438207200 3613 example.com. ( "
              "oL9krJun7xfBOIWcGHi7mag5/hdZrKWw15jPGrHpjQeRAvTdszaPD+QLs3fx8A4M3e23mRZ9VrbpMngwcrqNAg== ) )\n",
              "example.com."},
    Published{"RFC 8080 section 6.1, Ed25519, second",
              "example.com. 3600 IN DNSKEY 257 3 15 ( zPnZ/QwEe7S8C5SPz2OfS5RR40ATk2/rYnE9xHIEijs= )\n"
              "example.com. 3600 IN MX 10 mail.example.com.\n"
              "example.com. 3600 IN RRSIG MX 15 2 3600 ( 1440021600 1438207200 35217 example.com. ( "
              "zXQ0bkYgQTEFyfLyi9QoiY6D8ZdYo4wyUhVioYZXFdT410QPRITQSqJSnzQoSm5poJ7gD7AQR0O7KuI5k2pcBg== ) )\n",
              "example.com."},
    Published{"RFC 8080 section 6.2, Ed448",
              "example.com. 3600 IN DNSKEY 257 3 16 ( "
              "3kgROaDjrh0H2iuixWBrc8g2EpBBLCdGzHmn+G2MpTPhpj/OiBVHHSfPodx1FYYUcJKm1MDp"
              "JtIA )\n"
              "example.com. 3600 IN MX 10 mail.example.com.\n"
              "example.com. 3600 IN RRSIG MX 16 2 3600 ( 1440021600 1438207200 9713 example.com. ( "
              "3cPAHkmlnxcDHMyg7vFC34l0blBhuG1qpwLmjInI8w1CMB29FkEAIJUA0amxWndkmnBZ6SKiwZSAxGILn/NBtOXft0+Gj7FSvOKxE/07"
              "+4RQvE581N3Aj/JtIyaiYVdnYtyMWbSNyGEY2213WKsJlwEA ) )\n",
              "example.com."},
    Published{
        "RFC 5702 section 6.1, RSA/SHA-256",
        "example.net. 3600 IN DNSKEY (256 3 8 AwEAAcFcGsaxxdgiuuGmCkVImy4h99CqT7jwY3pexPGcnUFtR2Fh36BponcwtkZ4cAgtvd4Qs"
        "8PkxUdp6p/DlUmObdk= )\n"
        "www.example.net. 3600 IN A 192.0.2.91\n"
        "www.example.net. 3600 IN RRSIG (A 8 3 3600 20300101000000 20000101000000 9033 example.net. "
        "kRCOH6u7l0QGy9qpC9l1sLncJcOKFLJ7GhiUOibu4teYp5VE9RncriShZNz85mwlMgNEacFYK/lPtPiVYP4bwg== )\n",
        "example.net."},
    Published{
        "RFC 5702 section 6.2, RSA/SHA-512",
        "example.net. 3600 IN DNSKEY (256 3 10 "
        "AwEAAdHoNTOW+et86KuJOWRDp1pndvwb6Y83nSVXXyLA3DLroROUkN6X0O6pnWnjJQujX/AyhqFD"
        "xj13tOnD9u/1kTg7cV6rklMrZDtJCQ5PCl/D7QNPsgVsMu1J2Q8gpMpztNFLpPBz1bWXjDtaR7ZQBlZ3PFY12ZTSncorffcGmhOL )\n"
        "www.example.net. 3600 IN A 192.0.2.91\n"
        "www.example.net. 3600 IN RRSIG (A 10 3 3600 20300101000000 20000101000000 3740 example.net. "
        "tsb4wnjRUDnB1BUi+t6TMTXThjVnG+eCkWqjvvjhzQL1d0YRoOe0CbxrVDYd0xDtsuJRaeUw1ep94PzEWzr0iGYgZBWm/zpq+9fOuagYJRfD"
        "qfReKBzMweOLDiNa8iP5g9vMhpuv6OPlvpXwm9Sa9ZXIbNl1MBGk0fthPgxdDLw= )\n",
        "example.net."},
};

TEST(PublicKey, PublishedSignaturesVerify) {
  for (const auto& published : kPublished) {
    SCOPED_TRACE(published.source);
    const auto records = scan_records(published.records);
    ASSERT_EQ(records.size(), 3U);
    const std::vector<PublicKey> keys = [&] {
      std::vector<PublicKey> out;
      out.emplace_back(records[0].rdata);
      return out;
    }();
    ASSERT_EQ(keys[0].fault(), "");
    const auto signature = *Rrsig::parse(records[2].rdata);
    EXPECT_EQ(signature.key_tag, keys[0].dnskey().tag);
    const std::array<dns::Octets, 1> rdata{records[1].rdata};
    std::vector<std::uint8_t> data;
    ASSERT_TRUE(append_signed_data(signature, records[1].owner, records[1].type, rdata, data));
    SignatureVerifier verifier{keys};
    EXPECT_TRUE(verifier.verify(0, data, signature.signature));
    // Every bit counts, of the data and of the signature, and a verifier goes on after a failure.
    for (std::size_t bit = 0; bit < 8 * data.size(); bit += 5) {
      data[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
      EXPECT_FALSE(verifier.verify(0, data, signature.signature));
      data[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
    }
    std::vector<std::uint8_t> octets{signature.signature.begin(), signature.signature.end()};
    for (std::size_t bit = 0; bit < 8 * octets.size(); bit += 5) {
      octets[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
      EXPECT_FALSE(verifier.verify(0, data, octets)) << bit;
      octets[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
    }
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, octets.size() - 1}) {
      EXPECT_FALSE(verifier.verify(0, data, dns::Octets{octets}.first(size)));
    }
    octets.push_back(0);
    EXPECT_FALSE(verifier.verify(0, data, octets));
    for (const auto fill : {std::uint8_t{0x00}, std::uint8_t{0xFF}}) {
      std::ranges::fill(octets, fill);
      EXPECT_FALSE(verifier.verify(0, data, dns::Octets{octets}.first(octets.size() - 1)));
    }
    EXPECT_TRUE(verifier.verify(0, data, signature.signature));
  }
}

std::vector<std::uint8_t> dnskey(std::uint8_t algorithm, std::vector<std::uint8_t> key) {
  key.insert(key.begin(), {1, 0, 3, algorithm});
  return key;
}

/// An RSA key of RFC 3110 section 2: exponent, and a modulus of `octets` that begins and ends as said.
std::vector<std::uint8_t> rsa(std::vector<std::uint8_t> exponent, std::size_t octets, std::uint8_t first = 0xC1,
                              std::uint8_t last = 0x0B, std::uint8_t algorithm = 8) {
  std::vector<std::uint8_t> key{static_cast<std::uint8_t>(exponent.size())};
  key.insert(key.end(), exponent.begin(), exponent.end());
  key.resize(key.size() + octets, 0x5A);
  if (octets != 0) {
    key[key.size() - octets] = first;
    key.back() = last;
  }
  return dnskey(algorithm, key);
}

TEST(PublicKey, HostileKeysAreNamedAndNeverUsed) {
  const std::vector<std::uint8_t> e{1, 0, 1};
  const struct {
    std::vector<std::uint8_t> rdata;
    const char* fault;
  } cases[] = {
      {dnskey(8, {}), "cut short"},
      {dnskey(8, {0}), "cut short"},
      {dnskey(8, {0, 0}), "cut short"},
      {dnskey(8, {0, 0, 0}), "cut short"},
      {dnskey(8, {3, 1, 0}), "cut short"},
      {dnskey(8, {3, 1, 0, 1}), "cut short"},
      {dnskey(8, {0, 0xFF, 0xFF, 1}), "cut short"},
      {rsa({0}, 128), "zero"},
      {rsa({0, 1, 0, 1}, 128), "begins with a zero"},
      {rsa(e, 128, 0x00), "begins with a zero"},
      {rsa({1}, 128), "1 or even"},
      {rsa({2}, 128), "1 or even"},
      {rsa(std::vector<std::uint8_t>(9, 0x81), 128), "72 bits, more than 64"},
      {rsa(std::vector<std::uint8_t>(128, 0x81), 128), "1024 bits, more than 64"},
      {rsa(e, 32), "256 bits, expected 512 to 4096"},
      {rsa(e, 64, 0xC1, 0x0B, 10), "512 bits, expected 1024 to 4096"},
      {rsa(e, 513, 0x01), "4097 bits"},
      {rsa(e, 8192), "65536 bits"},
      {rsa(e, 128, 0xC1, 0x0A), "even"},
      {dnskey(13, {}), "0 octets of key, expected 64"},
      {dnskey(13, std::vector<std::uint8_t>(65, 1)), "65 octets of key, expected 64"},
      {dnskey(13, std::vector<std::uint8_t>(64, 0)), "no point of the curve P-256"},
      {dnskey(13, std::vector<std::uint8_t>(64, 0xFF)), "no point of the curve P-256"},
      {dnskey(14, std::vector<std::uint8_t>(96, 1)), "no point of the curve P-384"},
      {dnskey(14, std::vector<std::uint8_t>(64, 1)), "64 octets of key, expected 96"},
      {dnskey(15, std::vector<std::uint8_t>(31, 1)), "31 octets of key, expected 32"},
      {dnskey(16, std::vector<std::uint8_t>(32, 1)), "32 octets of key, expected 57"},
  };
  for (const auto& bad : cases) {
    const PublicKey key{bad.rdata};
    EXPECT_FALSE(key.is_usable()) << bad.fault;
    EXPECT_NE(key.fault().find(bad.fault), std::string::npos) << key.fault() << ", expected " << bad.fault;
  }
  EXPECT_TRUE(PublicKey{rsa(e, 512)}.is_usable());
  EXPECT_TRUE(PublicKey{rsa({1, 0, 0, 0, 1}, 256)}.is_usable());
  EXPECT_EQ(PublicKey{dnskey(200, {1, 2, 3})}.fault(), "");  // not known, so not judged
}

// An all-zero or small-order Ed25519 key makes no signature valid that OpenSSL was not asked to accept.
TEST(PublicKey, RandomOctetsNeitherCrashNorVerify) {
  std::mt19937 random{20260801};
  for (int i = 0; i < 4000; ++i) {
    constexpr std::array<std::uint8_t, 9> kAlgorithms{5, 7, 8, 10, 13, 14, 15, 16, 17};
    const auto algorithm = kAlgorithms[random() % kAlgorithms.size()];
    const auto wanted = signature_algorithm(algorithm);
    const auto octets = [&](std::size_t size) {
      std::vector<std::uint8_t> out(size);
      for (auto& octet : out) octet = static_cast<std::uint8_t>(random());
      return out;
    };
    auto key = octets(wanted.key_octets != 0 && random() % 8 != 0 ? wanted.key_octets : random() % 300);
    if (wanted.scheme == Scheme::Rsa && key.size() > 4) {
      key[0] = 1;
      key[1] = 3;
      key.back() |= 1U;
    }
    std::vector<PublicKey> keys;
    keys.emplace_back(dnskey(algorithm, key));
    if (!keys[0].is_usable()) continue;
    SignatureVerifier verifier{keys};
    const auto data = octets(random() % 100);
    EXPECT_FALSE(verifier.verify(0, data, octets(keys[0].signature_octets())));
  }
}

}  // namespace
}  // namespace torii::zonec::testing
