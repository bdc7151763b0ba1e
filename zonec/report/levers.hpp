#pragma once
/// Which one change to a host, or to the hosts of one suffix, heals most delegations.
///
/// Candidates for a host: a shorter first label where it stands, a name below the suffixes that its failing
/// delegations use most, one address of a family. For a suffix: first labels of as few characters as there can be. Each
/// is tried on the delegations themselves, whose accounts are judged anew; nothing is estimated from lengths. A host
/// outside the zone is not moved into it, as its addresses are not known here.
#include <span>

#include "zonec/report/report.hpp"

namespace torii::zonec {

/// `failing`: delegations that miss a policy of severity warning or error. At most kLeversMax, most healed first.
[[nodiscard]] std::vector<Lever> find_levers(const Zone& zone, const PolicySettings& settings,
                                             std::span<const OwnerIndex> failing, unsigned threads);
inline constexpr std::size_t kLeversMax = 20;
/// Delegations that one change is tried on; of more, the first in canonical order.
inline constexpr std::size_t kLeverDelegationsMax = 1000;

/// `account` with the host `from` called `to`: relation by `zone`, addresses gone when that is outside it, canonical
/// order. Nothing when `to` is a host already, or would be in the zone and `from` is not.
[[nodiscard]] std::optional<Account> with_host_renamed(const Zone& zone, const Account& account, dns::NameView from,
                                                       const dns::Name& to);

}  // namespace torii::zonec
