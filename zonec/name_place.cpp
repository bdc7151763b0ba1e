#include "zonec/name_place.hpp"

#include <array>

#include "zonec/model/delegation.hpp"
#include "zonec/model/findings.hpp"
#include "zonec/planned_cut.hpp"

namespace torii::zonec {
namespace {

/// The cut nearest to the owner at `from`: of equally near ones that before it.
OwnerIndex nearest_cut(const Zone& zone, OwnerIndex from) {
  const auto is_cut = [&](std::size_t i) { return zone.owners[i].kind == OwnerKind::Cut; };
  for (std::size_t away = 0; away < zone.owners.size(); ++away) {
    if (away <= from && is_cut(from - away)) return static_cast<OwnerIndex>(from - away);
    if (from + away < zone.owners.size() && is_cut(from + away)) return static_cast<OwnerIndex>(from + away);
  }
  return kNoOwner;
}

/// The longest name at or above `name` that the zone has.
OwnerIndex closest_encloser(const Zone& zone, dns::NameView name) {
  while (true) {
    if (const auto owner = zone.find(name); owner != kNoOwner) return owner;
    name = name.parent();
  }
}

NamePlace place_of_owner(const Zone& zone, OwnerIndex owner) {
  const auto& found = zone.owners[owner];
  switch (found.kind) {
    case OwnerKind::Cut:
      return {NameKind::Delegation, owner, owner};
    case OwnerKind::BelowCut:
      return {NameKind::BelowDelegation, owner, found.cut};
    case OwnerKind::BelowDname:
      return {NameKind::BelowDname, found.cut, nearest_cut(zone, owner)};
    case OwnerKind::EmptyNonTerminal:
      return {NameKind::EmptyNonTerminal, owner, nearest_cut(zone, owner)};
    case OwnerKind::Authoritative:
    case OwnerKind::Nsec3:
      break;
  }
  return {owner == 0 ? NameKind::Apex : NameKind::Authoritative, owner, nearest_cut(zone, owner)};
}

std::string types_at(const Zone& zone, OwnerIndex owner) {
  std::string out;
  for (const auto& set : zone.rrsets_of(zone.owners[owner])) out += (out.empty() ? "" : " ") + type_text(set.type);
  return out;
}

}  // namespace

std::string_view name_kind_id(NameKind kind) noexcept {
  constexpr std::array<std::string_view, 9> kIds{"delegation",    "below-delegation",   "apex",
                                                 "authoritative", "empty-non-terminal", "below-dname",
                                                 "wildcard",      "no-such-name",       "out-of-zone"};
  return kIds.at(static_cast<std::size_t>(kind));
}

NamePlace find_place(const Zone& zone, dns::NameView name) {
  if (!name.is_at_or_below(zone.apex)) return {NameKind::OutOfZone};
  if (const auto owner = zone.find(name); owner != kNoOwner) return place_of_owner(zone, owner);
  const auto encloser = closest_encloser(zone, name);
  const auto above = place_of_owner(zone, encloser);
  if (above.kind == NameKind::Delegation || above.kind == NameKind::BelowDelegation)
    return {NameKind::BelowDelegation, encloser, above.cut};
  const auto nearest = nearest_cut(zone, zone.find_at_or_before(name));
  if (above.kind == NameKind::BelowDname) return {NameKind::BelowDname, above.owner, nearest};
  if (zone.owners[encloser].has_dname) return {NameKind::BelowDname, encloser, nearest};
  if (const auto data = find_data(zone, name); data != kNoOwner) return {NameKind::Wildcard, data, nearest};
  return {NameKind::NoSuchName, encloser, nearest};
}

std::string place_text(const Zone& zone, dns::NameView name, const NamePlace& place) {
  const auto text = short_text(name);
  const auto at = [&](OwnerIndex owner) { return short_text(zone.owners[owner].name()); };
  switch (place.kind) {
    case NameKind::Delegation:
      return text + " is a delegation";
    case NameKind::BelowDelegation:
      return text + " is below the delegation " + at(place.cut) + ", whose referral answers for it";
    case NameKind::Apex:
      return text + " is the apex of the zone: " + types_at(zone, place.owner);
    case NameKind::Authoritative:
      return text + " is authoritative data of the zone: " + types_at(zone, place.owner);
    case NameKind::EmptyNonTerminal:
      return text + " has no records: an empty non-terminal, as there are names below it";
    case NameKind::BelowDname:
      return text + " is below the DNAME at " + at(place.owner) + ", which redirects it";
    case NameKind::Wildcard:
      return text + " does not exist; the wildcard " + at(place.owner) + " answers for it";
    case NameKind::NoSuchName:
      return text + " does not exist; the closest name above it that does is " + at(place.owner);
    case NameKind::OutOfZone:
      return text + " is not in the zone " + short_text(zone.apex);
  }
  return {};
}

}  // namespace torii::zonec
