// Referrals on the wire: sizes against the closed formulas, the glue ladder at every limit, TC by RFC 9471.
#include "zonec/layout/referral.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/ask.hpp"
#include "tests/support/compiled_zones.hpp"
#include "torii/referral/budget.hpp"

namespace torii::server {
namespace {

using dns::RrType;
using testing::ask;
using testing::Lines;
using testing::make_query;

/// A name of `octets` octets below `owner` that shares no label with any host.
std::string long_name(dns::NameView owner, std::size_t octets = 255) {
  std::string text;
  for (std::size_t left = octets - owner.size(); left > 0;) {
    std::size_t label = std::min<std::size_t>(left, 64);
    if (left - label == 1) --label;  // a single octet left is no label
    text += std::string(label - 1, 'q') + '.';
    left -= label;
  }
  return text + (owner.is_root() ? "" : owner.text());
}

std::size_t formula(const zonec::Zone& zone, const zonec::Delegation& delegation, std::size_t qname) {
  std::vector<dns::NameView> hosts;
  std::size_t a = 0;
  std::size_t aaaa = 0;
  for (const auto& host : delegation.hosts) {
    hosts.push_back(host.name);
    if (host.a != nullptr) a += host.a->rdata_count;
    if (host.aaaa != nullptr) aaaa += host.aaaa->rdata_count;
  }
  return referral::ns_referral_octets(qname, zone.owners[delegation.owner].name(), hosts) +
         referral::glue_octets(a, aaaa);
}

/// For every delegation: the server's answer to a 255-octet QNAME over TCP has the size that the formula gives.
void compare_all(zonec::Zone zone) {
  std::vector<std::pair<std::string, std::size_t>> expected;
  for (zonec::OwnerIndex i = 0; i < zone.owners.size(); ++i) {
    if (zone.owners[i].kind != zonec::OwnerKind::Cut) continue;
    const auto delegation = zonec::describe_delegation(zone, i);
    expected.emplace_back(long_name(zone.owners[i].name()), formula(zone, delegation, 255));
  }
  ASSERT_FALSE(expected.empty());
  std::vector<zonec::Zone> zones;
  zones.push_back(std::move(zone));
  testing::CompiledZones compiled{std::move(zones)};
  const auto view = compiled.view();
  for (const auto& [name, octets] : expected) {
    const auto heard = ask(view, {.name = name, .transport = Transport::Tcp});
    EXPECT_TRUE(heard.well_formed && !heard.tc()) << name;
    EXPECT_EQ(heard.octets, octets) << name;
  }
}

TEST(ReferralSize, EveryDelegationOfTheSampleZoneHasTheFormulasSize) {
  compare_all(testing::read_zone(TORII_SOURCE_DIR "/zones/example-tld.zone", "example."));
}

TEST(ReferralSize, EveryTldHasTheFormulasSize) {
  const std::string path = TORII_SOURCE_DIR "/../shared/data/root.zone.gz";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "no root zone at " << path;
  compare_all(testing::read_zone(path, "."));
}

/// Answers at every limit from 512 to 1500 (through EDNS), checked against RFC 9471.
void climb(const std::string& text, const std::string& qname, bool dnssec_ok) {
  auto zones = testing::compile(text, "example.");
  const auto view = zones.view();
  const auto whole = ask(view, {.name = qname, .dnssec_ok = dnssec_ok, .transport = Transport::Tcp});
  ASSERT_TRUE(whole.well_formed && !whole.tc());
  Lines before;
  AnswerSettings settings;
  settings.udp_octets_max = 4096;
  for (std::uint16_t limit = 512; limit < 1500; ++limit) {
    const auto heard = ask(view, {.name = qname, .edns = true, .dnssec_ok = dnssec_ok, .udp_octets = limit}, settings);
    ASSERT_TRUE(heard.well_formed) << limit;
    ASSERT_LE(heard.octets, limit);
    std::size_t required = 0;
    for (const auto& line : whole.additional) required += line.find(".deleg.example.") != std::string::npos ? 1 : 0;
    std::size_t sent = 0;
    for (const auto& line : heard.additional) sent += line.find(".deleg.example.") != std::string::npos ? 1 : 0;
    EXPECT_EQ(heard.tc(), sent < required || heard.authority != whole.authority) << limit;
    EXPECT_TRUE(std::ranges::includes(heard.additional, before)) << "a larger limit never sends less: " << limit;
    before = heard.additional;
    if (heard.octets < limit && heard.additional != whole.additional) {
      EXPECT_LT(limit - heard.octets, 28U) << "an RRset more would have fitted: " << limit;
    }
  }
}

TEST(ReferralLadder, InDomainGlueThenSiblingGlue) {
  std::string text =
      "$TTL 60\n@ SOA a b 1 2 3 4 5\n@ NS ns.test.\nother NS ns.other\nns.other A 192.0.2.200\n"
      "ns.other AAAA 2001:db8::200\ndeleg NS ns.other\n";
  for (int i = 0; i < 12; ++i) {
    const auto n = std::to_string(i);
    text += "deleg NS ns" + n + ".deleg\nns" + n + ".deleg A 192.0.2." + n + "\nns" + n + ".deleg AAAA 2001:db8::" + n +
            "\n";
  }
  climb(text, "www.deleg.example.", false);
  climb(text, long_name(*dns::Name::from_text("deleg.example."), 200), false);
}

TEST(ReferralLadder, SmallestRrsetsFirst) {  // RRsets are atomic: RFC 2181 section 9
  std::string text =
      "$TTL 60\n@ SOA a b 1 2 3 4 5\n@ NS ns.test.\ndeleg NS big.deleg\ndeleg NS small.deleg\n"
      "small.deleg A 192.0.2.1\n";
  for (int i = 0; i < 20; ++i) text += "big.deleg A 192.0.2." + std::to_string(100 + i) + "\n";
  auto zones = testing::compile(text, "example.");
  const auto heard = ask(zones.view(), {.name = long_name(*dns::Name::from_text("deleg.example."))});
  EXPECT_TRUE(heard.tc());
  EXPECT_EQ(heard.additional, Lines{"small.deleg.example. 60 A 192.0.2.1"});
}

TEST(ReferralLadder, NsThatDoNotFitMeanTcAndNothing) {
  std::string text = "$TTL 60\n@ SOA a b 1 2 3 4 5\n@ NS ns.test.\n";
  for (int i = 0; i < 30; ++i) text += "deleg NS a-rather-long-host-name-" + std::to_string(i) + ".test.\n";
  auto zones = testing::compile(text, "example.");
  const auto heard = ask(zones.view(), {.name = "www.deleg.example."});
  EXPECT_TRUE(heard.tc() && heard.well_formed);
  EXPECT_TRUE(heard.authority.empty() && heard.additional.empty());
  EXPECT_FALSE(ask(zones.view(), {.name = "www.deleg.example.", .transport = Transport::Tcp}).tc());
}

TEST(Referral, CyclicGlueIsRequired) {  // RFC 9471 section 2.3
  std::string text = "$TTL 60\n@ SOA a b 1 2 3 4 5\n@ NS ns.test.\nother NS ns.deleg\nns.deleg A 192.0.2.1\n";
  for (int i = 0; i < 9; ++i) {
    const auto n = std::to_string(i);
    text += "deleg NS ns" + n + ".other\nns" + n + ".other A 192.0.2." + n + "\n";
  }
  auto zones = testing::compile(text, "example.");
  EXPECT_TRUE(ask(zones.view(), {.name = long_name(*dns::Name::from_text("deleg.example."))}).tc());
  EXPECT_FALSE(ask(zones.view(), {.name = long_name(*dns::Name::from_text("deleg.example.")), .edns = true}).tc());
  // With a way in from outside, the same glue is optional.
  auto open = testing::compile(text + "deleg NS ns.test.\n", "example.");
  EXPECT_FALSE(ask(open.view(), {.name = long_name(*dns::Name::from_text("deleg.example."), 230)}).tc());
}

TEST(Referral, DsIsTheParents) {
  auto zones = testing::compile(
      "$TTL 60\n@ SOA a b 1 2 3 4 5\n@ NS ns.test.\ndeleg NS ns.test.\n"
      "deleg DS 1 13 2 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n",
      "example.");
  const auto view = zones.view();
  EXPECT_TRUE(ask(view, {.name = "deleg.example.", .type = RrType::DS}).aa());
  EXPECT_FALSE(ask(view, {.name = "www.deleg.example.", .type = RrType::DS}).aa()) << "below the cut: a referral";
  EXPECT_FALSE(ask(view, {.name = "deleg.example.", .type = RrType::NS}).aa());
  const auto secure = ask(view, {.name = "deleg.example.", .dnssec_ok = true});
  EXPECT_EQ(secure.authority.size(), 2U) << "NS and DS";
}

TEST(Referral, WireOrderIsNsThenGlueOfOneHost) {
  auto zones = testing::compile(
      "$TTL 60\n@ SOA a b 1 2 3 4 5\n@ NS ns.test.\ndeleg NS z.deleg\ndeleg NS a.deleg\nz.deleg A 192.0.2.1\n"
      "a.deleg A 192.0.2.2\na.deleg AAAA 2001:db8::2\nz.deleg AAAA 2001:db8::1\n",
      "example.");
  const auto octets = testing::respond_to(zones.view(), make_query({.name = "deleg.example."}));
  const auto heard = testing::read_response(octets);
  EXPECT_TRUE(heard.well_formed);
  EXPECT_EQ(heard.octets, 12U + 15 + 4 + 2 * (2 + 10) + 2 * (2 + 2) + 2 * 16 + 2 * 28);
}

TEST(Referral, NamesInAnyCaseShareOneSpelling) {  // RFC 4343: comparison is case-insensitive
  auto zones = testing::compile(
      "$TTL 60\n@ SOA a b 1 2 3 4 5\n@ NS ns.test.\ndeleg NS A.HOST.test.\n"
      "deleg NS b.host.TEST.\n",
      "example.");
  const auto heard = ask(zones.view(), {.name = "deleg.example."});
  EXPECT_EQ(heard.octets, 12U + 15 + 4 + 2 * 12 + 13 + 4);
}

}  // namespace
}  // namespace torii::server
