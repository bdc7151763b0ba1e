/// The arithmetic over an account equals what is read off the layout, for delegations of every kind.
#include "zonec/judge/account.hpp"

#include <numeric>
#include <random>

#include "tests/zonec/model/zone_text.hpp"
#include "zonec/judge/formula.hpp"
#include "zonec/judge/sizes.hpp"

namespace torii::zonec::testing {
namespace {

void expect_layout(const Zone& zone, const std::string& hint) {
  for (OwnerIndex i = 0; i < zone.owners.size(); ++i) {
    if (zone.owners[i].kind != OwnerKind::Cut) continue;
    auto delegation = describe_delegation(zone, i);
    delegation.cyclic = zone.is_cyclic(i);
    const auto layout = size_facts(zone, delegation, measure_referral(zone, delegation));
    const auto account = describe_account(zone, i);
    ASSERT_EQ(facts_of(account), layout) << zone.owners[i].name().text() << hint;
    const auto ledger = ledger_of(account);
    const auto octets = std::accumulate(ledger.begin(), ledger.end(), std::uint32_t{0},
                                        [](std::uint32_t sum, const LedgerLine& line) { return sum + line.octets; });
    ASSERT_EQ(octets, layout.authority + layout.proof + kOptOctets + layout.all_glue())
        << zone.owners[i].name().text() << hint;
  }
}

TEST(Account, ArithmeticEqualsTheLayoutOfRandomZones) {
  const auto seed = std::random_device{}();
  std::mt19937 random{seed};
  const auto pick = [&](std::size_t count) { return static_cast<int>(random() % count); };
  for (int turn = 0; turn < 80; ++turn) {
    std::string text;
    std::vector<std::string> hosts{"nic", "ns.nic", "x.test.", "ns.x.test.", "Y.test.", "w.wild", "."};
    if (turn % 2 == 0) text += "*.wild A 192.0.2.200\n";
    for (int d = 0; d < 12; ++d)
      for (const char* label : {"ns", "NS1", "a.dns", "b.dns", "a.b.c", ""})
        hosts.push_back(std::string{label} + (*label == 0 ? "d" : ".d") + std::to_string(d));
    for (int d = 0; d < 12; ++d)
      for (int n = 0; n <= pick(9); ++n)
        text += "d" + std::to_string(d) + " NS " + hosts[static_cast<std::size_t>(pick(hosts.size()))] + "\n";
    for (const auto& host : hosts) {
      if (host.back() == '.' || host == "w.wild") continue;
      for (int n = pick(4); n > 0; --n) text += host + " A 192.0.2." + std::to_string(n) + "\n";
      for (int n = pick(3); n > 0; --n) text += host + " AAAA 2001:db8::" + std::to_string(n) + "\n";
    }
    const auto built = build(around(text));
    ASSERT_TRUE(built.zone);
    expect_layout(*built.zone, " seed " + std::to_string(seed));
  }
}

TEST(Account, ArithmeticEqualsTheLayoutOfTheSampleZones) {
  for (const char* file : {"jp-2003.zone", "example-tld.zone", "example-tld.nsec.zone", "example-tld.nsec3.zone"}) {
    std::vector<Diagnostic> diagnostics;
    SourceFiles files;
    ZoneBuilder builder{std::nullopt};
    const auto add = [&](const ScannedRecord& record) { builder.add(record); };
    ASSERT_TRUE(scan_file(TORII_SOURCE_DIR "/zones/" + std::string{file}, {}, files, add, diagnostics).ok) << file;
    const auto zone = builder.finish(diagnostics);
    ASSERT_TRUE(zone) << file;
    ASSERT_GT(zone->delegation_count, 0U) << file;
    expect_layout(*zone, std::string{" in "} + file);
  }
}

TEST(Account, TheSmallestAndTheSecond) {
  GlueSizes sizes;
  for (const auto octets : {28U, 16U, 48U, 16U}) sizes.add(octets);
  EXPECT_EQ(sizes, (GlueSizes{.total = 108, .smallest = 16, .second = 16, .largest = 48}));
  GlueSizes other;
  other.add(4);
  EXPECT_EQ(joined(sizes, other), (GlueSizes{.total = 112, .smallest = 4, .second = 16, .largest = 48}));
  EXPECT_EQ(joined(other, sizes), joined(sizes, other));
  EXPECT_EQ(joined({}, {}), GlueSizes{});
}

}  // namespace
}  // namespace torii::zonec::testing
