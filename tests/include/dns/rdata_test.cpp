// The walk over RDATA: names with their offsets, malformed RDATA, canonical form. (Every type's vectors, and their
// prefixes, are in tests/zonec/scan/rdata_vectors_test.cpp.)
#include "torii/dns/rdata.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace torii::dns {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes from_hex(std::string_view hex) {
  Bytes octets;
  int high = -1;
  for (const char c : hex) {
    if (c == ' ') continue;
    const int digit = c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
    if (high >= 0) octets.push_back(static_cast<std::uint8_t>(high << 4 | digit));
    high = high >= 0 ? -1 : digit;
  }
  return octets;
}

struct Found {
  std::size_t offset;
  std::string name;
  bool compressible;
  bool operator==(const Found&) const = default;
};

std::vector<Found> names(std::string_view type, const Bytes& rdata) {
  std::vector<Found> found;
  EXPECT_TRUE(
      for_each_rdata_name(*type_from_text(type), rdata, [&](std::size_t offset, NameView name, bool compressible) {
        found.push_back({offset, name.text(), compressible});
      }));
  return found;
}

TEST(RdataNames, WithOffsetAndWhetherTheyMayBeCompressed) {
  EXPECT_EQ(names("MX", from_hex("000a 016d 00")), (std::vector<Found>{{2, "m.", true}}));
  EXPECT_EQ(names("SOA", from_hex("0161 00 0162 00 00000001 00000002 00000003 00000004 00000005")),
            (std::vector<Found>{{0, "a.", true}, {3, "b.", true}}));
  EXPECT_EQ(names("SRV", from_hex("0000 0000 0035 0161 00")), (std::vector<Found>{{6, "a.", false}}));
  EXPECT_EQ(names("NAPTR", from_hex("0001 0002 0175 00 0178 0161 00")), (std::vector<Found>{{9, "a.", false}}));
  EXPECT_EQ(names("RRSIG", from_hex("0001 05 01 00000001 00000002 00000003 0004 0161 00 ff")),
            (std::vector<Found>{{18, "a.", false}}));
  EXPECT_EQ(names("HTTPS", from_hex("0001 0161 00 0003 0002 0035")), (std::vector<Found>{{2, "a.", false}}));
  EXPECT_EQ(names("IPSECKEY", from_hex("0a 03 02 0161 00 ff")), (std::vector<Found>{{3, "a.", false}}));
  EXPECT_EQ(names("IPSECKEY", from_hex("0a 01 02 01020304 ff")), std::vector<Found>{});
  EXPECT_EQ(names("AMTRELAY", from_hex("0a 83 0161 00")), (std::vector<Found>{{2, "a.", false}}));
  EXPECT_EQ(names("HIP", from_hex("01 02 0002 aa bbcc 0161 00 0162 00")),
            (std::vector<Found>{{7, "a.", false}, {10, "b.", false}}));
  EXPECT_EQ(names("A", from_hex("01020304")), std::vector<Found>{});
  EXPECT_EQ(names("TYPE65280", from_hex("016100")), std::vector<Found>{}) << "unknown types hold no names (RFC 3597)";
}

