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

}  // namespace
}  // namespace torii::testing
