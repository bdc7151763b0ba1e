#pragma once
/// The NS RDATA that a registry's delegations have in common, kept once. One pool serves one thread; at the end all
/// pools together become the zone's host sets.
#include <deque>
#include <span>
#include <vector>

#include "zonec/model/arena.hpp"
#include "zonec/model/record_sort.hpp"
#include "zonec/model/zone.hpp"

namespace torii::zonec {

class HostListPool {
 public:
  /// The list of `count` host names that stand one after the other in `octets`. It stays where it is.
  const HostList* keep(dns::Octets octets, std::uint32_t count);
  [[nodiscard]] std::deque<HostList>& lists() noexcept { return lists_; }

 private:
  struct Slot {
    std::uint64_t hash{};
    const HostList* list{};
  };
  void grow();
  Arena arena_;
  std::deque<HostList> lists_;
  std::vector<Slot> slots_ = std::vector<Slot>(1024);  // open addressing, a power of two, at most half full
};

/// Fills `zone.host_sets`, `host_set_at` and the front of `rdata` with what the pools hold, each set once, in an order
/// that depends on nothing but the sets; and tells each list which one it is. `zone.apex` is set.
void settle_host_sets(Zone& zone, std::span<HostListPool> pools);

/// The set among `sets`, whose RDATA is `rdata`, that consists of `hosts`, which are in canonical order, octet by
/// octet; kNone when there is none.
[[nodiscard]] std::uint32_t find_host_set(std::span<const HostSet> sets, std::span<const dns::Octets> rdata,
                                          std::span<const dns::Octets> hosts);

}  // namespace torii::zonec
