// Signatures made by other people's tools verify; whatever is changed after that does not, and is named.
#include "zonec/verify/signatures.hpp"

#include <functional>

#include "tests/zonec/verify/verify_support.hpp"
#include "torii/dns/rdata.hpp"
#include "zonec/verify/canonical.hpp"

namespace torii::zonec::testing {
namespace {

using dns::RrType;

const Records& nsec_zone() {
  static const auto kRecords = read_records(source_path("zones/example-tld.nsec.zone"));
  return kRecords;
}
const Records& nsec3_zone() {
  static const auto kRecords = read_records(source_path("zones/example-tld.nsec3.zone"));
  return kRecords;
}

TEST(VerifySignatures, AllOfZonesSignedByBindVerify) {
  for (const auto* records : {&nsec_zone(), &nsec3_zone()}) {
    const auto found = verify(*records);
    const auto signatures = std::ranges::count(*records, RrType::RRSIG, &OwnedRecord::type);
    EXPECT_EQ(found.counts.signatures, static_cast<std::uint64_t>(signatures));
    EXPECT_EQ(found.counts.verified, found.counts.signatures);
    EXPECT_EQ(found.codes(), std::vector<std::string>{});
  }
}

// A real zone of 2018 by an HSM, RSA/SHA-256, and the signatures over NAPTR.
TEST(VerifySignatures, UriArpaOfRfc8976Verifies) {
  const auto found = verify(read_records(source_path("tests/zonec/verify/zones/rfc8976-a4.zone")));
  EXPECT_EQ(found.counts.signatures, 14U);
  EXPECT_EQ(found.counts.verified, 14U);
  EXPECT_EQ(found.codes(), std::vector<std::string>{});
}

/// The first record that `is` accepts, changed by `change`.
Records with(const Records& records, const std::function<bool(const OwnedRecord&)>& is,
             const std::function<void(OwnedRecord&)>& change) {
  auto out = records;
  const auto at = std::ranges::find_if(out, is);
  EXPECT_NE(at, out.end());
  if (at != out.end()) change(*at);
  return out;
}

// Every octet of every RDATA of one zone, one bit each: whatever a signature covers is told to be wrong.
TEST(VerifySignatures, NoBitOfSignedRdataCanBeChanged) {
  const auto& records = nsec_zone();
  const auto zone = build_records(records);
  std::uint64_t tried = 0;
  for (std::size_t i = 0; i < records.size(); ++i) {
    const auto& record = records[i];
    const auto& owner = zone.zone->owners[zone.zone->find(record.owner)];
    const bool glue = owner.kind == OwnerKind::BelowCut || owner.kind == OwnerKind::BelowDname;
    const bool delegation = owner.kind == OwnerKind::Cut &&
                            (record.type == RrType::NS || record.type == RrType::A || record.type == RrType::AAAA);
    if (glue || delegation || record.rdata.empty()) continue;
    const auto at = (i * 7919) % record.rdata.size();
    auto changed = records;
    changed[i].rdata[at] ^= std::uint8_t{1};
    const auto built = build_records(changed);
    std::vector<Diagnostic> diagnostics = built.diagnostics;
    if (built.zone) {
      check_dnssec(*built.zone, {kNow, false}, diagnostics);
      verify_zone(*built.zone, {}, diagnostics);
    }
    const auto expected = record.owner.view().text();
    EXPECT_TRUE(std::ranges::any_of(diagnostics,
                                    [&](const Diagnostic& d) {
                                      return d.severity == Severity::Error &&
                                             d.text.starts_with(dns::Name{record.owner}.lower().text() + " ");
                                    }))
        << expected << " " << type_text(record.type) << " octet " << at;
    ++tried;
  }
  EXPECT_GT(tried, 250U);
}

TEST(VerifySignatures, TheMessageNamesRRsetKeyAlgorithmAndPlace) {
  const auto is_txt = [](const OwnedRecord& r) { return r.type == RrType::TXT && r.rdata.size() > 4; };
  const auto changed = with(nsec_zone(), is_txt, [](OwnedRecord& r) { r.rdata.back() ^= 1U; });
  const auto record = *std::ranges::find_if(changed, is_txt);
  const auto found = verify(changed);
  ASSERT_EQ(found.diagnostics.size(), 1U);
  const auto& d = found.diagnostics.front();
  EXPECT_EQ(d.code, "bad-signature");
  EXPECT_EQ(d.severity, Severity::Error);
  EXPECT_EQ(d.where.line, record.where.line);
  EXPECT_TRUE(d.text.starts_with(record.owner.text() + " TXT: RRSIG by key ")) << d.text;
  EXPECT_NE(d.text.find(", ECDSAP256SHA256 (13): does not verify"), std::string::npos) << d.text;
  EXPECT_EQ(found.counts.bad, 1U);
  EXPECT_EQ(found.counts.verified, found.counts.signatures - 1);
}

TEST(VerifySignatures, TtlsAndCaseAreNotSigned) {
  auto records = nsec_zone();
  for (auto& record : records) {
    record.ttl += 1;
    if (!dns::has_lower_case_form(record.type)) continue;
    std::vector<std::uint8_t> rdata = record.rdata;
    static_cast<void>(
        dns::for_each_rdata_name(record.type, record.rdata, [&](std::size_t at, dns::NameView name, bool) {
          for (std::size_t i = 0; i < name.size(); ++i)
            if (rdata[at + i] >= 'a' && rdata[at + i] <= 'z') rdata[at + i] -= 32;
        }));
    record.rdata = rdata;
  }
  const auto found = verify(records);
  EXPECT_EQ(found.counts.verified, found.counts.signatures);
  EXPECT_EQ(found.codes(), std::vector<std::string>{});
}

TEST(VerifySignatures, ANameInNsecIsTakenAsItIs) {
  // RFC 6840 section 5.1: NSEC is not in the list of types whose names are lowered.
  const auto changed = with(
      nsec_zone(), [](const OwnedRecord& r) { return r.type == RrType::NSEC; },
      [](OwnedRecord& r) { r.rdata[1] = static_cast<std::uint8_t>(r.rdata[1] - 32); });
  EXPECT_EQ(verify(changed).codes(), std::vector<std::string>{"bad-signature"});
}

TEST(VerifySignatures, ASignatureOfAnotherLengthIsNamedSo) {
  const auto changed = with(
      nsec_zone(), [](const OwnedRecord& r) { return covers(r, RrType::TXT); },
      [](OwnedRecord& r) { r.rdata.pop_back(); });
  const auto found = verify(changed);
  ASSERT_EQ(found.codes(), std::vector<std::string>{"bad-signature"});
  EXPECT_NE(found.diagnostics[0].text.find("its signature has 63 octets, expected 64"), std::string::npos);
}

TEST(VerifySignatures, ASignatureOfMoreLabelsThanTheOwnerIsNoReasonToCrash) {
  const auto changed = with(
      nsec_zone(), [](const OwnedRecord& r) { return covers(r, RrType::TXT); },
      [](OwnedRecord& r) { r.rdata[3] = 255; });
  EXPECT_TRUE(verify(changed).has("bad-signature"));
}

TEST(VerifySignatures, KeysThatAreNoneAreNamedAndTheirSignaturesLeftToTheOtherChecks) {
  // The ZSK's point moved off the curve; its tag moved back by changing the flags would be another key, so the RRSIGs
  // are unknown-key to check_dnssec. The KSK is whole, but the DNSKEY RRset is not what it signed.
  const auto changed = with(
      nsec_zone(), [](const OwnedRecord& r) { return r.type == RrType::DNSKEY && r.rdata[1] == 0; },
      [](OwnedRecord& r) { r.rdata[10] ^= 1U; });
  const auto found = verify(changed);
  EXPECT_TRUE(found.has("dnskey-unusable"));
  EXPECT_TRUE(found.has("bad-signature"));
  EXPECT_TRUE(found.has("dnskey-not-signed-by-sep"));
}

TEST(VerifySignatures, RevokedKeysSignNothingButTheirOwnRRset) {
  auto records = nsec_zone();
  std::uint16_t tag = 0;
  for (auto& record : records) {
    if (record.type != RrType::DNSKEY || record.rdata[1] != 0) continue;
    record.rdata[1] = 0x80;
    tag = Dnskey::parse(record.rdata)->tag;
  }
  for (auto& record : records)
    if (record.type == RrType::RRSIG && !covers(record, RrType::DNSKEY)) dns::store_u16(record.rdata.data() + 16, tag);
  const auto found = verify(records);
  EXPECT_TRUE(found.has("rrsig-revoked-key"));
  EXPECT_EQ(found.counts.verified, 0U);  // the DNSKEY RRset was changed too
}

TEST(VerifySignatures, DeprecatedAndUnknownAlgorithmsAreNamed) {
  auto records = nsec_zone();
  for (auto& record : records) {
    if (record.type == RrType::DNSKEY) record.rdata[3] = record.rdata[1] == 0 ? 200 : 7;
    if (record.type == RrType::RRSIG) record.rdata[2] = covers(record, RrType::DNSKEY) ? 7 : 200;
  }
  std::uint16_t ksk = 0;
  std::uint16_t zsk = 0;
  for (auto& record : records)
    if (record.type == RrType::DNSKEY) (record.rdata[1] == 0 ? zsk : ksk) = Dnskey::parse(record.rdata)->tag;
  for (auto& record : records)
    if (record.type == RrType::RRSIG)
      dns::store_u16(record.rdata.data() + 16, covers(record, RrType::DNSKEY) ? ksk : zsk);
  const auto found = verify(records);
  EXPECT_TRUE(found.has("deprecated-algorithm"));
  EXPECT_TRUE(found.has("unsupported-algorithm"));
  EXPECT_TRUE(found.has("dnskey-unusable"));  // an ECDSA key read as RSA
  EXPECT_EQ(found.counts.unsupported, static_cast<std::uint64_t>(std::ranges::count_if(records, [](const auto& r) {
              return r.type == RrType::RRSIG && !covers(r, RrType::DNSKEY);
            })));
  EXPECT_EQ(found.counts.signatures, 0U);
}

TEST(VerifySignatures, AnyNumberOfThreadsSaysTheSame) {
  auto records = nsec3_zone();
  for (auto& record : records)
    if (record.type == RrType::NSEC3 || record.type == RrType::TXT) record.rdata.back() ^= 1U;
  const auto built = build_records(records);
  const auto one = verify(*built.zone, {}, 1);
  EXPECT_GT(one.counts.bad, 10U);
  for (const unsigned threads : {2U, 3U, 8U}) {
    const auto several = verify(*built.zone, {}, threads);
    ASSERT_EQ(several.diagnostics.size(), one.diagnostics.size());
    for (std::size_t i = 0; i < one.diagnostics.size(); ++i)
      EXPECT_EQ(several.diagnostics[i].text, one.diagnostics[i].text);
    EXPECT_EQ(several.counts.bad, one.counts.bad);
    EXPECT_EQ(several.counts.verified, one.counts.verified);
  }
}

TEST(VerifySignatures, NoneLooksAtNothingAndASmallZoneIsItsOwnSample) {
  const auto changed = with(
      nsec_zone(), [](const OwnedRecord& r) { return r.type == RrType::TXT && r.rdata.size() > 4; },
      [](OwnedRecord& r) { r.rdata.back() ^= 1U; });
  EXPECT_TRUE(verify(changed, {VerifyMode::None, Severity::Error}).diagnostics.empty());
  EXPECT_EQ(verify(changed, {VerifyMode::Sample, Severity::Error}).counts.bad, 1U);
}

// RFC 4035 appendix B.6 has such an answer; the rule is RFC 4035 section 5.3.2.
TEST(SignedOwner, IsTheWildcardThatANameWasExpandedFrom) {
  const auto owner = [](const char* name, std::uint8_t labels) {
    const auto out = signed_owner(*dns::Name::from_text(name), labels);
    return out ? out->text() : std::string{"none"};
  };
  EXPECT_EQ(owner("a.z.w.example.", 2), "*.w.example.");
  EXPECT_EQ(owner("a.z.w.example.", 4), "a.z.w.example.");
  EXPECT_EQ(owner("a.z.w.example.", 0), "*.");
  EXPECT_EQ(owner("a.z.w.example.", 5), "none");
  EXPECT_EQ(owner("*.w.example.", 2), "*.w.example.");
  EXPECT_EQ(owner("*.w.example.", 3), "none");
  EXPECT_EQ(owner(".", 0), ".");
  EXPECT_EQ(owner(".", 1), "none");
}

}  // namespace
}  // namespace torii::zonec::testing
