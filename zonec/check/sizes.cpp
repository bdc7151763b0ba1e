#include "zonec/check/sizes.hpp"

#include <algorithm>

namespace torii::zonec {
namespace {

/// Below this every RRset is on the ladder, and every glue owner is a pointer (RFC 1035 section 4.1.4).
constexpr std::uint32_t kPointerSafe = dns::kPointerMax;

void keep_smallest(std::uint32_t& smallest, std::uint32_t octets) noexcept {
  smallest = smallest == 0 ? octets : std::min(smallest, octets);
}

/// The layout leaves off what no message could hold. For the rules that ask whether everything fits, such an RRset
/// still counts, by the closed form: 12 octets of frame with a pointer, and the address.
std::uint32_t closed_form(const RRset* set, std::uint32_t address_octets) noexcept {
  return set == nullptr ? 0 : set->rdata_count * (12 + address_octets);
}

}  // namespace

SizeFacts size_facts(const Zone& zone, const Delegation& delegation, const ReferralSizes& sizes) {
  SizeFacts facts;
  facts.owner = zone.owners[delegation.owner].name_size;
  facts.qname = longest_qname(facts.owner);
  facts.authority = static_cast<std::uint32_t>(dns::kHeaderOctets) + facts.qname + 4 + sizes.ns_octets;
  facts.proof = sizes.proof_octets;
  facts.hosts = static_cast<std::uint32_t>(delegation.hosts.size());
  std::uint32_t required = 0;
  std::uint32_t optional = 0;
  for (const auto& host : delegation.hosts) {
    facts.has_unrelated = facts.has_unrelated || host.relation == HostRelation::Unrelated;
    facts.has_a = facts.has_a || host.a != nullptr;
    facts.has_aaaa = facts.has_aaaa || host.aaaa != nullptr;
    const bool must =
        host.relation == HostRelation::InDomain || (delegation.cyclic && host.relation == HostRelation::SiblingGlue);
    (must ? required : optional) += closed_form(host.a, 4) + closed_form(host.aaaa, 16);
  }
  for (const auto& step : sizes.steps) {
    if (step.required) {
      facts.glue_required += step.octets;
      keep_smallest(facts.smallest_required, step.octets);
    } else if (step.relation == HostRelation::SiblingAuthoritative) {
      facts.glue_authoritative += step.octets + step.signature_octets;
    } else {
      facts.glue_sibling += step.octets;
      keep_smallest(facts.smallest_sibling, step.octets);
    }
  }
  // Only near the size of a TCP message does the ladder lack RRsets. In a signed zone it also lacks wildcard data.
  facts.glue_required = std::max(facts.glue_required, required);
  if (facts.authority + facts.glue_required + optional > kPointerSafe)
    facts.glue_sibling = std::max(facts.glue_sibling, optional - std::min(optional, facts.glue_authoritative));
  return facts;
}

void check_sizes(const Zone& zone, const PolicySettings& settings, const SizeSink& sink) {
  const auto cyclic = find_cyclic(zone);
  for (OwnerIndex i = 0; i < zone.owners.size(); ++i) {
    if (zone.owners[i].kind != OwnerKind::Cut) continue;
    auto delegation = describe_delegation(zone, i);
    delegation.cyclic = cyclic[i];
    const auto facts = size_facts(zone, delegation, measure_referral(zone, delegation));
    const auto* ns = zone.find_rrset(zone.owners[i], dns::RrType::NS);
    for (const auto& finding : apply_policies(settings, zone.owners[i].name(), ns->where, facts))
      if (!sink(finding)) return;
  }
}

}  // namespace torii::zonec
