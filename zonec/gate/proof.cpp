/// What DO brings: the records that the base has where they stay what they are, and those that the zone's signer would
/// make where they do not, in number and size.
#include <algorithm>
#include <array>

#include "torii/dns/nsec3_hash.hpp"
#include "zonec/gate/view.hpp"
#include "zonec/layout/denial.hpp"
#include "zonec/model/rdata.hpp"

namespace torii::zonec::gate {
namespace {

using dns::RrType;

constexpr std::size_t kDigestTypeAt = 3;  // key tag, algorithm, digest type: RFC 4034 section 5.1
// Type bitmaps of an unsigned delegation, RFC 4034 section 4.1.2: window, length, and as many octets as the last type
// needs.
constexpr std::size_t kNsecBitmap = 8;   // NS RRSIG NSEC
constexpr std::size_t kNsec3Bitmap = 3;  // NS
constexpr std::size_t kNsec3Fixed = 6 + 20;

void add_link(const Zone& zone, const Owner& link, std::vector<ProofRecord>& proof) {
  const auto& set = *chain_rrset(zone, link);
  const dns::Name owner{link.name()};
  for (const auto rdata : zone.rdata_of(set))
    proof.push_back({owner, set.type, static_cast<std::uint16_t>(rdata.size()), 0});
  for (const auto rdata : zone.signatures_of(set))
    proof.push_back({owner, RrType::RRSIG, static_cast<std::uint16_t>(rdata.size()), 0});
}

/// The cover of a name that has no link of its own; one that it has now goes away.
const Owner* cover_of(const Zone& zone, dns::NameView name) {
  const auto place = find_nsec3(zone, name);
  if (place.link == nullptr || !place.matches) return place.link;
  const auto& chain = zone.nsec3_owners;
  return place.link == &chain.front() ? &chain.back() : place.link - 1;
}

}  // namespace

void View::add_signatures(dns::NameView owner, std::vector<ProofRecord>& proof) const {
  for (const auto octets : base_->signature_sizes()) proof.push_back({dns::Name{owner}, RrType::RRSIG, octets, 0});
}

std::vector<ProofRecord> View::proof_of(const Node& delegation) const {
  std::vector<ProofRecord> proof;
  if (!zone().is_signed) return proof;
  const bool was_served = delegation.base != kNoOwner && zone().owners[delegation.base].kind == OwnerKind::Cut;
  const auto* base_ds = base_set(delegation, RrType::DS);
  const auto* changed = changed_ds(delegation);
  const bool same_ds = changed == nullptr || (base_ds == nullptr && changed->empty());
  if (was_served && same_ds) return describe_proof(zone(), delegation.base);
  if (!has_type(delegation, RrType::DS)) {
    add_typical_proof(delegation, proof);
    return proof;
  }
  for (const auto& rdata : ds_of(delegation))
    proof.push_back({dns::Name{delegation.name}, RrType::DS, static_cast<std::uint16_t>(rdata.size()),
                     rdata.size() > kDigestTypeAt ? rdata[kDigestTypeAt] : std::uint8_t{0}});
  add_signatures(delegation.name, proof);
  return proof;
}

void View::add_typical_proof(const Node& delegation, std::vector<ProofRecord>& proof) const {
  const auto& zone = base_->zone();
  if (zone.denial == DenialKind::Nsec) {
    const auto octets = next_in_chain(delegation.name).size() + kNsecBitmap;
    proof.push_back({dns::Name{delegation.name}, RrType::NSEC, static_cast<std::uint16_t>(octets), 0});
    add_signatures(delegation.name, proof);
    return;
  }
  if (zone.denial != DenialKind::Nsec3) return;
  if (!base_->is_opt_out()) {
    const auto label = dns::nsec3_label(dns::nsec3_hash(delegation.name, zone.nsec3_salt, zone.nsec3_iterations));
    std::array<std::uint8_t, 1 + std::tuple_size_v<decltype(label)>> octets{};
    octets[0] = static_cast<std::uint8_t>(label.size());
    std::ranges::copy(label, octets.begin() + 1);
    const auto owner = dns::Name::join(octets, zone.apex);
    const auto size = kNsec3Fixed + zone.nsec3_salt.size() + kNsec3Bitmap;
    if (!owner) return;  // no chain fits below an apex that long
    proof.push_back({*owner, RrType::NSEC3, static_cast<std::uint16_t>(size), 0});
    add_signatures(*owner, proof);
    return;
  }
  // RFC 5155 section 7.2.7: the closest encloser that the chain has, and the cover of the next closer name.
  auto next_closer = delegation.name;
  auto encloser = next_closer.parent();
  auto place = find_nsec3(zone, encloser);
  while (!place.matches && encloser.size() > zone.apex.size()) {
    next_closer = encloser;
    encloser = encloser.parent();
    place = find_nsec3(zone, encloser);
  }
  const auto* cover = cover_of(zone, next_closer);
  for (const auto* link : {place.link, cover})
    if (link != nullptr && !(link == cover && link == place.link && !proof.empty())) add_link(zone, *link, proof);
}

bool View::is_in_chain(const Node& node) const {
  if (!has_data(node)) return false;
  const auto barrier = barrier_of(node.name);
  return !barrier || (!barrier->is_dname && barrier->node.name.size() == node.name.size());
}

dns::Name View::next_in_chain(dns::NameView name) const {
  const auto& owners = zone().owners;
  std::optional<dns::NameView> next;
  const auto after = zone().find_at_or_before(name);
  for (auto i = after == kNoOwner ? 0 : after + 1; i < owners.size(); ++i) {
    if (owners[i].name().is_below(name) || !is_in_chain(node(owners[i].name(), i))) continue;
    next = owners[i].name();
    break;
  }
  for (const auto* layer : {committed_, pending_}) {
    if (layer == nullptr) continue;
    const auto& names = layer->by_name();
    for (auto at = names.upper_bound(name); at != names.end(); ++at) {
      const auto found = view_of(at->first);
      if (next && dns::canonical_order(found, *next) >= 0) break;
      if (found.is_below(name) || !found.is_at_or_below(zone().apex) || !is_in_chain(node(found))) continue;
      next = found;
      break;
    }
  }
  return next ? dns::Name{*next} : zone().apex;
}

}  // namespace torii::zonec::gate
