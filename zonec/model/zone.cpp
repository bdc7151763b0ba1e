#include "zonec/model/zone.hpp"

#include <algorithm>

namespace torii::zonec {

OwnerIndex Zone::find_at_or_before(dns::NameView name) const noexcept {
  const auto after = std::ranges::upper_bound(
      owners, name, [](dns::NameView a, dns::NameView b) { return dns::canonical_order(a, b) < 0; }, &Owner::name);
  return after == owners.begin() ? kNoOwner : static_cast<OwnerIndex>(after - owners.begin() - 1);
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

}  // namespace torii::zonec
