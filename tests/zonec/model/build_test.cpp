#include "zonec/model/build.hpp"

#include <random>

#include "tests/zonec/model/zone_text.hpp"

namespace torii::zonec::testing {
namespace {

using dns::RrType;

TEST(ZoneBuilder, KnowsTheApexAndItsSoa) {
  const auto built = build(around(""));
  ASSERT_TRUE(built.zone);
  EXPECT_EQ(built.zone->apex.text(), "jp.");
  EXPECT_EQ(built.zone->serial.value, 7U);
  EXPECT_EQ(built.zone->negative_ttl, 900U);  // RFC 2308 section 3: the lower of TTL and MINIMUM
  EXPECT_FALSE(built.zone->is_signed);
  EXPECT_TRUE(built.diagnostics.empty());
}

struct KindCase {
  const char* name;
  OwnerKind kind;
};

TEST(ZoneBuilder, ClassifiesOwners) {
  const auto built = build(around(R"(
nic A 192.0.2.1
example NS ns1.example
ns1.example A 192.0.2.2
a.b.example TXT "below the cut"
deep.in.ent TXT "two above"
d DNAME other.test.
x.d TXT "below a DNAME"
*.wild A 192.0.2.3
cut.d2 NS ns.test.
sub.cut.d2 NS ns.test.
)"));
  ASSERT_TRUE(built.zone);
  const KindCase cases[] = {{"jp.", OwnerKind::Authoritative},
                            {"nic.jp.", OwnerKind::Authoritative},
                            {"example.jp.", OwnerKind::Cut},
                            {"ns1.example.jp.", OwnerKind::BelowCut},
                            {"a.b.example.jp.", OwnerKind::BelowCut},
                            {"ent.jp.", OwnerKind::EmptyNonTerminal},
                            {"in.ent.jp.", OwnerKind::EmptyNonTerminal},
                            {"deep.in.ent.jp.", OwnerKind::Authoritative},
                            {"d.jp.", OwnerKind::Authoritative},
                            {"x.d.jp.", OwnerKind::BelowDname},
                            {"wild.jp.", OwnerKind::EmptyNonTerminal},
                            {"*.wild.jp.", OwnerKind::Authoritative},
                            {"d2.jp.", OwnerKind::EmptyNonTerminal},
                            {"cut.d2.jp.", OwnerKind::Cut},
                            {"sub.cut.d2.jp.", OwnerKind::BelowCut}};
  for (const auto& expected : cases) EXPECT_EQ(built.owner(expected.name).kind, expected.kind) << expected.name;
  EXPECT_EQ(built.zone->find(*dns::Name::from_text("b.example.jp.")), kNoOwner) << "no non-terminals below a cut";
  EXPECT_EQ(built.zone->delegation_count, 2U);
  EXPECT_EQ(built.zone->owners[built.owner("sub.cut.d2.jp.").cut].name().text(), "cut.d2.jp.");
}

TEST(ZoneBuilder, OwnersStandInCanonicalOrder) {  // RFC 4034 section 6.1 has this very list
  const auto built = build(R"($TTL 1
example. SOA ns.test. h.test. 1 1 1 1 1
example. NS ns.test.
\200.z.example. A 192.0.2.1
*.z.example. A 192.0.2.1
\001.z.example. A 192.0.2.1
z.example. A 192.0.2.1
zABC.a.EXAMPLE. A 192.0.2.1
Z.a.example. A 192.0.2.1
yljkjljk.a.example. A 192.0.2.1
a.example. A 192.0.2.1
)");
  ASSERT_TRUE(built.zone);
  std::vector<std::string> names;
  for (const auto& owner : built.zone->owners) names.push_back(owner.name().text());
  EXPECT_EQ(names, (std::vector<std::string>{"example.", "a.example.", "yljkjljk.a.example.", "z.a.example.",
                                             "zabc.a.example.", "z.example.", "\\001.z.example.", "*.z.example.",
                                             "\\200.z.example."}));
}

TEST(ZoneBuilder, RdataIsInCanonicalOrderAndKeepsItsCase) {
  const auto built = build(around("m MX 10 B.test.\nm MX 10 a.test.\nm MX 5 z.test.\nm MX 10 b.TEST.\n"));
  const auto& set = built.zone->rrsets_of(built.owner("m.jp."))[0];
  ASSERT_EQ(set.rdata_count, 3U);
  EXPECT_EQ(built.count("duplicate-record"), 1U);  // b.TEST. is B.test. in canonical form
  const auto third = built.zone->rdata_of(set)[2];
  EXPECT_EQ(third[3], 'B') << "the record given first stays, as it was written";
}

TEST(ZoneBuilder, LowestTtlWins) {
  const auto built = build(around("m 300 A 192.0.2.1\nm 60 A 192.0.2.2\nm 600 A 192.0.2.3\n"));
  EXPECT_EQ(built.zone->rrsets_of(built.owner("m.jp."))[0].ttl, 60U);
  EXPECT_EQ(built.count("ttl-mismatch"), 1U);
}

TEST(ZoneBuilder, SignaturesStandWithWhatTheyCover) {
  const auto built = build(
      around("@ DNSKEY 256 3 13 AAAA\nm A 192.0.2.1\nm RRSIG A 13 2 3600 20300101000000 20200101000000 1 jp. AAAA\n"
             "m RRSIG TXT 13 2 3600 20300101000000 20200101000000 1 jp. AAAA\n"));
  ASSERT_TRUE(built.zone);
  EXPECT_TRUE(built.zone->is_signed);
  const auto& owner = built.owner("m.jp.");
  ASSERT_EQ(owner.rrset_count, 1U);
  EXPECT_EQ(built.zone->signatures_of(built.zone->rrsets_of(owner)[0]).size(), 1U);
  EXPECT_EQ(built.zone->strays_of(owner).size(), 1U);
  EXPECT_EQ(built.zone->record_count, 6U);
}

TEST(ZoneBuilder, Nsec3OwnersStandApart) {
  const auto built =
      build(around("@ NSEC3PARAM 1 0 0 -\n"
                   "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom NSEC3 1 1 0 - 2t7b4g4vsa5smi47k61mv5bv1a22bojr NS SOA\n"));
  ASSERT_EQ(built.zone->nsec3_owners.size(), 1U);
  EXPECT_EQ(built.zone->owners.size(), 1U);
  EXPECT_EQ(built.zone->nsec3_owners[0].kind, OwnerKind::Nsec3);
  EXPECT_EQ(built.zone->denial, DenialKind::Nsec3);
}

TEST(ZoneBuilder, TheApexCanBeGiven) {
  EXPECT_TRUE(build("$TTL 1\n@ SOA a.test. b.test. 1 1 1 1 1\n@ NS a.test.\n", "Jp.").zone);
  const auto other = build("$TTL 1\nkr. SOA a.test. b.test. 1 1 1 1 1\n", "jp.");
  EXPECT_FALSE(other.zone);
  EXPECT_EQ(other.codes(), (std::vector<std::string>{"soa-not-at-apex", "no-soa"}));
}

TEST(ZoneBuilder, NoZoneWithoutSoa) {
  EXPECT_EQ(build("$TTL 1\njp. NS ns.test.\n").codes(), std::vector<std::string>{"no-soa"});
  EXPECT_EQ(build("").codes(), std::vector<std::string>{"no-soa"});
}

TEST(ZoneBuilder, RefusesRecordsThatAreNoZoneData) {
  auto records = scan_records(around(""));
  auto record = records.back();
  const auto refused = [&](OwnedRecord bad) {
    auto all = records;
    all.push_back(std::move(bad));
    const auto built = build_records(all);
    return built.diagnostics.empty() ? std::string{"nothing"} : built.diagnostics.front().code;
  };
  record.rr_class = dns::RrClass::CH;
  EXPECT_EQ(refused(record), "class-not-in");
  record.rr_class = dns::RrClass::IN;
  record.type = RrType::ANY;
  EXPECT_EQ(refused(record), "meta-type");
  for (const auto type : {RrType::A, RrType::NS, RrType::SOA, RrType::RRSIG, RrType::NSEC3, RrType::NSEC3PARAM,
                          RrType::DNSKEY, RrType::NSEC, RrType::DS, RrType::MX}) {
    record.type = type;
    record.rdata = {9, 1};
    EXPECT_EQ(refused(record), "malformed-rdata") << static_cast<int>(type);
    record.rdata.clear();
    EXPECT_EQ(refused(record), "malformed-rdata") << static_cast<int>(type);
  }
  record.type = RrType::NSEC3;
  record.rdata = {1, 0, 0, 0, 0, 0};  // a next hash of no octets
  EXPECT_EQ(refused(record), "malformed-rdata");
}

TEST(ZoneBuilder, AnRRsetThatFitsNoMessageIsRefused) {
  std::string text;
  for (int i = 0; i < 4100; ++i)
    text += "big A 10." + std::to_string(i / 65536) + "." + std::to_string(i / 256 % 256) + "." +
            std::to_string(i % 256) + "\n";
  EXPECT_EQ(build(around(text)).count("rrset-too-large"), 1U);  // 4100 * 16 > 65535
}

TEST(ZoneBuilder, FindingsOfOneKindAreBounded) {
  std::string text;
  for (int i = 0; i < 250; ++i)
    text += "a" + std::to_string(i) + " A 192.0.2.1\na" + std::to_string(i) + " A 192.0.2.1\n";
  const auto built = build(around(text));
  EXPECT_EQ(built.count("duplicate-record"), 101U);
  EXPECT_EQ(built.diagnostics.back().text, "150 more of this kind are not listed");
}

TEST(ZoneBuilder, AnyOrderOfRecordsGivesTheSameZone) {
  auto records = scan_records(around(R"(
example NS ns1.example
example NS NS2.example
example NS ns2.EXAMPLE
example DS 1 13 2 0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF
ns1.example 60 A 192.0.2.1
ns1.example 300 A 192.0.2.2
ns1.example A 192.0.2.2
NS2.Example AAAA 2001:db8::1
a.b.c TXT "x" "y"
a.b.c RRSIG TXT 13 4 3600 20300101000000 20200101000000 1 jp. AAAA
abcdefghijklmnop1 A 192.0.2.1
abcdefghijklmnop2 A 192.0.2.1
abcdefgh A 192.0.2.1
abcdefgh.sub A 192.0.2.1
\000\001.odd TXT "zero"
\001\000.odd TXT "one"
*.wild MX 10 M.test.
*.wild MX 10 l.test.
d DNAME elsewhere.test.
x.d TXT "occluded"
)"));
  const auto expected = build_records(records);
  ASSERT_TRUE(expected.zone);
  const auto seed = std::random_device{}();
  std::mt19937 random{seed};
  for (int turn = 0; turn < 200; ++turn) {
    std::ranges::shuffle(records, random);
    const auto built = build_records(records);
    ASSERT_TRUE(built.zone);
    ASSERT_EQ(describe(*built.zone), describe(*expected.zone)) << "seed " << seed;
    ASSERT_EQ(built.codes(), expected.codes()) << "seed " << seed;
  }
}

TEST(Zone, FindsNamesAndTheirPredecessors) {
  const auto built = build(around("b A 192.0.2.1\nd A 192.0.2.1\nx.d A 192.0.2.1\n"));
  const auto before = [&](const char* name) {
    const auto at = built.zone->find_at_or_before(*dns::Name::from_text(name));
    return at == kNoOwner ? std::string{"none"} : built.zone->owners[at].name().text();
  };
  EXPECT_EQ(before("a.jp."), "jp.");
  EXPECT_EQ(before("B.JP."), "b.jp.");
  EXPECT_EQ(before("c.jp."), "b.jp.");
  EXPECT_EQ(before("a.d.jp."), "d.jp.");
  EXPECT_EQ(before("z.jp."), "x.d.jp.");
  EXPECT_EQ(built.zone->find(*dns::Name::from_text("c.jp.")), kNoOwner);
}

}  // namespace
}  // namespace torii::zonec::testing
