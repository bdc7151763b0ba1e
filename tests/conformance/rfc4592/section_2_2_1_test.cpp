// RFC 4592 section 2.2.1 and 4.9 (ENT): a wildcard that exists only because names below it do is a source of synthesis,
// of NODATA.
#include <gtest/gtest.h>

#include "tests/support/ask.hpp"
#include "tests/support/compiled_zones.hpp"

namespace torii::testing {
namespace {

TEST(Rfc4592Section221, AnEmptyWildcardGivesNoData) {
  auto zones = compile(R"($ORIGIN example.
$TTL 300
@     SOA ns.other. root.other. 1 2 3 4 5
      NS  ns.other.
a.*.x A   192.0.2.1
)",
                       "example.");
  const auto heard = ask(zones.view(), {.name = "q.x.example."});
  EXPECT_EQ(heard.rcode, 0);
  EXPECT_TRUE(heard.aa());
  EXPECT_TRUE(heard.answer.empty());
  EXPECT_EQ(heard.authority.size(), 1U);
  EXPECT_EQ(ask(zones.view(), {.name = "q.y.example."}).rcode, 3);
}

// "x" and "*.x" have no NSEC3, as opt-out leaves empty non-terminals above unsigned delegations out (RFC 5155 section
// 7.1); they exist all the same.
TEST(Rfc4592Section221, AnEmptyWildcardThatOptOutLeavesWithoutNsec3GivesNoData) {
  auto zones = compile(R"($ORIGIN example.
$TTL 300
@     SOA        ns.other. root.other. 1 2 3 4 5
      NS         ns.other.
      DNSKEY     257 3 13 AAAA
      NSEC3PARAM 1 0 0 -
cut.*.x NS       ns.other.
cut.y   NS       ns.other.
@     RRSIG SOA 13 1 300 20300101000000 20200101000000 1 example. AAAA
3msev9usmd4br9s97v51r2tdvmr9iqo1 NSEC3 1 1 0 - 3msev9usmd4br9s97v51r2tdvmr9iqo1 NS SOA RRSIG DNSKEY NSEC3PARAM
)",
                       "example.");
  for (const bool dnssec_ok : {false, true}) {
    const auto heard = ask(zones.view(), {.name = "q.x.example.", .dnssec_ok = dnssec_ok});
    EXPECT_EQ(heard.rcode, 0);
    EXPECT_TRUE(heard.aa());
    EXPECT_TRUE(heard.answer.empty());
    EXPECT_EQ(ask(zones.view(), {.name = "q.y.example.", .dnssec_ok = dnssec_ok}).rcode, 3);
  }
}

}  // namespace
}  // namespace torii::testing
