/// Every fix gives the size that it promises: by arithmetic, and read off the layout of a zone in which it is made.
#include "zonec/judge/fixes.hpp"

#include <chrono>
#include <random>

#include "tests/zonec/judge/account_zone.hpp"
#include "zonec/judge/formula.hpp"
#include "zonec/judge/own_reply.hpp"
#include "zonec/judge/qname.hpp"
#include "zonec/judge/seen.hpp"

namespace torii::zonec::testing {
namespace {

using dns::Name;
using dns::RrType;

Name name(const std::string& text) { return *Name::from_text(text); }

AccountHost host(const std::string& text, HostRelation relation, std::uint32_t a, std::uint32_t aaaa) {
  return {.name = name(text), .relation = relation, .a = a, .aaaa = aaaa};
}

Account account_of(const std::string& zone, const std::string& owner, std::vector<AccountHost> hosts) {
  std::ranges::sort(hosts, [](const auto& x, const auto& y) { return dns::canonical_order(x.name, y.name) < 0; });
  return {.zone = name(zone), .owner = name(owner), .hosts = std::move(hosts), .proof = {}};
}

FixGoal authority_within(std::uint32_t limit) {
  return {limit, [](const SizeFacts& facts) { return facts.authority; }};
}
FixGoal everything_within(std::uint32_t limit) {
  return {limit, [](const SizeFacts& f) { return f.authority + kOptOctets + f.proof + f.all_glue(); }};
}

const Fix* find(const FixPlan& plan, FixKind kind) {
  const auto at = std::ranges::find(plan.fixes, kind, &Fix::kind);
  return at == plan.fixes.end() ? nullptr : &*at;
}

class RandomAccounts {
 public:
  explicit RandomAccounts(unsigned seed) : random_{seed} {}

  Account next(std::size_t hosts_max, bool with_nsec3) {
    const bool at_root = pick(3) == 0;
    auto account = account_of(at_root ? "." : "zone.", at_root ? "tld." : "d" + label() + ".zone.", {});
    const auto suffix = at_root ? std::string{} : std::string{"zone."};
    const std::vector<std::pair<std::string, HostRelation>> places{
        {account.owner.text(), HostRelation::InDomain},
        {"dns." + account.owner.text(), HostRelation::InDomain},
        {"glue1." + suffix, HostRelation::SiblingGlue},
        {"a.glue2." + suffix, HostRelation::SiblingGlue},
        {at_root ? "auth." : "auth.zone.", HostRelation::SiblingAuthoritative},
        {at_root ? "glue1." : "prov1.example.", at_root ? HostRelation::SiblingGlue : HostRelation::Unrelated},
        {at_root ? "glue2." : "prov2.test.", at_root ? HostRelation::SiblingGlue : HostRelation::Unrelated}};
    const auto count = 1 + pick(hosts_max);
    account.is_cyclic = pick(8) == 0;
    for (std::size_t i = 0; i < count; ++i) {
      const auto& [below, relation] = places[pick(account.is_cyclic ? 4 : places.size())];
      if (account.is_cyclic && relation == HostRelation::InDomain) continue;
      auto one = host(label() + "." + below, relation, 0, 0);
      if (relation != HostRelation::Unrelated) {
        one.a = static_cast<std::uint32_t>(pick(4) == 0 ? pick(21) : pick(2));
        one.aaaa = static_cast<std::uint32_t>(pick(4) == 0 ? pick(9) : pick(2));
      }
      if (std::ranges::any_of(account.hosts, [&](const auto& other) { return other.name == one.name; })) continue;
      account.hosts.push_back(std::move(one));
    }
    if (account.hosts.empty()) account.hosts.push_back(host("x.glue1." + suffix, HostRelation::SiblingGlue, 1, 1));
    std::ranges::sort(account.hosts,
                      [](const auto& x, const auto& y) { return dns::canonical_order(x.name, y.name) < 0; });
    add_proof(account, with_nsec3);
    return account;
  }

  std::size_t pick(std::size_t count) { return random_() % count; }

 private:
  std::string label() {
    std::string out;
    for (auto size = 1 + (pick(9) == 0 ? pick(62) : pick(7)); size > 0; --size)
      out += pick(30) == 0 ? "\\000" : std::string(1, "abcNS1-z"[pick(8)]);
    return out;
  }

