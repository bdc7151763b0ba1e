#include "zonec/verify/signatures.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "zonec/parallel/in_order.hpp"
#include "zonec/verify/canonical.hpp"

namespace torii::zonec {
namespace {

using dns::RrType;

/// Of an RRSIG's RDATA before the signer's name (RFC 4034 section 3.1).
constexpr std::size_t kRrsigHeadOctets = 18;
/// Owners in one piece of work: some milliseconds where all are signed.
constexpr std::size_t kPieceOwners = 256;

/// The zone's keys, those that sign (RFC 4034 section 2.1.1).
std::vector<PublicKey> keys_of(const Zone& zone, const RRset& set) {
  std::vector<PublicKey> keys;
  for (const auto& rdata : zone.rdata_of(set))
    if (Dnskey::parse(rdata)->is_zone_key()) keys.emplace_back(rdata);
  return keys;
}

/// A number that looks random but is the same for the same zone.
constexpr std::uint64_t mixed(std::uint64_t value) noexcept {
  value += 0x9E37'79B9'7F4A'7C15ULL;
  value = (value ^ value >> 30U) * 0xBF58'476D'1CE4'E5B9ULL;
  value = (value ^ value >> 27U) * 0x94D0'49BB'1331'11EBULL;
  return value ^ value >> 31U;
}

/// Which owners are looked at.
class Choice {
 public:
  Choice(const Zone& zone, VerifyMode mode)
      : serial_{zone.serial.value},
        sets_{zone.signature_sets.size()},
        all_{mode == VerifyMode::Full || sets_ <= kSampleSets} {}
  [[nodiscard]] bool takes(std::uint64_t owner) const noexcept {
    return all_ || owner == 0 || mixed(mixed(serial_) ^ owner) % sets_ < kSampleSets;
  }

 private:
  std::uint64_t serial_;
  std::uint64_t sets_;
  bool all_;
};

struct Found {
  Findings findings;
  VerifyCounts counts;
  std::vector<std::uint8_t> signs_keys;  // by key: it verifies a signature over the DNSKEY RRset
};

/// Verifies the signatures at a range of owners.
class Signatures {
 public:
  Signatures(const Zone& zone, std::span<const PublicKey> keys) : zone_{zone}, keys_{keys}, verifier_{keys} {
    found_.signs_keys.resize(keys.size());
  }

  /// `rank`: place of the owner in canonical order; kNoOwner for NSEC3 owners, whose place is looked up when there is a
  /// finding.
  void look_at(std::uint32_t rank, const Owner& owner, bool is_chosen) {
    if (owner.kind == OwnerKind::BelowCut || owner.kind == OwnerKind::BelowDname) return;
    for (const auto& set : zone_.rrsets_of(owner)) {
      if (!set.is_signed()) continue;
      if (owner.kind == OwnerKind::Cut && set.type != RrType::DS && set.type != RrType::NSEC) continue;
      rank_ = rank;
      look_at_set(owner, set, is_chosen);
    }
  }
  Found take() { return std::move(found_); }

 private:
  void report(std::string_view code, const Owner& owner, const RRset& set, const std::string& why) {
    const auto name = owner.name();
    const auto rank = rank_ == kNoOwner ? zone_.find_at_or_before(name) : rank_;
    found_.findings.add(rank, Severity::Error, code, set.where, name,
                        name.text() + " " + type_text(set.type) + ": " + why);
  }

  void look_at_set(const Owner& owner, const RRset& set, bool is_chosen) {
    std::size_t by_revoked = 0;
    std::size_t others = 0;
    for (const auto& rdata : zone_.signatures_of(set)) {
      const auto signature = *Rrsig::parse(rdata);
      if (signature.signer != zone_.apex.view()) continue;
      select(signature, set.type == RrType::DNSKEY);
      if (only_revoked_) ++by_revoked;
      if (unsupported_) ++found_.counts.unsupported;
      others += unsupported_ || broken_ || candidate_count_ != 0 ? 1U : 0U;
      if (candidate_count_ == 0) continue;
      ++found_.counts.signatures;
      if (is_chosen) verify(owner, set, signature);
    }
    if (by_revoked != 0 && others == 0)
      report("rrsig-revoked-key", owner, set,
             "only revoked keys sign it, and these are for the DNSKEY RRset alone (RFC 5011 section 2.1)");
  }

