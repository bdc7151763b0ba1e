#include <algorithm>
#include <array>
#include <ctime>
#include <span>
#include <utility>

#include "zonec/check/dnssec.hpp"
#include "zonec/model/rdata.hpp"
#include "zonec/parallel/in_order.hpp"

namespace torii::zonec {
namespace {

using dns::RrType;

/// Signatures out of their time come in thousands or not at all, so they are one finding each way.
struct Untimely {
  std::uint64_t count{};
  std::uint32_t rank{};
  Location where;
  dns::NameView owner;
  RrType type{};
  std::uint32_t when{};
  void note(std::uint32_t at, const Owner& from, const RRset& set, std::uint32_t time) {
    if (count++ == 0) *this = {1, at, set.where, from.name(), set.type, time};
  }
  /// Adds what was found behind all this.
  void merge(const Untimely& later) {
    if (count == 0)
      *this = later;
    else
      count += later.count;
  }
};

/// The keys of a zone that can sign it.
struct Keys {
  explicit Keys(const Zone& zone) {
    const auto* set = zone.find_rrset(zone.owners.front(), RrType::DNSKEY);
    for (const auto& rdata : zone.rdata_of(*set)) {
      const auto key = Dnskey::parse(rdata);
      if (!key->is_zone_key()) continue;
      keys.push_back(*key);
      if (std::ranges::find(algorithms, key->algorithm) == algorithms.end()) algorithms.push_back(key->algorithm);
    }
  }
  std::vector<Dnskey> keys;
  std::vector<std::uint8_t> algorithms;
};

/// What the signatures of some owners give reason to say.
struct Found {
  Findings findings;
  Untimely expired;
  Untimely early;
};

/// Looks at the signatures of a range of owners.
class Signatures {
 public:
  Signatures(const Zone& zone, const DnssecOptions& options, const Keys& keys)
      : zone_{zone}, options_{options}, keys_{keys.keys}, algorithms_{keys.algorithms} {}

  Found run(std::span<const Owner> owners, std::uint32_t first_rank) {
    for (const auto& owner : owners) check_owner(first_rank == kNoOwner ? kNoOwner : first_rank++, owner);
    return {std::move(findings_), expired_, early_};
  }

 private:
  /// NSEC3 owners are no owners of the tree; their place in canonical order is looked up when there is a finding.
  [[nodiscard]] std::uint32_t rank_of(std::uint32_t index, dns::NameView name) const {
    return index == kNoOwner ? zone_.find_at_or_before(name) : index;
  }

  void check_owner(std::uint32_t rank, const Owner& owner) {
    if (owner.kind == OwnerKind::BelowCut || owner.kind == OwnerKind::BelowDname) return;
    for (const auto& set : zone_.rrsets_of(owner)) {
      const bool ours = owner.kind != OwnerKind::Cut || set.type == RrType::DS || set.type == RrType::NSEC;
      if (ours) check_set(rank, owner, set);
    }
    if (owner.strays != kNone) report_strays(rank, owner);
  }

  void report(std::uint32_t rank, Severity severity, std::string_view code, const Owner& owner, const RRset& set,
              const std::string& why) {
    findings_.add(rank_of(rank, owner.name()), severity, code, set.where, owner.name(),
                  owner.name().text() + " " + type_text(set.type) + ": " + why);
  }

  void report_strays(std::uint32_t rank, const Owner& owner) {
    std::string covered;
    for (const auto& rdata : zone_.strays_of(owner)) {
      const auto text = type_text(Rrsig::parse(rdata)->covered);
      if (covered.find(text) == std::string::npos) covered += (covered.empty() ? "" : ", ") + text;
    }
    findings_.add(rank_of(rank, owner.name()), Severity::Warning, "rrsig-without-rrset", zone_.where(owner),
                  owner.name(), owner.name().text() + " RRSIG: covers " + covered + ", which is not there");
  }

  void check_set(std::uint32_t rank, const Owner& owner, const RRset& set) {
    if (!set.is_signed())
      return report(rank, Severity::Error, "unsigned-rrset", owner, set,
                    "no RRSIG in a signed zone (RFC 4035 section 2.2)");
    const auto name = owner.name();
    const auto labels = name.label_count() - (name.is_wildcard() ? 1 : 0);  // RFC 4034 section 3.1.3
    std::array<bool, 256> present{};
    bool usable = false;
    for (const auto& rdata : zone_.signatures_of(set)) {
      const auto signature = *Rrsig::parse(rdata);
      if (signature.signer != zone_.apex.view()) {
        report(rank, Severity::Error, "rrsig-signer", owner, set,
               "RRSIG by " + signature.signer.text() + ", expected the apex " + zone_.apex.text() +
                   " (RFC 4035 section 2.2)");
      }
      if (signature.labels != labels) {
        report(rank, Severity::Error, "rrsig-labels", owner, set,
               "RRSIG counts " + std::to_string(signature.labels) + " labels, the owner has " + std::to_string(labels) +
                   " (RFC 4034 section 3.1.3)");
      }
      if (signature.original_ttl != set.ttl) {
        report(rank, Severity::Warning, "rrsig-original-ttl", owner, set,
               "TTL " + std::to_string(set.ttl) + ", signed as " + std::to_string(signature.original_ttl) +
                   " (RFC 4034 section 3.1.4)");
      }
      const auto by_tag = [&](const Dnskey& key) {
        return key.tag == signature.key_tag && key.algorithm == signature.algorithm;
      };
      if (std::ranges::any_of(keys_, by_tag)) {
        usable = true;
        present.at(signature.algorithm) = true;
      } else {
        report(rank, Severity::Warning, "rrsig-unknown-key", owner, set,
               "RRSIG by key " + std::to_string(signature.key_tag) + " of algorithm " +
                   std::to_string(signature.algorithm) + ", which is not in the DNSKEY RRset");
      }
      const dns::Serial now{options_.now};
      if (precedes(dns::Serial{signature.expiration}, now)) expired_.note(rank, owner, set, signature.expiration);
      if (precedes(now, dns::Serial{signature.inception})) early_.note(rank, owner, set, signature.inception);
    }
    if (const auto ttl = zone_.signature_ttl(set); ttl != set.ttl) {
      report(rank, Severity::Warning, "rrsig-ttl", owner, set,
             "TTL " + std::to_string(set.ttl) + ", its RRSIG's is " + std::to_string(ttl) + " (RFC 4034 section 3)");
    }
    if (!usable) {
      report(rank, Severity::Error, "no-usable-signature", owner, set,
             "no RRSIG by a key in the DNSKEY RRset: validators will refuse it");
      return;
    }
    for (const auto algorithm : algorithms_) {
      if (present.at(algorithm)) continue;
      report(
          rank, Severity::Warning, "missing-algorithm", owner, set,
          "no RRSIG of algorithm " + std::to_string(algorithm) + ", which the DNSKEY RRset has (RFC 4035 section 2.2)");
    }
  }

