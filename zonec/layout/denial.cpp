#include "zonec/layout/denial.hpp"

#include <algorithm>

#include "torii/dns/nsec3_hash.hpp"

namespace torii::zonec {
namespace {

const Owner* find_nsec_at_or_before(const Zone& zone, dns::NameView name) {
  for (auto i = zone.find_at_or_before(name); i != kNoOwner; --i) {
    const auto& owner = zone.owners[i];
    if (owner.kind != OwnerKind::BelowCut && owner.kind != OwnerKind::BelowDname &&
        zone.find_rrset(owner, dns::RrType::NSEC) != nullptr)
      return &owner;
    if (i == 0) break;
  }
  return nullptr;
}

}  // namespace

/// Owners sort by hash, since base32hex keeps the order (RFC 4648 section 7, RFC 5155 section 3).
Nsec3Place find_nsec3(const Zone& zone, dns::NameView name) {
  if (zone.nsec3_owners.empty()) return {};
  const auto hash = dns::nsec3_hash(name, zone.nsec3_salt, zone.nsec3_iterations);
  const auto label = dns::nsec3_label(hash);
  const auto less = [](const auto& wanted, const Owner& owner) {
    const auto have = owner.name().first_label();
    return std::ranges::lexicographical_compare(wanted, have);
  };
  const auto after = std::upper_bound(zone.nsec3_owners.begin(), zone.nsec3_owners.end(), label, less);
  const auto& link = after == zone.nsec3_owners.begin() ? zone.nsec3_owners.back() : *std::prev(after);
  return {&link, std::ranges::equal(link.name().first_label(), label)};
}

DenialProof prove_no_type(const Zone& zone, OwnerIndex index) {
  const auto& owner = zone.owners[index];
  if (zone.denial == DenialKind::Nsec) return {.denial = find_nsec_at_or_before(zone, owner.name())};
  if (zone.denial != DenialKind::Nsec3) return {};
  const auto own = find_nsec3(zone, owner.name());
  if (own.matches || index == 0) return {.denial = own.link};
  // Opt-out: the closest provable encloser's match, and the cover of the next closer name (RFC 5155 section 7.2.7).
  auto next_closer = owner.name();
  for (auto encloser = next_closer.parent();; next_closer = encloser, encloser = encloser.parent()) {
    const auto place = find_nsec3(zone, encloser);
    if (place.matches || encloser.size() <= zone.apex.size())
      return {.denial = find_nsec3(zone, next_closer).link, .encloser = place.link};
  }
}

const Owner* find_cover(const Zone& zone, dns::NameView name) {
  if (zone.denial == DenialKind::Nsec) return find_nsec_at_or_before(zone, name);
  if (zone.denial == DenialKind::Nsec3) return find_nsec3(zone, name).link;
  return nullptr;
}

const RRset* chain_rrset(const Zone& zone, const Owner& link) {
  return zone.find_rrset(link, zone.denial == DenialKind::Nsec3 ? dns::RrType::NSEC3 : dns::RrType::NSEC);
}

LaidOutBlock lay_out_chain_link(const Zone& zone, const Owner& link) {
  return lay_out_rrset(zone, link.name(), *chain_rrset(zone, link));
}

std::size_t spelled_owner_octets(const Zone& zone, const Owner& link, dns::NameView known) {
  const auto name = link.name();
  if (name == known || name == zone.apex) return 0;
  const auto labels = name.size() - zone.apex.size();
  return zone.apex.view().is_root() ? labels + 1 - 2 : labels + 2 - 2;
}

}  // namespace torii::zonec
