#include "zonec/layout/referral.hpp"

#include <algorithm>

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
  const auto found = zone.find(host.name);
  if (found == kNoOwner) return Authority::Wildcard;
  return zone.owners[found].kind == OwnerKind::Authoritative ? Authority::OwnName : Authority::Glue;
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

}  // namespace

LaidOutReferral lay_out_referral(const Zone& zone, const Delegation& delegation) {
  const auto& owner = zone.owners[delegation.owner];
  const bool at_apex = delegation.owner == 0;
  LaidOutReferral referral;
  BlockEncoder encoder{owner.name(), zone.apex};
  const auto* ns = zone.find_rrset(owner, dns::RrType::NS);
  for (const auto& host : delegation.hosts) encoder.put_record(dns::RrType::NS, ns->ttl, host.name.octets());
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

ReferralSizes measure_referral(const Zone& zone, const Delegation& delegation) {
  auto referral = lay_out_referral(zone, delegation);
  ReferralSizes sizes;
  sizes.ns_octets = static_cast<std::uint32_t>(referral.ns.size());
  sizes.ns_records = referral.ns_records;
  sizes.steps = std::move(referral.steps);
  const auto& owner = zone.owners[delegation.owner];
  const auto add = [&](const LaidOutBlock& block, std::size_t spelled) {
    sizes.proof_octets += static_cast<std::uint32_t>(block.octets.size() + spelled);
    sizes.proof_records =
        static_cast<std::uint16_t>(sizes.proof_records + block.plain_records + block.signature_records);
  };
  if (!zone.is_signed) return sizes;
  if (const auto* ds = zone.find_rrset(owner, dns::RrType::DS); ds != nullptr) {
    add(lay_out_rrset(zone, owner.name(), *ds), 0);
    return sizes;
  }
  const auto proof = prove_no_ds(zone, delegation.owner);
  for (const auto* link : {proof.encloser, proof.denial}) {
    if (link == nullptr || (link == proof.denial && proof.denial == proof.encloser)) continue;
    add(lay_out_chain_link(zone, *link), spelled_owner_octets(zone, *link, owner.name()));
  }
  return sizes;
}

}  // namespace torii::zonec
