#include "zonec/judge/sizes.hpp"

#include <algorithm>
#include <iterator>

#include "zonec/judge/judge.hpp"
#include "zonec/parallel/in_order.hpp"

namespace torii::zonec {
namespace {

/// Below this every RRset is on the ladder, and every glue owner is a pointer (RFC 1035 section 4.1.4).
constexpr std::uint32_t kPointerSafe = dns::kPointerMax;
constexpr std::uint32_t kHashedLabel = 33;  // of NSEC3 owners: RFC 5155 section 3

/// The layout leaves off what no message could hold. For the rules that ask whether everything fits, such an RRset
/// still counts, by the closed form: 12 octets of frame with a pointer, and the address.
std::uint32_t closed_form(const RRset* set, std::uint32_t address_octets) noexcept {
  return set == nullptr ? 0 : set->rdata_count * (12 + address_octets);
}

}  // namespace

SizeFacts size_facts(const Zone& zone, const Delegation& delegation, const ReferralSizes& sizes) {
  auto facts = size_facts(zone.owners[delegation.owner].name_size, delegation, sizes);
  facts.zone_is_root = zone.apex.view().is_root();
  facts.is_unreachable = zone.is_unreachable(delegation.owner);
  return facts;
}

SizeFacts size_facts(std::size_t owner_octets, const Delegation& delegation, const ReferralSizes& sizes) {
  SizeFacts facts;
  facts.owner = static_cast<std::uint32_t>(owner_octets);
  facts.qname = longest_qname(facts.owner);
  facts.authority = static_cast<std::uint32_t>(dns::kHeaderOctets) + facts.qname + 4 + sizes.ns_octets;
  facts.proof = sizes.proof_octets;
  facts.hosts = static_cast<std::uint32_t>(delegation.hosts.size());
  facts.is_cyclic = delegation.cyclic;
  std::uint32_t in_domain = 0;
  std::uint32_t below_cuts = 0;
  std::uint32_t optional = 0;
  for (const auto& host : delegation.hosts) {
    facts.has_unrelated = facts.has_unrelated || host.relation == HostRelation::Unrelated;
    const bool below = host.relation == HostRelation::InDomain;
    if (below && host.a == nullptr && host.aaaa == nullptr) ++facts.glueless;
    const bool cyclic = delegation.cyclic && host.relation == HostRelation::SiblingGlue;
    (below ? in_domain : cyclic ? below_cuts : optional) += closed_form(host.a, 4) + closed_form(host.aaaa, 16);
  }
  for (const auto& step : sizes.steps) {
    const bool a = step.type == dns::RrType::A;
    (a ? facts.a_records : facts.aaaa_records) += step.records;
    if (step.relation == HostRelation::InDomain) {
      (a ? facts.in_domain_a : facts.in_domain_aaaa) = true;
      facts.in_domain.add(step.octets);
    } else if (step.relation == HostRelation::SiblingAuthoritative) {
      facts.glue_authoritative += step.octets + step.signature_octets;
    } else {
      (step.required ? facts.cyclic : facts.sibling).add(step.octets);
    }
  }
  // Only near the size of a TCP message does the ladder lack RRsets. In a signed zone it also lacks wildcard data.
  facts.in_domain.total = std::max(facts.in_domain.total, in_domain);
  facts.cyclic.total = std::max(facts.cyclic.total, below_cuts);
  if (facts.authority + facts.required() + optional > kPointerSafe)
    facts.sibling.total = std::max(facts.sibling.total, optional - std::min(optional, facts.glue_authoritative));
  return facts;
}

namespace {

/// Octets that names written without pointers would add: no encoder needs more beyond ours. Without the delegation's
/// own name, and without the proof.
std::uint32_t plain_names(const Delegation& delegation, const ReferralSizes& sizes) noexcept {
  std::uint32_t octets = 0;
  for (const auto& host : delegation.hosts) octets += static_cast<std::uint32_t>(host.name.size());
  for (const auto& step : sizes.steps)
    if (step.required) octets += step.records * static_cast<std::uint32_t>(delegation.hosts[step.host].name.size());
  return octets;
}

/// A delegation's facts, and what encoders could need beyond them at most.
struct Measured {
  SizeFacts facts;
  std::uint32_t plain_names{};
};

/// Every delegation of one zone, the host sets that many share measured once.
class SizeCheck {
 public:
  SizeCheck(const Zone& zone, const PolicySettings& settings, unsigned threads)
      : zone_{zone}, settings_{settings}, shared_(zone.host_sets.size()), proof_max_{proof_octets_max(zone)} {
    each(shared_.size(), threads, [&](std::size_t i) {
      const auto set = static_cast<std::uint32_t>(i);
      // Of the owner nothing but its length goes into the facts, and that only as `owner` and, at 254, as `qname`.
      const auto delegation = describe_host_set(zone_, zone_.host_sets[i]);
      const auto sizes = measure_host_set(zone_, set);
      shared_[i] = {size_facts(0, delegation, sizes), plain_names(delegation, sizes)};
      shared_[i].facts.zone_is_root = zone_.apex.view().is_root();
    });
  }