  const Zone& zone_;
  const DnssecOptions& options_;
  const std::vector<Dnskey>& keys_;
  const std::vector<std::uint8_t>& algorithms_;
  Findings findings_;
  Untimely expired_;
  Untimely early_;
};

void report_untimely(const Zone& zone, const DnssecOptions& options, const Untimely& found, std::string_view code,
                     std::string_view what, Findings& findings) {
  if (found.count == 0) return;
  const auto many =
      std::to_string(found.count) + (found.count == 1 ? " RRSIG is " : " RRSIGs are ") + std::string{what};
  const auto rank = found.rank == kNoOwner ? zone.find_at_or_before(found.owner) : found.rank;
  findings.add(rank, options.strict ? Severity::Error : Severity::Warning, code, found.where, found.owner,
               many + " at " + time_text(options.now) + (found.count == 1 ? ": " : "; the first: ") +
                   found.owner.text() + " " + type_text(found.type) + ", " +
                   (code == "rrsig-expired" ? "until " : "from ") + time_text(found.when));
}

/// Signatures in a zone without keys help nobody: say so once.
void check_leftovers(const Zone& zone, Findings& findings) {
  for (OwnerIndex i = 0; i < zone.owners.size(); ++i) {
    const auto& owner = zone.owners[i];
    const auto sets = zone.rrsets_of(owner);
    const auto is_signed = [](const RRset& set) { return set.is_signed(); };
    if (owner.strays == kNone && std::ranges::none_of(sets, is_signed)) continue;
    findings.add(i, Severity::Warning, "rrsig-without-dnskey", zone.where(owner), owner.name(),
                 owner.name().text() + " RRSIG: the apex has no DNSKEY RRset, so the zone counts as unsigned");
    return;
  }
}

}  // namespace

void check_signatures(const Zone& zone, const DnssecOptions& options, Findings& findings, unsigned threads) {
  const Keys keys{zone};
  Untimely expired;
  Untimely early;
  const auto check = [&](const std::vector<Owner>& owners, bool ranked) {
    each_range(
        owners.size(), threads,
        [&](std::uint32_t first, std::uint32_t last) {
          return Signatures{zone, options, keys}.run(std::span{owners}.subspan(first, last - first),
                                                     ranked ? first : kNoOwner);
        },
        [&](Found&& found) {
          findings.merge(std::move(found.findings));
          expired.merge(found.expired);
          early.merge(found.early);
        });
  };
  check(zone.owners, true);
  check(zone.nsec3_owners, false);
  report_untimely(zone, options, expired, "rrsig-expired", "expired", findings);
  report_untimely(zone, options, early, "rrsig-not-yet-valid", "not valid yet", findings);
}

void check_dnssec(const Zone& zone, const DnssecOptions& options, std::vector<Diagnostic>& diagnostics,
                  unsigned threads) {
  Findings findings;
  if (!zone.is_signed) {
    check_leftovers(zone, findings);
  } else {
    check_signatures(zone, options, findings, threads);
    if (zone.denial == DenialKind::None) {
      const auto* keys = zone.find_rrset(zone.owners.front(), RrType::DNSKEY);
      findings.add(0, Severity::Error, "no-denial-chain", keys->where, zone.apex,
                   zone.apex.text() + ": a signed zone needs NSEC at the apex, or NSEC3PARAM and NSEC3 records");
    }
    if (zone.denial == DenialKind::Nsec) check_nsec_chain(zone, findings);
    if (zone.denial == DenialKind::Nsec3 || !zone.nsec3_owners.empty()) check_nsec3_chain(zone, findings, threads);
  }
  findings.move_to(diagnostics);
}

std::string time_text(std::uint32_t seconds) {
  const std::time_t time = seconds;
  std::tm utc{};
  gmtime_r(&time, &utc);
  std::array<char, 32> text{};
  const auto size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &utc);
  return {text.data(), size};
}

}  // namespace torii::zonec
