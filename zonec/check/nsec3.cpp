#include <algorithm>
#include <array>
#include <atomic>
#include <utility>

#include "torii/dns/nsec3_hash.hpp"
#include "zonec/check/dnssec.hpp"
#include "zonec/check/type_bitmap.hpp"
#include "zonec/model/rdata.hpp"
#include "zonec/parallel/in_order.hpp"

namespace torii::zonec {
namespace {

using dns::RrType;
using Hash = std::array<std::uint8_t, 20>;

/// Source: RFC 4648 section 7, lower case. Nothing when `label` is not 160 bits of it.
std::optional<Hash> decode_label(dns::Octets label) noexcept {
  if (label.size() != 32) return std::nullopt;
  Hash hash{};
  for (std::size_t group = 0; group < 4; ++group) {
    std::uint64_t forty = 0;
    for (std::size_t k = 0; k < 8; ++k) {
      const auto c = dns::to_lower(label[8 * group + k]);
      const bool digit = c >= '0' && c <= '9';
      if (!digit && (c < 'a' || c > 'v')) return std::nullopt;
      forty = forty << 5U | static_cast<std::uint64_t>(digit ? c - '0' : c - 'a' + 10);
    }
    for (std::size_t k = 0; k < 5; ++k) hash[5 * group + k] = static_cast<std::uint8_t>(forty >> (32 - 8 * k));
  }
  return hash;
}

struct Link {
  Hash hash{};
  dns::Octets next;
  dns::Octets bitmap;
  const Owner* owner{};
  const RRset* set{};
  bool opt_out{};
};

class Nsec3Chain {
 public:
  Nsec3Chain(const Zone& zone, Findings& findings, unsigned threads)
      : zone_{zone}, findings_{findings}, threads_{threads} {}

  void run() {
    check_parameters();
    read_links();
    if (links_.empty() || zone_.denial != DenialKind::Nsec3) return;
    check_links();
    mark_needed_non_terminals();
    used_.assign(links_.size(), 0);
    each_range(
        zone_.owners.size(), threads_,
        [&](OwnerIndex first, OwnerIndex last) {
          Findings found;
          TypeSet expected;
          for (auto i = first; i < last; ++i) check_name(i, expected, found);
          return found;
        },
        [&](Findings&& found) { findings_.merge(std::move(found)); });
    for (std::size_t i = 0; i < links_.size(); ++i)
      if (used_[i] == 0)
        report(links_[i], Severity::Warning, "nsec3-unexpected", "no name of the zone has this hash", findings_);
  }

 private:
  void report(const Link& link, Severity severity, std::string_view code, const std::string& why,
              Findings& findings) const {
    const auto name = link.owner->name();
    findings.add(zone_.find_at_or_before(name), severity, code, link.set->where, name, name.text() + " NSEC3: " + why);
  }

  void check_parameters() {
    const auto& apex = zone_.owners.front();
    const auto* set = zone_.find_rrset(apex, RrType::NSEC3PARAM);
    const auto say = [&](Severity severity, std::string_view code, Location where, const std::string& why) {
      findings_.add(0, severity, code, where, apex.name(), apex.name().text() + " NSEC3PARAM: " + why);
    };
    if (set == nullptr) {
      say(Severity::Warning, "nsec3-without-nsec3param", zone_.where(zone_.nsec3_owners.front()),
          "none here, so the NSEC3 records are not used (RFC 5155 section 4)");
      return;
    }
    if (set->rdata_count > 1) {
      say(Severity::Warning, "several-nsec3param", set->where,
          "several sets of parameters; the first with algorithm 1 and no flags is used");
    }
    if (zone_.nsec3_iterations > 0) {
      say(Severity::Warning, "nsec3-iterations", set->where,
          std::to_string(zone_.nsec3_iterations) +
              " additional iterations; validators may treat the zone as unsigned (RFC 9276 section 3.1)");
    }
  }

