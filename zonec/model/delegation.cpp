#include "zonec/model/delegation.hpp"

#include <algorithm>

#include "zonec/model/rdata.hpp"
#include "zonec/parallel/in_order.hpp"

namespace torii::zonec {
namespace {

using dns::RrType;

/// Labels that `a` and `b` share from the right.
std::size_t shared_labels(dns::NameView a, dns::NameView b) noexcept {
  std::size_t labels = std::min(a.label_count(), b.label_count());
  while (a.suffix(labels) != b.suffix(labels)) --labels;
  return labels;
}

/// What the zone says about a name: the cut or DNAME above it, or the owner that answers for it.
struct Standing {
  OwnerIndex cut = kNoOwner;     // the delegation the name is at or below
  OwnerIndex source = kNoOwner;  // owner with its data: itself, or the wildcard that matches it
};

/// Source: RFC 1034 section 4.3.2, RFC 4592 section 3.3.1, RFC 6672 section 3.2.
/// `near`: an owner that the name is at or below, as it is found at once from there; else kNoOwner.
Standing look_up(const Zone& zone, dns::NameView name, OwnerIndex near) {
  const auto at = near == kNoOwner ? zone.find_at_or_before(name) : zone.find_at_or_before(name, near);
  if (at == kNoOwner) return {};
  const auto& before = zone.owners[at];
  const bool exact = before.name() == name;
  if (before.kind == OwnerKind::Cut && (exact || name.is_below(before.name()))) return {at, exact ? at : kNoOwner};
  if (before.kind == OwnerKind::BelowCut && name.is_below(zone.owners[before.cut].name()))
    return {before.cut, exact ? at : kNoOwner};
  if (before.kind == OwnerKind::BelowDname && name.is_below(zone.owners[before.cut].name())) return {};
  if (exact) return {kNoOwner, at};
  if (before.has_dname && name.is_below(before.name())) return {};
  // Every ancestor above cuts is an owner, so what `name` shares with its neighbour is its closest encloser.
  const auto encloser = name.suffix(shared_labels(name, before.name()));
  constexpr std::array<std::uint8_t, 2> kStar{1, '*'};
  const auto wildcard = dns::Name::join(kStar, encloser);
  if (!wildcard) return {};
  const auto source = zone.find(*wildcard);
  if (source == kNoOwner || zone.owners[source].kind != OwnerKind::Authoritative) return {};
  return {kNoOwner, source};
}

/// The hosts of an NS RRset at `index`, or of one that no host is at or below the owner of (kNoOwner).
std::vector<Host> describe_hosts(const Zone& zone, std::span<const dns::Octets> ns, OwnerIndex index) {
  std::vector<Host> hosts;
  hosts.reserve(ns.size());
  for (const auto& rdata : ns) {
    Host host;
    host.name = target_of(rdata);
    host.relation = HostRelation::Unrelated;
    if (host.name.is_at_or_below(zone.apex)) {
      const bool in_domain = index != kNoOwner && host.name.is_at_or_below(zone.owners[index].name());
      const auto standing = look_up(zone, host.name, in_domain && index != 0 ? index : kNoOwner);
      if (in_domain) {
        host.relation = HostRelation::InDomain;
      } else if (standing.cut != kNoOwner) {
        host.relation = HostRelation::SiblingGlue;
        host.cut = standing.cut;
      } else {
        host.relation = HostRelation::SiblingAuthoritative;
      }
      if (standing.source != kNoOwner) {
        host.source = standing.source;
        host.from_wildcard = zone.owners[standing.source].name() != host.name;
        host.a = zone.find_rrset(zone.owners[standing.source], RrType::A);
        host.aaaa = zone.find_rrset(zone.owners[standing.source], RrType::AAAA);
      }
    }
    hosts.push_back(host);
  }
  std::ranges::sort(hosts, [](const Host& a, const Host& b) { return dns::canonical_order(a.name, b.name) < 0; });
  const auto same = [](const Host& a, const Host& b) { return a.name == b.name; };
  hosts.erase(std::unique(hosts.begin(), hosts.end(), same), hosts.end());
  return hosts;
}

}  // namespace

OwnerIndex find_data(const Zone& zone, dns::NameView name) { return look_up(zone, name, kNoOwner).source; }

Delegation describe_delegation(const Zone& zone, OwnerIndex index) {
  Delegation out;
  out.owner = index;
  if (const auto* ns = zone.find_rrset(zone.owners[index], RrType::NS); ns != nullptr)
    out.hosts = describe_hosts(zone, zone.rdata_of(*ns), index);
  return out;
}

Delegation describe_host_set(const Zone& zone, const HostSet& set) {
  Delegation out;
  out.hosts = describe_hosts(zone, std::span{zone.rdata}.subspan(set.first_rdata, set.count), kNoOwner);
  return out;
}

SharedHosts::SharedHosts(const Zone& zone, unsigned threads) : zone_{zone}, sets_(zone.host_sets.size()) {
  each(sets_.size(), threads, [&](std::size_t i) {
    if (!zone.host_sets[i].all_unrelated) sets_[i] = describe_host_set(zone, zone.host_sets[i]).hosts;
  });
}

std::span<const Host> SharedHosts::of(OwnerIndex owner, Delegation& own) const {
  const auto* ns = zone_.find_rrset(zone_.owners[owner], RrType::NS);
  if (const auto set = zone_.host_set_of(*ns); set != kNone) return sets_[set];
  own = describe_delegation(zone_, owner);
  return own.hosts;
}

bool SharedHosts::all_unrelated(OwnerIndex owner) const {
  const auto* ns = zone_.find_rrset(zone_.owners[owner], RrType::NS);
  const auto set = zone_.host_set_of(*ns);
  return set != kNone && zone_.host_sets[set].all_unrelated;
}

bool is_unreachable(const Delegation& delegation) {
  return std::ranges::all_of(delegation.hosts, [&](const Host& host) {
    const bool needs_glue =
        host.relation == HostRelation::InDomain || (delegation.cyclic && host.relation == HostRelation::SiblingGlue);
    return needs_glue && host.a == nullptr && host.aaaa == nullptr;
  });
}

}  // namespace torii::zonec
