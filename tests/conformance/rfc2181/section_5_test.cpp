// RFC 2181 section 5: records of an RRset differ, and no record is sent twice.
#include <gtest/gtest.h>

#include "tests/support/ask.hpp"
#include "tests/support/compiled_zones.hpp"

namespace torii::testing {
namespace {

TEST(Rfc2181Section5, ADnameThatAnswersTwiceForOneChainIsSentOnce) {
  auto zones = compile(R"($ORIGIN example.
$TTL 300
@     SOA   ns.other. root.other. 1 2 3 4 5
      NS    ns.other.
once  DNAME twice.example.
twice DNAME x.once.example.
grow  DNAME a.grow.example.
)",
                       "example.");
  for (const auto transport : {server::Transport::Udp, server::Transport::Tcp}) {
    for (const std::string name : {"q.once.example.", "q.grow.example.", "q.x.twice.example."}) {
      const auto heard = ask(zones.view(), {.name = name, .edns = true, .udp_octets = 4096, .transport = transport});
      ASSERT_TRUE(heard.well_formed);
      for (const auto& line : heard.answer) EXPECT_EQ(heard.answer.count(line), 1U) << name << " has twice " << line;
      EXPECT_GE(heard.answer.size(), 3U);
    }
  }
}

// The parent's DNAME answers for the DS of its child first, and for a name below it after.
TEST(Rfc2181Section5, ADnameAboveAChildServedBesideIsSentOnce) {
  std::vector<zonec::Zone> zones;
  zones.push_back(build_zone(R"($ORIGIN example.
$TTL 300
@ SOA   ns.other. root.other. 1 2 3 4 5
  NS    ns.other.
d DNAME a.d.example.
)",
                             "example."));
  zones.push_back(build_zone("$TTL 300\n@ SOA ns.other. root.other. 1 2 3 4 5\n@ NS ns.other.\n", "e.d.example."));
  CompiledZones compiled{std::move(zones)};
  const auto heard = ask(compiled.view(), {.name = "e.d.example.", .type = dns::RrType::DS, .edns = true});
  EXPECT_EQ(heard.answer.count("d.example. 300 DNAME a.d.example."), 1U);
}

// A name below the DNAME leads back to its owner, and the type asked for there is DNAME.
TEST(Rfc2181Section5, ADnameThatIsAskedForBehindItselfIsSentOnce) {
  auto zones = compile(R"($ORIGIN example.
$TTL 300
@     SOA   ns.other. root.other. 1 2 3 4 5
      NS    ns.other.
there DNAME back.example.
there RRSIG DNAME 13 2 300 20400101000000 20200101000000 1 example. AAAA
back  TXT   "in between"
*.back CNAME there.example.
)",
                       "example.");
  const auto heard = ask(zones.view(), {.name = "q.there.example.", .type = dns::RrType::DNAME, .edns = true});
  ASSERT_TRUE(heard.well_formed);
  EXPECT_EQ(heard.answer.count("there.example. 300 DNAME back.example."), 1U);
  EXPECT_EQ(heard.answer.size(), 3U);
  EXPECT_EQ(heard.rcode, 0);
  EXPECT_TRUE(heard.authority.empty());
  const auto signatures =
      ask(zones.view(), {.name = "q.there.example.", .type = dns::RrType::RRSIG, .dnssec_ok = true});
  ASSERT_TRUE(signatures.well_formed);
  for (const auto& line : signatures.answer) EXPECT_EQ(signatures.answer.count(line), 1U) << line;
  EXPECT_EQ(signatures.answer.size(), 4U);
  EXPECT_TRUE(signatures.authority.empty());
}

}  // namespace
}  // namespace torii::testing
