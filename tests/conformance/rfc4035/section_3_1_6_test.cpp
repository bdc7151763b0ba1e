// RFC 4035 section 3.1.6, RFC 6840 sections 5.7 to 5.9: the AD and CD bits of an authoritative server.
#include <gtest/gtest.h>

#include "tests/support/ask.hpp"
#include "tests/support/compiled_zones.hpp"

namespace torii::testing {
namespace {

constexpr std::string_view kZone = R"($TTL 300
@     SOA   ns hostmaster 1 2 3 4 5
      NS    ns
ns    A     192.0.2.1
deleg NS    ns.deleg
ns.deleg A  192.0.2.2
)";
constexpr std::uint16_t kAd = 0x0020;
constexpr std::uint16_t kCd = 0x0010;
constexpr std::uint16_t kZ = 0x0040;
constexpr std::uint16_t kRa = 0x0080;
constexpr std::uint16_t kRd = 0x0100;

/// Neither is set, whatever the query says: nothing was configured to be authentic, and CD is not for us. Both change
/// nothing about the answer; nor do RA and the reserved bit, and RD alone is copied (RFC 1035 section 4.1.1).
TEST(Rfc4035Section316, AdAndCdAreClearAndChangeNothing) {
  auto zones = compile(kZone, "example.");
  for (const auto* name : {"ns.example.", "nosuch.example.", "www.deleg.example.", "example.org."})
    for (const bool dnssec_ok : {false, true})
      for (unsigned bits = 0; bits < 32; ++bits) {
        auto query = make_query({.name = name, .dnssec_ok = dnssec_ok});
        query[2] = static_cast<std::uint8_t>((bits & 1) != 0 ? kRd >> 8 : 0);
        const auto plain = read_response(respond_to(zones.view(), query));
        query[3] = static_cast<std::uint8_t>((bits >> 1) << 4);  // CD, AD, Z, RA
        const auto heard = read_response(respond_to(zones.view(), query));
        EXPECT_EQ(heard.flags & (kAd | kCd | kZ | kRa), 0) << name << ' ' << bits;
        EXPECT_EQ((heard.flags & kRd) != 0, (bits & 1) != 0);
        EXPECT_EQ(heard.flags, plain.flags);
        EXPECT_EQ(heard.answer, plain.answer);
        EXPECT_EQ(heard.authority, plain.authority);
        EXPECT_EQ(heard.additional, plain.additional);
      }
}

}  // namespace
}  // namespace torii::testing