  void add_proof(Account& account, bool with_nsec3) {
    constexpr std::array<std::uint16_t, 4> kSignatures{64, 160, 256, 666};
    const auto rrsig = static_cast<std::uint16_t>(18 + account.zone.size() + kSignatures[pick(4)]);
    const auto kind = pick(with_nsec3 ? 4 : 3);
    const auto add = [&](const Name& owner, RrType type, std::size_t octets, std::uint8_t digest = 0,
                         std::uint8_t salt = 0) {
      account.proof.push_back({owner, type, static_cast<std::uint16_t>(octets), digest, salt});
    };
    if (kind == 1) {
      for (auto records = 1 + pick(4); records > 0; --records) {
        const auto digest = pick(3);
        add(account.owner, RrType::DS, std::array<std::size_t, 3>{24, 36, 52}[digest],
            std::array<std::uint8_t, 3>{1, 2, 4}[digest]);
      }
      add(account.owner, RrType::RRSIG, rrsig);
    } else if (kind == 2) {
      add(account.owner, RrType::NSEC, account.zone.size() + 8);
      add(account.owner, RrType::RRSIG, rrsig);
    } else if (kind == 3) {
      const auto salt = static_cast<std::uint8_t>(pick(9));
      for (const char* hash : {"0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.", "2t7b4g4vsa5smi47k61mv5bv1a22bojr."}) {
        const auto owner = *Name::join(name(hash).view().octets().first(33), account.zone);
        add(owner, RrType::NSEC3, 26U + salt + 8, 0, salt);
        add(owner, RrType::RRSIG, rrsig);
      }
    }
    if (account.proof.empty()) return;
    for (auto& one : account.hosts)
      if (one.relation == HostRelation::SiblingAuthoritative) {
        if (one.a > 0) one.a_signatures = {rrsig};
        if (one.aaaa > 0) one.aaaa_signatures = {rrsig};
      }
  }