  /// The keys that may have made `signature`.
  void select(const Rrsig& signature, bool over_keys) {
    candidate_count_ = 0;
    only_revoked_ = unsupported_ = broken_ = more_ = false;
    for (std::size_t i = 0; i < keys_.size(); ++i) {
      const auto& key = keys_[i];
      if (key.dnskey().tag != signature.key_tag || key.dnskey().algorithm != signature.algorithm) continue;
      if (key.is_revoked() && !over_keys)
        only_revoked_ = true;
      else if (key.algorithm().scheme == Scheme::None)
        unsupported_ = true;
      else if (!key.is_usable())
        broken_ = true;
      else if (candidate_count_ < kKeysOfOneTag)
        candidates_[candidate_count_++] = i;
      else
        more_ = true;
    }
    if (unsupported_ || broken_ || candidate_count_ != 0) only_revoked_ = false;
  }

  void verify(const Owner& owner, const RRset& set, const Rrsig& signature) {
    data_.clear();
    if (!append_signed_data(signature, owner.name(), set.type, zone_.rdata_of(set), data_))
      return refuse(owner, set, signature, "it is of a name with " + std::to_string(signature.labels) + " labels");
    for (std::size_t i = 0; i < candidate_count_; ++i) {
      if (!verifier_.verify(candidates_[i], data_, signature.signature)) continue;
      ++found_.counts.verified;
      if (set.type == RrType::DNSKEY) found_.signs_keys[candidates_[i]] = 1;
      return;
    }
    const auto expected = keys_[candidates_[0]].signature_octets();
    if (signature.signature.size() != expected) {
      return refuse(owner, set, signature,
                    "its signature has " + std::to_string(signature.signature.size()) + " octets, expected " +
                        std::to_string(expected));
    }
    refuse(owner, set, signature,
           std::string{"does not verify"} +
               (more_ ? " with the first " + std::to_string(kKeysOfOneTag) + " keys of that tag" : "") +
               "; the RRset, its RRSIG or the DNSKEY was changed after signing (RFC 4035 section 5.3.3)");
  }

  void refuse(const Owner& owner, const RRset& set, const Rrsig& signature, const std::string& why) {
    ++found_.counts.bad;
    report(
        "bad-signature", owner, set,
        "RRSIG by key " + std::to_string(signature.key_tag) + ", " + algorithm_text(signature.algorithm) + ": " + why);
  }

  const Zone& zone_;
  std::span<const PublicKey> keys_;
  SignatureVerifier verifier_;
  Found found_;
  std::vector<std::uint8_t> data_;
  std::uint32_t rank_{};
  std::array<std::size_t, kKeysOfOneTag> candidates_{};
  std::size_t candidate_count_{};
  bool only_revoked_{};
  bool unsupported_{};
  bool broken_{};
  bool more_{};
};

/// Findings on the keys themselves.
class KeyFindings {
 public:
  KeyFindings(const Zone& zone, const RRset& set, std::span<const PublicKey> keys, Findings& findings)
      : zone_{zone}, set_{set}, keys_{keys}, findings_{findings} {}

  void report_keys(Severity deprecated) {
    for (const auto& key : keys_) {
      if (key.algorithm().deprecated) {
        add(deprecated, "deprecated-algorithm",
            key.text() + ": not to be used any more (" + key.algorithm().deprecated_by + ")");
      }
      if (!key.fault().empty()) add(Severity::Error, "dnskey-unusable", key.text() + ": " + key.fault());
    }
  }
  void report_signing(const Found& found) {
    if (found.counts.unsupported != 0) {
      std::string names;
      for (const auto& key : keys_) {
        const auto text = algorithm_text(key.dnskey().algorithm);
        if (key.algorithm().scheme != Scheme::None || names.find(text) != std::string::npos) continue;
        names += (names.empty() ? "" : ", ") + text;
      }
      add(Severity::Warning, "unsupported-algorithm",
          std::to_string(found.counts.unsupported) + " RRSIGs of " + names + " are not verified");
    }
    const auto has_sep = [](const PublicKey& key) { return key.has_sep() && key.is_usable(); };
    bool signed_by_sep = false;
    for (std::size_t i = 0; i < keys_.size(); ++i)
      signed_by_sep = signed_by_sep || (has_sep(keys_[i]) && found.signs_keys[i] != 0);
    if (std::ranges::any_of(keys_, has_sep) && !signed_by_sep)
      add(Severity::Warning, "dnskey-not-signed-by-sep",
          "no key with the SEP flag signs the DNSKEY RRset, and a DS record as a rule points to such a key");
  }

