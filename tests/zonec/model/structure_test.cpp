/// Each finding on a zone's structure: what gives it, and what is near and gives nothing.
#include "tests/zonec/model/zone_text.hpp"

namespace torii::zonec::testing {
namespace {

struct Case {
  const char* records;
  std::vector<std::string> codes;
};

TEST(Structure, Findings) {
  const std::vector<Case> cases{
      {"@ SOA ns.test. host.test. 8 1 2 3 900", {"multiple-soa"}},
      {"a SOA ns.test. host.test. 7 1 2 3 900", {"soa-not-at-apex"}},
      {"@ SOA NS.test. host.test. 7 1 2 3 900", {"duplicate-record"}},
      {"a CNAME b\na TXT x\nb TXT x", {"cname-and-other-data"}},
      {"a CNAME b\na CNAME c", {"multiple-cname"}},
      {"a CNAME b\na CNAME B.jp.", {"duplicate-record"}},
      {"a CNAME b\na NSEC b CNAME RRSIG NSEC", {}},
      {"a CNAME b\na DNAME c", {"cname-and-other-data"}},
      {"a DNAME b.test.\na DNAME c.test.", {"multiple-dname"}},
      {"a DNAME b.test.\na TXT x", {}},
      {"*.a DNAME b.test.", {"wildcard-dname"}},
      {"a DNAME b.test.\nx.a TXT y", {"occluded-record"}},
      {"b.kr. TXT x", {"out-of-zone"}},
      {"xjp. TXT x", {"out-of-zone"}},
      {"a DS 1 13 2 0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF", {"ds-without-ns"}},
      {"@ DS 1 13 2 0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF", {"ds-at-apex"}},
      {"a NS ns.a", {}},  // glue that lacks is the size judge's matter
      {"a NS ns.test.\nns.a A 192.0.2.1", {"orphan-glue"}},
      {"a NS ns.test.\na A 192.0.2.1", {"orphan-glue"}},
      {"a NS ns.test.\na TXT x", {"occluded-record"}},
      {"a NS ns.test.\nx.a TXT x", {"occluded-record"}},
      {"a NS ns.test.\nb.a NS ns.test.", {"occluded-record"}},
      {"a NS ns.a\nns.a A 192.0.2.1\nb.a NS ns.b.a", {"occluded-record"}},
      // An address below an occluded cut is glue when a served delegation names it; named by the occluded one it is
      // not.
      {"a NS ns.b.a\nns.b.a A 192.0.2.1\nb.a NS ns.test.", {"occluded-record"}},
      {"a NS ns.test.\nb.a NS ns.b.a\nns.b.a A 192.0.2.1", {"occluded-record", "orphan-glue"}},
      {"@ NS ns.a\na NS ns.test.\nns.a A 192.0.2.1", {}},
      {"a NS nic\nnic A 192.0.2.1", {}},
      {"a NS nic", {"ns-target-without-address"}},
      {"@ NS nic", {"ns-target-without-address"}},
      {"a NS nic\nnic CNAME b\nb A 192.0.2.1", {"ns-target-is-alias"}},
      {"a NS h.w\n*.w A 192.0.2.1", {}},
      {"*.a NS ns.test.", {"wildcard-delegation"}},
      {"a NS ns.test.\na NS NS.TEST.", {"duplicate-record"}},
      {"a NS ns.test.\na RRSIG NS 13 2 3600 20300101000000 20200101000000 1 jp. AAAA", {"signed-delegation-ns"}},
      {"a 5 A 192.0.2.1\na 6 A 192.0.2.2", {"ttl-mismatch"}},
      {"a 5 A 192.0.2.1\na 6 AAAA 2001:db8::1", {}},
  };
  for (const auto& each : cases) {
    const auto built = build(around(std::string{each.records} + "\n"));
    EXPECT_EQ(built.codes(), each.codes) << each.records;
  }
}

TEST(Structure, NoNsAtTheApex) {
  EXPECT_EQ(build("$TTL 1\njp. SOA a.test. b.test. 1 1 1 1 1\n").codes(), std::vector<std::string>{"no-apex-ns"});
}

TEST(Structure, FindingsSayWhereAndWhat) {
  const auto built = build(around("  \na CNAME b ; line 6\n  TXT x\n"));
  ASSERT_EQ(built.diagnostics.size(), 1U);
  const auto& finding = built.diagnostics[0];
  EXPECT_EQ(finding.severity, Severity::Error);
  EXPECT_EQ(finding.where.line, 6U);
  EXPECT_EQ(finding.owner, "a.jp.");
  EXPECT_EQ(finding.text, "a.jp. CNAME: an alias has no other data, but TXT (RFC 1034 section 3.6.2)");
}

TEST(Structure, FindingsStandInCanonicalOrder) {
  const auto built =
      build(around("z NS ns.z\nb DS 1 13 2 00112233445566778899AABBCCDDEEFF00112233445566778899AABBCCDDEEFF\nm CNAME "
                   "x\nm TXT y\nkr. TXT x\n"));
  EXPECT_EQ(built.codes(), (std::vector<std::string>{"out-of-zone", "ds-without-ns", "cname-and-other-data"}));
}

}  // namespace
}  // namespace torii::zonec::testing
