// RFC 4035 section 3.1.3.3: an answer made from a wildcard carries the proof that nothing closer exists, in the
// authority section, whatever the additional section holds besides.
#include <gtest/gtest.h>

#include "tests/support/ask.hpp"
#include "tests/support/compiled_zones.hpp"

namespace torii::testing {
namespace {

TEST(Rfc4035Section3133, TheProofOfAWildcardAliasStandsBeforeTheAddressesOfTheApex) {
  auto zones = compile(R"($ORIGIN example.
$TTL 300
@  SOA    ns.example. root.other. 1 2 3 4 5
   NS     ns.example.
   DNSKEY 257 3 13 AAAA
   NSEC   *.example. NS SOA RRSIG NSEC DNSKEY
*  CNAME  example.
   NSEC   ns.example. CNAME RRSIG NSEC
ns A      192.0.2.1
   NSEC   example. A RRSIG NSEC
)",
                       "example.");
  const auto heard = ask(zones.view(), {.name = "q.example.", .type = dns::RrType::NS, .dnssec_ok = true});
  ASSERT_TRUE(heard.well_formed);
  EXPECT_EQ(heard.answer, (Lines{"q.example. 300 CNAME example.", "example. 300 NS ns.example."}));
  EXPECT_EQ(heard.authority, (Lines{"ns.example. 300 NSEC example. A RRSIG NSEC"}));
  EXPECT_EQ(heard.additional, (Lines{"ns.example. 300 A 192.0.2.1"}));
}

}  // namespace
}  // namespace torii::testing
