/// The sizes that the policies see are those of the layout, and the layout's are those of the closed formulas.
#include "zonec/judge/sizes.hpp"

#include <random>

#include "tests/zonec/model/zone_text.hpp"
#include "torii/referral/budget.hpp"

namespace torii::zonec::testing {
namespace {

SizeFacts facts_of(const Zone& zone, OwnerIndex owner) {
  auto delegation = describe_delegation(zone, owner);
  delegation.cyclic = find_cyclic(zone)[owner];
  return size_facts(zone, delegation, measure_referral(zone, delegation));
}

SizeFacts facts_of(const Built& built, const char* name) {
  return facts_of(*built.zone, built.zone->find(*dns::Name::from_text(name)));
}

void expect_closed_forms(const Zone& zone, const std::string& hint) {
  for (OwnerIndex i = 0; i < zone.owners.size(); ++i) {
    if (zone.owners[i].kind != OwnerKind::Cut) continue;
    const auto delegation = describe_delegation(zone, i);
    const auto facts = facts_of(zone, i);
    std::vector<dns::NameView> hosts;
    std::size_t a = 0;
    std::size_t aaaa = 0;
    for (const auto& host : delegation.hosts) {
      hosts.push_back(host.name);
      a += host.a == nullptr ? 0 : host.a->rdata_count;
      aaaa += host.aaaa == nullptr ? 0 : host.aaaa->rdata_count;
    }
    const auto name = zone.owners[i].name();
    ASSERT_EQ(facts.authority, referral::ns_referral_octets(facts.qname, name, hosts)) << name.text() << hint;
    ASSERT_EQ(facts.all_glue(), referral::glue_octets(a, aaaa)) << name.text() << hint;
  }
}

TEST(Sizes, LayoutAgreesWithTheClosedForms) {
  const auto seed = std::random_device{}();
  std::mt19937 random{seed};
  const auto pick = [&](std::size_t count) { return static_cast<int>(random() % count); };
  for (int turn = 0; turn < 60; ++turn) {
    std::string text;
    std::vector<std::string> hosts{"nic", "ns.nic", "x.test.", "ns.x.test.", "y.test."};
    for (int d = 0; d < 12; ++d)
      for (const char* label : {"ns", "NS1", "a.dns", "b.dns", "a.b.c", ""})
        hosts.push_back(std::string{label} + (*label == 0 ? "d" : ".d") + std::to_string(d));
    for (int d = 0; d < 12; ++d) {
      for (int n = 0; n <= pick(9); ++n)
        text += "d" + std::to_string(d) + " NS " + hosts[static_cast<std::size_t>(pick(hosts.size()))] + "\n";
    }
    for (const auto& host : hosts) {
      if (host.back() == '.') continue;
      for (int n = pick(4); n > 0; --n) text += host + " A 192.0.2." + std::to_string(n) + "\n";
      for (int n = pick(3); n > 0; --n) text += host + " AAAA 2001:db8::" + std::to_string(n) + "\n";
    }
    const auto built = build(around(text));
    ASSERT_TRUE(built.zone);
    expect_closed_forms(*built.zone, " seed " + std::to_string(seed));
  }
}

TEST(Sizes, TheTableOfJprs) {  // zones/jp-2003.zone holds the sixteen rows as xa to xp, and JP itself
  std::vector<Diagnostic> diagnostics;
  SourceFiles files;
  ZoneBuilder builder{std::nullopt};
  const auto add = [&](const ScannedRecord& record) { builder.add(record); };
  ASSERT_TRUE(scan_file(TORII_SOURCE_DIR "/zones/jp-2003.zone", {}, files, add, diagnostics).ok);
  const auto zone = builder.finish(diagnostics);
  ASSERT_TRUE(zone);
  expect_closed_forms(*zone, "");
  struct Row {
    const char* name;
    std::uint32_t alone, with_aaaa;
  };
  const Row rows[] = {{"xa", 323, 407},
                      {"xb", 339, 423},
                      {"xc", 355, 439},
                      {"xd", 371, 455},
                      {"xe", 387, 471},
                      {"xf", 403, 487},
                      {"xg", 419, 503},
                      {"xh", 435, 519},
                      {"xi", 339, 451},
                      {"xj", 355, 467},
                      {"xk", 371, 483},
                      // JPRS printed "over" for this row (7/4/7); 499 <= 512 says all AAAA fit.
                      {"xl", 387, 499},
                      {"xm", 355, 495},
                      {"xn", 387, 527},
                      {"xo", 371, 511},
                      {"xp", 371, 539}};
  for (const auto& row : rows) {
    const auto owner = zone->find(*dns::Name::from_text(row.name, dns::NameView{}));
    ASSERT_NE(owner, kNoOwner) << row.name;
    const auto delegation = describe_delegation(*zone, owner);
    const auto sizes = measure_referral(*zone, delegation);
    std::uint32_t aaaa = 0;
    for (const auto& step : sizes.steps) aaaa += step.type == dns::RrType::AAAA ? step.octets : 0;
    EXPECT_EQ(12 + 259 + sizes.ns_octets, row.alone) << row.name;
    EXPECT_EQ(12 + 259 + sizes.ns_octets + aaaa, row.with_aaaa) << row.name;
  }
  const auto jp = zone->find(*dns::Name::from_text("jp."));
  const auto facts = facts_of(*zone, jp);
  EXPECT_EQ(facts.authority, 410U);
  EXPECT_EQ(facts.authority + facts.required(), 590U);
}

TEST(Sizes, GoldenReferrals) {
  const auto built = build(around(R"(
example NS ns1.example
example NS ns2.example
example NS ns3.example
example NS ns4.example
ns1.example A 192.0.2.1
ns2.example A 192.0.2.2
ns3.example A 192.0.2.3
ns4.example A 192.0.2.4
ns1.example AAAA 2001:db8::1
ns2.example AAAA 2001:db8::2
ns3.example AAAA 2001:db8::3
ns4.example AAAA 2001:db8::4
self NS self
self A 192.0.2.1
dot NS .
)"));
  const auto example = facts_of(built, "example.jp.");
  EXPECT_EQ(example.authority, 343U);
  EXPECT_EQ(example.authority + example.required(), 519U);
  EXPECT_EQ(facts_of(built, "self.jp.").authority, 285U);
  EXPECT_EQ(facts_of(built, "self.jp.").authority + facts_of(built, "self.jp.").required(), 301U);
  EXPECT_EQ(facts_of(built, "dot.jp.").authority, 284U);
}

TEST(Sizes, TheLongestOwnerLeavesRoomForNoLongerName) {
  const std::string label(63, 'a');
  // 3 * 64 + 58 + "jp." 4 = 254: a label below needs two octets, so the delegation's own name is the longest QNAME.
  const auto name = label + "." + label + "." + label + "." + std::string(57, 'b');
  const auto built = build(around(name + " NS ns.test.\n"));
  const auto facts = facts_of(built, (name + ".jp.").c_str());
  EXPECT_EQ(facts.owner, 254U);
  EXPECT_EQ(facts.qname, 254U);
}

TEST(Sizes, CyclicGlueIsRequired) {
  const auto built = build(around("a NS ns.b\nb NS ns.a\nns.a A 192.0.2.1\nns.b A 192.0.2.2\nd NS ns.a\n"));
  EXPECT_EQ(facts_of(built, "a.jp.").required(), 16U);
  EXPECT_EQ(facts_of(built, "d.jp.").required(), 0U);
  EXPECT_EQ(facts_of(built, "d.jp.").sibling.total, 16U);
}

/// Zone whose delegation has `hosts` in-domain hosts `a`, `b`, ... below `d.jp.`, each with one A record.
Built hosts_below(int hosts, const std::string& below) {
  std::string text;
  for (int i = 0; i < hosts; ++i) {
    const auto host = std::string(1, static_cast<char>('a' + i)) + below;
    text += "d NS " + host + "\n" + host + " A 192.0.2.1\n";
  }
  return build(around(text));
}

std::vector<std::string> failed_policies(const Zone& zone) {
  std::vector<std::string> out;
  check_sizes(zone, {}, [&](const SizeFinding& finding) {
    out.push_back(std::string{finding.policy->id} + " " + std::to_string(finding.failure.octets));
    return true;
  });
  return out;
}

TEST(Sizes, PoliciesOnTheLayoutAtTheirBoundary) {
  // 12 + 259 + n * (12 + 4) + 1 * len: the first label of the last host moves the size by one octet.
  auto text = std::string{};
  const auto zone_with = [](std::size_t last_label) {
    std::string records;
    for (int i = 0; i < 14; ++i) records += "d NS " + std::string(1, static_cast<char>('a' + i)) + ".d\n";
    records += "d NS " + std::string(last_label, 'x') + ".test.\n";
    return build(around(records));
  };
  // 271 + 14 * 16 = 495, and 12 + (1 + n) + 5 + 1 for the last.
  const auto fits = zone_with(1);
  EXPECT_EQ(facts_of(fits, "d.jp.").authority, 515U);
  EXPECT_EQ(failed_policies(*fits.zone), (std::vector<std::string>{"g1-glue-present 0", "ns-512 515", "iana-512 515"}));
  const auto twelve = hosts_below(12, ".d");  // 271 + 192 = 463; +16 = 479; in-domain: iana counts one A
  EXPECT_EQ(failed_policies(*twelve.zone), std::vector<std::string>{});
  const auto fourteen = hosts_below(14, ".d");  // 495: one A would make 511
  EXPECT_EQ(failed_policies(*fourteen.zone), std::vector<std::string>{});
  const auto longer = hosts_below(14, ".dns.d");  // 499: one A makes 515
  EXPECT_EQ(failed_policies(*longer.zone),
            (std::vector<std::string>{"iana-512 515", "one-glue-512 515", "rrset-atomic 515"}));
  const auto fifteen = hosts_below(15, ".d");
  EXPECT_EQ(facts_of(fifteen, "d.jp.").authority, 511U);
  EXPECT_EQ(failed_policies(*fifteen.zone),
            (std::vector<std::string>{"iana-512 527", "one-glue-512 527", "rrset-atomic 527"}));
}

TEST(Sizes, WhatFitsNoMessageIsStillCounted) {
  std::string text;
  for (int host = 0; host < 5; ++host) {
    const auto name = "n" + std::to_string(host) + ".d";
    text += "d NS " + name + "\n";
    for (int i = 0; i < 1000; ++i)
      text +=
          name + " A 10." + std::to_string(host) + "." + std::to_string(i / 250) + "." + std::to_string(i % 250) + "\n";
  }
  const auto built = build(around(text));
  std::uint32_t octets = 0;
  check_sizes(*built.zone, {}, [&](const SizeFinding& finding) {
    if (finding.policy->id == "tcp-65535") octets = finding.failure.octets;
    return true;
  });
  EXPECT_GT(octets, 5U * 16000U);
}

}  // namespace
}  // namespace torii::zonec::testing
