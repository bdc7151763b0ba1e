#pragma once
/// The changes that might help one account, before they are measured.
#include <span>
#include <vector>

#include "zonec/judge/fixes.hpp"

namespace torii::zonec {

/// Hosts that a kind of change is tried for, the heaviest first, where there are more.
inline constexpr std::size_t kHostsTried = 13;

/// Some host is outside, or its address is known: a way to the delegation's servers is left.
[[nodiscard]] bool leads_here(const AccountHost& host) noexcept;
[[nodiscard]] bool is_served(const Account& account) noexcept;
/// Some host has an AAAA record, or is outside the zone and may have.
[[nodiscard]] bool has_ipv6_way(const Account& account) noexcept;

/// Changes of one host each, by host; and of many at once.
struct FixCandidates {
  std::vector<Fix> one_host;
  std::vector<Fix> many_hosts;
};

/// No two of the single changes give their hosts the same new name, so that they can be made together.
[[nodiscard]] FixCandidates host_candidates(const Account& account);
/// Of DS, its proof and their signatures.
[[nodiscard]] std::vector<Fix> proof_candidates(const Account& account);
/// Makes the change of a fix that has no hosts.
void change_proof(FixKind kind, Account& account);

}  // namespace torii::zonec
