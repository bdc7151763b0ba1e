// RFC 9660 section 3: ZONEVERSION.
#include "tests/conformance/edns_fixture.hpp"

namespace torii::testing {
namespace {

class Rfc9660Section3 : public EdnsTest {};

const Bytes kVersion{1, 0, 0, 0, 0x12, 0x67};  // labels of the apex, SOA-SERIAL, 4711

TEST_F(Rfc9660Section3, AnyAnswerFromTheZoneHasItsVersion) {  // 3.2
  for (const auto* name : {"example.", "www.example.", "nosuch.example.", "www.deleg.example.", "out.example."}) {
    ask(name, dns::RrType::TXT, option(kZoneVersion));
    ASSERT_EQ(options_.count(kZoneVersion), 1U) << name;
    EXPECT_EQ(options_.find(kZoneVersion)->second, kVersion) << name;
  }
}

TEST_F(Rfc9660Section3, OtherZonesHaveNone) {  // 3.2
  ask("example.org.", dns::RrType::TXT, option(kZoneVersion));
  EXPECT_FALSE(options_.contains(kZoneVersion));
  send(make_query({.name = "version.bind.",
                   .type = dns::RrType::TXT,
                   .edns = true,
                   .rr_class = 3,
                   .options = option(kZoneVersion)}));
  EXPECT_FALSE(options_.contains(kZoneVersion));
}

TEST_F(Rfc9660Section3, NotAskedForItIsNotSent) {  // 3.2
  ask("www.example.", dns::RrType::TXT, option(kNsid));
  EXPECT_FALSE(options_.contains(kZoneVersion));
}

TEST_F(Rfc9660Section3, APayloadInAQueryIsIgnored) {  // 3.2
  for (const std::size_t octets : {1U, 6U, 100U}) {
    EXPECT_EQ(ask("www.example.", dns::RrType::TXT, option(kZoneVersion, Bytes(octets, 1))).rcode, 0);
    ASSERT_EQ(options_.count(kZoneVersion), 1U);
    EXPECT_EQ(options_.find(kZoneVersion)->second, kVersion);
  }
}

TEST_F(Rfc9660Section3, AskedForTwiceItIsSentOnce) {  // 3.2
  auto twice = option(kZoneVersion);
  for (const auto octet : option(kZoneVersion)) twice.push_back(octet);
  ask("www.example.", dns::RrType::TXT, twice);
  EXPECT_EQ(options_.count(kZoneVersion), 1U);
}

/// The version belongs to the zone that encloses the original QNAME, not to where an alias leads.
TEST_F(Rfc9660Section3, TheZoneIsThatOfTheOriginalQname) {
  std::vector<zonec::Zone> zones;
  zones.push_back(build_zone(kZone, "example."));
  zones.push_back(build_zone("$TTL 60\n@ SOA a b 9 2 3 4 5\n@ NS ns.example.\nwww TXT \"there\"\n", "example.org."));
  CompiledZones both{std::move(zones)};
  view_ = both.view();
  ask("out.example.", dns::RrType::TXT, option(kZoneVersion));
  EXPECT_EQ(heard_.answer.size(), 2U);
  EXPECT_EQ(options_.find(kZoneVersion)->second, kVersion);
}

}  // namespace
}  // namespace torii::testing
