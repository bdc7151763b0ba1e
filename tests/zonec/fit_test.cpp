/// Planned delegations: golden sizes, and the account held against what the server answers to the same delegation.
#include "zonec/fit.hpp"

#include <gtest/gtest.h>

#include <random>

#include "tests/support/ask.hpp"
#include "tests/support/compiled_zones.hpp"
#include "torii/referral/budget.hpp"

namespace torii::zonec {
namespace {

const std::vector<std::uint32_t> kLimits{512, 1232, 1400};

Fit plan(const std::string& zone, const std::string& delegation, const std::vector<std::string>& hosts,
         const Assumptions& assumptions = {}, const std::vector<std::uint32_t>& limits = kLimits) {
  std::vector<PlannedHost> planned;
  for (const auto& host : hosts) planned.push_back(parse_planned_host(host));
  return plan_fit(parse_cut(zone, delegation), planned, assumptions, limits, {});
}

std::vector<std::string> dual(const std::string& first, int count, const std::string& suffix) {
  std::vector<std::string> out;
  for (int i = 1; i <= count; ++i)
    out.push_back(first + std::to_string(i) + suffix + "=192.0.2." + std::to_string(i) +
                  ",2001:db8::" + std::to_string(i));
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

TEST(Fit, GoldenReferrals) {
  const auto four = plan("jp", "example.jp", dual("ns", 4, ".example.jp"));
  EXPECT_EQ(four.report.facts.authority, 343U);
  EXPECT_EQ(four.report.replies[0].needed, 519U);
  EXPECT_FALSE(four.report.replies[0].fits());
  EXPECT_TRUE(four.report.replies[0].tc);
  EXPECT_EQ(four.report.replies[0].sent, 491U);
  EXPECT_EQ(four.report.replies[0].qname_ok_max, 248U);
  EXPECT_EQ(four.report.replies[1].needed, 530U);
  EXPECT_TRUE(four.report.replies[1].fits());
  EXPECT_TRUE(four.report.findings.empty());
  EXPECT_EQ(plan("yg", "", {"yg=192.0.2.1"}).report.replies[0].needed, 301U);
  EXPECT_EQ(plan("yg", "", {"ns1.host.example", "ns2.other.test"}).report.replies[0].needed, 329U);
  EXPECT_EQ(
      plan("xx", "example.xx", dual("ns", 2, ".example.xx"), {.signature = 64, .ds = {32}}).report.replies[2].needed,
      552U);
}

TEST(Fit, TheLimitItselfFitsAndOneLessDoesNot) {
  const auto fit = plan("jp", "example.jp", dual("ns", 4, ".example.jp"), {}, {519, 518, 530, 529});
  EXPECT_EQ(fit.report.replies[2].qname_ok_max, 255U);
  EXPECT_TRUE(fit.report.replies[2].fits());
  EXPECT_FALSE(fit.report.replies[3].fits());
  EXPECT_EQ(fit.report.replies[3].qname_ok_max, 254U);
}

TEST(Fit, WhatCannotBeIsRefused) {
  EXPECT_NE(said([] { plan("jp", "", {}); }).find("at least one host"), std::string::npos);
  EXPECT_NE(said([] { plan("jp", "", {"a.jp", "A.jp."}); }).find("A.jp is given twice"), std::string::npos);
  EXPECT_NE(said([] { plan("jp", "", {"a..jp"}); }).find("'a..jp' is no domain name"), std::string::npos);
  EXPECT_NE(said([] { plan("jp", "", {"a.jp=192.0.2"}); }).find("'192.0.2' (a.jp) is no IPv4 or IPv6"),
            std::string::npos);
  EXPECT_NE(said([] { plan("jp", "", {"a.jp="}); }).find("'' (a.jp) is no IPv4"), std::string::npos);
  EXPECT_NE(said([] { plan("jp", "", {"a.jp=::1,0::1"}); }).find("0::1 is given twice"), std::string::npos);
  EXPECT_NE(said([] { plan("jp", "x.jp", {"a.com=192.0.2.1"}); }).find("a.com is outside the zone jp"),
            std::string::npos);
}

TEST(Fit, LackingGlueIsSaid) {
  const auto lacks = plan("jp", "", {"a.dns.jp=192.0.2.1", "b.dns.jp"});
  ASSERT_EQ(lacks.report.findings.size(), 1U);
  EXPECT_EQ(lacks.report.findings[0].policy->id, "g1-glue-present");
  EXPECT_EQ(lacks.report.findings[0].severity, Severity::Warning);
  const auto dead = plan("jp", "", {"a.dns.jp"});
  ASSERT_FALSE(dead.report.findings.empty());
  EXPECT_EQ(dead.report.findings[0].severity, Severity::Error);
}

/// 255 octets: of labels of `label_max` octets, the last one of what is left.
std::string longest(dns::NameView owner, std::size_t label_max) {
  std::string text;
  for (auto left = 255 - owner.size(); left > 0;) {
    auto label = std::min(left, label_max + 1);
    if (left - label == 1) label = label_max > 1 ? label - 1 : 3;  // a single octet left is no label
    text += std::string(label - 1, 'q') + '.';
    left -= label;
  }
  return text + (owner.is_root() ? "" : owner.text());
}

/// Asks the server for the delegation, at each limit and both shapes of QNAME.
void compare(Fit fit) {
  const auto text = report_text(fit.report, Colour{});
  const auto owner = fit.cut.delegation;
  const auto limits = fit.report.replies;
  std::vector<Zone> zones;
  zones.push_back(std::move(fit.zone));
  torii::testing::CompiledZones compiled{std::move(zones)};
  const auto view = compiled.view();
  server::AnswerSettings settings;
  settings.udp_octets_max = 4096;
  for (const auto& at : limits) {
    for (const std::size_t label_max : {63U, 1U}) {
      const auto heard = torii::testing::ask(view,
                                             {.name = longest(owner, label_max),
                                              .edns = at.asking != Asking::Plain,
                                              .udp_octets = static_cast<std::uint16_t>(at.limit)},
                                             settings);
      ASSERT_TRUE(heard.well_formed) << text;
      EXPECT_EQ(heard.tc(), at.tc) << at.limit << "\n" << text;
      if (at.sent <= at.limit) {
        EXPECT_EQ(heard.octets, at.sent) << at.limit << " " << label_max << "\n" << text;
      }
    }
  }
}

TEST(Fit, IsWhatTheServerSends) {
  compare(plan("jp", "example.jp", dual("ns", 4, ".example.jp")));
  compare(plan("com", "", dual("ns", 13, ".gtld-servers.net")));
  compare(plan("ya", "", dual("host", 14, ".dns.ya")));
  std::mt19937 random{5};
  const std::vector<std::string> suffixes{".example.jp", ".dns.example.jp", ".other.jp", ".net.other.jp", ".a.org", ""};
  for (int round = 0; round < 200; ++round) {
    std::vector<std::string> hosts;
    const auto count = 1 + random() % 16;
    for (std::size_t i = 0; i < count; ++i) {
      const auto& suffix = suffixes[random() % suffixes.size()];
      auto host = std::string(1 + random() % 20, static_cast<char>('a' + i)) + suffix;
      std::string addresses;
      const auto address_count = suffix.ends_with(".jp") ? random() % 4 : 0;
      for (std::size_t k = 0; k < address_count; ++k) {
        addresses += k == 0 ? "=" : ",";
        addresses += (random() % 2 == 0 ? "192.0.2." : "2001:db8::") + std::to_string(k + 1);
      }
      hosts.push_back(host + addresses);
    }
    const auto fit = [&] { return plan("jp", "example.jp", hosts); };
    const auto first = fit();
    auto names = std::vector<dns::NameView>{};
    for (const auto& host : first.delegation.hosts) names.push_back(host.name);
    EXPECT_EQ(first.report.facts.authority, referral::ns_referral_octets(255, first.cut.delegation, names));
    const auto size = first.report.replies[0].needed;
    std::ranges::shuffle(hosts, random);
    EXPECT_EQ(fit().report.replies[0].needed, size) << "the order does not matter";
    compare(fit());
  }
}

}  // namespace
}  // namespace torii::zonec
