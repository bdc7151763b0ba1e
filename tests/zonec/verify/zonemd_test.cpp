// Zone digests against published examples, and what each kind of wrong record is called.
#include "zonec/verify/zonemd.hpp"

#include <fstream>
#include <sstream>

#include "tests/zonec/model/zone_text.hpp"

namespace torii::zonec {
namespace {

using testing::build;
using testing::Built;

std::string read_zone(const std::string& name) {
  std::ifstream in{std::string{TORII_SOURCE_DIR} + "/tests/zonec/verify/zones/" + name};
  EXPECT_TRUE(in) << name;
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::vector<std::string> codes_of(const Zone& zone) {
  Findings findings;
  add_zonemd_findings(zone, zonemd_report(zone), findings);
  std::vector<Diagnostic> diagnostics;
  findings.move_to(diagnostics);
  std::vector<std::string> codes;
  for (const auto& diagnostic : diagnostics) codes.push_back(diagnostic.code);
  return codes;
}

class PublishedZonemd : public ::testing::TestWithParam<const char*> {};

TEST_P(PublishedZonemd, IsVerifiedByAnyNumberOfThreads) {
  const auto built = build(read_zone(GetParam()));
  for (const unsigned threads : {1U, 2U, 5U}) {
    const auto report = zonemd_report(*built.zone, threads);
    EXPECT_EQ(report.status, ZonemdStatus::Verified);
    EXPECT_EQ(report.records.front().verdict, ZonemdVerdict::Verified);
  }
}

INSTANTIATE_TEST_SUITE_P(Rfc8976, PublishedZonemd,
                         ::testing::Values("rfc8976-a1.zone", "rfc8976-a2.zone", "rfc8976-a3.zone", "rfc8976-a4.zone",
                                           "rfc8976-a5.zone"));

TEST(Zonemd, JudgesEachOfSeveral) {
  const auto built = build(read_zone("rfc8976-a3.zone"));
  const auto report = zonemd_report(*built.zone);
  ASSERT_EQ(report.records.size(), 4U);
  EXPECT_EQ(report.records[1].verdict, ZonemdVerdict::Verified);
  EXPECT_EQ(report.records[1].hash, 2);
  EXPECT_EQ(report.records[2].verdict, ZonemdVerdict::Unsupported);
  EXPECT_EQ(report.records[3].verdict, ZonemdVerdict::Unsupported);
  EXPECT_EQ(codes_of(*built.zone), (std::vector<std::string>{"zonemd-unsupported", "zonemd-unsupported"}));
}

TEST(Zonemd, SaysThatARecordBelowTheApexMeansNothing) {
  const auto built = build(read_zone("rfc8976-a2.zone"));
  EXPECT_EQ(codes_of(*built.zone), std::vector<std::string>{"zonemd-not-at-apex"});
}

/// The zone of appendix A.1 with `from` replaced by `to`.
Built changed(const std::string& from, const std::string& to) {
  auto text = read_zone("rfc8976-a1.zone");
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return build(text.replace(at, from.size(), to));
}

struct Change {
  const char* from;
  const char* to;
  ZonemdStatus status;
  ZonemdVerdict verdict;
  const char* code;
};

class ChangedZonemd : public ::testing::TestWithParam<Change> {};

TEST_P(ChangedZonemd, IsSeen) {
  const auto& change = GetParam();
  const auto built = changed(change.from, change.to);
  const auto report = zonemd_report(*built.zone);
  EXPECT_EQ(report.status, change.status);
  ASSERT_FALSE(report.records.empty());
  EXPECT_EQ(report.records.front().verdict, change.verdict);
  EXPECT_EQ(codes_of(*built.zone).front(), change.code);
}

constexpr const char* kDigest =
    "c68090d90a7aed716bc459f9340e3d7c1370d4d24b7e2fc3a1ddc0b9a87153b9a9713b3c9ae5cc27777f98b8e730044c";

INSTANTIATE_TEST_SUITE_P(
    Changes, ChangedZonemd,
    ::testing::Values(Change{"203.0.113.63", "203.0.113.62", ZonemdStatus::Wrong, ZonemdVerdict::Mismatch,
                             "zonemd-mismatch"},
                      Change{"ns2           3600", "ns2           3601", ZonemdStatus::Wrong, ZonemdVerdict::Mismatch,
                             "zonemd-mismatch"},
                      Change{"8e730044c", "8e730044d", ZonemdStatus::Wrong, ZonemdVerdict::Mismatch, "zonemd-mismatch"},
                      Change{"86400  IN  NS      ns2", "86401  IN  NS      ns2", ZonemdStatus::Wrong,
                             ZonemdVerdict::MixedTtls, "zonemd-mixed-ttls"},
                      Change{"86400  IN  NS      ns2", "86399  IN  NS      ns2", ZonemdStatus::Wrong,
                             ZonemdVerdict::Mismatch, "zonemd-mismatch"},
                      Change{"admin 2018031900", "admin 2018031901", ZonemdStatus::Wrong, ZonemdVerdict::WrongSerial,
                             "zonemd-serial"},
                      Change{"ZONEMD  2018031900 1 1", "ZONEMD  2018031900 2 1", ZonemdStatus::Unsupported,
                             ZonemdVerdict::Unsupported, "zonemd-unsupported"},
                      Change{"ZONEMD  2018031900 1 1", "ZONEMD  2018031900 1 3", ZonemdStatus::Unsupported,
                             ZonemdVerdict::Unsupported, "zonemd-unsupported"}));

TEST(Zonemd, TwoOfOneKindDoNotCountEvenWhenOneIsRight) {
  auto other = std::string{kDigest};
  other.back() = 'd';
  const auto built = changed("ns1           3600", "@ 86400 IN ZONEMD 2018031900 1 1 " + other + "\nns1 3600");
  const auto report = zonemd_report(*built.zone);
  EXPECT_EQ(report.status, ZonemdStatus::Wrong);
  for (const auto& record : report.records) EXPECT_EQ(record.verdict, ZonemdVerdict::Duplicate);
  EXPECT_EQ(codes_of(*built.zone).front(), "zonemd-duplicate");
}

TEST(Zonemd, AWrongOneBesideARightOneIsTold) {
  auto text = read_zone("rfc8976-a3.zone");
  const auto at = text.find("08cfa1115c7b948c");
  text[at] = '1';
  const auto built = build(text);
  EXPECT_EQ(zonemd_status(*built.zone), ZonemdStatus::Wrong);
  EXPECT_EQ(codes_of(*built.zone).front(), "zonemd-mismatch");
}

TEST(Zonemd, AbsentIsNeitherRightNorWrong) {
  const auto built = build(testing::around("a A 192.0.2.1\n"));
  EXPECT_EQ(zonemd_status(*built.zone), ZonemdStatus::Absent);
  EXPECT_TRUE(codes_of(*built.zone).empty());
}

TEST(Zonemd, NamesInRdataAreLoweredOnlyForTheTypesThatAskForIt) {
  const auto digest = [](std::string_view records) {
    return zone_digest(*build(testing::around(records)).zone, ZonemdHash::Sha384);
  };
  for (const auto* type : {"NS", "CNAME", "PTR", "DNAME", "MX 5", "SRV 1 2 3", "KX 4", "RP a.", "NAPTR 1 2 A B C"})
    EXPECT_EQ(digest(std::string{"a "} + type + " HOST.Test.\n"), digest(std::string{"A "} + type + " host.test.\n"))
        << type;
  // RFC 6840 section 5.1 takes NSEC and HINFO out; RFC 3597 section 7 has later types as they are.
  for (const auto* type : {"SVCB 1", "HTTPS 1", "LP 1", "TXT"})
    EXPECT_NE(digest(std::string{"a "} + type + " HOST.Test.\n"), digest(std::string{"a "} + type + " host.test.\n"))
        << type;
  EXPECT_NE(digest("a NSEC HOST.Test. A\n"), digest("a NSEC host.test. A\n"));
}

}  // namespace
}  // namespace torii::zonec
