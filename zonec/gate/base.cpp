#include "zonec/gate/base.hpp"

#include <algorithm>
#include <bit>
#include <iterator>
#include <stdexcept>
#include <utility>

#include "torii/dns/name_hash.hpp"
#include "zonec/model/rdata.hpp"
#include "zonec/model/record_sort.hpp"

namespace torii::zonec::gate {
namespace {

using dns::RrType;

constexpr std::uint64_t kSeed = 0x746f'7269'6967'6174ULL;

/// One use of a host, before hosts are numbered.
struct Use {
  std::uint64_t key{};  // of the canonical order, as far as eight octets tell
  std::uint32_t rdata{};
  std::uint32_t user{};
};

constexpr auto kBefore = [](dns::NameView a, dns::NameView b) { return dns::canonical_order(a, b) < 0; };

}  // namespace

void NameTable::reset(std::size_t count) {
  slots_.assign(std::bit_ceil(2 * count + 1), kNone);
  slots_.shrink_to_fit();
  mask_ = slots_.size() - 1;
}

std::size_t NameTable::slot_of(dns::NameView name) const {
  std::array<std::uint8_t, dns::kNameOctetsMax> lower;  // NOLINT: filled below
  dns::lower_copy(name.octets(), lower.data());
  return dns::hash_name(kSeed, dns::NameView::trusted(lower.data(), name.size())) & mask_;
}

void NameTable::put(std::uint32_t element, dns::NameView name) {
  auto at = slot_of(name);
  while (slots_[at] != kNone) at = (at + 1) & mask_;
  slots_[at] = element;
}

Base::Base(Zone&& zone) : zone_{std::move(zone)} {
  if (zone_.owners.size() >= kShared) throw std::length_error{"the zone has more than 2147483647 names"};
  owners_.fill(zone_.owners.size(), [&](std::size_t i) { return zone_.owners[i].name(); });
  index_hosts();
  describe_signing();
}

void Base::index_hosts() {
  std::vector<Use> in_zone;
  std::vector<Use> outside;
  const auto add = [&](std::uint32_t rdata, std::uint32_t user) {
    const auto name = target_of(zone_.rdata[rdata]);
    const bool inside = name.is_at_or_below(zone_.apex);
    const auto lower = dns::Name{name}.lower();
    (inside ? in_zone : outside)
        .push_back({first_sort_word(lower, inside ? zone_.apex.view().label_count() : 0), rdata, user});
  };
  for (std::uint32_t set = 0; set < zone_.host_sets.size(); ++set)
    for (std::uint32_t i = 0; i < zone_.host_sets[set].count; ++i)
      add(zone_.host_sets[set].first_rdata + i, kShared | set);
  members_at_.assign(zone_.host_sets.size() + 1, 0);
  for (int pass = 0; pass < 2; ++pass) {
    for (OwnerIndex i = 1; i < zone_.owners.size(); ++i) {
      const auto* ns = find_rrset(i, RrType::NS);
      if (ns == nullptr) continue;
      const auto set = zone_.host_set_of(*ns);
      if (set == kNone) {
        for (std::uint32_t k = 0; k < ns->rdata_count && pass == 0; ++k) add(ns->first_rdata + k, i);
      } else if (pass == 0) {
        ++members_at_[set];
      } else {
        members_[members_at_[set]++] = i;
      }
    }
    if (pass == 0) {  // from counts to first places; the second pass moves each on to its last
      std::uint32_t sum = 0;
      for (auto& at : members_at_) sum += std::exchange(at, sum);
      members_.resize(sum);
    }
  }
  if (!members_at_.empty()) {
    std::rotate(members_at_.rbegin(), members_at_.rbegin() + 1, members_at_.rend());
    members_at_.front() = 0;
  }
  for (auto* list : {&in_zone, &outside}) {
    std::ranges::sort(*list, [&](const Use& a, const Use& b) {
      if (a.key != b.key) return a.key < b.key;
      const auto order = dns::canonical_order(target_of(zone_.rdata[a.rdata]), target_of(zone_.rdata[b.rdata]));
      return order != 0 ? order < 0 : a.user < b.user;
    });
    for (const auto& use : *list) {
      if (host_rdata_.empty() || (&use == list->data()) ||
          target_of(zone_.rdata[host_rdata_.back()]) != target_of(zone_.rdata[use.rdata])) {
        host_rdata_.push_back(use.rdata);
        uses_at_.push_back(static_cast<std::uint32_t>(uses_.size()));
      }
      uses_.push_back(use.user);
    }
    if (list == &in_zone) in_zone_ = static_cast<std::uint32_t>(host_rdata_.size());
    std::vector<Use>{}.swap(*list);
  }
  uses_at_.push_back(static_cast<std::uint32_t>(uses_.size()));
  for (auto* list : {&host_rdata_, &uses_at_, &uses_}) list->shrink_to_fit();
  hosts_.fill(host_rdata_.size(), [&](std::size_t i) { return host(static_cast<std::uint32_t>(i)); });
}

void Base::describe_signing() {
  if (!zone_.is_signed) return;
  if (const auto* soa = find_rrset(0, RrType::SOA))
    for (const auto rdata : zone_.signatures_of(*soa)) signatures_.push_back(static_cast<std::uint16_t>(rdata.size()));
  if (zone_.denial != DenialKind::Nsec3) return;
  for (const auto& owner : zone_.nsec3_owners) {
    const auto* set = zone_.find_rrset(owner, RrType::NSEC3);
    if (set == nullptr) continue;
    const auto nsec3 = Nsec3::parse(zone_.rdata_of(*set).front());
    opt_out_ = nsec3 && nsec3->opt_out();
    return;
  }
}

Base::Range Base::hosts_below(dns::NameView name) const {
  const auto numbers = [&](std::uint32_t first, std::uint32_t last, const auto& before) {
    while (first < last) {
      const auto middle = first + (last - first) / 2;
      if (before(middle))
        first = middle + 1;
      else
        last = middle;
    }
    return first;
  };
  const auto first = numbers(0, in_zone_, [&](std::uint32_t i) { return kBefore(host(i), name); });
  // Most names have a handful of hosts below them: steps double until one is not.
  std::uint32_t step = 1;
  while (first + step - 1 < in_zone_ && host(first + step - 1).is_at_or_below(name)) step *= 2;
  const auto last =
      numbers(first, std::min(first + step, in_zone_), [&](std::uint32_t i) { return host(i).is_at_or_below(name); });
  return {first, last};
}

Base::Range Base::owners_below(dns::NameView name) const {
  const auto before = zone_.find_at_or_before(name);
  auto first = before == kNoOwner ? 0 : before;
  if (before != kNoOwner && zone_.owners[before].name() != name) ++first;
  std::uint32_t step = 1;
  const auto count = static_cast<std::uint32_t>(zone_.owners.size());
  while (first + step - 1 < count && zone_.owners[first + step - 1].name().is_at_or_below(name)) step *= 2;
  const auto rest = std::span{zone_.owners}.subspan(first, std::min(first + step, count) - first);
  const auto end = std::ranges::partition_point(rest, [&](const Owner& o) { return o.name().is_at_or_below(name); });
  return {first, first + static_cast<std::uint32_t>(end - rest.begin())};
}

std::size_t Base::index_octets() const noexcept {
  std::size_t words = 0;
  for (const auto* list : {&host_rdata_, &uses_at_, &uses_, &members_at_, &members_}) words += list->capacity();
  return 4 * (words + owners_.slots() + hosts_.slots());
}

}  // namespace torii::zonec::gate
