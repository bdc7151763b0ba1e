#include "zonec/judge/account.hpp"

#include <algorithm>

#include "zonec/layout/denial.hpp"

namespace torii::zonec {
namespace {

using dns::RrType;

constexpr std::size_t kDigestTypeAt = 3;  // key tag, algorithm, digest type: RFC 4034 section 5.1
constexpr std::size_t kSaltLengthAt = 4;  // algorithm, flags, iterations, salt length: RFC 5155 section 3.2

std::vector<std::uint16_t> sizes_of(std::span<const dns::Octets> rdata) {
  std::vector<std::uint16_t> out;
  out.reserve(rdata.size());
  for (const auto& octets : rdata) out.push_back(static_cast<std::uint16_t>(octets.size()));
  return out;
}

AccountHost describe(const Zone& zone, const Host& host) {
  AccountHost out{.name = dns::Name{host.name}, .relation = host.relation, .from_wildcard = host.from_wildcard};
  if (host.source == kNoOwner) return out;
  // In a signed zone wildcard data would need a proof besides (RFC 4035 section 3.1.3.3), so it is not sent.
  if (host.from_wildcard && zone.is_signed) return out;
  const bool authoritative = !host.from_wildcard && zone.owners[host.source].kind == OwnerKind::Authoritative;
  if (host.a != nullptr) {
    out.a = host.a->rdata_count;
    if (authoritative) out.a_signatures = sizes_of(zone.signatures_of(*host.a));
  }
  if (host.aaaa != nullptr) {
    out.aaaa = host.aaaa->rdata_count;
    if (authoritative) out.aaaa_signatures = sizes_of(zone.signatures_of(*host.aaaa));
  }
  return out;
}

void add_set(const Zone& zone, dns::NameView owner, const RRset& set, std::vector<ProofRecord>& proof) {
  for (const auto rdata : zone.rdata_of(set))
    proof.push_back(
        {dns::Name{owner}, set.type, static_cast<std::uint16_t>(rdata.size()),
         set.type == RrType::DS && rdata.size() > kDigestTypeAt ? rdata[kDigestTypeAt] : std::uint8_t{0},
         set.type == RrType::NSEC3 && rdata.size() > kSaltLengthAt ? rdata[kSaltLengthAt] : std::uint8_t{0}});
  for (const auto rdata : zone.signatures_of(set))
    proof.push_back({dns::Name{owner}, RrType::RRSIG, static_cast<std::uint16_t>(rdata.size()), 0});
}

}  // namespace

std::vector<ProofRecord> describe_proof(const Zone& zone, OwnerIndex cut) {
  std::vector<ProofRecord> proof;
  if (!zone.is_signed) return proof;
  const auto& owner = zone.owners[cut];
  if (const auto* ds = zone.find_rrset(owner, RrType::DS); ds != nullptr) {
    add_set(zone, owner.name(), *ds, proof);
    return proof;
  }
  const auto links = prove_no_ds(zone, cut);
  if (links.encloser != nullptr) add_set(zone, links.encloser->name(), *chain_rrset(zone, *links.encloser), proof);
  // One record can be both.
  if (links.denial != nullptr && links.denial != links.encloser)
    add_set(zone, links.denial->name(), *chain_rrset(zone, *links.denial), proof);
  return proof;
}

Account describe_account(const Zone& zone, OwnerIndex cut) {
  Account account{.zone = zone.apex,
                  .owner = dns::Name{zone.owners[cut].name()},
                  .hosts = {},
                  .proof = describe_proof(zone, cut),
                  .is_cyclic = zone.is_cyclic(cut),
                  .is_unreachable = zone.is_unreachable(cut)};
  const auto delegation = describe_delegation(zone, cut);
  account.hosts.reserve(delegation.hosts.size());
  for (const auto& host : delegation.hosts) account.hosts.push_back(describe(zone, host));
  return account;
}

std::vector<std::size_t> glue_order(const Account& account) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < account.hosts.size(); ++i)
    if (account.hosts[i].a > 0 || account.hosts[i].aaaa > 0) order.push_back(i);
  std::ranges::stable_sort(order, {}, [&](std::size_t i) {
    const auto& host = account.hosts[i];
    const int rank = host.relation == HostRelation::InDomain      ? 0
                     : host.relation == HostRelation::SiblingGlue ? (account.is_cyclic ? 1 : 2)
                                                                  : 3;
    return std::pair{rank, 16 * host.a + 28 * host.aaaa};
  });
  return order;
}

}  // namespace torii::zonec
