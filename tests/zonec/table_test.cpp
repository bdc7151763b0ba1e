/// Tables by the closed form: golden values of others, each verdict at its boundary, policies, bad usage.
#include "zonec/table.hpp"

#include <gtest/gtest.h>

namespace torii::zonec {
namespace {

TableSubject subject(const std::string& zone, const std::string& delegation, const std::vector<std::string>& hosts,
                     std::size_t count) {
  TableSubject out;
  out.cut = parse_cut(zone, delegation);
  out.hosts = expand_hosts(hosts, count);
  return out;
}

std::string said(const std::function<void()>& work) {
  try {
    work();
  } catch (const CLI::ValidationError& error) {
    return error.what();
  }
  return "nothing";
}

TEST(Table, HostsOfAPattern) {
  const auto hosts = expand_hosts({"first.jp", "?.dns.jp"}, 29);
  ASSERT_EQ(hosts.size(), 29U);
  EXPECT_EQ(hosts[0].text(), "first.jp.");
  EXPECT_EQ(hosts[1].text(), "a.dns.jp.");
  EXPECT_EQ(hosts[26].text(), "z.dns.jp.");
  EXPECT_EQ(hosts[27].text(), "aa.dns.jp.");
  EXPECT_EQ(hosts[28].text(), "ab.dns.jp.");
  EXPECT_EQ(expand_hosts({"ns#.example.jp"}, 10).back().text(), "ns10.example.jp.");
}

TEST(Table, BadPatternsAreNamed) {
  EXPECT_NE(said([] { (void)expand_hosts({"a.jp", "A.jp."}, 2); }).find("A.jp is given twice"), std::string::npos);
  EXPECT_NE(said([] { (void)expand_hosts({"a.jp"}, 2); }).find("2 hosts are asked for and 1 are named"),
            std::string::npos);
  EXPECT_NE(said([] { (void)expand_hosts({"?.#.jp"}, 2); }).find("more than one ? or #"), std::string::npos);
  EXPECT_NE(said([] { (void)expand_hosts({"?.jp", "a.org"}, 3); }).find("must come last"), std::string::npos);
  EXPECT_NE(said([] { (void)expand_hosts({"a..jp"}, 1); }).find("'a..jp' is no domain name"), std::string::npos);
}

TEST(Table, TheZoneAloneIsDelegatedByItsParent) {
  const auto alone = parse_cut("JP", "");
  EXPECT_EQ(alone.zone.text(), ".");
  EXPECT_EQ(alone.delegation.text(), "jp.");
  const auto below = parse_cut("jp.", "example.jp");
  EXPECT_EQ(below.zone.text(), "jp.");
  EXPECT_EQ(below.delegation.text(), "example.jp.");
  EXPECT_NE(said([] { (void)parse_cut(".", ""); }).find("nothing delegates the root"), std::string::npos);
  EXPECT_NE(said([] { (void)parse_cut("jp", "jp"); }).find("jp is not below the zone jp"), std::string::npos);
  EXPECT_NE(said([] { (void)parse_cut("jp", "example.com"); }).find("not below"), std::string::npos);
}

TEST(Table, QnamesThatThereAre) {
  const auto cut = parse_cut("jp", "");
  EXPECT_EQ(said([&] { check_qname(cut, 4); }), "nothing");
  EXPECT_NE(said([&] { check_qname(cut, 5); }).find("it can have 4, or 6 to 255"), std::string::npos);
  EXPECT_EQ(said([&] { check_qname(cut, 6); }), "nothing");
  EXPECT_NE(said([&] { check_qname(cut, 3); }).find("has 3 octets"), std::string::npos);
}

TEST(Table, VerdictsAtTheirBoundary) {
  auto table = subject("jp", "", {"?.dns.jp"}, 4);  // without glue 339, 4 AAAA 451, 4 A more 515
  const auto at = [&](std::size_t limit) {
    table.limit = limit;
    return compute_cell(table, 4, 4, 4);
  };
  EXPECT_EQ(at(515).verdict, Verdict::Ok);
  EXPECT_EQ(at(515).octets, 515U);
  EXPECT_EQ(at(514).verdict, Verdict::Part);
  EXPECT_EQ(at(514).octets, 499U);
  EXPECT_EQ(at(514).fit.a, 3U);
  EXPECT_EQ(at(451).verdict, Verdict::Part);
  EXPECT_EQ(at(451).fit.a, 0U);
  EXPECT_EQ(at(450).verdict, Verdict::Over);
  EXPECT_EQ(at(450).octets, 451U);
  table.limit = 512;
  table.order = referral::GlueOrder::Pairs;
  EXPECT_EQ(compute_cell(table, 4, 4, 4).fit.octets, 339U + 3 * 44);
  table.order = referral::GlueOrder::AFirst;
  EXPECT_EQ(compute_cell(table, 4, 4, 4).fit.aaaa, 3U);
}

TEST(Table, ShorterQnameGivesRoom) {
  auto table = subject("jp", "", {"?.dns.jp"}, 4);
  table.qname = 252;  // 3 octets less: 515 becomes 512
  EXPECT_EQ(compute_cell(table, 4, 4, 4).verdict, Verdict::Ok);
  table.qname = 253;
  EXPECT_EQ(compute_cell(table, 4, 4, 4).verdict, Verdict::Part);
}

TEST(Table, SignedReferralsAsMeasured) {  // example.xx, two in-domain hosts, asked with DO
  auto table = subject("xx", "example.xx", {"ns#.example.xx"}, 2);
  table.limit = 1232;
  table.opt = referral::kOptOctets;
  EXPECT_EQ(compute_cell(table, 2, 2, 2).octets, 406U);
  const auto with = [&](std::size_t signature, const std::vector<std::string>& ds) {
    table.proof = PlannedSigning{signature, ds}.proof_octets(table.cut.zone);
    return compute_cell(table, 2, 2, 2).octets;
  };
  EXPECT_EQ(with(64, {"sha-256"}), 552U);
  EXPECT_EQ(with(160, {"sha-256"}), 648U);
  EXPECT_EQ(with(256, {"sha-256"}), 744U);
  EXPECT_EQ(with(64, {"sha-256", "sha-1"}), 552U + 36);
  EXPECT_EQ(with(64, {}), 761U);
  table.opt = 0;  // without EDNS there is no DO
  EXPECT_EQ(with(64, {}), 395U);
  EXPECT_NE(said([] {
              (void)PlannedSigning{std::nullopt, {"sha-1"}}.proof_octets(dns::Name{});
            }).find("needs"),
            std::string::npos);
}

/// Section 5 of the rules: most in-domain hosts ns1, ns2, ... of example.jp of which nothing is left out.
TEST(Table, MostHostsOfASignedZone) {
  auto table = subject("jp", "example.jp", {"ns#.example.jp"}, 20);
  table.opt = referral::kOptOctets;
  const auto most = [&](std::size_t limit, std::optional<std::size_t> signature, const std::vector<std::string>& ds) {
    table.limit = limit;
    table.proof = PlannedSigning{signature, ds}.proof_octets(table.cut.zone);
    std::size_t hosts = 0;
    while (hosts < 20 && compute_cell(table, hosts + 1, hosts + 1, hosts + 1).verdict == Verdict::Ok) ++hosts;
    return hosts;
  };
  EXPECT_EQ(most(1232, std::nullopt, {}), 15U);
  EXPECT_EQ(most(1400, std::nullopt, {}), 17U);
  EXPECT_EQ(most(1232, 64, {"sha-256"}), 12U);
  EXPECT_EQ(most(1232, 64, {}), 9U);
  EXPECT_EQ(most(1400, 256, {"sha-256"}), 12U);
  EXPECT_EQ(most(1400, 256, {}), 6U);
  EXPECT_EQ(most(1232, 666, {"sha-256"}), 3U);
  EXPECT_EQ(most(1232, 666, {}), 0U);
}

TEST(Table, PoliciesJudge) {
  auto table = subject("xx", "", {"?.nic.xx"}, 20);
  const auto most = [&](const std::string& policy) {
    table.policy = policy;
    std::size_t hosts = 0;
    while (hosts < 20 && compute_cell(table, hosts + 1, hosts + 1, hosts + 1).verdict != Verdict::Over) ++hosts;
    return hosts;
  };
  EXPECT_EQ(most("iana-512"), 12U);
  EXPECT_EQ(most("ns-512"), 14U);
  EXPECT_EQ(most("one-glue-512"), 13U);
  table.hosts = expand_hosts({"?.gtld-servers.net"}, 20);
  table.cut = parse_cut("com", "");
  EXPECT_EQ(most("iana-512"), 11U);
  table.policy = "iana-512";
  EXPECT_EQ(compute_cell(table, 13, 13, 13).octets, 539U);
}

TEST(Table, OnlyHostsInTheZoneHaveGlue) {
  auto table = subject("jp", "example.jp", {"ns.example.com", "ns.other.jp", "ns#.example.jp"}, 4);
  EXPECT_EQ(hosts_in_zone(table, 1), 0U);
  EXPECT_EQ(hosts_in_zone(table, 4), 3U);
  table.policy = "one-glue-512";
  EXPECT_EQ(compute_cell(table, 1, 0, 0).verdict, Verdict::Ok);
}

TEST(Table, NothingPastTheReachOfPointers) {
  std::vector<std::string> hosts;
  for (int i = 0; i < 80; ++i) {  // nothing in common
    const auto label = std::string(60, 'x') + std::to_string(100 + i);
    hosts.push_back(label + "." + label + "." + label + "." + std::to_string(100 + i));
  }
  auto table = subject("jp", "", hosts, 80);
  EXPECT_NE(said([&] { (void)compute_cell(table, 80, 0, 0); }).find("ask for fewer"), std::string::npos);
  EXPECT_EQ(said([&] { (void)compute_cell(table, 70, 0, 0); }), "nothing");
}

TEST(Table, CsvQuotesWhatNeedsIt) {
  Table table{.subject = subject("jp", "a\\,b.jp", {"ns.jp"}, 1)};
  table.cells.push_back({compute_cell(table.subject, 1, 0, 0)});
  EXPECT_NE(table_csv(table).find("jp,\"a,b.jp\",255,512,,aaaa,1,0,0,"), std::string::npos) << table_csv(table);
}

}  // namespace
}  // namespace torii::zonec
