/// The delegations of the real root zone: their sizes by arithmetic, by layout, and as respond() sends them.
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/ask.hpp"
#include "tests/support/compiled_zones.hpp"
#include "zonec/judge/formula.hpp"
#include "zonec/judge/qname.hpp"
#include "zonec/judge/sizes.hpp"

namespace torii::zonec::testing {
namespace {

TEST(RootZone, ArithmeticLayoutAndAnswersAgree) {
  const char* const path = TORII_SOURCE_DIR "/../shared/data/root.zone.gz";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "no root zone at " << path;
  std::vector<Zone> zones;
  zones.push_back(torii::testing::read_zone(path, "."));
  const auto zone = torii::testing::read_zone(path, ".");
  torii::testing::CompiledZones compiled{std::move(zones)};
  const auto view = compiled.view();
  std::size_t delegations = 0;
  for (OwnerIndex cut = 0; cut < zone.owners.size(); ++cut) {
    if (zone.owners[cut].kind != OwnerKind::Cut) continue;
    ++delegations;
    const auto name = zone.owners[cut].name();
    auto delegation = describe_delegation(zone, cut);
    delegation.cyclic = zone.is_cyclic(cut);
    const auto facts = size_facts(zone, delegation, measure_referral(zone, delegation));
    const auto account = describe_account(zone, cut);
    ASSERT_EQ(facts_of(account), facts) << name.text();
    std::vector<dns::NameView> hosts;
    for (const auto& host : account.hosts) hosts.push_back(host.name);
    for (const auto shape : {QnameShape::Long, QnameShape::Many}) {
      const auto qname = longest_qname(name, hosts, shape);
      ASSERT_EQ(qname.size(), 255U);
      const auto plain = torii::testing::ask(view, {.name = qname.text(), .transport = server::Transport::Tcp}, {});
      EXPECT_EQ(plain.octets, facts.authority + facts.all_glue()) << name.text();
      const auto with_do = torii::testing::ask(
          view, {.name = qname.text(), .edns = true, .dnssec_ok = true, .transport = server::Transport::Tcp}, {});
      EXPECT_EQ(with_do.octets, facts.authority + kOptOctets + facts.proof + facts.all_glue()) << name.text();
    }
  }
  EXPECT_EQ(delegations, zone.delegation_count);
  EXPECT_EQ(delegations, 1438U);
}

}  // namespace
}  // namespace torii::zonec::testing
