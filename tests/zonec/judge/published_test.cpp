/// Sizes that others published of delegations that can be looked up, where no other test has them.
#include <gtest/gtest.h>

#include "tests/zonec/judge/names.hpp"
#include "torii/referral/budget.hpp"
#include "zonec/judge/compat.hpp"
#include "zonec/judge/judge.hpp"
#include "zonec/judge/seen.hpp"

namespace torii::zonec {
namespace {

using test::name;

struct PublishedHost {
  std::string name;
  std::uint32_t a{}, aaaa{};
};

Account account_of(const std::string& zone, const std::string& owner, const std::vector<PublishedHost>& hosts) {
  Account account;
  account.zone = name(zone);
  account.owner = name(owner);
  for (const auto& host : hosts) {
    const auto host_name = name(host.name);
    const auto relation = host_name.view().is_at_or_below(account.owner)  ? HostRelation::InDomain
                          : host_name.view().is_at_or_below(account.zone) ? HostRelation::SiblingGlue
                                                                          : HostRelation::Unrelated;
    const bool served = relation != HostRelation::Unrelated;
    account.hosts.push_back(
        {.name = host_name, .relation = relation, .a = served ? host.a : 0, .aaaa = served ? host.aaaa : 0});
  }
  std::ranges::sort(account.hosts,
                    [](const auto& a, const auto& b) { return dns::canonical_order(a.name, b.name) < 0; });
  return account;
}

std::optional<SizeFailure> miss(const std::string& policy, const Account& account, std::uint32_t limit) {
  auto row = *PolicySettings{}.find(policy);
  row.limit = limit;
  return row.evaluate(facts_of(account), row);
}

/// The octets that a policy counts: the largest limit that they pass.
std::uint32_t octets(const std::string& policy, const Account& account) { return miss(policy, account, 100)->octets; }

// The test zones of Zonemaster for DELEGATION03. Its published outputs count no glue, although the hosts are in-domain:
// it looks addresses up at servers that serve no such zone.
TEST(Published, ZonemasterTestZones) {
  const std::string base = "delegation03.xa.";
  const auto ok_1 = "referral-size-ok-1." + base;
  const auto ok_2 = "referral-size-ok-2." + base;
  const auto large_1 = "referral-size-too-large-1." + base;
  const auto large_2 = "referral-size-too-large-2." + base;
  std::vector<PublishedHost> five;
  for (const std::string n : {"1", "2", "3", "4", "5"})
    five.push_back(
        {"ns" + n + "." + (n == "5" ? "4" : n) + "abcdefghijklmnopqrstuv." + n + "defghijkl." + large_1, 1, 1});
  const auto four = [&](const std::string& suffix) {
    std::vector<PublishedHost> hosts;
    for (const std::string n : {"1", "2", "3", "4"})
      hosts.push_back({"ns" + n + "." + n + "abcdefghijklmnopqrstuvwxyz." + n + "abcdefghijklmnopqrstuvwxy." + n +
                           "abcdefghijklmnopqrstuvw." + suffix,
                       1, 1});
    return hosts;
  };
  struct Row {
    Account account;
    std::uint32_t output, by_its_rule;
  };
  const Row rows[] = {
      {account_of(base, ok_1, {{"ns1." + ok_1, 1, 1}, {"ns2." + ok_1, 1, 1}}), 307, 351},
      {account_of(base, ok_2,
                  {{"ns1.ipv4." + ok_2, 1, 0},
                   {"ns1.ipv6." + ok_2, 0, 1},
                   {"ns2.ipv4." + ok_2, 1, 0},
                   {"ns2.ipv6." + ok_2, 0, 1}}),
       353, 397},
      {account_of(base, large_1, five), 536, 580},
      {account_of(base, large_2, four(large_2)), 663, 707},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(facts_of(row.account).authority, row.output) << row.account.owner.text();
    EXPECT_EQ(octets("zonemaster-512", row.account), row.by_its_rule) << row.account.owner.text();
    EXPECT_EQ(octets("iana-512", row.account), row.by_its_rule) << row.account.owner.text();
    EXPECT_EQ(miss("zonemaster-512", row.account, 512).has_value(), row.output > 512) << row.account.owner.text();
  }
}

TEST(Published, TccsetupOfZonemasterIssue353) {  // eight hosts of two providers, two of them under com
  const auto account = account_of("com.", "tccsetup.com.",
                                  {{"ns1.p17.dynect.net."},
                                   {"ns2.p17.dynect.net."},
                                   {"ns3.p17.dynect.net."},
                                   {"ns4.p17.dynect.net."},
                                   {"ns-420.awsdns-52.com.", 1, 1},
                                   {"ns-859.awsdns-43.net."},
                                   {"ns-1150.awsdns-15.org."},
                                   {"ns-1844.awsdns-38.co.uk."}});
  EXPECT_EQ(facts_of(account).authority, 491U);
  EXPECT_EQ(facts_of(account).authority + referral::glue_octets(1, 1), 535U);
}

TEST(Published, ComWithoutAnyCompression) {  // Zonemaster issue 32: 726, DNSCheck 495
  const auto account = [] {
    std::vector<PublishedHost> hosts;
    for (char c = 'a'; c < 'n'; ++c) hosts.push_back({std::string(1, c) + ".gtld-servers.net.", 1, 1});
    return account_of(".", "com.", hosts);
  }();
  std::uint32_t plain = 12 + 255 + 4;
  for (const auto& host : account.hosts)
    plain += static_cast<std::uint32_t>(account.owner.size() + 10 + host.name.size());
  // 726 has the names in full, and each owner too but for the pointer that it is here: 13 * (5 + 10 + 20) = 455.
  EXPECT_EQ(plain, 726U);
  EXPECT_EQ(octets("dnscheck-512", account), 495U);
  EXPECT_EQ(octets("iana-512", account), 539U);
  EXPECT_EQ(miss("iana-512", account, 512)->octets - 512, 27U);
}

// BIND's system test "glue" has referrals whose NS RRset leaves less room than the first address needs: 505, 508 and
// 508 octets. Its zone is not at hand; these delegations have the same sizes.
TEST(Published, BindsGlueTest) {
  struct Row {
    const char* owner;
    std::uint32_t a, aaaa, authority, first;
  };
  for (const auto& row :
       {Row{"subdomain-a.tc-test-unsigned.", 1, 0, 505, 521}, Row{"subdomain-aaaa.tc-test-unsigned.", 0, 1, 508, 536},
        Row{"subdomain-both.tc-test-unsigned.", 1, 1, 508, 524}}) {
    const auto qname = name(std::string{"foo."} + row.owner);
    const auto with_pad = [&](std::size_t pad) {
      std::vector<PublishedHost> hosts;
      for (int i = 0; i < 7; ++i) {
        const auto here = std::min<std::size_t>(pad, 55);
        pad -= here;
        hosts.push_back({"n" + std::to_string(i) + std::string(1 + here, 'x') + "." + row.owner, row.a, row.aaaa});
      }
      return account_of("tc-test-unsigned.", row.owner, hosts);
    };
    const auto at_qname = [&](const Account& account) {
      return facts_of(account).authority - 255 + static_cast<std::uint32_t>(qname.size());
    };
    const auto account = with_pad(row.authority - at_qname(with_pad(0)));
    ASSERT_EQ(at_qname(account), row.authority);
    EXPECT_EQ(row.authority + (row.a > 0 ? 16 : 28), row.first);
    for (const auto kind : {ServerKind::Torii, ServerKind::Knot, ServerKind::Bind920}) {
      const auto seen = seen_from(kind, account, {.qname = qname, .limit = 512});
      EXPECT_TRUE(seen.tc) << server_id(kind) << " " << row.owner;
      EXPECT_TRUE(seen.sent.empty()) << server_id(kind) << " " << row.owner;
    }
  }
}

}  // namespace
}  // namespace torii::zonec
