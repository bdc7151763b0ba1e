#include "server/answer/respond.hpp"

#include <gtest/gtest.h>

#include "tests/support/ask.hpp"
#include "tests/support/compiled_zones.hpp"

namespace torii::server {
namespace {

using dns::RrType;
using testing::ask;
using testing::Lines;

constexpr std::string_view kZone = R"($TTL 3600
@ SOA ns.nic hostmaster 1 2 3 4 900
@ NS ns.nic
@ NS ns.other.test.
@ TXT "apex"
ns.nic A 192.0.2.1
ns.nic AAAA 2001:db8::1
ns.nic 60 TXT "one"
a.b.c TXT "deep"
*.wild A 192.0.2.7
sub.wild TXT "exists"
alias CNAME ns.nic
mx MX 10 ns.nic
mx MX 20 mail.other.test.
deleg NS ns.deleg
ns.deleg A 192.0.2.9
)";

class Respond : public ::testing::Test {
 protected:
  testing::CompiledZones zones_ = testing::compile(kZone, "example.");
  image::View view_ = zones_.view();
};

TEST_F(Respond, AuthoritativeData) {
  const auto heard = ask(view_, {.name = "ns.nic.example.", .type = RrType::A});
  EXPECT_TRUE(heard.well_formed);
  EXPECT_EQ(heard.rcode, 0);
  EXPECT_TRUE(heard.aa());
  EXPECT_FALSE(heard.tc());
  EXPECT_EQ(heard.answer, Lines{"ns.nic.example. 3600 A 192.0.2.1"});
  EXPECT_TRUE(heard.authority.empty());
  EXPECT_EQ(heard.flags & 0x0180, 0x0100) << "RD copied, RA clear";
}

TEST_F(Respond, NoDataCarriesSoaWithNegativeTtl) {  // RFC 2308 section 3
  const auto heard = ask(view_, {.name = "ns.nic.example.", .type = RrType::MX});
  EXPECT_EQ(heard.rcode, 0);
  EXPECT_TRUE(heard.aa());
  EXPECT_TRUE(heard.answer.empty());
  EXPECT_EQ(heard.authority, Lines{"example. 900 SOA ns.nic.example. hostmaster.example. 1 2 3 4 900"});
}

TEST_F(Respond, NxDomain) {
  const auto heard = ask(view_, {.name = "nothing.example."});
  EXPECT_EQ(heard.rcode, 3);
  EXPECT_TRUE(heard.aa());
  EXPECT_EQ(heard.authority.size(), 1U);
}

TEST_F(Respond, EmptyNonTerminalsExist) {  // RFC 8020, RFC 4592 section 2.2.2
  for (const auto* name : {"c.example.", "b.c.example.", "wild.example."})
    EXPECT_EQ(ask(view_, {.name = name}).rcode, 0) << name;
  EXPECT_EQ(ask(view_, {.name = "x.c.example."}).rcode, 3);
}

TEST_F(Respond, WildcardSynthesis) {  // RFC 4592 section 3.3.1
  EXPECT_EQ(ask(view_, {.name = "Any.wild.example."}).answer, Lines{"Any.wild.example. 3600 A 192.0.2.7"})
      << "the owner is the QNAME, its case kept";
  EXPECT_EQ(ask(view_, {.name = "a.b.wild.example."}).answer.size(), 1U);
  EXPECT_EQ(ask(view_, {.name = "x.wild.example.", .type = RrType::TXT}).rcode, 0);
  EXPECT_TRUE(ask(view_, {.name = "sub.wild.example."}).answer.empty());
  EXPECT_EQ(ask(view_, {.name = "x.sub.wild.example."}).rcode, 3) << "sub.wild blocks the wildcard";
  EXPECT_EQ(ask(view_, {.name = "*.wild.example."}).answer, Lines{"*.wild.example. 3600 A 192.0.2.7"});
}

TEST_F(Respond, ApexNsCarriesAddresses) {
  const auto heard = ask(view_, {.name = "example.", .type = RrType::NS});
  EXPECT_TRUE(heard.aa());
  EXPECT_EQ(heard.answer.size(), 2U);
  EXPECT_EQ(heard.additional, (Lines{"ns.nic.example. 3600 A 192.0.2.1", "ns.nic.example. 3600 AAAA 2001:db8::1"}));
}

TEST_F(Respond, AnyIsOneRrset) {  // RFC 8482 section 4.1
  EXPECT_EQ(ask(view_, {.name = "ns.nic.example.", .type = RrType::ANY}).answer.size(), 1U);
  EXPECT_EQ(ask(view_, {.name = "c.example.", .type = RrType::ANY}).authority.size(), 1U);
}

TEST_F(Respond, CaseOfQnameIsPreserved) {
  EXPECT_EQ(ask(view_, {.name = "Ns.NiC.eXample."}).question, "Ns.NiC.eXample.");
}

TEST_F(Respond, ForeignNamesClassesAndTransfersAreRefused) {
  for (const auto& asked : {testing::Asked{.name = "example.org."}, testing::Asked{.name = "."},
                            testing::Asked{.name = "ns.nic.example.", .rr_class = 4},
                            testing::Asked{.name = "example.", .type = RrType::AXFR},
                            testing::Asked{.name = "example.", .type = RrType::IXFR}}) {
    const auto heard = ask(view_, asked);
    EXPECT_EQ(heard.rcode, 5) << asked.name;
    EXPECT_FALSE(heard.aa());
    EXPECT_TRUE(heard.well_formed);
  }
}

TEST_F(Respond, MetaTypesAreNotImplemented) {
  EXPECT_EQ(ask(view_, {.name = "example.", .type = RrType::MAILB}).rcode, 4);
  EXPECT_EQ(ask(view_, {.name = "example.", .type = RrType::TKEY}).rcode, 4);
  EXPECT_EQ(ask(view_, {.name = "example.", .type = RrType::OPT}).rcode, 1);
}

TEST_F(Respond, EdnsIsAnsweredWithEdnsOnly) {  // RFC 6891 section 7
  EXPECT_FALSE(ask(view_, {.name = "example."}).has_opt);
  EXPECT_TRUE(ask(view_, {.name = "example.", .edns = true}).has_opt);
  EXPECT_TRUE(ask(view_, {.name = "example.org.", .edns = true}).has_opt);
  const auto version = ask(view_, {.name = "example.", .edns = true, .version = 3});
  EXPECT_EQ(version.rcode, 16);
  EXPECT_TRUE(version.has_opt && version.well_formed && version.answer.empty());
}

TEST_F(Respond, Nsid) {  // RFC 5001
  const std::string identity = "node-7";
  AnswerSettings settings;
  settings.nsid = {reinterpret_cast<const std::uint8_t*>(identity.data()), identity.size()};
  const std::vector<std::uint8_t> asked_for{0, 3, 0, 0};
  const auto heard = ask(view_, {.name = "example.", .edns = true, .options = asked_for}, settings);
  EXPECT_EQ(heard.opt_rdata, (std::vector<std::uint8_t>{0, 3, 0, 6, 'n', 'o', 'd', 'e', '-', '7'}));
  EXPECT_TRUE(ask(view_, {.name = "example.", .edns = true}, settings).opt_rdata.empty());
  EXPECT_TRUE(ask(view_, {.name = "example.", .edns = true, .options = asked_for}).opt_rdata.empty());
}

TEST_F(Respond, ChaosIsSilentUnlessConfigured) {  // RFC 4892
  EXPECT_EQ(ask(view_, {.name = "version.bind.", .type = RrType::TXT, .rr_class = 3}).rcode, 5);
  const std::string version = "Torii";
  AnswerSettings settings;
  settings.chaos_version = {reinterpret_cast<const std::uint8_t*>(version.data()), version.size()};
  EXPECT_EQ(ask(view_, {.name = "VERSION.bind.", .type = RrType::TXT, .rr_class = 3}, settings).answer,
            Lines{"VERSION.bind. 0 TXT \"Torii\""});
  EXPECT_EQ(ask(view_, {.name = "id.server.", .type = RrType::TXT, .rr_class = 3}, settings).rcode, 5);
}

TEST_F(Respond, MalformedQueriesCostAHeader) {
  auto query = testing::make_query({.name = "example."});
  query.pop_back();
  const auto response = testing::respond_to(view_, query);
  ASSERT_EQ(response.size(), 12U);
  EXPECT_EQ(response[0], 0x12);
  EXPECT_EQ(response[3] & 15, 1);
  EXPECT_EQ(response[5], 0);
  query[2] |= 0x80;
  EXPECT_TRUE(testing::respond_to(view_, query).empty());
}

TEST_F(Respond, WithoutAnImageEverythingIsRefused) { EXPECT_EQ(ask(image::View{}, {.name = "example."}).rcode, 5); }

TEST(RespondZones, TheDeepestZoneAnswersAndTheParentHasTheDs) {
  std::vector<zonec::Zone> zones;
  zones.push_back(testing::build_zone(
      "$TTL 60\n@ SOA a b 1 2 3 4 5\n@ NS ns.test.\nchild NS ns.child\nchild DS 1 13 2 00112233445566778899aabbccddeeff"
      "00112233445566778899aabbccddeeff\nns.child A 192.0.2.1\nother NS ns.other.test.\n",
      "example."));
  zones.push_back(testing::build_zone("$TTL 60\n@ SOA a b 2 2 3 4 5\n@ NS ns\nns A 192.0.2.2\n", "child.example."));
  testing::CompiledZones compiled{std::move(zones)};
  const auto view = compiled.view();
  EXPECT_EQ(ask(view, {.name = "ns.child.example."}).answer, Lines{"ns.child.example. 60 A 192.0.2.2"});
  const auto ds = ask(view, {.name = "child.example.", .type = RrType::DS});
  EXPECT_EQ(ds.answer.size(), 1U);
  EXPECT_TRUE(ds.aa());
  EXPECT_EQ(ask(view, {.name = "child.example.", .type = RrType::SOA}).answer.size(), 1U);
  EXPECT_EQ(ask(view, {.name = "example.", .type = RrType::DS}).authority.size(), 1U) << "no parent here: NODATA";
  EXPECT_EQ(ask(view, {.name = "www.other.example."}).authority, Lines{"other.example. 60 NS ns.other.test."});
}

}  // namespace
}  // namespace torii::server
