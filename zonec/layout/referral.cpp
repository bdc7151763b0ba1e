#include "zonec/layout/referral.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "zonec/layout/denial.hpp"

namespace torii::zonec {
namespace {

/// Sending order of glue: what a resolver cannot do without first. Source: RFC 9471 sections 3.1 and 3.2.
int rank_of(const Host& host, const Delegation& delegation) {
  switch (host.relation) {
    case HostRelation::InDomain:
      return 0;
    case HostRelation::SiblingGlue:
      return delegation.cyclic ? 1 : 2;
    case HostRelation::SiblingAuthoritative:
      return 3;
    case HostRelation::Unrelated:
      break;
  }
  return 4;
}

std::uint32_t address_octets(const Host& host) {
  return (host.a != nullptr ? 16 * host.a->rdata_count : 0) + (host.aaaa != nullptr ? 28 * host.aaaa->rdata_count : 0);
}

/// True when the addresses of `host` are authoritative data at its own name, so that their RRSIGs may be sent too.
/// Wildcard data would need a proof besides (RFC 4035 section 3.1.3.3), so in a signed zone it is not sent at all.
enum class Authority : std::uint8_t { Glue, OwnName, Wildcard };
Authority authority_of(const Zone& zone, const Host& host) {
  if (host.source == kNoOwner || host.from_wildcard) return Authority::Wildcard;
  return zone.owners[host.source].kind == OwnerKind::Authoritative ? Authority::OwnName : Authority::Glue;
}

void put_glue(BlockEncoder& encoder, const Zone& zone, const Host& host, const RRset& set, Authority authority,
              GlueStep& step) {
  const auto start = encoder.size();
  for (const auto rdata : zone.rdata_of(set)) encoder.put_record_at(host.name, set.type, set.ttl, rdata);
  step.octets = static_cast<std::uint32_t>(encoder.size() - start);
  step.records = static_cast<std::uint16_t>(set.rdata_count);
  if (authority != Authority::OwnName) return;
  for (const auto signature : zone.signatures_of(set))
    encoder.put_record_at(host.name, dns::RrType::RRSIG, zone.signature_ttl(set), signature);
  step.signature_octets = static_cast<std::uint32_t>(encoder.size() - start - step.octets);
  step.signature_records = static_cast<std::uint16_t>(zone.signatures_of(set).size());
}

LaidOutReferral lay_out(const Zone& zone, const Delegation& delegation, dns::NameView owner, std::uint32_t ttl) {
  const bool at_apex = delegation.owner == 0;
  LaidOutReferral referral;
  BlockEncoder encoder{owner, zone.apex};
  for (const auto& host : delegation.hosts) encoder.put_record(dns::RrType::NS, ttl, host.name.octets());
  referral.ns_records = static_cast<std::uint16_t>(delegation.hosts.size());
  const auto ns_octets = encoder.size();

  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < delegation.hosts.size(); ++i)
    if (delegation.hosts[i].relation != HostRelation::Unrelated) order.push_back(i);
  // Within a class the smaller address sets first: RRsets are atomic, and so more of them fit.
  std::ranges::stable_sort(order, {}, [&](std::size_t i) {
    return std::pair{rank_of(delegation.hosts[i], delegation), address_octets(delegation.hosts[i])};
  });
  for (const auto i : order) {
    const auto& host = delegation.hosts[i];
    const auto authority = authority_of(zone, host);
    if (authority == Authority::Wildcard && zone.is_signed) continue;
    for (const auto* set : {host.a, host.aaaa}) {
      if (set == nullptr) continue;
      GlueStep step{.required = !at_apex && rank_of(host, delegation) <= 1,
                    .relation = host.relation,
                    .type = set->type,
                    .host = static_cast<std::uint16_t>(i)};
      const auto before = encoder.size();
      put_glue(encoder, zone, host, *set, authority, step);
      if (encoder.overflow()) {
        encoder.rewind(before);
        referral.incomplete = referral.incomplete || step.required;
        continue;
      }
      referral.steps.push_back(step);
    }
  }

