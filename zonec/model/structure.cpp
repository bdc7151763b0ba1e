/// Findings on how the zone hangs together. Codes, meanings and remedies: docs/findings.md.
#include <algorithm>
#include <atomic>
#include <string>

#include "zonec/model/assemble.hpp"
#include "zonec/model/delegation.hpp"
#include "zonec/model/rdata.hpp"
#include "zonec/parallel/in_order.hpp"

namespace torii::zonec {
namespace {

using dns::RrType;

constexpr bool is_address(RrType type) noexcept { return type == RrType::A || type == RrType::AAAA; }

/// The hosts that one finding is about: the first few by name, the rest by number.
struct HostNames {
  std::size_t count = 0;
  std::string text;
  void add(dns::NameView name) {
    constexpr std::size_t kNamed = 4;
    if (++count <= kNamed) {
      text += (count == 1 ? "host " : ", ") + name.text();
    } else {
      const auto rest = " and " + std::to_string(count - kNamed) + " more";
      text.resize(count == kNamed + 1 ? text.size() : text.rfind(" and "));
      text += rest;
    }
  }
};

/// What is found out once and every check looks at. The marks are set by several threads, each only ever to true.
struct Shared {
  const Zone& zone;
  const SharedHosts& hosts;
  const Reachability& reachability;
  std::vector<std::uint8_t> targeted;  // by RRset: some NS record that is served names its owner
};

class Structure {
 public:
  explicit Structure(Shared& shared) : zone_{shared.zone}, shared_{shared} {}

  /// The hosts of the delegations in a range of owners. All ranges come before any `check_records`.
  Findings check_delegations(OwnerIndex first, OwnerIndex last) {
    if (first == 0) check_apex();
    for (auto i = first; i < last; ++i)
      if (i == 0 || zone_.owners[i].kind == OwnerKind::Cut) check_hosts(i);
    return std::move(findings_);
  }

  /// What each owner has.
  Findings check_records(OwnerIndex first, OwnerIndex last) {
    for (auto i = first; i < last; ++i) {
      at_ = i;
      const auto& owner = zone_.owners[i];
      if (owner.kind == OwnerKind::Authoritative) check_authoritative(owner);
      if (owner.kind == OwnerKind::Cut) check_cut(owner);
      if (owner.kind == OwnerKind::BelowCut || owner.kind == OwnerKind::BelowDname) check_occluded(owner);
    }
    return std::move(findings_);
  }

 private:
  void report(Severity severity, std::string_view code, const RRset& set, const std::string& why) {
    const auto name = zone_.owners[at_].name();
    findings_.add(at_, severity, code, set.where, name, name.text() + " " + type_text(set.type) + ": " + why);
  }

  void check_apex() {
    at_ = 0;
    const auto& apex = zone_.owners.front();
    const auto* soa = zone_.find_rrset(apex, RrType::SOA);
    if (soa->rdata_count > 1)
      report(Severity::Error, "multiple-soa", *soa, "a zone has one SOA record (RFC 2181 section 6.1)");
    if (zone_.find_rrset(apex, RrType::NS) == nullptr) {
      findings_.add(0, Severity::Error, "no-apex-ns", soa->where, apex.name(),
                    apex.name().text() + " has no NS record: a zone names its servers (RFC 1034 section 4.2.1)");
    }
    if (const auto* ds = zone_.find_rrset(apex, RrType::DS))
      report(Severity::Error, "ds-at-apex", *ds, "a DS record belongs to the parent's side (RFC 4035 section 2.4)");
  }

  void check_hosts(OwnerIndex index) {
    at_ = index;
    const auto* ns = zone_.find_rrset(zone_.owners[index], RrType::NS);
    if (ns == nullptr || shared_.hosts.all_unrelated(index)) return;
    const auto in_zone = [&](dns::Octets rdata) { return target_of(rdata).is_at_or_below(zone_.apex); };
    if (std::ranges::none_of(zone_.rdata_of(*ns), in_zone)) return;
    const bool unreachable = shared_.reachability.reach[index] == Reach::Unreachable;
    HostNames aliases;
    HostNames nowhere;
    for (const auto& host : shared_.hosts.of(index, own_)) {
      mark(host.a);
      mark(host.aaaa);
      if (host.a != nullptr || host.aaaa != nullptr || host.relation == HostRelation::Unrelated || unreachable)
        continue;
      const auto near = host.relation == HostRelation::InDomain ? index : OwnerIndex{0};
      auto at = zone_.find_at_or_before(host.name, near);
      if (zone_.owners[at].name() != host.name) at = kNoOwner;
      if (at != kNoOwner && zone_.owners[at].kind == OwnerKind::Authoritative && zone_.owners[at].has_cname) {
        aliases.add(host.name);
      } else if (host.relation == HostRelation::SiblingAuthoritative || index == 0) {  // others: g1-glue-present
        nowhere.add(host.name);
      }
    }
    if (aliases.count > 0)
      report(Severity::Warning, "ns-target-is-alias", *ns, aliases.text + ": an alias (RFC 2181 section 10.3)");
    if (nowhere.count > 0)
      report(Severity::Warning, "ns-target-without-address", *ns, nowhere.text + ": in this zone, without an address");
  }

