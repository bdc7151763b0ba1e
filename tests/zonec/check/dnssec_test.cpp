/// A zone signed by another tool passes; each thing that a signer could have got wrong is found, and nothing else is.
#include "zonec/check/dnssec.hpp"

#include <functional>
#include <map>

#include "tests/zonec/model/zone_text.hpp"
#include "torii/dns/nsec3_hash.hpp"
#include "zonec/check/type_bitmap.hpp"

namespace torii::zonec::testing {
namespace {

using dns::RrType;
using Records = std::vector<OwnedRecord>;

Records read_zone(const char* file) {
  Records records;
  std::vector<Diagnostic> diagnostics;
  SourceFiles files;
  const auto sink = [&](const ScannedRecord& r) {
    records.push_back({dns::Name{r.owner}, r.type, r.rr_class, r.ttl, {r.rdata.begin(), r.rdata.end()}, r.where});
  };
  EXPECT_TRUE(scan_file(std::string{TORII_SOURCE_DIR "/zones/"} + file, {}, files, sink, diagnostics).ok);
  return records;
}

const Records& nsec_zone() {
  static const auto kRecords = read_zone("example-tld.nsec.zone");
  return kRecords;
}
const Records& nsec3_zone() {
  static const auto kRecords = read_zone("example-tld.nsec3.zone");
  return kRecords;
}

constexpr std::uint32_t kNow = 1785585600;  // 2026-08-01

using Codes = std::map<std::string, std::size_t>;

Codes check(const Records& records, DnssecOptions options = {kNow, false}) {
  const auto built = build_records(records);
  EXPECT_TRUE(built.zone);
  std::vector<Diagnostic> diagnostics;
  if (built.zone) check_dnssec(*built.zone, options, diagnostics);
  Codes codes;
  for (const auto& diagnostic : diagnostics) ++codes[diagnostic.code];
  return codes;
}

bool covers(const OwnedRecord& r, RrType type) {
  return r.type == RrType::RRSIG && dns::load_u16(r.rdata.data()) == static_cast<std::uint16_t>(type);
}
bool is(const OwnedRecord& r, const char* name, RrType type) {
  return r.type == type && r.owner == *dns::Name::from_text(name);
}
bool signs(const OwnedRecord& r, const char* name, RrType type) {
  return covers(r, type) && r.owner == *dns::Name::from_text(name);
}

/// The records without those that `out` picks; fails when it picks none.
Records without(Records records, const std::function<bool(const OwnedRecord&)>& out) {
  EXPECT_GT(std::erase_if(records, out), 0U);
  return records;
}
/// The records with the first that `which` picks changed.
Records with(Records records, const std::function<bool(const OwnedRecord&)>& which,
             const std::function<void(OwnedRecord&)>& change) {
  const auto at = std::ranges::find_if(records, which);
  EXPECT_NE(at, records.end());
  if (at != records.end()) change(*at);
  return records;
}

const char* const kLeaf = "leaf.inner.ent.example.";
const auto kLeafSignature = [](const OwnedRecord& r) { return signs(r, kLeaf, RrType::TXT); };

TEST(Dnssec, ZonesSignedByAnotherToolPass) {
  EXPECT_EQ(check(nsec_zone()), Codes{});
  EXPECT_EQ(check(nsec3_zone()), Codes{});
  EXPECT_EQ(check(nsec_zone(), {kNow, true}), Codes{});
}

TEST(Dnssec, AnUnsignedZoneHasNothingToSay) { EXPECT_EQ(check(read_zone("example-tld.zone")), Codes{}); }

TEST(Dnssec, Signatures) {
  const auto& zone = nsec_zone();
  EXPECT_EQ(check(without(zone, kLeafSignature)), (Codes{{"unsigned-rrset", 1}}));
  EXPECT_EQ(check(without(zone, [](const auto& r) { return signs(r, "signed.example.", RrType::DS); })),
            (Codes{{"unsigned-rrset", 1}}));
  EXPECT_EQ(check(with(zone, kLeafSignature, [](auto& r) { r.rdata[3] = 2; })), (Codes{{"rrsig-labels", 1}}));
  EXPECT_EQ(check(with(zone, kLeafSignature, [](auto& r) { r.rdata[19] ^= 1U; })), (Codes{{"rrsig-signer", 1}}));
  EXPECT_EQ(check(with(zone, kLeafSignature, [](auto& r) { r.rdata[7] ^= 1U; })), (Codes{{"rrsig-original-ttl", 1}}));
  EXPECT_EQ(check(with(zone, kLeafSignature, [](auto& r) { r.ttl += 1; })), (Codes{{"rrsig-ttl", 1}}));
  EXPECT_EQ(check(with(zone, kLeafSignature, [](auto& r) { r.rdata[17] ^= 1U; })),
            (Codes{{"rrsig-unknown-key", 1}, {"no-usable-signature", 1}}));
  auto second = zone;
  second.push_back(*std::ranges::find_if(zone, kLeafSignature));
  second.back().rdata[17] ^= 1U;
  EXPECT_EQ(check(second), (Codes{{"rrsig-unknown-key", 1}})) << "the other signature is good";
  EXPECT_EQ(check(with(zone, kLeafSignature, [](auto& r) { r.rdata[1] = 15; })),  // covers MX now
            (Codes{{"unsigned-rrset", 1}, {"rrsig-without-rrset", 1}}));
}

TEST(Dnssec, AWildcardsLabelsLeaveOutTheAsterisk) {
  const auto wildcard = [](const auto& r) { return signs(r, "*.wild.example.", RrType::TXT); };
  EXPECT_EQ(check(with(nsec_zone(), wildcard, [](auto& r) { ++r.rdata[3]; })), (Codes{{"rrsig-labels", 1}}));
}

TEST(Dnssec, SignaturesOutOfTheirTimeAreOneFinding) {
  const auto& zone = nsec_zone();
  const auto signature = *Rrsig::parse(std::ranges::find_if(zone, kLeafSignature)->rdata);
  const auto severity_at = [&](DnssecOptions options, const char* code) {
    const auto built = build_records(zone);
    std::vector<Diagnostic> diagnostics;
    check_dnssec(*built.zone, options, diagnostics);
    EXPECT_EQ(diagnostics.size(), 1U);
    EXPECT_EQ(diagnostics.at(0).code, code);
    return diagnostics.at(0).severity;
  };
  EXPECT_EQ(check(zone, {signature.expiration, true}), Codes{}) << "valid to the last second";
  EXPECT_EQ(check(zone, {signature.inception, true}), Codes{}) << "and from the first";
  EXPECT_EQ(severity_at({signature.expiration + 1, false}, "rrsig-expired"), Severity::Warning);
  EXPECT_EQ(severity_at({signature.expiration + 1, true}, "rrsig-expired"), Severity::Error);
  EXPECT_EQ(severity_at({signature.inception - 1, false}, "rrsig-not-yet-valid"), Severity::Warning);
  EXPECT_EQ(severity_at({signature.inception - 1, true}, "rrsig-not-yet-valid"), Severity::Error);
}

TEST(Dnssec, KeysAndAlgorithms) {
  const auto& zone = nsec_zone();
  auto second = zone;
  second.push_back(*std::ranges::find(zone, RrType::DNSKEY, &OwnedRecord::type));
  second.back().rdata[3] = 15;  // Ed25519, which nothing is signed with
  const auto codes = check(second);
  ASSERT_EQ(codes.size(), 1U);
  EXPECT_EQ(codes.begin()->first, "missing-algorithm");
  EXPECT_EQ(codes.begin()->second, kFindingsPerCodeMax + 1);
  const auto bare = without(zone, [](const auto& r) { return r.type == RrType::DNSKEY; });
  EXPECT_EQ(check(bare), (Codes{{"rrsig-without-dnskey", 1}}));
}

TEST(Dnssec, NsecChain) {
  const auto& zone = nsec_zone();
  const auto leaf = [](const auto& r) { return is(r, kLeaf, RrType::NSEC); };
  const auto leaf_with_signature = [&](const auto& r) { return leaf(r) || signs(r, kLeaf, RrType::NSEC); };
  EXPECT_EQ(check(without(zone, leaf_with_signature)), (Codes{{"nsec-missing", 1}}));
  EXPECT_EQ(check(with(zone, leaf, [](auto& r) { r.rdata[1] ^= 1U; })), (Codes{{"nsec-next", 1}}));
  EXPECT_EQ(check(with(zone, leaf, [](auto& r) { r.rdata.back() ^= 4U; })), (Codes{{"nsec-bitmap", 1}}));
  auto twice = zone;
  twice.push_back(*std::ranges::find_if(zone, leaf));
  twice.back().rdata.back() ^= 0x80U;
  twice.back().rdata.back() |= 4U;
  const auto codes = check(twice);
  EXPECT_EQ(codes.count("nsec-multiple"), 1U);
  auto hole = zone;
  hole.push_back({*dns::Name::from_text("new.example."), RrType::TXT, dns::RrClass::IN, 3600, {1, 'x'}, {0, 9999, 1}});
  EXPECT_EQ(check(hole), (Codes{{"nsec-missing", 1}, {"unsigned-rrset", 1}}));
  EXPECT_EQ(check(without(zone, [](const auto& r) { return r.type == RrType::NSEC || covers(r, RrType::NSEC); })),
            (Codes{{"no-denial-chain", 1}}));
  const auto last = check(without(zone, [](const auto& r) { return is(r, "nic.example.", RrType::MX); }));
  EXPECT_EQ(last, (Codes{{"nsec-bitmap", 1}, {"rrsig-without-rrset", 1}}));
}

std::string hashed(const char* name) {
  const auto built = build_records(nsec3_zone());
  const auto hash = dns::nsec3_hash(*dns::Name::from_text(name), built.zone->nsec3_salt, built.zone->nsec3_iterations);
  const auto label = dns::nsec3_label(hash);
  return std::string{label.begin(), label.end()} + ".example.";
}

TEST(Dnssec, Nsec3Chain) {
  const auto& zone = nsec3_zone();
  const auto name = hashed(kLeaf);
  const auto leaf = [&](const auto& r) { return is(r, name.c_str(), RrType::NSEC3); };
  const auto leaf_with_signature = [&](const auto& r) { return leaf(r) || signs(r, name.c_str(), RrType::NSEC3); };
  EXPECT_EQ(check(without(zone, leaf_with_signature)), (Codes{{"nsec3-missing", 1}, {"nsec3-next", 1}}));
  EXPECT_EQ(check(with(zone, leaf, [](auto& r) { r.rdata.back() ^= 4U; })), (Codes{{"nsec3-bitmap", 1}}));
  EXPECT_EQ(check(with(zone, leaf, [](auto& r) { r.rdata[4U + 1U + r.rdata[4] + 1U] ^= 1U; })),
            (Codes{{"nsec3-next", 1}}));
  EXPECT_EQ(check(with(zone, leaf, [](auto& r) { r.rdata[3] ^= 1U; })),
            (Codes{{"nsec3-parameters", 1}, {"nsec3-missing", 1}, {"nsec3-next", 1}}));
  EXPECT_EQ(
      check(without(zone, [](const auto& r) { return is(r, kLeaf, RrType::TXT) || signs(r, kLeaf, RrType::TXT); }))
          .count("nsec3-unexpected"),
      1U);
  const auto param = [](const auto& r) { return r.type == RrType::NSEC3PARAM || covers(r, RrType::NSEC3PARAM); };
  EXPECT_EQ(check(without(zone, param)), (Codes{{"no-denial-chain", 1}, {"nsec3-without-nsec3param", 1}}));
}

TEST(Dnssec, WithoutOptOutEveryInsecureDelegationNeedsItsNsec3) {
  auto records = nsec3_zone();
  for (auto& record : records)
    if (record.type == RrType::NSEC3) record.rdata[1] = 0;
  const auto codes = check(records);
  ASSERT_EQ(codes.size(), 1U);
  EXPECT_EQ(codes.begin()->first, "nsec3-missing");
}

TEST(Dnssec, BothChainsMayStandTogetherWithoutDenial) {
  const auto& zone = nsec3_zone();
  const auto misplaced = with(
      zone, [](const auto& r) { return r.type == RrType::NSEC3; },
      [](auto& r) { r.owner = *dns::Name::from_text("a.b.example."); });
  EXPECT_EQ(check(misplaced).count("nsec3-owner"), 1U);
  const auto unreadable = with(
      zone, [](const auto& r) { return r.type == RrType::NSEC3; },
      [](auto& r) { r.owner = *dns::Name::from_text("xyz.example."); });
  EXPECT_EQ(check(unreadable).count("nsec3-owner"), 1U);
}

TEST(Nsec3Hash, VectorsOfRfc5155) {  // appendix A: salt AABBCCDD, 12 iterations
  const std::uint8_t salt[] = {0xAA, 0xBB, 0xCC, 0xDD};
  const std::pair<const char*, const char*> vectors[] = {
      {"example.", "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom"},     {"a.example.", "35mthgpgcu1qg68fab165klnsnk3dpvl"},
      {"ai.example.", "gjeqe526plbf1g8mklp59enfd789njgi"},  {"ns1.example.", "2t7b4g4vsa5smi47k61mv5bv1a22bojr"},
      {"*.w.example.", "r53bq7cc2uvmubfu5ocmm6pers9tk9en"}, {"x.y.w.example.", "2vptu5timamqttgl4luu9kg21e0aor3s"},
      {"xx.example.", "t644ebqk9bibcna874givr6joj62mlhv"}};
  for (const auto& [name, expected] : vectors) {
    const auto label = dns::nsec3_label(dns::nsec3_hash(*dns::Name::from_text(name), salt, 12));
    EXPECT_EQ(std::string(label.begin(), label.end()), expected) << name;
  }
}

TEST(TypeBitmap, DecodesTheExampleOfRfc4034) {  // section 4.3: A MX RRSIG NSEC TYPE1234
  std::vector<std::uint8_t> bitmap{0x00, 0x06, 0x40, 0x01, 0x00, 0x00, 0x00, 0x03, 0x04, 0x1b};
  bitmap.resize(bitmap.size() + 26);
  bitmap.push_back(0x20);
  auto types = TypeSet::decode(bitmap);
  EXPECT_EQ(types.types(), (std::vector<RrType>{RrType::A, RrType::MX, RrType::RRSIG, RrType::NSEC, RrType{1234}}));
  EXPECT_TRUE(types.is_encoded_by(bitmap));
  bitmap[2] ^= 0x20U;
  EXPECT_FALSE(types.is_encoded_by(bitmap));
  EXPECT_EQ(difference_text(types, TypeSet::decode(bitmap)), "names NS, which is not there");
  types.add(RrType::AAAA);
  EXPECT_EQ(difference_text(types, TypeSet::decode(bitmap)), "lacks AAAA; names NS, which is not there");
  EXPECT_TRUE(TypeSet{}.is_encoded_by({}));
}

}  // namespace
}  // namespace torii::zonec::testing
