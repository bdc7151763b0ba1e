/// What servers do when a referral does not fit: the measured cases. tests/interop/profiles_test.py asks the servers.
#include "zonec/judge/seen.hpp"

#include <gtest/gtest.h>

#include <random>

#include "tests/zonec/judge/names.hpp"
#include "zonec/judge/formula.hpp"
#include "zonec/judge/judge.hpp"
#include "zonec/judge/portable.hpp"

namespace torii::zonec {
namespace {

using dns::RrType;
using test::name;
using test::names;

Account account_of(std::string_view owner, const std::vector<dns::Name>& hosts, HostRelation relation, std::uint32_t a,
                   std::uint32_t aaaa) {
  Account account{.zone = dns::Name{}, .owner = name(owner), .hosts = {}, .proof = {}};
  for (const auto& host : hosts) account.hosts.push_back({.name = host, .relation = relation, .a = a, .aaaa = aaaa});
  return account;
}

Seen seen(ServerKind kind, const Account& account, std::uint32_t limit = 512, QnameShape shape = QnameShape::Long,
          bool dnssec_ok = false) {
  std::vector<dns::NameView> hosts;
  for (const auto& host : account.hosts) hosts.push_back(host.name);
  const auto qname = longest_qname(account.owner, hosts, shape);
  return seen_from(kind, account,
                   {.qname = qname,
                    .limit = limit,
                    .edns = limit != 512 && limit != 65535,
                    .dnssec_ok = dnssec_ok,
                    .tcp = limit > 65000});
}

std::size_t count(const Seen& what, RrType type) {
  return static_cast<std::size_t>(
      std::ranges::count_if(what.sent, [&](const GlueSet& set) { return set.type == type; }));
}

TEST(Seen, Ids) {
  for (std::size_t i = 0; i < kServerKindCount; ++i) {
    const auto kind = static_cast<ServerKind>(i);
    EXPECT_EQ(server_from_id(server_id(kind)), kind);
  }
  EXPECT_EQ(server_from_id("bind"), ServerKind::Bind920);
  EXPECT_FALSE(server_from_id("gdnsd"));
}

/// Five in-domain hosts, 519 octets in all: measured of BIND 9.20, NSD 4.12, Knot 3.4, PowerDNS 4.9.
TEST(Seen, FiveHostsOf519Octets) {
  const auto hosts = names({"a-e.dns.yz."});
  auto account = account_of("yz.", hosts, HostRelation::InDomain, 1, 1);
  account.hosts.pop_back();
  account.hosts.push_back({.name = name("e.dns.yz."), .relation = HostRelation::InDomain, .a = 1, .aaaa = 0});
  account.hosts[0].aaaa = 0;
  // NS-only 355; five A and three AAAA make 519.
  ASSERT_EQ(seen(ServerKind::Torii, account, 65535).octets, 519U);
  for (const auto kind : {ServerKind::Nsd, ServerKind::Bind918, ServerKind::Bind920}) {
    const auto what = seen(kind, account);
    EXPECT_EQ(what.octets, kind == ServerKind::Bind918 ? 495U : 491U) << server_id(kind);  // 9.18 spells yz twice more
    EXPECT_FALSE(what.tc) << server_id(kind);
    EXPECT_EQ(count(what, RrType::A), 5U);
    EXPECT_EQ(count(what, RrType::AAAA), 2U);
    EXPECT_EQ(what.left_out.size(), 1U);
  }
  const auto knot = seen(ServerKind::Knot, account);
  EXPECT_TRUE(knot.tc);
  EXPECT_EQ(knot.octets, 503U);
  EXPECT_EQ(count(knot, RrType::A), 4U);
  EXPECT_EQ(count(knot, RrType::AAAA), 3U);
  const auto powerdns = seen(ServerKind::PowerDns, account);
  EXPECT_TRUE(powerdns.tc);
  EXPECT_EQ(powerdns.octets, 271U);
  EXPECT_EQ(powerdns.ns_records, 0U);
  EXPECT_EQ(powerdns.left_out.size(), 8U);
}

TEST(Seen, FourteenHostsWithoutRoomForOneAddress) {
  const auto account = account_of("ya.", names({"a-n.dns.ya."}), HostRelation::InDomain, 1, 0);
  for (const auto kind : {ServerKind::Torii, ServerKind::Nsd, ServerKind::Knot, ServerKind::Bind920}) {
    EXPECT_EQ(seen(kind, account).octets, 499U) << server_id(kind);
    EXPECT_TRUE(seen(kind, account).tc) << server_id(kind);
  }
  EXPECT_TRUE(seen(ServerKind::PowerDns, account).tc);
  // No address is required for BIND 9.18: it says nothing of what it left out.
  const auto bind = seen(ServerKind::Bind918, account);
  EXPECT_EQ(bind.octets, 503U);
  EXPECT_FALSE(bind.tc);
}

TEST(Seen, FifteenHostsWithoutRoomForTheNsRrset) {
  const auto account = account_of("yb.", names({"a-o.dns.yb."}), HostRelation::InDomain, 1, 0);
  for (std::size_t i = 0; i < kServerKindCount; ++i) {
    const auto kind = static_cast<ServerKind>(i);
    const auto what = seen(kind, account);
    EXPECT_TRUE(what.tc) << server_id(kind);
    const bool is_bind = kind == ServerKind::Bind918 || kind == ServerKind::Bind920;
    EXPECT_EQ(what.ns_records, is_bind ? 14U : 0U) << server_id(kind);
    EXPECT_EQ(what.is_chance, is_bind);
    if (!is_bind) {
      EXPECT_EQ(what.octets, 271U);
    }
  }
}

TEST(Seen, ThirteenHostsWithRoomForOneAddress) {
  const auto account = account_of("yc.", names({"a-m.dns.yc."}), HostRelation::InDomain, 1, 0);
  for (const auto kind : {ServerKind::Torii, ServerKind::Nsd, ServerKind::Knot, ServerKind::Bind920}) {
    const auto what = seen(kind, account);
    EXPECT_EQ(what.octets, 499U) << server_id(kind);
    EXPECT_EQ(what.tc, kind == ServerKind::Torii || kind == ServerKind::Knot) << server_id(kind);
  }
  EXPECT_TRUE(seen(ServerKind::PowerDns, account).tc);
}

/// big.yh has 20 A, small.yh one.
TEST(Seen, OneRrsetTooLarge) {
  auto account = account_of("yh.", {name("big.yh."), name("small.yh.")}, HostRelation::InDomain, 20, 0);
  account.hosts[1].a = 1;
  const auto nsd = seen(ServerKind::Nsd, account);
  EXPECT_EQ(nsd.octets, 325U);
  EXPECT_FALSE(nsd.tc);
  const auto knot = seen(ServerKind::Knot, account);
  EXPECT_EQ(knot.octets, 325U);
  EXPECT_TRUE(knot.tc);
  const auto bind = seen(ServerKind::Bind920, account);
  EXPECT_EQ(bind.octets, 309U);
  EXPECT_TRUE(bind.tc);
  const auto older = seen(ServerKind::Bind918, account);
  EXPECT_EQ(older.octets, 327U);  // hosts from the last to the first; D is spelled once
  EXPECT_FALSE(older.tc);
  const auto ours = seen(ServerKind::Torii, account);
  EXPECT_EQ(ours.octets, 325U);
  EXPECT_TRUE(ours.tc);
}

TEST(Seen, BindLosesAddressesAtAQnameOfManyLabels) {
  const auto account = account_of("com.", names({"a-m.gtld-servers.net."}), HostRelation::SiblingGlue, 1, 1);
  const auto lengthy = seen(ServerKind::Bind920, account, 1232);
  EXPECT_EQ(lengthy.octets, 1078U);
  EXPECT_EQ(count(lengthy, RrType::AAAA), 13U);
  const auto many = seen(ServerKind::Bind920, account, 1232, QnameShape::Many);
  EXPECT_EQ(count(many, RrType::A), 13U);
  EXPECT_EQ(count(many, RrType::AAAA), 2U);
  EXPECT_FALSE(many.tc);
  const auto plain = seen(ServerKind::Bind920, account, 512, QnameShape::Many);
  EXPECT_EQ(plain.ns_records, 7U);
  EXPECT_TRUE(plain.tc);
}

TEST(Seen, BindAddsNoAuthoritativeAddressAndPowerDnsNoWildcards) {
  auto account = account_of("xx.jp.", {name("ns1.jp."), name("ns2.w.jp.")}, HostRelation::SiblingAuthoritative, 1, 1);
  account.zone = name("jp.");
  account.hosts[1].from_wildcard = true;
  const auto sent = [&](ServerKind kind) { return seen(kind, account, 65535).sent.size(); };
  EXPECT_EQ(sent(ServerKind::Torii), 4U);
  EXPECT_EQ(sent(ServerKind::Nsd), 4U);
  EXPECT_EQ(sent(ServerKind::Knot), 4U);
  EXPECT_EQ(sent(ServerKind::Bind918), 0U);
  EXPECT_EQ(sent(ServerKind::Bind920), 0U);
  EXPECT_EQ(sent(ServerKind::PowerDns), 2U);
  EXPECT_TRUE(seen(ServerKind::Bind920, account, 65535).left_out.empty());  // it never meant to
}

TEST(Seen, PowerDnsSendsDsWithoutBeingAsked) {
  auto account = account_of("xx.jp.", {name("ns.example.net.")}, HostRelation::Unrelated, 0, 0);
  account.zone = name("jp.");
  account.proof = {{account.owner, RrType::DS, 36, 2}, {account.owner, RrType::RRSIG, 86, 0}};
  const auto plain = seen(ServerKind::Torii, account);
  EXPECT_EQ(plain.proof_records, 0U);
  EXPECT_EQ(seen(ServerKind::PowerDns, account).octets, plain.octets + 48);
  EXPECT_EQ(seen(ServerKind::PowerDns, account, 1232, QnameShape::Long, true).octets, plain.octets + 11 + 48 + 98);
}

TEST(Seen, AProofThatDoesNotFit) {
  auto account = account_of("xx.jp.", names({"a-d.xx.jp."}), HostRelation::InDomain, 1, 1);
  account.zone = name("jp.");
  account.proof = {{account.owner, RrType::DS, 36, 2}, {account.owner, RrType::RRSIG, 2000, 0}};
  const auto at = [&](ServerKind kind) { return seen(kind, account, 1232, QnameShape::Long, true); };
  for (std::size_t i = 0; i < kServerKindCount; ++i) EXPECT_TRUE(at(static_cast<ServerKind>(i)).tc);
  const auto ns_only = seen(ServerKind::Torii, account, 65535).octets - 4 * 44 + 11;
  EXPECT_EQ(at(ServerKind::Torii).octets, ns_only);
  EXPECT_EQ(at(ServerKind::Nsd).octets, ns_only);
  EXPECT_EQ(at(ServerKind::Knot).octets, ns_only + 48);  // the DS went in before all signatures
  EXPECT_EQ(at(ServerKind::Bind920).octets, 271U + 11);
  EXPECT_EQ(at(ServerKind::PowerDns).octets, 271U + 11);
}

class RandomAccounts {
 public:
  explicit RandomAccounts(std::uint32_t seed) : random_{seed} {}
  Account next() {
    const std::string owner = std::vector<std::string>{"jp.", "example.", "a.b.co.jp.", "."}[pick(4)];
    Account account{.zone = dns::Name{}, .owner = name(owner), .hosts = {}, .proof = {}};
    const auto hosts = 1 + pick(20);
    for (std::uint32_t i = 0; i < hosts; ++i) {
      std::string text = std::string(1 + pick(12), static_cast<char>('a' + i)) + ".";
      for (auto more = pick(3); more > 0; --more) text += std::string(1 + pick(5), 'n') + ".";
      const auto where = pick(4);
      text += where == 0 && owner != "." ? owner : where == 1 ? "provider.net." : where == 2 ? "q.w.e.r.test." : "org.";
      const auto relation = where == 0 && owner != "." ? HostRelation::InDomain
                            : where == 1               ? HostRelation::SiblingGlue
                                                       : HostRelation::Unrelated;
      const bool served = relation != HostRelation::Unrelated;
      account.hosts.push_back(
          {.name = name(text), .relation = relation, .a = served ? pick(4) : 0, .aaaa = served ? pick(3) : 0});
    }
    std::ranges::sort(account.hosts, [](const AccountHost& a, const AccountHost& b) {
      return dns::canonical_order(a.name, b.name) < 0;
    });
    if (owner != "." && pick(2) == 0)
      account.proof = {{account.owner, RrType::DS, 36, 2},
                       {account.owner, RrType::RRSIG, static_cast<std::uint16_t>(83 + pick(300)), 0}};
    return account;
  }
  std::uint32_t pick(std::uint32_t below) { return static_cast<std::uint32_t>(random_() % below); }