  [[nodiscard]] std::vector<SizeFinding> check(OwnerIndex first, OwnerIndex last) const {
    std::vector<SizeFinding> findings;
    Judge judge{settings_};
    for (auto i = first; i < last; ++i)
      if (zone_.owners[i].kind == OwnerKind::Cut) check(i, judge, findings);
    return findings;
  }

 private:
  void check(OwnerIndex cut, Judge& judge, std::vector<SizeFinding>& findings) const {
    const auto& owner = zone_.owners[cut];
    auto measured = measure(cut);
    auto& facts = measured.facts;
    // No rule gets easier with more octets, so when all hold with the longest names and the longest proof there can be,
    // neither is looked up.
    const auto passes = [&] {
      auto worst = facts;
      // PowerDNS points at no name of more than 34 labels, so then each NS record spells the owner.
      const auto owners = owner.name().label_count() > 34 ? facts.hosts : 1;
      worst.portable_extra = owners * facts.owner + measured.plain_names;
      worst.portable_extra_edns = worst.portable_extra;
      if (facts.proof > 0)
        worst.portable_extra_edns +=
            proof_records(owner) * std::max(facts.owner, kHashedLabel + static_cast<std::uint32_t>(zone_.apex.size()));
      return passes_policies(settings_, worst);
    };
    if (zone_.is_signed) {
      if (const auto* ds = zone_.find_rrset(owner, dns::RrType::DS); ds != nullptr) {
        facts.proof = plain_octets(zone_, *ds);
      } else {
        facts.proof = proof_max_;
        if (passes()) return;
        ReferralSizes proof;
        add_proof(zone_, cut, proof);
        facts.proof = proof.proof_octets;
      }
    }
    if (passes()) return;
    const auto account = describe_account(zone_, cut);
    for (auto& finding : judge.judge(account, facts, zone_.find_rrset(owner, dns::RrType::NS)->where)) {
      finding.delegation = owner.name();  // the account's is gone soon
      findings.push_back(std::move(finding));
    }
  }

  /// Records of DS or its proof, signatures too, at most.
  [[nodiscard]] std::uint32_t proof_records(const Owner& owner) const {
    constexpr std::uint32_t kUsual = 8;  // two NSEC3 records, three signatures each
    const auto* ds = zone_.find_rrset(owner, dns::RrType::DS);
    if (ds == nullptr) return kUsual;
    return std::max(kUsual, ds->rdata_count + static_cast<std::uint32_t>(zone_.signatures_of(*ds).size()));
  }

  [[nodiscard]] Measured measure(OwnerIndex cut) const {
    const auto& owner = zone_.owners[cut];
    if (const auto set = common_host_set(zone_, cut); set != kNone) {
      auto out = shared_[set];
      out.facts.owner = owner.name_size;
      const auto qname = longest_qname(out.facts.owner);
      out.facts.authority -= out.facts.qname - qname;
      out.facts.qname = qname;
      out.facts.is_unreachable = zone_.is_unreachable(cut);
      return out;
    }
    auto delegation = describe_delegation(zone_, cut);
    delegation.cyclic = zone_.is_cyclic(cut);
    const auto sizes = measure_without_proof(zone_, delegation);
    return {size_facts(zone_, delegation, sizes), plain_names(delegation, sizes)};
  }

  const Zone& zone_;
  const PolicySettings& settings_;
  std::vector<Measured> shared_;  // by host set
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

std::string check_assumed_sizes(const Zone& zone, const Assumptions& assumptions, const PolicySettings& settings,
                                const SizeSink& sink, unsigned threads) {
  struct Judged {
    std::vector<SizeFinding> findings;
    std::string wrong;
  };
  std::string wrong;
  bool go_on = true;
  const auto judge_range = [&](OwnerIndex first, OwnerIndex last) {
    Judged out;
    Judge judge{settings};
    for (auto cut = first; cut < last && out.wrong.empty(); ++cut) {
      const auto& owner = zone.owners[cut];
      if (owner.kind != OwnerKind::Cut) continue;
      auto account = describe_account(zone, cut);
      out.wrong = assume(assumptions, account);
      for (auto& finding : judge.judge(account, zone.find_rrset(owner, dns::RrType::NS)->where)) {
        finding.delegation = owner.name();  // the account's is gone soon
        out.findings.push_back(std::move(finding));
      }
    }
    return out;
  };
  each_range(zone.owners.size(), threads, judge_range, [&](const Judged& judged) {
    if (wrong.empty()) wrong = judged.wrong;
    for (const auto& finding : judged.findings)
      if (go_on && wrong.empty()) go_on = sink(finding);
  });
  return wrong;
}

}  // namespace torii::zonec
