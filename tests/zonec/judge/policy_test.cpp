/// Each policy at its exact boundary: holds with nothing to spare, fails by one octet.
#include "zonec/judge/policy.hpp"

#include <gtest/gtest.h>

#include <map>

namespace torii::zonec {
namespace {

/// Facts that every policy passes by far.
SizeFacts easy() {
  SizeFacts facts;
  facts.qname = 255;
  facts.owner = 12;
  facts.authority = 343;
  facts.hosts = 4;
  facts.a_records = facts.aaaa_records = 4;
  return facts;
}

std::map<std::string, SizeFinding> apply(const SizeFacts& facts, const PolicySettings& settings = {}) {
  static const auto kName = *dns::Name::from_text("example.jp.");
  std::map<std::string, SizeFinding> out;
  for (const auto& finding : apply_policies(settings, kName, Location{}, facts))
    out.emplace(finding.policy->id, finding);
  return out;
}

TEST(Policy, NothingToSayAboutAnEasyDelegation) { EXPECT_TRUE(apply(easy()).empty()); }

struct Boundary {
  const char* policy;
  Severity severity;
  std::uint32_t limit;
  void (*set)(SizeFacts&, std::uint32_t spare);  // makes the octets limit - spare; spare may wrap to mean "over"
};

constexpr auto kOver = static_cast<std::uint32_t>(-1);

TEST(Policy, HoldsAtTheLimitAndFailsByOne) {
  const Boundary boundaries[] = {
      {"ns-512", Severity::Error, 512,
       [](SizeFacts& f, std::uint32_t spare) {
         f.a_records = f.aaaa_records = 0;
         f.authority = 512 - spare;
       }},
      {"iana-512", Severity::Warning, 512, [](SizeFacts& f, std::uint32_t spare) { f.authority = 512 - 44 - spare; }},
      {"one-glue-512", Severity::Warning, 512,
       [](SizeFacts& f, std::uint32_t spare) {
         f.has_unrelated = true;
         f.aaaa_records = 0;
         f.authority = 496 - spare;
         f.in_domain.add(320);
         f.in_domain.add(16);
         f.sibling.add(16);
       }},
      {"rfc9471-in-domain@1232", Severity::Warning, 1232,
       [](SizeFacts& f, std::uint32_t spare) {
         f.authority = 400;
         f.proof = 400;
         f.in_domain = {.total = 1232 - 811 - spare, .smallest = 16, .second = 16, .largest = 28};
       }},
      {"edns-1232", Severity::Error, 1232,
       [](SizeFacts& f, std::uint32_t spare) {
         f.authority = 400;
         f.proof = 1232 - 411 - spare;
       }},
      {"tcp-65535", Severity::Error, 65535,
       [](SizeFacts& f, std::uint32_t spare) {
         f.authority = 400;
         f.sibling.total = 65535 - 411 - 1000 - spare;
         f.glue_authoritative = 1000;
       }},
  };
  for (const auto& boundary : boundaries) {
    auto facts = easy();
    boundary.set(facts, 0);
    EXPECT_EQ(apply(facts).count(boundary.policy), 0U) << boundary.policy;
    boundary.set(facts, kOver);
    const auto findings = apply(facts);
    ASSERT_EQ(findings.count(boundary.policy), 1U) << boundary.policy;
    const auto& finding = findings.at(boundary.policy);
    EXPECT_EQ(finding.severity, boundary.severity) << boundary.policy;
    EXPECT_EQ(finding.failure.limit, boundary.limit) << boundary.policy;
    EXPECT_EQ(finding.over_by(), 1U) << boundary.policy;
    EXPECT_EQ(finding.qname_ok_max(), 254U) << boundary.policy;
  }
}

TEST(Policy, IanaCountsOnlyWhatIsSure) {
  auto facts = easy();
  facts.authority = 490;
  facts.has_unrelated = true;  // no A for certain; an AAAA only if the unrelated host has none
  const auto depends = apply(facts);
  ASSERT_EQ(depends.count("iana-512"), 1U);
  EXPECT_EQ(depends.at("iana-512").severity, Severity::Notice);
  EXPECT_EQ(depends.at("iana-512").failure.octets, 518U);
  EXPECT_NE(depends.at("iana-512").text().find("only if no host outside the zone has an IPv6 address"),
            std::string::npos);
  facts.authority = 513;
  EXPECT_EQ(apply(facts).at("iana-512").severity, Severity::Warning);
  facts.has_unrelated = false;
  facts.a_records = 0;  // IPv6 only: no A is counted
  facts.authority = 484;
  EXPECT_EQ(apply(facts).count("iana-512"), 0U);
}

TEST(Policy, OneGlueLooksAtSiblingsOnlyWithoutRequiredGlue) {
  auto facts = easy();
  facts.a_records = facts.aaaa_records = 0;
  facts.authority = 500;
  facts.sibling.add(16);
  EXPECT_FALSE(apply(facts).at("one-glue-512").failure.would_set_tc) << "sibling glue may be left out without TC";
  facts.sibling = {};
  EXPECT_EQ(apply(facts).count("one-glue-512"), 0U) << "without addresses there is nothing to miss";
  facts.in_domain.add(28);
  facts.sibling.add(4);
  EXPECT_TRUE(apply(facts).at("one-glue-512").failure.would_set_tc);
}

TEST(Policy, TheLineOfAFinding) {
  auto facts = easy();
  facts.in_domain = {.total = 176, .smallest = 16, .second = 16, .largest = 28};
  facts.authority = 343 + 132;
  EXPECT_EQ(
      apply(facts).at("iana-512").text(),
      "example.jp: 519 octets at QNAME 255 (limit 512, iana-512): 7 over; holds for QNAMEs up to 248; would set TC");
  facts.authority = 512 + 300;
  EXPECT_EQ(apply(facts).at("ns-512").text(),
            "example.jp: 812 octets at QNAME 255 (limit 512, ns-512): 300 over; holds for no QNAME; would set TC");
}

TEST(Policy, TheRuleHoldsUpToTheDelegationsOwnName) {
  auto facts = easy();
  facts.a_records = facts.aaaa_records = 0;
  facts.authority = 512 + 255 - 12;
  EXPECT_EQ(apply(facts).at("ns-512").qname_ok_max(), 12U);
  ++facts.authority;
  EXPECT_EQ(apply(facts).at("ns-512").qname_ok_max(), std::nullopt);
}

TEST(Policy, SeveritiesCanBeChosen) {
  auto facts = easy();
  facts.authority = 1300;
  PolicySettings settings;
  EXPECT_EQ(settings.set("ns-512=off"), "");
  EXPECT_EQ(settings.set("edns-1232=notice"), "");
  EXPECT_EQ(settings.set("rfc9471-in-domain@1232=error"), "");
  const auto findings = apply(facts, settings);
  EXPECT_EQ(findings.count("ns-512"), 0U);
  EXPECT_EQ(findings.at("edns-1232").severity, Severity::Notice);
  EXPECT_EQ(findings.at("rfc9471-in-domain@1232").severity, Severity::Error);
  EXPECT_EQ(settings.set("ns-512=info"), "") << "the last choice counts";
  EXPECT_EQ(apply(facts, settings).count("ns-512"), 0U) << "below what is shown";
  settings.show_from(Severity::Info);
  EXPECT_EQ(apply(facts, settings).at("ns-512").severity, Severity::Info);
}

TEST(Policy, TheSecondHalfOfEdnsSpeaksWhenTheOtherRuleIsOff) {
  auto facts = easy();
  facts.in_domain = {.total = 1000, .smallest = 16, .second = 16, .largest = 28};
  EXPECT_EQ(apply(facts).count("edns-1232"), 0U);
  PolicySettings settings;
  EXPECT_EQ(settings.set("rfc9471-in-domain@1232=off"), "");
  const auto findings = apply(facts, settings);
  EXPECT_EQ(findings.count("rfc9471-in-domain@1232"), 0U);
  EXPECT_EQ(findings.at("edns-1232").severity, Severity::Warning);
}

TEST(Policy, WrongChoicesAreExplained) {
  PolicySettings settings;
  EXPECT_NE(settings.set("ns-512"), "");
  EXPECT_NE(settings.set("ns-512="), "");
  EXPECT_NE(settings.set("ns-512=fatal"), "");
  EXPECT_NE(settings.set("=off"), "");
  const auto unknown = settings.set("ns-513=off");
  EXPECT_NE(unknown.find("iana-512"), std::string::npos) << unknown;
}

}  // namespace
}  // namespace torii::zonec