 private:
  void add(Severity severity, std::string_view code, const std::string& why) {
    findings_.add(0, severity, code, set_.where, zone_.apex, zone_.apex.text() + " DNSKEY: " + why);
  }
  const Zone& zone_;
  const RRset& set_;
  std::span<const PublicKey> keys_;
  Findings& findings_;
};

}  // namespace

VerifyCounts& VerifyCounts::operator+=(const VerifyCounts& other) noexcept {
  signatures += other.signatures;
  verified += other.verified;
  bad += other.bad;
  unsupported += other.unsupported;
  return *this;
}

VerifyCounts verify_signatures(const Zone& zone, const VerifyOptions& options, Findings& findings, unsigned threads) {
  const auto* set = zone.find_rrset(zone.owners.front(), RrType::DNSKEY);
  if (set == nullptr || options.mode == VerifyMode::None) return {};
  const auto keys = keys_of(zone, *set);
  KeyFindings key_findings{zone, *set, keys, findings};
  key_findings.report_keys(options.deprecated);
  const Choice choice{zone, options.mode};
  Found all;
  all.signs_keys.resize(keys.size());
  const auto pieces = [](const std::vector<Owner>& owners) {
    return (owners.size() + kPieceOwners - 1) / kPieceOwners;
  };
  const auto tree = pieces(zone.owners);
  in_order(
      tree + pieces(zone.nsec3_owners), threads,
      [&](std::size_t piece) {
        Signatures signatures{zone, keys};
        const bool nsec3 = piece >= tree;
        const auto& owners = nsec3 ? zone.nsec3_owners : zone.owners;
        const auto first = (nsec3 ? piece - tree : piece) * kPieceOwners;
        for (auto i = first; i < std::min(owners.size(), first + kPieceOwners); ++i)
          signatures.look_at(nsec3 ? kNoOwner : static_cast<std::uint32_t>(i), owners[i],
                             choice.takes(nsec3 ? zone.owners.size() + i : i));
        return signatures.take();
      },
      [&](std::size_t, Found&& found) {
        all.findings.merge(std::move(found.findings));
        all.counts += found.counts;
        for (std::size_t i = 0; i < keys.size(); ++i) all.signs_keys[i] |= found.signs_keys[i];
      });
  key_findings.report_signing(all);
  findings.merge(std::move(all.findings));
  return all.counts;
}

bool append_signed_data(const Rrsig& signature, dns::NameView owner, RrType type, std::span<const dns::Octets> rdata,
                        std::vector<std::uint8_t>& out) {
  const auto name = signed_owner(owner, signature.labels);
  if (!name) return false;
  const auto at = out.size();
  out.resize(at + kRrsigHeadOctets + signature.signer.size());
  auto* to = out.data() + at;
  dns::store_u16(to, static_cast<std::uint16_t>(signature.covered));
  to[2] = signature.algorithm;
  to[3] = signature.labels;
  dns::store_u32(to + 4, signature.original_ttl);
  dns::store_u32(to + 8, signature.expiration);
  dns::store_u32(to + 12, signature.inception);
  dns::store_u16(to + 16, signature.key_tag);
  dns::lower_copy(signature.signer.octets(), to + kRrsigHeadOctets);
  const CanonicalRecords records{*name, type, signature.original_ttl};
  for (const auto& octets : rdata) records.append(octets, out);
  return true;
}

}  // namespace torii::zonec
