/// Laws of size that hold for every delegation, tried on random ones: no order of NS and glue changes it, and a further
/// host or address never makes it smaller.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "tests/zonec/judge/names.hpp"
#include "zonec/judge/encoder.hpp"
#include "zonec/judge/formula.hpp"
#include "zonec/judge/qname.hpp"

namespace torii::zonec {
namespace {

using dns::RrType;
using test::name;

class RandomDelegations {
 public:
  explicit RandomDelegations(unsigned seed) : random{seed} {}

  Account next() {
    Account account;
    const bool at_root = pick(3) == 0;
    account.zone = name(at_root ? "." : "zone.");
    account.owner = name(at_root ? "tld." : label() + ".zone.");
    for (auto count = 1 + pick(20); count > 0; --count) add_host(account);
    return account;
  }

  /// Returns false when the name that came out is there already.
  bool add_host(Account& account) {
    const std::string owner = account.owner.text();
    const std::string zone = account.zone.view().is_root() ? "" : account.zone.text();
    const std::string suffixes[] = {owner,
                                    "dns." + owner,
                                    "a.b.c." + owner,
                                    "sib." + zone,
                                    "ns.sib." + zone,
                                    "provider.example.",
                                    "other.provider.example.",
                                    "org."};
    AccountHost host;
    const auto which = pick(8);
    host.name = name(pick(30) == 0 ? owner : label() + "." + suffixes[which]);
    if (std::ranges::any_of(account.hosts, [&](const auto& other) { return other.name == host.name; })) return false;
    host.relation = host.name.view().is_at_or_below(account.owner)  ? HostRelation::InDomain
                    : host.name.view().is_at_or_below(account.zone) ? HostRelation::SiblingGlue
                                                                    : HostRelation::Unrelated;
    if (host.relation != HostRelation::Unrelated) {
      host.a = static_cast<std::uint32_t>(pick(4));
      host.aaaa = static_cast<std::uint32_t>(pick(3));
    }
    account.hosts.push_back(host);
    std::ranges::sort(account.hosts,
                      [](const auto& a, const auto& b) { return dns::canonical_order(a.name, b.name) < 0; });
    return true;
  }

  std::size_t pick(std::size_t count) { return random() % count; }
  std::mt19937 random;

 private:
  std::string label() {
    std::string out;
    for (auto size = 1 + pick(pick(6) == 0 ? 40 : 6); size > 0; --size) out += "abcNX0-_"[pick(7)];
    return out;
  }
};

TEST(Laws, NoOrderOfHostsAndGlueChangesTheSize) {
  const auto seed = std::random_device{}();
  RandomDelegations delegations{seed};
  MessageWriter writer{Encoder::Full};
  for (int turn = 0; turn < 3000; ++turn) {
    const auto account = delegations.next();
    const auto facts = facts_of(account);
    std::vector<dns::NameView> hosts;
    for (const auto& host : account.hosts) hosts.push_back(host.name);
    const auto qname = longest_qname(account.owner, hosts, turn % 2 == 0 ? QnameShape::Long : QnameShape::Many);
    std::vector<WireSet> glue;
    for (const auto& host : account.hosts) {
      if (host.a > 0)
        glue.push_back({.owner = host.name, .type = RrType::A, .records = host.a, .rdata_octets = 4 * host.a});
      if (host.aaaa > 0)
        glue.push_back(
            {.owner = host.name, .type = RrType::AAAA, .records = host.aaaa, .rdata_octets = 16 * host.aaaa});
    }
    for (int order = 0; order < 4; ++order) {
      std::ranges::shuffle(hosts, delegations.random);
      std::ranges::shuffle(glue, delegations.random);
      std::vector<WireSet> sets{{.owner = account.owner, .type = RrType::NS, .targets = hosts}};
      sets.insert(sets.end(), glue.begin(), glue.end());
      ASSERT_EQ(message_octets(writer, qname, sets), facts.authority + facts.all_glue())
          << account.owner.text() << " seed " << seed << " turn " << turn;
    }
  }
}

TEST(Laws, AHostOrAnAddressMoreNeverShrinks) {
  const auto seed = std::random_device{}();
  RandomDelegations delegations{seed};
  for (int turn = 0; turn < 3000; ++turn) {
    auto account = delegations.next();
    account.is_cyclic = delegations.pick(9) == 0;
    const auto before = facts_of(account);
    if (delegations.pick(2) == 0) {
      if (!delegations.add_host(account)) continue;
      EXPECT_GE(facts_of(account).authority, before.authority + 12 + 2) << "seed " << seed << " turn " << turn;
    } else {
      auto& host = account.hosts[delegations.pick(account.hosts.size())];
      if (host.relation == HostRelation::Unrelated) continue;
      ++(delegations.pick(2) == 0 ? host.a : host.aaaa);
      EXPECT_EQ(facts_of(account).authority, before.authority);
      EXPECT_GT(facts_of(account).all_glue(), before.all_glue()) << "seed " << seed << " turn " << turn;
    }
    const auto after = facts_of(account);
    EXPECT_GE(after.required(), before.required()) << "seed " << seed << " turn " << turn;
    EXPECT_GE(after.all_glue(), before.all_glue()) << "seed " << seed << " turn " << turn;
  }
}

}  // namespace
}  // namespace torii::zonec