  void check_authoritative(const Owner& owner) {
    const auto name = owner.name();
    for (const auto& set : zone_.rrsets_of(owner)) {
      if (set.type == RrType::CNAME && set.rdata_count > 1)
        report(Severity::Error, "multiple-cname", set, "an alias has one target (RFC 2181 section 10.1)");
      if (set.type == RrType::DNAME && set.rdata_count > 1)
        report(Severity::Error, "multiple-dname", set, "a name has one DNAME at most (RFC 6672 section 2.4)");
      if (set.type == RrType::DNAME && name.is_wildcard())
        report(Severity::Warning, "wildcard-dname", set,
               "a DNAME at a wildcard has no agreed meaning (RFC 4592 section 4.4)");
      if (set.type == RrType::SOA && at_ != 0)
        report(Severity::Error, "soa-not-at-apex", set, "the zone's apex is " + zone_.apex.text());
      if (set.type == RrType::DS && at_ != 0)
        report(Severity::Error, "ds-without-ns", set, "a DS record stands at a delegation (RFC 4035 section 2.4)");
    }
    if (owner.has_cname) check_beside_cname(owner);
  }

  void check_beside_cname(const Owner& owner) {
    const auto* cname = zone_.find_rrset(owner, RrType::CNAME);
    std::string others;
    for (const auto& set : zone_.rrsets_of(owner)) {
      // RFC 4034 sections 3 and 4 let RRSIG and NSEC, and RFC 2535's KEY, SIG and NXT, stand beside a CNAME.
      const bool allowed = set.type == RrType::CNAME || set.type == RrType::NSEC || set.type == RrType::KEY ||
                           set.type == RrType::SIG || set.type == RrType::NXT;
      if (!allowed) others += (others.empty() ? "" : ", ") + type_text(set.type);
    }
    if (!others.empty())
      report(Severity::Error, "cname-and-other-data", *cname,
             "an alias has no other data, but " + others + " (RFC 1034 section 3.6.2)");
  }

  void check_cut(const Owner& owner) {
    for (const auto& set : zone_.rrsets_of(owner)) {
      if (set.type == RrType::NS) {
        if (owner.name().is_wildcard())
          report(Severity::Warning, "wildcard-delegation", set,
                 "NS at a wildcard has no agreed meaning (RFC 4592 section 4.2)");
        if (set.is_signed())
          report(Severity::Warning, "signed-delegation-ns", set,
                 "a delegation's NS RRset is not signed (RFC 4035 section 2.2)");
      } else if (is_address(set.type)) {
        check_glue(set, owner.name());
      } else if (set.type != RrType::DS && set.type != RrType::NSEC) {
        report(Severity::Warning, "occluded-record", set, "at a delegation only NS, DS and NSEC are served");
      }
    }
  }

  void check_occluded(const Owner& owner) {
    const auto above = zone_.owners[owner.cut].name();
    for (const auto& set : zone_.rrsets_of(owner)) {
      if (owner.kind == OwnerKind::BelowDname) {
        report(Severity::Warning, "occluded-record", set,
               "below the DNAME " + above.text() + " and never served (RFC 6672 section 2.4)");
      } else if (is_address(set.type)) {
        check_glue(set, above);
      } else {
        report(Severity::Warning, "occluded-record", set,
               "below the delegation " + above.text() + " and never served (RFC 9499 section 7)");
      }
    }
  }

  void check_glue(const RRset& set, dns::NameView cut) {
    if (shared_.targeted[place_of(&set)] != 0) return;
    report(Severity::Warning, "orphan-glue", set,
           "an address below the delegation " + cut.text() + " that no NS record in force names");
  }

  [[nodiscard]] std::size_t place_of(const RRset* set) const noexcept {
    return static_cast<std::size_t>(set - zone_.rrsets.data());
  }

  void mark(const RRset* addresses) {
    if (addresses != nullptr)
      std::atomic_ref{shared_.targeted[place_of(addresses)]}.store(1, std::memory_order_relaxed);
  }

  const Zone& zone_;
  Shared& shared_;
  Findings findings_;
  Delegation own_;
  OwnerIndex at_ = 0;
};

}  // namespace

void check_structure(Zone& zone, Findings& findings, unsigned threads) {
  const SharedHosts hosts{zone, threads};
  const auto reachability = find_reachability(zone, hosts, threads);
  for (OwnerIndex i = 0; i < zone.owners.size(); ++i) {
    if (reachability.cyclic[i]) zone.cyclic.push_back(i);
    if (reachability.reach[i] == Reach::Unreachable) zone.unreachable.push_back(i);
  }
  Shared shared{zone, hosts, reachability, std::vector<std::uint8_t>(zone.rrsets.size())};
  const auto take = [&](Findings&& found) { findings.merge(std::move(found)); };
  each_range(
      zone.owners.size(), threads,
      [&](OwnerIndex first, OwnerIndex last) { return Structure{shared}.check_delegations(first, last); }, take);
  each_range(
      zone.owners.size(), threads,
      [&](OwnerIndex first, OwnerIndex last) { return Structure{shared}.check_records(first, last); }, take);
}

}  // namespace torii::zonec
