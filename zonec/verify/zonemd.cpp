#include "zonec/verify/zonemd.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <optional>
#include <span>
#include <stdexcept>

#include "zonec/model/rdata.hpp"
#include "zonec/model/record_sort.hpp"
#include "zonec/parallel/in_order.hpp"
#include "zonec/verify/canonical.hpp"
#include "zonec/verify/openssl.hpp"

namespace torii::zonec {
namespace {

using dns::RrType;

/// Owners of each list in one piece of work.
constexpr std::size_t kPieceOwners = 4096;

class Sha {
 public:
  explicit Sha(const char* name) {
    const DigestAlgorithm algorithm{EVP_MD_fetch(nullptr, name, nullptr)};
    if (!algorithm || !context_ || EVP_DigestInit_ex2(context_.get(), algorithm.get(), nullptr) != 1)
      throw std::runtime_error{std::string{"OpenSSL has no "} + name};
  }
  void update(dns::Octets octets) {
    if (EVP_DigestUpdate(context_.get(), octets.data(), octets.size()) != 1)
      throw std::runtime_error{"OpenSSL: a digest failed"};
  }
  std::vector<std::uint8_t> finish() {
    std::vector<std::uint8_t> digest(EVP_MAX_MD_SIZE);
    unsigned size = 0;
    if (EVP_DigestFinal_ex(context_.get(), digest.data(), &size) != 1)
      throw std::runtime_error{"OpenSSL: a digest failed"};
    digest.resize(size);
    return digest;
  }

 private:
  DigestContext context_{EVP_MD_CTX_new()};
};

/// Writes owners' records in the order and form that the SIMPLE scheme digests them (RFC 8976 section 3.3).
class Encoder {
 public:
  explicit Encoder(const Zone& zone) : zone_{zone} {}

  void add(const Owner& owner) {
    const bool is_apex = owner.name_size == zone_.apex.size();
    bool rrsigs_done = false;
    const auto sets = zone_.rrsets_of(owner);
    for (const auto& set : sets) {
      if (set.type > RrType::RRSIG && !rrsigs_done) {
        add_signatures(owner, is_apex);
        rrsigs_done = true;
      }
      if (is_apex && set.type == RrType::ZONEMD) continue;
      const CanonicalRecords records{owner.name(), set.type, set.ttl};
      for (const auto& rdata : zone_.rdata_of(set)) records.append(rdata, octets);
    }
    if (!rrsigs_done) add_signatures(owner, is_apex);
  }

  std::vector<std::uint8_t> octets;

 private:
  struct Signature {
    dns::Octets rdata;
    std::uint32_t ttl{};
  };

  /// All RRSIGs of an owner are one RRset to the digest, so those of all RRsets are put in order together. Each has the
  /// TTL it is served with, which is not the same for all.
  void add_signatures(const Owner& owner, bool is_apex) {
    signatures_.clear();
    for (const auto& set : zone_.rrsets_of(owner)) {
      if (is_apex && set.type == RrType::ZONEMD) continue;
      for (const auto& rdata : zone_.signatures_of(set)) signatures_.push_back({rdata, zone_.signature_ttl(set)});
    }
    for (const auto& rdata : zone_.strays_of(owner)) {
      // RFC 8976 section 3.3.2 leaves out the RRSIG over ZONEMD; that covers one whose ZONEMD is not there yet.
      if (is_apex && dns::load_u16(rdata.data()) == static_cast<std::uint16_t>(RrType::ZONEMD)) continue;
      signatures_.push_back({rdata, zone_.stray_ttl(owner)});
    }
    const auto before = [](const Signature& a, const Signature& b) {
      return compare_rdata(RrType::RRSIG, a.rdata, b.rdata) < 0;
    };
    if (!std::ranges::is_sorted(signatures_, before)) std::ranges::sort(signatures_, before);
    for (const auto& signature : signatures_)
      CanonicalRecords{owner.name(), RrType::RRSIG, signature.ttl}.append(signature.rdata, octets);
  }

