#include "zonec/model/zone.hpp"

#include <algorithm>
#include <tuple>

namespace torii::zonec {

namespace {

constexpr auto kNameBefore = [](dns::NameView a, dns::NameView b) { return dns::canonical_order(a, b) < 0; };

}  // namespace

OwnerIndex Zone::find_at_or_before(dns::NameView name) const noexcept {
  const auto after = std::ranges::upper_bound(owners, name, kNameBefore, &Owner::name);
  return after == owners.begin() ? kNoOwner : static_cast<OwnerIndex>(after - owners.begin() - 1);
}

OwnerIndex Zone::find_at_or_before(dns::NameView name, OwnerIndex from) const noexcept {
  // Owner `low` is at or before the name; steps double until one is not.
  std::size_t low = from;
  std::size_t step = 1;
  while (low + step < owners.size() && !kNameBefore(name, owners[low + step].name())) {
    low += step;
    step *= 2;
  }
  const auto end = std::min(low + step, owners.size());
  const auto candidates = std::span{owners}.subspan(low + 1, end - low - 1);
  const auto after = std::ranges::upper_bound(candidates, name, kNameBefore, &Owner::name);
  return static_cast<OwnerIndex>(low + static_cast<std::size_t>(after - candidates.begin()));
}

OwnerIndex Zone::find(dns::NameView name) const noexcept {
  const auto at = find_at_or_before(name);
  return at != kNoOwner && owners[at].name() == name ? at : kNoOwner;
}

const RRset* Zone::find_rrset(const Owner& owner, dns::RrType type) const noexcept {
  for (const auto& set : rrsets_of(owner))
    if (set.type == type) return &set;
  return nullptr;
}

Location Zone::where(const Owner& owner) const noexcept {
  const Owner* at = &owner;
  while (at->kind == OwnerKind::EmptyNonTerminal) ++at;  // what made it follows it
  Location first{0xFFFF'FFFF, 0, 0};
  const auto consider = [&](Location where) {
    if (std::tie(where.file, where.line, where.column) < std::tie(first.file, first.line, first.column)) first = where;
  };
  for (const auto& set : rrsets_of(*at)) {
    consider(set.where);
    if (set.is_signed()) consider(signature_sets[set.signatures].where);
  }
  if (at->strays != kNone) consider(signature_sets[at->strays].where);
  return first;
}

}  // namespace torii::zonec
