#include "zonec/model/host_lists.hpp"

#include <algorithm>
#include <cstring>

#include "torii/dns/name_hash.hpp"

namespace torii::zonec {
namespace {

std::uint64_t hash_of(dns::Octets octets) noexcept {
  std::uint64_t hash = octets.size();
  for (std::size_t at = 0; at < octets.size(); at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, octets.data() + at, std::min<std::size_t>(8, octets.size() - at));
    hash = dns::fold_multiply(hash ^ word, dns::kHashKey0) + dns::kHashKey1;
  }
  return hash;
}

dns::Octets octets_of(const HostList& list) noexcept { return {list.octets, list.octet_count}; }

/// The hosts of `list`, each as an RDATA, in canonical order (RFC 4034 section 6.3).
std::vector<dns::Octets> hosts_of(const HostList& list) {
  std::vector<dns::Octets> hosts;
  for (auto rest = octets_of(list); !rest.empty();) {
    hosts.push_back(dns::NameView::parse(rest)->octets());
    rest = rest.subspan(hosts.back().size());
  }
  std::ranges::sort(hosts, [](auto a, auto b) { return compare_rdata(dns::RrType::NS, a, b) < 0; });
  return hosts;
}

struct Canonical {
  std::vector<std::uint8_t> octets;  // of the sorted hosts: equal for equal sets
  HostList* list{};
};

}  // namespace

const HostList* HostListPool::keep(dns::Octets octets, std::uint32_t count) {
  const auto hash = hash_of(octets);
  auto at = hash & (slots_.size() - 1);
  for (; slots_[at].list != nullptr; at = (at + 1) & (slots_.size() - 1))
    if (slots_[at].hash == hash && std::ranges::equal(octets_of(*slots_[at].list), octets)) return slots_[at].list;
  auto& list = lists_.emplace_back();
  list.octets = arena_.copy(octets);
  list.octet_count = static_cast<std::uint32_t>(octets.size());
  list.count = count;
  const auto hosts = hosts_of(list);
  const auto same = [](auto a, auto b) { return compare_rdata(dns::RrType::NS, a, b) == 0; };
  list.has_duplicates = std::ranges::adjacent_find(hosts, same) != hosts.end();
  slots_[at] = {hash, &list};
  if (2 * lists_.size() > slots_.size()) grow();
  return &list;
}

void HostListPool::grow() {
  std::vector<Slot> larger(2 * slots_.size());
  for (const auto& slot : slots_) {
    if (slot.list == nullptr) continue;
    auto at = slot.hash & (larger.size() - 1);
    while (larger[at].list != nullptr) at = (at + 1) & (larger.size() - 1);
    larger[at] = slot;
  }
  slots_ = std::move(larger);
}

void settle_host_sets(Zone& zone, std::span<HostListPool> pools) {
  std::vector<Canonical> sets;
  for (auto& pool : pools) {
    for (auto& list : pool.lists()) {
      if (list.has_duplicates) continue;
      auto& set = sets.emplace_back(Canonical{{}, &list});
      for (const auto host : hosts_of(list)) set.octets.insert(set.octets.end(), host.begin(), host.end());
    }
  }
  std::ranges::sort(sets, {}, &Canonical::octets);
  Arena arena;
  const Canonical* before = nullptr;
  for (auto& set : sets) {
    if (before == nullptr || before->octets != set.octets) {
      HostSet made{.first_rdata = static_cast<std::uint32_t>(zone.rdata.size()),
                   .count = set.list->count,
                   .all_unrelated = true};
      const auto* kept = arena.copy(set.octets);
      for (dns::Octets rest{kept, set.octets.size()}; !rest.empty();) {
        const auto host = *dns::NameView::parse(rest);
        made.all_unrelated = made.all_unrelated && !host.is_at_or_below(zone.apex);
        zone.rdata.push_back(host.octets());
        zone.host_set_at.push_back(static_cast<std::uint32_t>(zone.host_sets.size()));
        rest = rest.subspan(host.size());
      }
      zone.host_sets.push_back(made);
    }
    set.list->host_set = static_cast<std::uint32_t>(zone.host_sets.size() - 1);
    before = &set;
  }
  auto chunks = std::move(arena).release();
  std::ranges::move(chunks, std::back_inserter(zone.arenas));
}

std::uint32_t find_host_set(std::span<const HostSet> sets, std::span<const dns::Octets> rdata,
                            std::span<const dns::Octets> hosts) {
  std::vector<std::uint8_t> wanted;
  for (const auto host : hosts) wanted.insert(wanted.end(), host.begin(), host.end());
  // The hosts of a set stand one after the other, and the sets in the order of their octets.
  const auto octets_of = [&](const HostSet& set) {
    const auto last = rdata[set.first_rdata + set.count - 1];
    const auto* first = rdata[set.first_rdata].data();
    return dns::Octets{first, last.data() + last.size()};
  };
  const auto before = [](dns::Octets a, dns::Octets b) { return std::ranges::lexicographical_compare(a, b); };
  const auto found = std::ranges::lower_bound(sets, dns::Octets{wanted}, before, octets_of);
  if (found == sets.end() || !std::ranges::equal(octets_of(*found), wanted)) return kNone;
  return static_cast<std::uint32_t>(found - sets.begin());
}

}  // namespace torii::zonec