TEST(RdataCheck, Malformed) {
  struct Case {
    std::string_view type;
    std::string_view hex;
  };
  for (const auto& test : std::vector<Case>{{"A", ""},
                                            {"A", "010203"},
                                            {"A", "0102030405"},
                                            {"NS", ""},
                                            {"NS", "C00C"},
                                            {"NS", "016100 00"},
                                            {"MX", "000a"},
                                            {"TXT", ""},
                                            {"TXT", "02 61"},
                                            {"HINFO", "0161"},
                                            {"SOA", "00 00 00000001"},
                                            {"NSEC", "00"},
                                            {"NSEC", "00 0000"},
                                            {"NSEC", "00 0001 00"},
                                            {"NSEC", "00 0021"},
                                            {"NSEC", "00 0101 80 0001 40"},
                                            {"NSEC", "00 0001 40 0001 40"},
                                            {"NSEC3", "01 00 0000 00 00"},
                                            {"NXT", "00 80"},
                                            {"NXT", "00 4000"},
                                            {"LOC", "01 000000 80000000 80000000 00000000"},
                                            {"LOC", "00 A00000 80000000 80000000 00000000"},
                                            {"LOC", "00 000000 FFFFFFFF 80000000 00000000"},
                                            {"APL", "0001 21 00"},
                                            {"APL", "0001 08 01"},
                                            {"APL", "0001 08 02 0a00"},
                                            {"APL", "0001 08 05 0102030405"},
                                            {"IPSECKEY", "0a 04 02"},
                                            {"AMTRELAY", "0a 04"},
                                            {"HIP", "00 02 0001 aa"},
                                            {"HIP", "01 02 0005 aabb"},
                                            {"CAA", "00 00"},
                                            {"CAA", "00 01 2d"},
                                            {"URI", "0001 0001"},
                                            {"DS", "0001 0d 02 aabb"},
                                            {"SSHFP", "0101 aabb"},
                                            {"ZONEMD", "00000001 01 01 aabb"},
                                            {"ZONEMD", "00000001 01 f0 aabb"},
                                            {"SVCB", "0001 00 0003 0002"},
                                            {"SVCB", "0001 00 0003 0001 35"},
                                            {"SVCB", "0001 00 0004 0000 0003 0002 0035"},
                                            {"SVCB", "0001 00 0003 0002 0035 0003 0002 0035"},
                                            {"SVCB", "0001 00 0000 0002 0003"},
                                            {"SVCB", "0001 00 0001 0001 00"},
                                            {"SVCB", "0001 00 0002 0001 00"},
                                            {"EUI48", "0102030405"},
                                            {"X25", "05 31"},
                                            {"ISDN", "0131 0231"}}) {
    EXPECT_FALSE(check_rdata(*type_from_text(test.type), from_hex(test.hex))) << test.type << ' ' << test.hex;
  }
  EXPECT_TRUE(check_rdata(RrType::NULL_, {}));
  EXPECT_TRUE(check_rdata(static_cast<RrType>(65280), {}));
  EXPECT_FALSE(check_rdata(static_cast<RrType>(65280), Bytes(65536)));
}

TEST(RdataCanonical, LowersNamesOfTheListedTypesOnly) {  // RFC 4034 section 6.2, RFC 6840 section 5.1
  const auto canonical = [](std::string_view type, std::string_view hex) {
    const auto rdata = from_hex(hex);
    Bytes out(rdata.size());
    canonical_rdata(*type_from_text(type), rdata, out.data());
    return out;
  };
  EXPECT_EQ(canonical("MX", "4142 0141 00"), from_hex("4142 0161 00")) << "the preference is no text";
  EXPECT_EQ(canonical("SRV", "0000 0000 4142 0141 00"), from_hex("0000 0000 4142 0161 00"));
  EXPECT_EQ(canonical("RRSIG", "0001 05 01 41414141 00000002 00000003 0004 0141 00 4142"),
            from_hex("0001 05 01 41414141 00000002 00000003 0004 0161 00 4142"));
  EXPECT_EQ(canonical("NSEC", "0141 00 0001 40"), from_hex("0141 00 0001 40"));
  EXPECT_EQ(canonical("HTTPS", "0001 0141 00"), from_hex("0001 0141 00"));
  EXPECT_EQ(canonical("TXT", "0141"), from_hex("0141"));
  EXPECT_EQ(canonical("MX", "00"), from_hex("00")) << "malformed: as it is";
}

TEST(RdataCanonical, InPlaceAndOrder) {
  auto rdata = from_hex("0001 0141 00");
  canonical_rdata(RrType::MX, rdata, rdata.data());
  EXPECT_EQ(rdata, from_hex("0001 0161 00"));
  EXPECT_TRUE(canonical_rdata_less(from_hex("01"), from_hex("0100"))) << "a prefix comes first (RFC 4034 section 6.3)";
  EXPECT_TRUE(canonical_rdata_less(from_hex("7f"), from_hex("80"))) << "unsigned octets";
  EXPECT_FALSE(canonical_rdata_less(from_hex("80"), from_hex("80")));
}

}  // namespace
}  // namespace torii::dns
