#pragma once
/// The worst-case referral of every delegation, held against the size policies.
#include <functional>

#include "zonec/judge/assume.hpp"
#include "zonec/judge/policy.hpp"
#include "zonec/layout/referral.hpp"

namespace torii::zonec {

/// What the predicates need, read off the sizes of the layout.
[[nodiscard]] SizeFacts size_facts(const Zone& zone, const Delegation& delegation, const ReferralSizes& sizes);
/// The same for an owner of `owner_octets`, whose hosts and sizes may be those of others too.
[[nodiscard]] SizeFacts size_facts(std::size_t owner_octets, const Delegation& delegation, const ReferralSizes& sizes);

/// Called for each finding, in canonical order of delegations; false stops the check.
using SizeSink = std::function<bool(const SizeFinding&)>;

/// Measures every delegation's referral at the longest QNAME, by several threads.
void check_sizes(const Zone& zone, const PolicySettings& settings, const SizeSink& sink, unsigned threads = 1);

/// The same for the zone as it would be with other signatures or DS records: by arithmetic. Returns what is wrong with
/// the assumptions (`assume`); empty when all were judged.
[[nodiscard]] std::string check_assumed_sizes(const Zone& zone, const Assumptions& assumptions,
                                              const PolicySettings& settings, const SizeSink& sink,
                                              unsigned threads = 1);

}  // namespace torii::zonec
