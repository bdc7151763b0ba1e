// RFC 8482 section 4.1: ANY is answered with one RRset of the name, over every transport.
#include <gtest/gtest.h>

#include "tests/support/ask.hpp"
#include "tests/support/compiled_zones.hpp"

namespace torii::testing {
namespace {

constexpr std::string_view kZone = R"($TTL 300
@     SOA   ns hostmaster 1 2 3 4 5
      NS    ns
      MX    10 ns
      TXT   "text"
ns    A     192.0.2.1
      A     192.0.2.2
      AAAA  2001:db8::1
alias CNAME ns
empty.below TXT "x"
deleg NS    ns.deleg
ns.deleg A  192.0.2.3
)";

TEST(Rfc8482Section4, OneWholeRrsetAndNoMore) {
  auto zones = compile(kZone, "example.");
  for (const auto transport : {server::Transport::Udp, server::Transport::Tcp}) {
    const auto asked = [&](const std::string& name) {
      return ask(zones.view(), {.name = name, .type = dns::RrType::ANY, .transport = transport});
    };
    EXPECT_EQ(asked("ns.example.").answer, (Lines{"ns.example. 300 A 192.0.2.1", "ns.example. 300 A 192.0.2.2"}));
    EXPECT_EQ(asked("example.").answer.size(), 1U);
    EXPECT_EQ(asked("alias.example.").answer, (Lines{"alias.example. 300 CNAME ns.example."})) << "not followed";
    const auto empty = asked("below.example.");
    EXPECT_TRUE(empty.answer.empty() && empty.rcode == 0);
    EXPECT_EQ(empty.authority.size(), 1U);
    EXPECT_EQ(asked("nosuch.example.").rcode, 3);
    EXPECT_EQ(asked("deleg.example.").authority, (Lines{"deleg.example. 300 NS ns.deleg.example."}));
  }
}

}  // namespace
}  // namespace torii::testing
