#include "zonec/gate/view.hpp"

#include <algorithm>
#include <array>

#include "zonec/model/rdata.hpp"

namespace torii::zonec::gate {
namespace {

using dns::RrType;

constexpr std::array<std::uint8_t, 2> kStar{1, '*'};

template <std::size_t kOctets>
void copy_addresses(const Zone& zone, const RRset* set, std::set<std::array<std::uint8_t, kOctets>>& to) {
  if (set == nullptr) return;
  for (const auto rdata : zone.rdata_of(*set)) {
    std::array<std::uint8_t, kOctets> address{};
    std::ranges::copy(rdata.first(kOctets), address.begin());
    to.insert(address);
  }
}

}  // namespace

Node View::node(dns::NameView name) const { return node(name, base_->find(name)); }

Node View::node(dns::NameView name, OwnerIndex base) const {
  return {name, base, committed_ == nullptr ? nullptr : committed_->find(name),
          pending_ == nullptr ? nullptr : pending_->find(name)};
}

const NameSet* View::changed_ns(const Node& node) const noexcept {
  if (node.pending != nullptr && node.pending->ns) return &*node.pending->ns;
  if (node.committed != nullptr && node.committed->ns) return &*node.committed->ns;
  return nullptr;
}
const DsSet* View::changed_ds(const Node& node) const noexcept {
  if (node.pending != nullptr && node.pending->ds) return &*node.pending->ds;
  if (node.committed != nullptr && node.committed->ds) return &*node.committed->ds;
  return nullptr;
}
const Addresses* View::changed_addresses(const Node& node) const noexcept {
  if (node.pending != nullptr && node.pending->addresses) return &*node.pending->addresses;
  if (node.committed != nullptr && node.committed->addresses) return &*node.committed->addresses;
  return nullptr;
}

bool View::has_ns(const Node& node) const {
  if (node.base == 0) return false;  // the apex has the zone's own
  if (const auto* ns = changed_ns(node)) return !ns->empty();
  return base_set(node, RrType::NS) != nullptr;
}

NameSet View::ns_of(const Node& node) const {
  NameSet out;
  each_host(node, [&](dns::NameView host) { out.insert(wire_of(host)); });
  return out;
}

DsSet View::ds_of(const Node& node) const {
  if (const auto* ds = changed_ds(node)) return *ds;
  DsSet out;
  if (const auto* set = base_set(node, RrType::DS))
    for (const auto rdata : zone().rdata_of(*set)) out.emplace(rdata.begin(), rdata.end());
  return out;
}

Addresses View::addresses_of(const Node& node) const {
  if (const auto* addresses = changed_addresses(node)) return *addresses;
  Addresses out;
  copy_addresses(zone(), base_set(node, RrType::A), out.a);
  copy_addresses(zone(), base_set(node, RrType::AAAA), out.aaaa);
  return out;
}

std::uint32_t View::address_count(const Node& node, RrType type) const {
  if (const auto* addresses = changed_addresses(node))
    return static_cast<std::uint32_t>(type == RrType::A ? addresses->a.size() : addresses->aaaa.size());
  const auto* set = base_set(node, type);
  return set == nullptr ? 0 : set->rdata_count;
}

bool View::has_type(const Node& node, RrType type) const {
  switch (type) {
    case RrType::NS:
      return has_ns(node);
    case RrType::DS:
      if (const auto* ds = changed_ds(node)) return !ds->empty();
      break;
    case RrType::A:
    case RrType::AAAA:
      return address_count(node, type) > 0;
    default:
      break;
  }
  return base_set(node, type) != nullptr;
}

bool View::has_data(const Node& node) const {
  if (node.base == 0) return true;
  for (const auto type : {RrType::NS, RrType::DS, RrType::A, RrType::AAAA})
    if (has_type(node, type)) return true;
  if (node.base == kNoOwner) return false;
  const auto& owner = zone().owners[node.base];
  if (owner.strays != kNone) return true;
  return std::ranges::any_of(zone().rrsets_of(owner), [](const RRset& set) {
    return set.type != RrType::NS && set.type != RrType::DS && set.type != RrType::A && set.type != RrType::AAAA &&
           set.type != RrType::NSEC;
  });
}

bool View::is_host(const Node& node) const {
  for (const auto* change : {node.pending, node.committed})
    if (change != nullptr && change->is_host) return *change->is_host;
  return address_count(node, RrType::A) > 0 || address_count(node, RrType::AAAA) > 0;
}

bool View::exists(dns::NameView name) const {
  if (has_data(node(name))) return true;
  const auto range = base_->owners_below(name);
  for (auto i = range.first; i < range.last; ++i)
    if (has_data(node(zone().owners[i].name(), i))) return true;
  for (const auto* layer : {committed_, pending_}) {
    if (layer == nullptr) continue;
    const auto& names = layer->by_name();
    for (auto at = names.lower_bound(name); at != names.end() && view_of(at->first).is_at_or_below(name); ++at)
      if (has_data(node(view_of(at->first)))) return true;
  }
  return false;
}

std::optional<View::Barrier> View::barrier_of(dns::NameView name) const {
  if (zone().owners.front().has_dname && name != zone().apex) return Barrier{node(zone().apex, 0), true};
  const auto labels = name.label_count();
  for (auto have = zone().apex.view().label_count() + 1; have <= labels; ++have) {
    const auto at = node(name.suffix(have));
    if (has_ns(at)) return Barrier{at, false};
    if (have < labels && has_type(at, RrType::DNAME)) return Barrier{at, true};
  }
  return std::nullopt;
}

bool View::is_served(const Node& node) const {
  if (!has_ns(node)) return false;
  const auto barrier = barrier_of(node.name);
  return barrier && !barrier->is_dname && barrier->node.name.size() == node.name.size();
}

Place View::place_of(dns::NameView name) const {
  Place place;
  if (const auto barrier = barrier_of(name)) {
    place.below_dname = barrier->is_dname;
    if (barrier->is_dname) return place;
    place.cut = barrier->node;
    if (const auto own = node(name); has_data(own)) place.source = own;
    return place;
  }
  if (exists(name)) {
    place.source = node(name);
    return place;
  }
  auto encloser = name.parent();
  while (encloser.size() > zone().apex.size() && !exists(encloser)) encloser = encloser.parent();
  const auto wildcard = dns::Name::join(kStar, encloser);
  if (!wildcard) return place;
  const auto owner = base_->find(*wildcard);  // requests make no wildcards
  if (owner == kNoOwner) return place;
  const auto star = node(zone().owners[owner].name(), owner);
  if (has_ns(star) || !has_data(star)) return place;
  place.source = star;
  place.from_wildcard = true;
  return place;
}

std::vector<View::HostPlace> View::hosts_of(const Node& delegation) const {
  std::vector<HostPlace> hosts;
  each_host(delegation, [&](dns::NameView name) {
    HostPlace host{.name = name, .relation = HostRelation::Unrelated, .cut = {}, .source = {}};
    if (name.is_at_or_below(zone().apex)) {
      const auto place = name.is_at_or_below(delegation.name) ? Place{.cut = delegation, .source = node(name)}
                                                              // in force: no cut is above it
                                                              : place_of(name);
      if (name.is_at_or_below(delegation.name)) {
        host.relation = HostRelation::InDomain;
      } else if (place.cut) {
        host.relation = HostRelation::SiblingGlue;
        host.cut = place.cut;
      } else {
        host.relation = HostRelation::SiblingAuthoritative;
      }
      host.source = place.source;
      host.from_wildcard = place.from_wildcard;
      if (place.source) {
        host.a = address_count(*place.source, RrType::A);
        host.aaaa = address_count(*place.source, RrType::AAAA);
      }
    }
    hosts.push_back(host);
  });
  std::ranges::sort(hosts,
                    [](const HostPlace& a, const HostPlace& b) { return dns::canonical_order(a.name, b.name) < 0; });
  return hosts;
}

std::vector<std::uint16_t> View::address_signatures(const Node& node, RrType type) const {
  const auto typical = base_->signature_sizes();
  std::vector<std::uint16_t> out{typical.begin(), typical.end()};
  const auto* set = base_set(node, type);
  if (set == nullptr || changed_addresses(node) != nullptr || zone().owners[node.base].kind != OwnerKind::Authoritative)
    return out;
  out.clear();
  for (const auto rdata : zone().signatures_of(*set)) out.push_back(static_cast<std::uint16_t>(rdata.size()));
  return out;
}

Account View::account_of(const Node& delegation, const std::vector<HostPlace>& hosts) const {
  Account account{.zone = zone().apex, .owner = dns::Name{delegation.name}, .hosts = {}, .proof = {}};
  account.hosts.reserve(hosts.size());
  for (const auto& host : hosts) {
    AccountHost out{.name = dns::Name{host.name}, .relation = host.relation};
    // In a signed zone wildcard data would need a proof besides (RFC 4035 section 3.1.3.3), so it is not sent.
    if (host.source && !(host.from_wildcard && zone().is_signed)) {
      out.a = host.a;
      out.aaaa = host.aaaa;
      const bool is_signed = zone().is_signed && host.relation == HostRelation::SiblingAuthoritative;
      if (is_signed && host.a > 0) out.a_signatures = address_signatures(*host.source, RrType::A);
      if (is_signed && host.aaaa > 0) out.aaaa_signatures = address_signatures(*host.source, RrType::AAAA);
    }
    account.hosts.push_back(std::move(out));
  }
  account.proof = proof_of(delegation);
  return account;
}

}  // namespace torii::zonec::gate