  const auto split = std::next(encoder.octets().begin(), static_cast<std::ptrdiff_t>(ns_octets));
  referral.ns.assign(encoder.octets().begin(), split);
  referral.glue.assign(split, encoder.octets().end());
  for (const auto position : encoder.relocations()) {
    if (position < ns_octets)
      referral.ns_relocations.push_back(position);
    else
      referral.glue_relocations.push_back(static_cast<std::uint16_t>(position - ns_octets));
  }
  return referral;
}

ReferralSizes sizes_of(LaidOutReferral&& referral) {
  ReferralSizes sizes;
  sizes.ns_octets = static_cast<std::uint32_t>(referral.ns.size());
  sizes.ns_records = referral.ns_records;
  sizes.steps = std::move(referral.steps);
  return sizes;
}

/// A name below the apex of which no layout knows anything: see BlockEncoder on wildcards.
std::optional<dns::Name> unknown_owner(const Zone& zone) {
  constexpr std::array<std::uint8_t, 2> kStar{1, '*'};
  return dns::Name::join(kStar, zone.apex);
}

}  // namespace

LaidOutReferral lay_out_referral(const Zone& zone, const Delegation& delegation) {
  const auto& owner = zone.owners[delegation.owner];
  return lay_out(zone, delegation, owner.name(), zone.find_rrset(owner, dns::RrType::NS)->ttl);
}

std::uint32_t common_host_set(const Zone& zone, OwnerIndex cut) {
  const auto& owner = zone.owners[cut];
  const auto set = zone.host_set_of(*zone.find_rrset(owner, dns::RrType::NS));
  if (set == kNone || zone.host_sets[set].users < 2 || cut == 0 || zone.is_cyclic(cut)) return kNone;
  if (zone.host_sets[set].all_unrelated) return set;
  return owner.name().parent().size() == zone.apex.size() ? set : kNone;
}

LaidOutReferral lay_out_host_set(const Zone& zone, std::uint32_t set, std::uint32_t ttl) {
  // An apex that leaves no room for a label has no delegations.
  return lay_out(zone, describe_host_set(zone, zone.host_sets[set]), unknown_owner(zone).value_or(zone.apex), ttl);
}

ReferralSizes measure_host_set(const Zone& zone, std::uint32_t set) { return sizes_of(lay_out_host_set(zone, set, 0)); }

std::uint32_t proof_octets_max(const Zone& zone) {
  if (!zone.is_signed) return 0;
  std::uint32_t most = 0;
  const auto consider = [&](const Owner& owner) {
    if (const auto* set = chain_rrset(zone, owner); set != nullptr) most = std::max(most, plain_octets(zone, *set));
  };
  for (const auto& owner : zone.nsec3_owners) consider(owner);
  if (zone.denial == DenialKind::Nsec)
    for (const auto& owner : zone.owners) consider(owner);
  return 2 * (most + static_cast<std::uint32_t>(dns::kNameOctetsMax));
}

std::uint32_t plain_octets(const Zone& zone, const RRset& set) {
  std::uint32_t octets = 0;
  const auto add = [&](dns::Octets rdata) { octets += 12 + static_cast<std::uint32_t>(rdata.size()); };
  std::ranges::for_each(zone.rdata_of(set), add);
  std::ranges::for_each(zone.signatures_of(set), add);
  return octets;
}

ReferralSizes measure_without_proof(const Zone& zone, const Delegation& delegation) {
  return sizes_of(lay_out_referral(zone, delegation));
}

ReferralSizes measure_referral(const Zone& zone, const Delegation& delegation) {
  auto sizes = measure_without_proof(zone, delegation);
  add_proof(zone, delegation.owner, sizes);
  return sizes;
}

void add_proof(const Zone& zone, OwnerIndex cut, ReferralSizes& sizes) {
  const auto& owner = zone.owners[cut];
  const auto add = [&](const LaidOutBlock& block, std::size_t spelled) {
    sizes.proof_octets += static_cast<std::uint32_t>(block.octets.size() + spelled);
    sizes.proof_records =
        static_cast<std::uint16_t>(sizes.proof_records + block.plain_records + block.signature_records);
  };
  if (!zone.is_signed) return;
  if (const auto* ds = zone.find_rrset(owner, dns::RrType::DS); ds != nullptr) {
    add(lay_out_rrset(zone, owner.name(), *ds), 0);
    return;
  }
  const auto proof = prove_no_ds(zone, cut);
  const auto add_link = [&](const Owner& link) {
    add(lay_out_chain_link(zone, link), spelled_owner_octets(zone, link, owner.name()));
  };
  if (proof.encloser != nullptr) add_link(*proof.encloser);
  if (proof.denial != nullptr && proof.denial != proof.encloser) add_link(*proof.denial);  // one record can be both
}

}  // namespace torii::zonec
