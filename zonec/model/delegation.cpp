#include "zonec/model/delegation.hpp"

#include <algorithm>

#include "zonec/model/rdata.hpp"

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
Standing look_up(const Zone& zone, dns::NameView name) {
  const auto at = zone.find_at_or_before(name);
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

}  // namespace

Delegation describe_delegation(const Zone& zone, OwnerIndex index) {
  Delegation out;
  out.owner = index;
  const auto& owner = zone.owners[index];
  const auto* ns = zone.find_rrset(owner, RrType::NS);
  if (ns == nullptr) return out;
  out.hosts.reserve(ns->rdata_count);
  for (const auto& rdata : zone.rdata_of(*ns)) {
    Host host;
    host.name = target_of(rdata);
    host.relation = HostRelation::Unrelated;
    if (host.name.is_at_or_below(zone.apex)) {
      const auto standing = look_up(zone, host.name);
      if (host.name.is_at_or_below(owner.name())) {
        host.relation = HostRelation::InDomain;
      } else if (standing.cut != kNoOwner) {
        host.relation = HostRelation::SiblingGlue;
        host.cut = standing.cut;
      } else {
        host.relation = HostRelation::SiblingAuthoritative;
      }
      if (standing.source != kNoOwner) {
        host.a = zone.find_rrset(zone.owners[standing.source], RrType::A);
        host.aaaa = zone.find_rrset(zone.owners[standing.source], RrType::AAAA);
      }
    }
    out.hosts.push_back(host);
  }
  std::ranges::sort(out.hosts, [](const Host& a, const Host& b) { return dns::canonical_order(a.name, b.name) < 0; });
  const auto same = [](const Host& a, const Host& b) { return a.name == b.name; };
  out.hosts.erase(std::unique(out.hosts.begin(), out.hosts.end(), same), out.hosts.end());
  return out;
}

bool is_unreachable(const Delegation& delegation) {
  return std::ranges::all_of(delegation.hosts, [&](const Host& host) {
    const bool needs_glue =
        host.relation == HostRelation::InDomain || (delegation.cyclic && host.relation == HostRelation::SiblingGlue);
    return needs_glue && host.a == nullptr && host.aaaa == nullptr;
  });
}

}  // namespace torii::zonec