  void read_links() {
    for (const auto& owner : zone_.owners) {
      if (const auto* set = zone_.find_rrset(owner, RrType::NSEC3);
          set != nullptr && owner.kind != OwnerKind::BelowCut) {
        findings_.add(
            zone_.find(owner.name()), Severity::Error, "nsec3-owner", set->where, owner.name(),
            owner.name().text() +
                " NSEC3: its owner is a hash one label below the apex, and has no other data (RFC 5155 section 3)");
      }
    }
    links_.reserve(zone_.nsec3_owners.size());
    for (const auto& owner : zone_.nsec3_owners) {
      const auto& set = zone_.rrsets_of(owner).front();
      const auto record = *Nsec3::parse(zone_.rdata_of(set).front());
      Link link{{}, record.next, record.bitmap, &owner, &set, record.opt_out()};
      const auto hash = decode_label(owner.name().first_label());
      if (!hash) {
        report(link, Severity::Error, "nsec3-owner",
               "the first label is not 32 characters of base32hex (RFC 5155 section 3.3)", findings_);
        continue;
      }
      link.hash = *hash;
      if (zone_.denial == DenialKind::Nsec3) {
        const bool same = record.algorithm == 1 && record.iterations == zone_.nsec3_iterations &&
                          std::ranges::equal(record.salt, zone_.nsec3_salt) && (record.flags & 0xFEU) == 0;
        if (!same || set.rdata_count > 1) {
          report(link, Severity::Error, "nsec3-parameters",
                 set.rdata_count > 1
                     ? "several records at one hash; one chain is served (RFC 5155 section 7.1)"
                     : "algorithm, flags, iterations or salt are not those of NSEC3PARAM; one chain is served",
                 findings_);
          continue;
        }
      }
      links_.push_back(link);
    }
  }

  void check_links() {
    for (std::size_t i = 0; i < links_.size(); ++i) {
      const auto& next = links_[(i + 1) % links_.size()];
      if (std::ranges::equal(links_[i].next, next.hash)) continue;
      report(links_[i], Severity::Error, "nsec3-next",
             "the next hash is not that of " + next.owner->name().text() +
                 ", which follows: the chain has a hole (RFC 5155 section 7.1)",
             findings_);
    }
  }

  /// RFC 5155 section 7.1: an empty non-terminal may be left to opt-out only if insecure delegations alone make it.
  void mark_needed_non_terminals() {
    needed_.assign(zone_.owners.size(), false);
    std::vector<OwnerIndex> above;  // empty non-terminals that the current owner is below
    for (OwnerIndex i = 0; i < zone_.owners.size(); ++i) {
      const auto& owner = zone_.owners[i];
      while (!above.empty() && !owner.name().is_below(zone_.owners[above.back()].name())) above.pop_back();
      if (owner.kind == OwnerKind::EmptyNonTerminal) above.push_back(i);
      const bool needed = owner.kind == OwnerKind::Authoritative ||
                          (owner.kind == OwnerKind::Cut && zone_.find_rrset(owner, RrType::DS) != nullptr);
      if (!needed) continue;
      needed_[i] = true;
      for (const auto up : above) needed_[up] = true;
    }
  }

  /// Called by several threads; of the links only the marks change, each only ever to 1.
  void check_name(OwnerIndex index, TypeSet& expected, Findings& findings) {
    const auto& owner = zone_.owners[index];
    if (owner.kind == OwnerKind::BelowCut || owner.kind == OwnerKind::BelowDname) return;
    const auto hash = dns::nsec3_hash(owner.name(), zone_.nsec3_salt, zone_.nsec3_iterations);
    auto at = std::ranges::lower_bound(links_, hash, {}, &Link::hash);
    if (at == links_.end() || at->hash != hash) {
      const auto& before = at == links_.begin() ? links_.back() : *(at - 1);  // the chain is a ring
      if (!needed_[index] && before.opt_out) return;
      findings.add(index, Severity::Error, "nsec3-missing", zone_.where(owner), owner.name(),
                   owner.name().text() + " has no NSEC3 record, and no opt-out allows that (RFC 5155 section 7.1)");
      return;
    }
    std::atomic_ref{used_[static_cast<std::size_t>(at - links_.begin())]}.store(1, std::memory_order_relaxed);
    collect_types(zone_, owner, expected);
    const bool has_nsec = owner.kind != OwnerKind::EmptyNonTerminal && zone_.find_rrset(owner, RrType::NSEC) != nullptr;
    if (has_nsec) expected.add(RrType::NSEC);
    if (needed_[index] && owner.kind != OwnerKind::EmptyNonTerminal) expected.add(RrType::RRSIG);
    if (expected.is_encoded_by(at->bitmap)) return;
    report(*at, Severity::Error, "nsec3-bitmap",
           "for " + owner.name().text() + ", the type bitmap " +
               difference_text(expected, TypeSet::decode(at->bitmap)) + " (RFC 5155 section 7.1)",
           findings);
  }

  const Zone& zone_;
  Findings& findings_;
  unsigned threads_;
  std::vector<Link> links_;
  std::vector<std::uint8_t> used_;  // by link: some name of the zone hashes to it
  std::vector<bool> needed_;
};

}  // namespace

void check_nsec3_chain(const Zone& zone, Findings& findings, unsigned threads) {
  Nsec3Chain{zone, findings, threads}.run();
}

}  // namespace torii::zonec