  const Zone& zone_;
  std::vector<Signature> signatures_;
};

constexpr auto kBefore = [](dns::NameView a, dns::NameView b) { return dns::canonical_order(a, b) < 0; };

/// Digests a zone with the hash algorithms asked for, in one pass: pieces are encoded by several threads and hashed in
/// order.
class ZoneDigests {
 public:
  ZoneDigests(const Zone& zone, unsigned threads) : zone_{zone}, threads_{threads} {}
  void want(ZonemdHash hash) {
    auto& sha = of(hash);
    if (!sha) sha.emplace(hash == ZonemdHash::Sha384 ? "SHA2-384" : "SHA2-512");
  }
  void run() {
    if (!sha384_ && !sha512_) return;
    const auto starts = cut();
    in_order(
        starts.size() - 1, threads_, [&](std::size_t i) { return encode(starts[i], starts[i + 1]); },
        [&](std::size_t, std::vector<std::uint8_t>&& octets) {
          for (auto* sha : {&sha384_, &sha512_})
            if (*sha) (*sha)->update(octets);
        });
    if (sha384_) digest384_ = sha384_->finish();
    if (sha512_) digest512_ = sha512_->finish();
  }
  [[nodiscard]] const std::vector<std::uint8_t>& get(ZonemdHash hash) const {
    return hash == ZonemdHash::Sha384 ? digest384_ : digest512_;
  }

 private:
  /// A place in the zone's order: where it lies in each of the two lists of owners.
  struct Cut {
    std::size_t owner{};
    std::size_t nsec3{};
  };
  std::optional<Sha>& of(ZonemdHash hash) { return hash == ZonemdHash::Sha384 ? sha384_ : sha512_; }

  [[nodiscard]] std::vector<Cut> cut() const {
    std::vector<dns::NameView> names;
    for (const auto* owners : {&zone_.owners, &zone_.nsec3_owners})
      for (std::size_t i = kPieceOwners; i < owners->size(); i += kPieceOwners) names.push_back((*owners)[i].name());
    std::ranges::sort(names, kBefore);
    std::vector<Cut> cuts{{0, 0}};
    for (const auto name : names) {
      const auto at = [&](const std::vector<Owner>& owners) {
        return static_cast<std::size_t>(std::ranges::lower_bound(owners, name, kBefore, &Owner::name) - owners.begin());
      };
      cuts.push_back({at(zone_.owners), at(zone_.nsec3_owners)});
    }
    cuts.push_back({zone_.owners.size(), zone_.nsec3_owners.size()});
    return cuts;
  }

  [[nodiscard]] std::vector<std::uint8_t> encode(Cut from, Cut to) const {
    Encoder encoder{zone_};
    while (from.owner < to.owner || from.nsec3 < to.nsec3) {
      const bool nsec3 =
          from.owner == to.owner ||
          (from.nsec3 < to.nsec3 && kBefore(zone_.nsec3_owners[from.nsec3].name(), zone_.owners[from.owner].name()));
      encoder.add(nsec3 ? zone_.nsec3_owners[from.nsec3++] : zone_.owners[from.owner++]);
    }
    return std::move(encoder.octets);
  }

