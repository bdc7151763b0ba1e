#include "zonec/check/sizes.hpp"

#include <algorithm>
#include <iterator>

#include "zonec/parallel/in_order.hpp"

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
  return size_facts(zone.owners[delegation.owner].name_size, delegation, sizes);
}

SizeFacts size_facts(std::size_t owner_octets, const Delegation& delegation, const ReferralSizes& sizes) {
  SizeFacts facts;
  facts.owner = static_cast<std::uint32_t>(owner_octets);
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

namespace {

/// Every delegation of one zone, the host sets that many share measured once.
class SizeCheck {
 public:
  SizeCheck(const Zone& zone, const PolicySettings& settings, unsigned threads)
      : zone_{zone}, settings_{settings}, shared_(zone.host_sets.size()), proof_max_{proof_octets_max(zone)} {
    each(shared_.size(), threads, [&](std::size_t i) {
      const auto set = static_cast<std::uint32_t>(i);
      // Of the owner nothing but its length goes into the facts, and that only as `owner` and, at 254, as `qname`.
      shared_[i] = size_facts(0, describe_host_set(zone_, zone_.host_sets[i]), measure_host_set(zone_, set));
    });
  }

  [[nodiscard]] std::vector<SizeFinding> check(OwnerIndex first, OwnerIndex last) const {
    std::vector<SizeFinding> findings;
    for (auto i = first; i < last; ++i)
      if (zone_.owners[i].kind == OwnerKind::Cut) std::ranges::move(check(i), std::back_inserter(findings));
    return findings;
  }

 private:
  [[nodiscard]] std::vector<SizeFinding> check(OwnerIndex cut) const {
    const auto& owner = zone_.owners[cut];
    const auto* ns = zone_.find_rrset(owner, dns::RrType::NS);
    auto facts = facts_without_proof(cut);
    if (zone_.is_signed) {
      if (const auto* ds = zone_.find_rrset(owner, dns::RrType::DS); ds != nullptr) {
        facts.proof = plain_octets(zone_, *ds);
      } else {
        // No rule gets easier with a longer proof, so when all hold with the longest, that of this cut is not looked
        // up.
        facts.proof = proof_max_;
        if (apply_policies(settings_, owner.name(), ns->where, facts).empty()) return {};
        ReferralSizes proof;
        add_proof(zone_, cut, proof);
        facts.proof = proof.proof_octets;
      }
    }
    return apply_policies(settings_, owner.name(), ns->where, facts);
  }

  [[nodiscard]] SizeFacts facts_without_proof(OwnerIndex cut) const {
    const auto& owner = zone_.owners[cut];
    if (const auto set = common_host_set(zone_, cut); set != kNone) {
      auto facts = shared_[set];
      facts.owner = owner.name_size;
      const auto qname = longest_qname(facts.owner);
      facts.authority -= facts.qname - qname;
      facts.qname = qname;
      return facts;
    }
    auto delegation = describe_delegation(zone_, cut);
    delegation.cyclic = zone_.is_cyclic(cut);
    return size_facts(zone_, delegation, measure_without_proof(zone_, delegation));
  }

  const Zone& zone_;
  const PolicySettings& settings_;
  std::vector<SizeFacts> shared_;  // by host set
  std::uint32_t proof_max_;
};

}  // namespace

void check_sizes(const Zone& zone, const PolicySettings& settings, const SizeSink& sink, unsigned threads) {
  const SizeCheck sizes{zone, settings, threads};
  bool go_on = true;
  each_range(
      zone.owners.size(), threads, [&](OwnerIndex first, OwnerIndex last) { return sizes.check(first, last); },
      [&](const std::vector<SizeFinding>& findings) {
        for (const auto& finding : findings)
          if (go_on) go_on = sink(finding);
      });
}

}  // namespace torii::zonec