 private:
  std::mt19937 random_;
};

TEST(Seen, LawsOnRandomAccounts) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(seed);
  RandomAccounts random{seed};
  PortableSizes portable{EncoderSet::all()};
  for (int turn = 0; turn < 400; ++turn) {
    const auto account = random.next();
    const auto facts = facts_of(account);
    const ReferralPart all{.opt = true, .proof = true, .glue = ReferralPart::Glue::All};
    const auto worst = portable.worst(account, all);
    ASSERT_GE(portable_bound(account, all), worst.octets);
    // Under full compression the encoder, the arithmetic and the sender agree, at either shape.
    for (const auto shape : {QnameShape::Long, QnameShape::Many}) {
      const auto everything = facts.authority + kOptOctets + facts.proof + facts.all_glue();
      ASSERT_EQ(seen(ServerKind::Torii, account, 65534, shape, true).octets, everything);
      for (std::size_t i = 0; i < kServerKindCount; ++i) {
        const auto kind = static_cast<ServerKind>(i);
        const auto full = seen(kind, account, 65534, shape, true);
        ASSERT_FALSE(full.tc) << server_id(kind);
        ASSERT_TRUE(full.left_out.empty());
        ASSERT_LE(full.octets, worst.octets) << server_id(kind);
        ASSERT_GE(full.octets, everything) << server_id(kind);
        for (const std::uint32_t limit : {512U, 700U, 1232U}) {
          const auto what = seen(kind, account, limit, shape, limit != 512);
          ASSERT_LE(what.octets, limit) << server_id(kind);
          ASSERT_EQ(what.sent.size() + what.left_out.size(), full.sent.size()) << server_id(kind);
          if (full.octets <= limit && limit != 512) {
            ASSERT_EQ(what.octets, full.octets) << server_id(kind);
          }
        }
      }
    }
    // RFC 9471 section 3.1, for the two that keep to it.
    for (const auto kind : {ServerKind::Torii, ServerKind::Knot}) {
      const auto what = seen(kind, account, 512);
      const bool lacks = std::ranges::any_of(what.left_out, [&](const GlueSet& set) {
        return account.hosts[set.host].relation == HostRelation::InDomain;
      });
      ASSERT_EQ(what.tc, lacks || what.ns_records < account.hosts.size()) << server_id(kind);
    }
  }
}

TEST(Portable, APolicyThatOnlyAnotherEncoderMisses) {
  // 13 hosts of another TLD: 495 octets as we write them, 498 for PowerDNS and more for BIND.
  const auto com = account_of("com.", names({"a-m.gtld-servers.net."}), HostRelation::SiblingGlue, 1, 1);
  PolicySettings settings;
  ASSERT_EQ(settings.set("portable@512=notice"), "");
  const auto missed = [&] {
    Judge judge{settings};
    const auto findings = judge.judge(com);
    const auto found =
        std::ranges::find_if(findings, [](const SizeFinding& f) { return f.policy->id == "portable@512"; });
    return found == findings.end() ? 0U : found->failure.octets;
  };
  EXPECT_EQ(missed(), 0U);  // nothing but our own encoder, unless told
  settings.set_encoders(EncoderSet::all(), false);
  EXPECT_EQ(missed(), 690U);
  settings.set_encoders({Encoder::Full, Encoder::Pdns, Encoder::Knot}, true);
  EXPECT_EQ(missed(), 0U);
}

TEST(Portable, NamesTheWorst) {
  const auto com = account_of("com.", names({"a-m.gtld-servers.net."}), HostRelation::SiblingGlue, 1, 1);
  PortableSizes all{EncoderSet::all()};
  const auto worst = all.worst(com, {});
  EXPECT_EQ(worst.octets, 690U);  // 687, and three for an owner in other letters
  EXPECT_EQ(worst.encoder, Encoder::Bind920);
  EXPECT_EQ(worst.shape, QnameShape::Many);
  EXPECT_TRUE(worst.other_case);
  PortableSizes cased_out{EncoderSet{Encoder::Full, Encoder::Bind920}};
  EXPECT_EQ(cased_out.worst(com, {}).octets, 687U);
  PortableSizes full{EncoderSet{Encoder::Full}};
  EXPECT_EQ(full.worst(com, {}).octets, 495U);
  EXPECT_EQ(full.worst(com, {.opt = true, .proof = true, .glue = ReferralPart::Glue::All}).octets, 1078U);
  const auto immune = account_of("example.jp.", names({"a-d.example.jp."}), HostRelation::InDomain, 1, 1);
  EXPECT_EQ(PortableSizes{EncoderSet{Encoder::Bind920}}.worst(immune, {}).octets, full.worst(immune, {}).octets);
}

}  // namespace
}  // namespace torii::zonec