  const Zone& zone_;
  const unsigned threads_;
  std::optional<Sha> sha384_;
  std::optional<Sha> sha512_;
  std::vector<std::uint8_t> digest384_;
  std::vector<std::uint8_t> digest512_;
};

/// What can be said without the digest.
ZonemdVerdict first_verdict(const Zone& zone, const ZonemdRecord& record) {
  if (record.digest.size() < 12) return ZonemdVerdict::Malformed;
  if (zone.serial.value != record.serial) return ZonemdVerdict::WrongSerial;
  if (record.scheme != kZonemdSimple || (record.hash != 1 && record.hash != 2)) return ZonemdVerdict::Unsupported;
  return record.digest.size() == (record.hash == 1 ? 48U : 64U) ? ZonemdVerdict::Verified : ZonemdVerdict::Malformed;
}

std::string hex(dns::Octets octets) {
  std::string text;
  for (const auto octet : octets) {
    text += "0123456789abcdef"[octet >> 4U];
    text += "0123456789abcdef"[octet & 15U];
  }
  return text;
}

}  // namespace

std::vector<std::uint8_t> zone_digest(const Zone& zone, ZonemdHash hash, unsigned threads) {
  ZoneDigests digests{zone, threads};
  digests.want(hash);
  digests.run();
  return digests.get(hash);
}

ZonemdReport zonemd_report(const Zone& zone, unsigned threads) {
  ZonemdReport report;
  const auto* set = zone.find_rrset(zone.owners.front(), RrType::ZONEMD);
  if (set == nullptr) return report;
  for (const auto& rdata : zone.rdata_of(*set)) {
    dns::WireReader reader{rdata};
    ZonemdRecord record;
    record.serial = reader.u32();
    record.scheme = reader.u8();
    record.hash = reader.u8();
    const auto digest = reader.rest();
    record.digest.assign(digest.begin(), digest.end());
    record.verdict = first_verdict(zone, record);
    report.records.push_back(std::move(record));
  }
  ZoneDigests digests{zone, threads};
  for (auto& record : report.records) {
    const auto same = [&](const ZonemdRecord& other) {
      return other.scheme == record.scheme && other.hash == record.hash;
    };
    if (std::ranges::count_if(report.records, same) > 1) record.verdict = ZonemdVerdict::Duplicate;
    if (record.verdict == ZonemdVerdict::Verified) digests.want(ZonemdHash{record.hash});
  }
  digests.run();
  report.status = ZonemdStatus::Unsupported;
  for (auto& record : report.records) {
    if (record.verdict == ZonemdVerdict::Unsupported) continue;
    if (record.verdict == ZonemdVerdict::Verified) {
      record.expected = digests.get(ZonemdHash{record.hash});
      if (record.expected != record.digest)
        record.verdict = ZonemdVerdict::Mismatch;
      else if (zone.mixed_ttls != 0)
        record.verdict = ZonemdVerdict::MixedTtls;
    }
    if (record.verdict != ZonemdVerdict::Verified)
      report.status = ZonemdStatus::Wrong;
    else if (report.status != ZonemdStatus::Wrong)
      report.status = ZonemdStatus::Verified;
  }
  return report;
}

ZonemdStatus zonemd_status(const Zone& zone, unsigned threads) { return zonemd_report(zone, threads).status; }

void add_zonemd_findings(const Zone& zone, const ZonemdReport& report, Findings& findings) {
  const auto add = [&](OwnerIndex at, Severity severity, std::string_view code, const std::string& why) {
    const auto& owner = zone.owners[at];
    findings.add(at, severity, code, zone.find_rrset(owner, RrType::ZONEMD)->where, owner.name(),
                 owner.name().text() + " ZONEMD: " + why);
  };
  const std::string mixed = zone.mixed_ttls == 0
                                ? ""
                                : "; but the input has " + std::to_string(zone.mixed_ttls) +
                                      " RRsets of several TTLs, of which one is served: it is not what was digested";
  for (const auto& record : report.records) {
    const auto kind = "scheme " + std::to_string(record.scheme) + ", hash algorithm " + std::to_string(record.hash);
    switch (record.verdict) {
      case ZonemdVerdict::Verified:
        break;
      case ZonemdVerdict::Mismatch:
        add(0, Severity::Error, "zonemd-mismatch",
            std::string{"the digest ("} + (record.hash == 1 ? "SHA-384" : "SHA-512") +
                ") is not this zone's: records were changed, added or lost after it was made; " + hex(record.digest) +
                ", computed " + hex(record.expected) + " (RFC 8976 section 4)" + mixed);
        break;
      case ZonemdVerdict::MixedTtls:
        add(0, Severity::Error, "zonemd-mixed-ttls", "the digest is that of the zone as it is served" + mixed);
        break;
      case ZonemdVerdict::WrongSerial:
        add(0, Severity::Error, "zonemd-serial",
            "made for serial " + std::to_string(record.serial) + ", the SOA has " + std::to_string(zone.serial.value) +
                " (RFC 8976 section 4)");
        break;
      case ZonemdVerdict::Duplicate:
        add(0, Severity::Error, "zonemd-duplicate",
            "two records of " + kind + ": neither counts (RFC 8976 section 2.3)");
        break;
      case ZonemdVerdict::Malformed:
        add(0, Severity::Error, "zonemd-malformed",
            "a digest of " + std::to_string(record.digest.size()) + " octets for " + kind +
                " (RFC 8976 section 2.2.4)");
        break;
      case ZonemdVerdict::Unsupported:
        add(0, Severity::Notice, "zonemd-unsupported", kind + ": not known here, not verified");
        break;
    }
  }
  for (OwnerIndex i = 1; i < zone.owners.size(); ++i) {
    if (zone.owners[i].rrset_count == 0 || zone.find_rrset(zone.owners[i], RrType::ZONEMD) == nullptr) continue;
    add(i, Severity::Notice, "zonemd-not-at-apex", "means nothing below the apex (RFC 8976 section 2)");
  }
}

}  // namespace torii::zonec
