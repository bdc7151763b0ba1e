// CNAME and DNAME: RFC 1034 section 3.6.2, RFC 6672, RFC 2308 section 2.1.
#include <gtest/gtest.h>

#include "tests/support/ask.hpp"
#include "tests/support/compiled_zones.hpp"

namespace torii::server {
namespace {

using dns::RrType;
using testing::ask;
using testing::Lines;

constexpr std::string_view kZone = R"($TTL 60
@ SOA ns hostmaster 1 2 3 4 30
@ NS ns
ns A 192.0.2.1
one CNAME two
two CNAME three
three A 192.0.2.3
out CNAME www.elsewhere.test.
gone CNAME nothing
loop-a CNAME loop-b
loop-b CNAME loop-a
self CNAME self
below CNAME www.deleg
deleg NS ns.deleg
ns.deleg A 192.0.2.9
old DNAME new
new A 192.0.2.4
www.new A 192.0.2.5
away DNAME elsewhere.test.
*.w CNAME ns
big DNAME aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
tochild CNAME www.child
)";

class Alias : public ::testing::Test {
 protected:
  static testing::CompiledZones make() {
    std::vector<zonec::Zone> zones;
    zones.push_back(testing::build_zone(kZone, "example."));
    zones.push_back(
        testing::build_zone("$TTL 60\n@ SOA a b 2 2 3 4 5\n@ NS ns.child\nwww MX 5 mx.child.example.\n"
                            "www A 192.0.2.77\nback CNAME one.example.\n",
                            "child.example."));
    return testing::CompiledZones{std::move(zones)};
  }
  testing::CompiledZones zones_ = make();
  image::View view_ = zones_.view();
};

TEST_F(Alias, ChainIsFollowedInOrder) {
  const auto heard = ask(view_, {.name = "one.example."});
  EXPECT_TRUE(heard.well_formed && heard.aa());
  EXPECT_EQ(heard.answer_order,
            (std::vector<std::string>{"one.example. 60 CNAME two.example.", "two.example. 60 CNAME three.example.",
                                      "three.example. 60 A 192.0.2.3"}));
}

TEST_F(Alias, QtypeCnameIsNotFollowed) {
  EXPECT_EQ(ask(view_, {.name = "one.example.", .type = RrType::CNAME}).answer.size(), 1U);
  EXPECT_EQ(ask(view_, {.name = "one.example.", .type = RrType::ANY}).answer.size(), 1U);
}

TEST_F(Alias, TargetsOfOthersEndTheChain) {
  const auto heard = ask(view_, {.name = "out.example."});
  EXPECT_EQ(heard.rcode, 0);
  EXPECT_EQ(heard.answer, Lines{"out.example. 60 CNAME www.elsewhere.test."});
  EXPECT_TRUE(heard.authority.empty());
}

TEST_F(Alias, RcodeIsThatOfTheLastName) {  // RFC 6604 section 3
  const auto heard = ask(view_, {.name = "gone.example."});
  EXPECT_EQ(heard.rcode, 3);
  EXPECT_EQ(heard.answer.size(), 1U);
  EXPECT_EQ(heard.authority.size(), 1U);
}

TEST_F(Alias, LoopsAreCut) {
  EXPECT_EQ(ask(view_, {.name = "loop-a.example."}).answer.size(), 2U);
  EXPECT_EQ(ask(view_, {.name = "self.example."}).answer.size(), 1U);
}

TEST_F(Alias, ChainIntoADelegationEndsInItsReferral) {
  const auto heard = ask(view_, {.name = "below.example."});
  EXPECT_TRUE(heard.well_formed && heard.aa());
  EXPECT_EQ(heard.answer.size(), 1U);
  EXPECT_EQ(heard.authority, Lines{"deleg.example. 60 NS ns.deleg.example."});
  EXPECT_EQ(heard.additional, Lines{"ns.deleg.example. 60 A 192.0.2.9"});
}

TEST_F(Alias, ChainAcrossZones) {
  const auto heard = ask(view_, {.name = "tochild.example.", .type = RrType::MX});
  EXPECT_TRUE(heard.well_formed);
  EXPECT_EQ(heard.answer,
            (Lines{"tochild.example. 60 CNAME www.child.example.", "www.child.example. 60 MX 5 mx.child.example."}));
  const auto back = ask(view_, {.name = "back.child.example."});
  EXPECT_TRUE(back.well_formed);
  EXPECT_EQ(back.answer.size(), 4U);
}

TEST_F(Alias, DnameIsSynthesised) {  // RFC 6672 section 3.1
  const auto heard = ask(view_, {.name = "www.old.example."});
  EXPECT_TRUE(heard.well_formed);
  EXPECT_EQ(heard.answer_order, (std::vector<std::string>{"old.example. 60 DNAME new.example.",
                                                          "www.old.example. 60 CNAME www.new.example.",
                                                          "www.new.example. 60 A 192.0.2.5"}));
  EXPECT_EQ(ask(view_, {.name = "old.example.", .type = RrType::DNAME}).answer.size(), 1U);
  EXPECT_TRUE(ask(view_, {.name = "old.example."}).answer.empty()) << "the owner itself is not redirected";
  EXPECT_EQ(ask(view_, {.name = "a.b.away.example."}).answer,
            (Lines{"away.example. 60 DNAME elsewhere.test.", "a.b.away.example. 60 CNAME a.b.elsewhere.test."}));
}

TEST_F(Alias, DnameSubstitutionTooLongIsYxdomain) {  // RFC 6672 section 2.2
  const std::string label(60, 'x');
  const auto fits = ask(view_, {.name = label + "." + label + ".big.example.", .transport = Transport::Tcp});
  EXPECT_EQ(fits.rcode, 3) << "the substituted name does not exist";
  EXPECT_EQ(fits.answer.size(), 2U);
  const auto heard = ask(view_, {.name = label + "." + label + "." + label + ".big.example."});
  EXPECT_EQ(heard.rcode, 6);
  EXPECT_EQ(heard.answer.size(), 1U);
  EXPECT_TRUE(heard.aa());
}

TEST_F(Alias, WildcardCname) {
  EXPECT_EQ(ask(view_, {.name = "x.w.example."}).answer,
            (Lines{"x.w.example. 60 CNAME ns.example.", "ns.example. 60 A 192.0.2.1"}));
}

TEST(AliasChain, LongChainsAreAnsweredAsFarAsTheyWent) {
  std::string text = "$TTL 60\n@ SOA a b 1 2 3 4 5\n@ NS ns.test.\n";
  for (int i = 0; i < 40; ++i) text += "c" + std::to_string(i) + " CNAME c" + std::to_string(i + 1) + "\n";
  auto zones = testing::compile(text, "example.");
  const auto heard = ask(zones.view(), {.name = "c0.example.", .transport = Transport::Tcp});
  EXPECT_TRUE(heard.well_formed);
  EXPECT_EQ(heard.rcode, 0);
  EXPECT_EQ(heard.answer.size(), 17U);
}

}  // namespace
}  // namespace torii::server
