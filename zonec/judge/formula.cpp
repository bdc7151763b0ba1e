#include "zonec/judge/formula.hpp"

#include <algorithm>
#include <array>

#include "torii/referral/budget.hpp"
#include "zonec/layout/referral.hpp"

namespace torii::zonec {
namespace {

using dns::RrType;
using referral::kPointerOctets;
using referral::kRrFrameOctets;

constexpr std::uint32_t u32(std::size_t value) noexcept { return static_cast<std::uint32_t>(value); }

struct NameCost {
  std::uint32_t octets{};
  std::uint16_t pointer{};
};

/// RDATA octets of host `i`: labels that no name before it has as a suffix, then a pointer, or the root's octet. In
/// canonical order the host before it shares the most of all.
NameCost name_cost(const Account& account, std::size_t i) {
  const auto name = account.hosts[i].name.view();
  auto shared = referral::shared_labels(name, account.owner);
  if (i > 0) shared = std::max(shared, referral::shared_labels(name, account.hosts[i - 1].name));
  const auto pointer = static_cast<std::uint16_t>(shared > 0 ? kPointerOctets : 1);
  return {u32(name.size() - name.suffix(shared).size() + pointer), pointer};
}

std::uint32_t signature_octets(const std::vector<std::uint16_t>& rdata) noexcept {
  std::uint32_t octets = 0;
  for (const auto size : rdata) octets += u32(kPointerOctets + kRrFrameOctets) + size;
  return octets;
}

/// A hashed owner is spelled once: its label, and what is left of the zone's name is a pointer, or the root's octet.
std::uint32_t record_octets(const Account& account, std::size_t i) noexcept {
  const auto& record = account.proof[i];
  std::size_t owner = kPointerOctets;
  const bool seen = i > 0 && account.proof[i - 1].owner == record.owner;
  if (!seen && record.owner != account.owner && record.owner != account.zone) {
    const auto& zone = account.zone;
    owner = record.owner.size() - zone.size() + (zone.view().is_root() ? 1 : kPointerOctets);
  }
  return u32(owner + kRrFrameOctets) + record.rdata_octets;
}

/// Unit: octets, records.
struct AddressCost {
  std::uint32_t a{};
  std::uint32_t aaaa{};
};
AddressCost address_cost(const AccountHost& host) noexcept {
  return {u32(host.a * referral::kAOctets), u32(host.aaaa * referral::kAaaaOctets)};
}

}  // namespace

std::uint32_t proof_octets(const Account& account) noexcept {
  std::uint32_t octets = 0;
  for (std::size_t i = 0; i < account.proof.size(); ++i) octets += record_octets(account, i);
  return octets;
}

SizeFacts facts_of(const Account& account) {
  SizeFacts facts;
  facts.owner = u32(account.owner.size());
  facts.qname = longest_qname(facts.owner);
  facts.hosts = u32(account.hosts.size());
  facts.zone_is_root = account.zone.view().is_root();
  facts.is_cyclic = account.is_cyclic;
  facts.is_unreachable = account.is_unreachable;
  const auto frame = u32((account.owner.view().is_root() ? 1 : kPointerOctets) + kRrFrameOctets);
  facts.authority = u32(dns::kHeaderOctets) + facts.qname + 4 + facts.hosts * frame;
  for (std::size_t i = 0; i < account.hosts.size(); ++i) {
    const auto& host = account.hosts[i];
    facts.authority += name_cost(account, i).octets;
    if (host.relation == HostRelation::Unrelated) {
      facts.has_unrelated = true;
      continue;
    }
    const bool in_domain = host.relation == HostRelation::InDomain;
    facts.in_domain_a = facts.in_domain_a || (in_domain && host.a > 0);
    facts.in_domain_aaaa = facts.in_domain_aaaa || (in_domain && host.aaaa > 0);
    facts.a_records += host.a;
    facts.aaaa_records += host.aaaa;
    if (in_domain && host.a == 0 && host.aaaa == 0) ++facts.glueless;
    const auto cost = address_cost(host);
    if (host.relation == HostRelation::SiblingAuthoritative) {
      facts.glue_authoritative +=
          cost.a + cost.aaaa + signature_octets(host.a_signatures) + signature_octets(host.aaaa_signatures);
      continue;
    }
    auto& sizes = in_domain ? facts.in_domain : account.is_cyclic ? facts.cyclic : facts.sibling;
    if (cost.a > 0) sizes.add(cost.a);
    if (cost.aaaa > 0) sizes.add(cost.aaaa);
  }
  facts.proof = proof_octets(account);
  return facts;
}

std::string_view part_id(Part part) noexcept {
  constexpr std::array<std::string_view, 10> kIds{"header", "question",  "ns-frames",     "ns-name", "ds",
                                                  "denial", "signature", "glue-required", "glue",    "opt"};
  return kIds.at(static_cast<std::size_t>(part));
}

std::vector<LedgerLine> ledger_of(const Account& account) {
  std::vector<LedgerLine> out;
  const auto add = [&](Part part, std::size_t octets) -> LedgerLine& {
    out.push_back({.part = part, .octets = u32(octets)});
    return out.back();
  };
  const auto count = account.hosts.size();
  add(Part::Header, dns::kHeaderOctets);
  add(Part::Question, longest_qname(account.owner.size()) + 4U);
  add(Part::NsFrames, count * ((account.owner.view().is_root() ? 1 : kPointerOctets) + kRrFrameOctets)).records =
      u32(count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto cost = name_cost(account, i);
    auto& line = add(Part::NsName, cost.octets);
    line.host = static_cast<std::uint16_t>(i);
    line.pointer_octets = cost.pointer;
  }
  for (std::size_t i = 0; i < account.proof.size(); ++i) {
    const auto type = account.proof[i].type;
    auto& line = add(type == RrType::DS      ? Part::Ds
                     : type == RrType::RRSIG ? Part::Signature
                                             : Part::Denial,
                     record_octets(account, i));
    line.type = type;
    line.records = 1;
  }
  for (const auto i : glue_order(account)) {
    const auto& host = account.hosts[i];
    const auto part = is_required(account, host) ? Part::GlueRequired : Part::Glue;
    const auto put = [&](RrType type, std::uint32_t records, std::uint32_t octets) {
      if (records == 0) return;
      auto& line = add(part, octets);
      line.host = static_cast<std::uint16_t>(i);
      line.type = type;
      line.records = records;
    };
    const auto cost = address_cost(host);
    put(RrType::A, host.a, cost.a + signature_octets(host.a_signatures));
    put(RrType::AAAA, host.aaaa, cost.aaaa + signature_octets(host.aaaa_signatures));
  }
  add(Part::Opt, kOptOctets);
  return out;
}

}  // namespace torii::zonec