  std::mt19937 random_;
};

void expect_promise(const Account& account, const FixGoal& goal, const FixPlan& plan, bool through_layout,
                    const std::string& hint) {
  const auto check = [&](const Account& changed, std::uint32_t promised, const std::string& what) {
    ASSERT_EQ(goal.octets(facts_of(changed)), promised) << what << hint;
    for (std::size_t i = 1; i < changed.hosts.size(); ++i)
      ASSERT_TRUE(dns::canonical_order(changed.hosts[i - 1].name, changed.hosts[i].name) < 0) << what << hint;
    if (!through_layout) return;
    ASSERT_EQ(AccountZone{changed}.facts(), facts_of(changed)) << what << hint;
  };
  const auto now = goal.octets(facts_of(account));
  for (const auto& fix : plan.fixes) {
    const auto what = std::string{fix_id(fix.kind)} + ": " + fix_text(fix);
    EXPECT_EQ(fix.octets_before, now) << what << hint;
    EXPECT_LT(fix.octets_after, now) << what << hint;
    EXPECT_EQ(fix.suffices, fix.octets_after <= goal.limit) << what << hint;
    check(apply(fix, account), fix.octets_after, what);
  }
  for (const auto* set : {&plan.gentle, &plan.any}) {
    if (!*set) continue;
    EXPECT_LE((*set)->octets_after, goal.limit) << hint;
    auto step = account;
    for (const auto& fix : (*set)->fixes) {
      EXPECT_EQ(goal.octets(facts_of(step)), fix.octets_before) << fix_text(fix) << hint;
      step = apply(fix, step);
      EXPECT_EQ(goal.octets(facts_of(step)), fix.octets_after) << fix_text(fix) << hint;
    }
    check(apply(**set, account), (*set)->octets_after, "set");
  }
}

TEST(Fixes, GiveWhatTheyPromiseOnRandomAccounts) {
  const auto seed = std::random_device{}();
  RandomAccounts accounts{seed};
  std::array<std::size_t, kFixKinds> proposed{};
  for (int turn = 0; turn < 400; ++turn) {
    const bool nsec3 = turn % 4 == 3;
    const auto account = accounts.next(12, nsec3);
    const auto hint = " (turn " + std::to_string(turn) + ", seed " + std::to_string(seed) + ")";
    const bool with_layout = !nsec3;
    if (with_layout) {
      ASSERT_EQ(AccountZone{account}.facts(), facts_of(account)) << hint;
    }
    const auto facts = facts_of(account);
    FixOptions options{.sets = true, .exact = turn % 8 == 0};
    for (const auto& goal : {authority_within(facts.authority - 1 - static_cast<std::uint32_t>(accounts.pick(60))),
                             everything_within(facts.authority + facts.proof + facts.all_glue() -
                                               static_cast<std::uint32_t>(accounts.pick(200)))}) {
      const auto plan = propose_fixes(account, goal, options);
      expect_promise(account, goal, plan, with_layout, hint);
      for (const auto& fix : plan.fixes) ++proposed.at(static_cast<std::size_t>(fix.kind));
      if (HasFatalFailure()) return;
    }
    for (const auto& policy : policies()) {
      const auto goal = goal_of(policy);
      expect_promise(account, goal, propose_fixes(account, goal, {.sets = true, .exact = false}), with_layout, hint);
      if (HasFatalFailure()) return;
    }
  }
  for (std::size_t i = 0; i < kFixKinds; ++i)  // SplitAddresses only helps rules about single RRsets
    EXPECT_TRUE(proposed[i] > 0 || static_cast<FixKind>(i) == FixKind::SplitAddresses)
        << fix_id(static_cast<FixKind>(i)) << " was never proposed, seed " << seed;
}

TEST(OwnReply, IsWhatTheServersRulesSay) {
  const auto seed = std::random_device{}();
  RandomAccounts accounts{seed};
  for (int turn = 0; turn < 2000; ++turn) {
    const auto account = accounts.next(12, true);
    const auto facts = facts_of(account);
    std::vector<dns::NameView> hosts;
    for (const auto& host : account.hosts) hosts.push_back(host.name);
    const auto qname = longest_qname(account.owner, hosts, QnameShape::Long);
    for (const auto asking : {Asking::Plain, Asking::Edns, Asking::Dnssec}) {
      const auto limit = asking == Asking::Plain ? 512U : 512U + static_cast<std::uint32_t>(accounts.pick(1500));
      const auto own = own_reply(account, facts, asking, limit);
      const auto seen = seen_from(
          ServerKind::Torii, account,
          {.qname = qname, .limit = limit, .edns = asking != Asking::Plain, .dnssec_ok = asking == Asking::Dnssec});
      const auto hint = " (turn " + std::to_string(turn) + ", seed " + std::to_string(seed) + ")";
      ASSERT_EQ(own.tc, seen.tc) << limit << hint;
      if (own.authority_fits()) {
        ASSERT_EQ(own.sent, seen.octets) << limit << hint;
        ASSERT_EQ(own.left_out.size(), seen.left_out.size()) << limit << hint;
      }
    }
  }
}

TEST(Fixes, TheServersOfJpIn2003) {
  std::vector<AccountHost> hosts;
  for (const char* text : {"ns0.nic.ad.jp.", "ns-jp.nic.ad.jp.", "dns0.spin.ad.jp.", "ns.wide.ad.jp.",
                           "ns-jp.sinet.ad.jp.", "ns0.iij.ad.jp."})
    hosts.push_back(host(text, HostRelation::InDomain, 1, 0));
  const auto account = account_of(".", "jp.", hosts);
  ASSERT_EQ(facts_of(account).authority, 410U);
  const auto plan = propose_fixes(account, authority_within(371));
  const auto* fix = find(plan, FixKind::NewSuffix);
  ASSERT_NE(fix, nullptr);
  EXPECT_EQ(fix->octets_after, 371U);  // JPRS: renamed to ?.dns.jp, 39 fewer
  EXPECT_EQ(fix->octets_saved(), 39U);
  EXPECT_TRUE(fix->suffices);
  EXPECT_EQ(
      fix_text(*fix),
      "rename 6 hosts: ns0.iij.ad.jp to a.dns.jp, ns-jp.nic.ad.jp to b.dns.jp, ns0.nic.ad.jp to c.dns.jp and 3 more");
}

TEST(Fixes, ComOwesMoreThanItsHostNames) {
  std::vector<AccountHost> hosts;
  for (char letter = 'a'; letter <= 'm'; ++letter)
    hosts.push_back(host(std::string{letter} + ".gtld-servers.net.", HostRelation::SiblingGlue, 1, 1));
  const auto account = account_of(".", "com.", hosts);
  const auto& iana = *std::ranges::find(policies(), "iana-512", &Policy::id);
  const auto goal = goal_of(iana);
  ASSERT_EQ(goal.octets(facts_of(account)), 539U);
  const auto plan = propose_fixes(account, goal);
  const auto* suffix = find(plan, FixKind::NewSuffix);
  ASSERT_NE(suffix, nullptr);
  EXPECT_EQ(suffix->octets_after, 527U);  // gtld-servers.net -> dns.com saves 12 only
  EXPECT_FALSE(suffix->suffices);
  ASSERT_TRUE(plan.any);
  EXPECT_TRUE(plan.any->is_smallest);
  EXPECT_EQ(plan.any->objects, 2U);  // a host costs 16 octets of NS RRset: dropping two is enough
  EXPECT_FALSE(plan.gentle);         // names alone cannot
}

TEST(Fixes, EightHostsOfOneProviderEach) {
  // tccsetup.com: renaming all below one of the providers saves 62, below the delegation itself 76.
  std::vector<AccountHost> hosts;
  for (const char* text : {"ns1.aaaaaa.com.", "ns2.aaaaaa.com.", "ns1.bbbbbb.com.", "ns2.bbbbbb.com."})
    hosts.push_back(host(text, HostRelation::SiblingGlue, 1, 0));
  const auto account = account_of("com.", "tccsetup.com.", hosts);
  const auto before = facts_of(account).authority;
  const auto plan = propose_fixes(account, authority_within(before - 1));
  const auto* share = find(plan, FixKind::ShareSuffix);
  ASSERT_NE(share, nullptr);
  EXPECT_EQ(share->objects(), 1U);  // one host below the other's name is enough here
  // ns1.bbbbbb + pointer to com: 4 + 7 + 2; as a.aaaaaa: 2 + 2. But then ns2 spells bbbbbb itself: 4 + 7 + 2 as well.
  EXPECT_EQ(share->octets_saved(), 2U);
  const auto all = propose_fixes(account, authority_within(before - 9));
  const auto* both = find(all, FixKind::ShareSuffix);
  ASSERT_NE(both, nullptr);
  EXPECT_EQ(both->objects(), 2U);
  EXPECT_EQ(both->octets_saved(), 7U + 2U * 2U);
}

TEST(Fixes, OfTheProof) {
  // REFERRAL-SIZE section 5: L(Z)=4, no salt: an opt-out pair of P-256 signatures is 355 octets, DS/SHA-256 146.
  auto account = account_of(
      "jp.", "example.jp.",
      {host("ns1.example.jp.", HostRelation::InDomain, 1, 1), host("ns2.example.jp.", HostRelation::InDomain, 1, 1)});
  const auto hash = [&](char letter) { return name(std::string(32, letter) + ".jp."); };
  for (const auto& [letter, bitmap] : {std::pair{'0', 9}, std::pair{'1', 8}}) {
    account.proof.push_back({hash(letter), RrType::NSEC3, static_cast<std::uint16_t>(26 + 8 + bitmap), 0, 8});
    account.proof.push_back({hash(letter), RrType::RRSIG, static_cast<std::uint16_t>(18 + 4 + 256), 0, 0});
  }
  const auto before = facts_of(account);
  EXPECT_EQ(before.proof, 355U + 2 * 192 + 2 * 8);
  const auto goal = everything_within(1000);
  const auto plan = propose_fixes(account, goal);
  const auto saved = [&](FixKind kind) { return find(plan, kind) == nullptr ? 0 : find(plan, kind)->octets_saved(); };
  EXPECT_EQ(saved(FixKind::SmallSignatures), 384U);
  EXPECT_EQ(saved(FixKind::EmptySalt), 16U);
  EXPECT_EQ(saved(FixKind::SignChild), 145U + 256 + 16);
  account.proof = {{account.owner, RrType::DS, 24, 1, 0},
                   {account.owner, RrType::DS, 36, 2, 0},
                   {account.owner, RrType::DS, 36, 2, 0},
                   {account.owner, RrType::DS, 52, 4, 0},
                   {account.owner, RrType::RRSIG, 18 + 4 + 256, 0, 0}};
  const auto child = propose_fixes(account, everything_within(500));
  const auto less = [&](FixKind kind) { return find(child, kind) == nullptr ? 0 : find(child, kind)->octets_saved(); };
  EXPECT_EQ(less(FixKind::DropSha1Ds), 36U);
  EXPECT_EQ(less(FixKind::DropStandbyDs), 48U);
  EXPECT_EQ(less(FixKind::Sha256Ds), 64U);  // the same keys have SHA-256 already
  EXPECT_EQ(less(FixKind::SmallSignatures), 192U);
  EXPECT_EQ(find(child, FixKind::DropSha1Ds)->loss(), 0U);
  account.proof = {{account.owner, RrType::DS, 52, 4, 0}, {account.owner, RrType::RRSIG, 18 + 4 + 64, 0, 0}};
  const auto last = propose_fixes(account, everything_within(500));
  ASSERT_NE(find(last, FixKind::Sha256Ds), nullptr);
  EXPECT_EQ(find(last, FixKind::Sha256Ds)->octets_saved(), 16U);
}

TEST(Fixes, NeverCutTheOnlyWayIn) {
  const auto account =
      account_of("jp.", "x.jp.",
                 {host("ns1.x.jp.", HostRelation::InDomain, 3, 0), host("ns2.x.jp.", HostRelation::InDomain, 0, 0),
                  host("ns3.x.jp.", HostRelation::InDomain, 0, 0)});
  const auto plan = propose_fixes(account, everything_within(1));
  const auto* drop = find(plan, FixKind::DropHost);
  ASSERT_NE(drop, nullptr);
  EXPECT_NE(drop->hosts.front().from, name("ns1.x.jp."));
  EXPECT_FALSE(plan.any);  // nothing reaches one octet
  const auto two =
      account_of("jp.", "x.jp.",
                 {host("ns1.x.jp.", HostRelation::InDomain, 1, 1), host("ns2.x.jp.", HostRelation::InDomain, 1, 1)});
  EXPECT_EQ(find(propose_fixes(two, everything_within(1)), FixKind::DropHost), nullptr) << "two servers stay";
}

TEST(Fixes, ManyAddressesOnOneHost) {
  const auto account =
      account_of("jp.", "x.jp.",
                 {host("ns1.x.jp.", HostRelation::InDomain, 20, 0), host("ns2.x.jp.", HostRelation::InDomain, 20, 0)});
  const auto goal = FixGoal{512, [](const SizeFacts& f) { return f.authority + f.in_domain.largest; }};
  const auto plan = propose_fixes(account, goal);
  const auto* split = find(plan, FixKind::SplitAddresses);
  EXPECT_EQ(split, nullptr) << "one host split leaves the other's RRset";
  ASSERT_TRUE(plan.any);
  const auto one = account_of("jp.", "x.jp.", {host("ns1.x.jp.", HostRelation::InDomain, 20, 0)});
  const auto spread = propose_fixes(one, goal);
  ASSERT_NE(find(spread, FixKind::SplitAddresses), nullptr);
  EXPECT_EQ(find(spread, FixKind::SplitAddresses)->octets_saved(), 160U - 16U);
  EXPECT_EQ(fix_text(*find(spread, FixKind::SplitAddresses)),
            "move half of the addresses of ns1.x.jp to a new host, b.x.jp");
}

TEST(Fixes, LongAndHostileNames) {
  const auto label = std::string(63, 'x');
  const auto d = label + "." + label + "." + label + ".jp.";  // 196 octets
  auto account = account_of("jp.", d, {});
  account.hosts.push_back(host(std::string(57, 'n') + "." + d, HostRelation::InDomain, 2, 2));  // 254
  account.hosts.push_back(host("\\000\\255." + d, HostRelation::InDomain, 1, 1));
  account.hosts.push_back(host("a." + d, HostRelation::InDomain, 1, 1));
  std::ranges::sort(account.hosts,
                    [](const auto& x, const auto& y) { return dns::canonical_order(x.name, y.name) < 0; });
  const auto plan = propose_fixes(account, everything_within(350));
  expect_promise(account, everything_within(350), plan, true, "");
  const auto* shorter = find(plan, FixKind::ShortenLabels);
  ASSERT_NE(shorter, nullptr);
  for (const auto& edit : shorter->hosts) EXPECT_NE(edit.to->name, name("a." + d)) << "that name is taken";
}

TEST(Fixes, AThousandHostsEndInBoundedTime) {
  std::vector<AccountHost> hosts;
  for (int i = 0; i < 1000; ++i)
    hosts.push_back(
        host("ns" + std::to_string(i) + ".p" + std::to_string(i % 37) + ".example.", HostRelation::Unrelated, 0, 0));
  for (int i = 0; i < 200; ++i)
    hosts.push_back(host("ns" + std::to_string(i) + ".x.jp.", HostRelation::InDomain, 3, 3));
  const auto account = account_of("jp.", "x.jp.", hosts);
  const auto start = std::chrono::steady_clock::now();
  const auto plan = propose_fixes(account, everything_within(20'000));
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  EXPECT_LT(seconds.count(), 20) << "bounded work";
  expect_promise(account, everything_within(20'000), plan, false, "");
  EXPECT_FALSE(plan.fixes.empty());
}

}  // namespace
}  // namespace torii::zonec::testing
