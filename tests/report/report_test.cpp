#include "zonec/report/report.hpp"

#include <gtest/gtest.h>

#include "zonec/model/build.hpp"
#include "zonec/report/drawing.hpp"
#include "zonec/report/levers.hpp"
#include "zonec/report/text.hpp"
#include "zonec/report/writers.hpp"
#include "zonec/scan/scan.hpp"

namespace torii::zonec {
namespace {

Zone zone_of(const std::string& text) {
  ScanOptions options;
  options.origin = dns::Name::from_text("test");
  SourceFiles files;
  std::vector<Diagnostic> diagnostics;
  ZoneBuilder builder{options.origin};
  EXPECT_TRUE(scan_text(
                  "$TTL 60\n@ SOA a a 1 1 1 1 1\n@ NS a\na A 192.0.2.1\n" + text, "zone", options, files,
                  [&](const ScannedRecord& record) { builder.add(record); }, diagnostics)
                  .ok);
  auto zone = builder.finish(diagnostics);
  EXPECT_TRUE(zone);
  return std::move(*zone);
}

Account account_of(const Zone& zone, const char* name) {
  return describe_account(zone, zone.find(*dns::Name::from_text(name)));
}

TEST(Distribution, QuantilesAreNearestRanks) {
  Distribution sizes;
  EXPECT_EQ(sizes.quantile(500), 0U);
  EXPECT_EQ(sizes.bands(), (Bands{0, 0, 0, 0}));
  for (const std::uint32_t octets : {512U, 513U, 1232U, 1233U, 1400U, 1401U, 70'000U}) sizes.add(octets);
  EXPECT_EQ(sizes.bands(), (Bands{1, 2, 2, 2}));
  EXPECT_EQ(sizes.least(), 512U);
  EXPECT_EQ(sizes.quantile(500), 1233U);
  EXPECT_EQ(sizes.quantile(1000), 70'000U);
  EXPECT_EQ(sizes.most(), 70'000U);
  EXPECT_EQ(sizes.at_most(1232), 3U);
  EXPECT_EQ(sizes.points().size(), 7U);
}

TEST(ReportText, NothingMeansAnythingToABrowser) {
  EXPECT_EQ(html_text("a<b>&\"'\x01\x7f\xc3"), "a&lt;b&gt;&amp;&quot;&#39;\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
  EXPECT_EQ(link_text("a.b-c_d\\<'%~"), "a.b-c_d%5C%3C%27%25%7E");
  EXPECT_EQ(script_json("\"</script>&\x7f\""), "\"\\u003C/script\\u003E\\u0026\\u007F\"");
}

TEST(ReportText, NumbersForPeople) {
  EXPECT_EQ(grouped(1234), "1234");
  EXPECT_EQ(grouped(1'234'567),
            "1\xE2\x80\xAF"
            "234\xE2\x80\xAF"
            "567");
  EXPECT_EQ(share(0, 9), "0 %");
  EXPECT_EQ(share(1, 1'000'000), "<0.1 %");
  EXPECT_EQ(share(999'999, 1'000'000), ">99.9 %");
  EXPECT_EQ(share(1, 8), "12.5 %");
  EXPECT_EQ(percent(1, 3), "33.333%");
  EXPECT_EQ(percent(1, 1000), "0.100%");
}

TEST(Report, OneDelegationByHand) {
  const auto zone = zone_of("x NS ns.x\nx NS b.x\nns.x A 192.0.2.1\nns.x AAAA 2001:db8::1\nb.x A 192.0.2.2\n");
  const auto report = make_report(zone, PolicySettings{}, {});
  EXPECT_EQ(report.delegations, 1U);
  ASSERT_EQ(report.details.size(), 1U);
  EXPECT_TRUE(report.has_all_details);
  // 12 + 259 + two NS records of 12 octets, names of 1 + 1 + 2 and 1 + 2 + 2; then 16 + 28 + 16; then OPT.
  const std::array<std::uint32_t, kMeasures> octets{304, 364, 364, 315, 375, 375};
  EXPECT_EQ(report.details[0].sizes.octets, octets);
  for (std::size_t i = 0; i < kMeasures; ++i) EXPECT_EQ(report.sizes.at(i).most(), octets.at(i));
  EXPECT_EQ(report.details[0].sizes.plain_room(), 512 - 364);
  EXPECT_EQ(report.details[0].sizes.edns_room(), 1232 - 375);
  std::uint64_t parts = 0;
  for (const auto part : report.part_octets) parts += part;
  EXPECT_EQ(parts, 375U);
  EXPECT_EQ(report.hosts_by_relation[0], 2U);
  EXPECT_EQ(report.distinct_sets, 1U);
  EXPECT_EQ(report.worst_plain, std::vector<std::size_t>{0});
}

TEST(Report, NoDelegationAtAll) {
  const auto report = make_report(zone_of(""), PolicySettings{}, {});
  EXPECT_EQ(report.delegations, 0U);
  EXPECT_NE(report_html(report, "").find("</html>"), std::string::npos);
  EXPECT_NE(report_json(report, "").find("\"delegations\":0"), std::string::npos);
}

TEST(Report, SetsAreOneWhateverTheCaseOfTheirNames) {
  const auto report =
      make_report(zone_of("x NS ns.example.\ny NS NS.EXAMPLE.\nz NS other.example.\n"), PolicySettings{}, {});
  EXPECT_EQ(report.distinct_sets, 2U);
  ASSERT_EQ(report.shared_sets.size(), 1U);
  EXPECT_EQ(report.shared_sets[0].delegations, 2U);
}

TEST(Report, SegmentsAreTheSizes) {
  const auto zone =
      zone_of("x NS ns.x\nx NS n.y\nx NS a\nx NS o.example.\nns.x A 192.0.2.1\ny NS n.y\nn.y AAAA 2001:db8::1\n");
  const auto report = make_report(zone, PolicySettings{}, {});
  for (const auto& detail : report.details)
    for (const bool edns : {false, true}) {
      std::uint64_t total = 0;
      for (const auto& segment : segments_of(detail, edns)) total += segment.octets;
      EXPECT_EQ(total, detail.sizes.octets.at(index(edns ? Measure::EdnsAll : Measure::PlainAll)));
    }
}

TEST(Levers, ARenamedHostIsJudgedWhereItNowStands) {
  const auto zone = zone_of("x NS long-name.y\nx NS b.x\nb.x A 192.0.2.1\ny NS long-name.y\nlong-name.y A 192.0.2.2\n");
  const auto account = account_of(zone, "x.test");
  const auto from = *dns::Name::from_text("long-name.y.test");
  const auto renamed = [&](const char* to) {
    return with_host_renamed(zone, account, from, *dns::Name::from_text(to));
  };
  const auto inside = renamed("a.x.test");
  ASSERT_TRUE(inside);
  EXPECT_EQ(inside->hosts[0].name.text(), "a.x.test.");
  EXPECT_EQ(inside->hosts[0].relation, HostRelation::InDomain);
  EXPECT_EQ(facts_of(*inside).required(), facts_of(account).required() + 16);
  EXPECT_EQ(renamed("a.y.test")->hosts[1].relation, HostRelation::SiblingGlue);
  EXPECT_EQ(renamed("c.test")->hosts[0].relation, HostRelation::SiblingAuthoritative);
  const auto outside = renamed("a.example");
  EXPECT_EQ(outside->hosts[0].relation, HostRelation::Unrelated);
  EXPECT_EQ(outside->hosts[0].a, 0U);
  EXPECT_FALSE(renamed("b.x.test")) << "there is one of that name";
  EXPECT_FALSE(with_host_renamed(zone, *outside, *dns::Name::from_text("a.example"), *dns::Name::from_text("a.x.test")))
      << "its addresses are not known";
}

}  // namespace
}  // namespace torii::zonec
