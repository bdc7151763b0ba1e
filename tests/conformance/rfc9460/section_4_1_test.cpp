// RFC 9460 section 4.1, RFC 2782, RFC 3403 section 6.5.1, RFC 1034 section 4.3.2 step 6: additional records of zones
// compiled with them, and none of the others.
#include <gtest/gtest.h>

#include "tests/support/ask.hpp"
#include "tests/support/compiled_zones.hpp"

namespace torii::testing {
namespace {

using dns::RrType;

constexpr std::string_view kZone = R"($TTL 300
@      SOA    ns hostmaster 1 2 3 4 5
       NS     ns
       MX     10 mail
       MX     20 mail.elsewhere.test.
       HTTPS  0 alias
ns     A      192.0.2.1
mail   A      192.0.2.2
       AAAA   2001:db8::2
alias  HTTPS  0 service
service HTTPS 1 . alpn=h2
       HTTPS  2 pool
       A      192.0.2.3
pool   A      192.0.2.4
       AAAA   2001:db8::4
loop   SVCB   0 pool2
pool2  SVCB   0 loop
none   SVCB   0 .
_sip._udp SRV 1 0 5060 mail
       SRV    2 0 5060 ns.cut
       SRV    3 0 5060 .
naptr  NAPTR  1 0 "s" "SIP+D2U" "" _sip._udp
       NAPTR  2 0 "A" "x" "" pool
       NAPTR  3 0 "u" "x" "!a!b!" ns
cut    NS     ns.cut
ns.cut A      192.0.2.5
*.wild SVCB   1 .
       A      192.0.2.6
to     CNAME  example.
)";

class Rfc9460Section41 : public ::testing::Test {
 protected:
  static CompiledZones made(bool additional) {
    std::vector<zonec::Zone> zones;
    zones.push_back(build_zone(kZone, "example."));
    return CompiledZones{std::move(zones), 1, {.additional = additional}};
  }
  Lines along(const std::string& name, RrType type) {
    const auto heard = ask(zones_.view(), {.name = name, .type = type});
    EXPECT_TRUE(heard.well_formed && !heard.tc());
    return heard.additional;
  }
  CompiledZones zones_ = made(true);
};

TEST_F(Rfc9460Section41, WithoutTheOptionNothingGoesAlong) {
  auto minimal = made(false);
  for (const auto type : {RrType::MX, RrType::HTTPS, RrType::SRV, RrType::NAPTR, RrType::SVCB})
    for (const auto* name : {"example.", "alias.example.", "_sip._udp.example.", "naptr.example.", "q.wild.example."})
      EXPECT_TRUE(ask(minimal.view(), {.name = name, .type = type}).additional.empty()) << name;
}

TEST_F(Rfc9460Section41, AddressesOfMailServers) {
  const Lines mail{"mail.example. 300 A 192.0.2.2", "mail.example. 300 AAAA 2001:db8::2"};
  EXPECT_EQ(along("example.", RrType::MX), mail);
  EXPECT_EQ(along("to.example.", RrType::MX), mail) << "at the end of an alias too";
}

TEST_F(Rfc9460Section41, AliasesAreFollowedToTheirServices) {
  EXPECT_EQ(along("example.", RrType::HTTPS),
            (Lines{"alias.example. 300 HTTPS 0 service.example.", "service.example. 300 HTTPS 1 . alpn=\"h2\"",
                   "service.example. 300 HTTPS 2 pool.example.", "service.example. 300 A 192.0.2.3",
                   "pool.example. 300 A 192.0.2.4", "pool.example. 300 AAAA 2001:db8::4"}));
  EXPECT_EQ(along("service.example.", RrType::HTTPS),
            (Lines{"service.example. 300 A 192.0.2.3", "pool.example. 300 A 192.0.2.4",
                   "pool.example. 300 AAAA 2001:db8::4"}));
}

TEST_F(Rfc9460Section41, LoopsEndAndTheRootIsNobody) {
  EXPECT_EQ(along("loop.example.", RrType::SVCB), (Lines{"pool2.example. 300 SVCB 0 loop.example."}));
  EXPECT_TRUE(along("none.example.", RrType::SVCB).empty());
}

TEST_F(Rfc9460Section41, SrvAndNaptr) {
  const Lines hosts{"mail.example. 300 A 192.0.2.2", "mail.example. 300 AAAA 2001:db8::2",
                    "ns.cut.example. 300 A 192.0.2.5"};
  EXPECT_EQ(along("_sip._udp.example.", RrType::SRV), hosts);
  auto more = hosts;
  for (const auto* line :
       {"_sip._udp.example. 300 SRV 1 0 5060 mail.example.", "_sip._udp.example. 300 SRV 2 0 5060 ns.cut.example.",
        "_sip._udp.example. 300 SRV 3 0 5060 .", "pool.example. 300 A 192.0.2.4", "pool.example. 300 AAAA 2001:db8::4"})
    more.insert(line);
  EXPECT_EQ(along("naptr.example.", RrType::NAPTR), more);
}

TEST_F(Rfc9460Section41, AWildcardsServiceIsAtTheNameThatWasAsked) {
  EXPECT_EQ(along("q.wild.example.", RrType::SVCB), (Lines{"q.wild.example. 300 A 192.0.2.6"}));
  EXPECT_EQ(along("*.wild.example.", RrType::SVCB), (Lines{"*.wild.example. 300 A 192.0.2.6"}));
}

/// At every limit: whole RRsets, never TC for what is optional, and as much as fits.
TEST_F(Rfc9460Section41, OptionalRecordsNeverSetTc) {
  const auto query = make_query({.name = "example.", .type = RrType::HTTPS, .edns = true, .udp_octets = 4096});
  const auto whole = read_response(respond_to(zones_.view(), query));
  ASSERT_EQ(whole.additional.size(), 6U);
  auto minimal = made(false);
  const auto least = read_response(respond_to(minimal.view(), query));
  std::size_t before = 0;
  std::size_t steps = 0;
  for (std::size_t room = least.octets; room <= whole.octets; ++room) {
    std::vector<std::uint8_t> response(room);
    server::AnswerReport report;
    const auto octets = server::respond(zones_.view(), {}, server::Transport::Udp, query, response, report);
    response.resize(octets.value);
    const auto heard = read_response(response);
    ASSERT_TRUE(heard.well_formed) << room;
    EXPECT_FALSE(heard.tc()) << room;
    EXPECT_EQ(heard.answer, least.answer);
    EXPECT_TRUE(std::ranges::includes(whole.additional, heard.additional)) << room;
    EXPECT_GE(heard.additional.size(), before);
    if (heard.additional.size() > before) {
      EXPECT_EQ(heard.octets, room) << "what is new would have fitted before";
      ++steps;
    }
    before = heard.additional.size();
  }
  EXPECT_EQ(steps, 5U) << "two HTTPS RRsets, three address RRsets";
}

}  // namespace
}  // namespace torii::testing
