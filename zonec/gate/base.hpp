#pragma once
/// What a gate starts from: a zone as it was published, never changed, with two ways into it: from a name to its
/// owner, and from a host to the delegations that use it.
///
/// Memory beside the zone: 4 octets a slot for the names (at most half of the slots are used), 8 a host, 4 a
/// delegation and 4 for each use of a host that its delegation does not share with others.
#include <cstdint>
#include <span>
#include <vector>

#include "zonec/model/zone.hpp"

namespace torii::zonec::gate {

/// Finds names, whatever their case. The names themselves stand elsewhere.
class NameTable {
 public:
  /// `name_of(i)` gives the name of element i of `count`.
  template <class NameOf>
  void fill(std::size_t count, const NameOf& name_of) {
    reset(count);
    for (std::size_t i = 0; i < count; ++i) put(static_cast<std::uint32_t>(i), name_of(i));
  }
  /// The element with that name, or kNone.
  template <class NameOf>
  [[nodiscard]] std::uint32_t find(dns::NameView name, const NameOf& name_of) const {
    for (auto at = slot_of(name);; at = (at + 1) & mask_) {
      const auto element = slots_[at];
      if (element == kNone || name_of(element) == name) return element;
    }
  }
  [[nodiscard]] std::size_t slots() const noexcept { return slots_.capacity(); }

 private:
  void reset(std::size_t count);
  void put(std::uint32_t element, dns::NameView name);
  [[nodiscard]] std::size_t slot_of(dns::NameView name) const;
  std::vector<std::uint32_t> slots_ = {kNone};
  std::size_t mask_ = 0;
};

/// Hosts are NS targets, of delegations in force and of occluded ones; numbered in canonical order, those at or below
/// the apex first.
class Base {
 public:
  explicit Base(Zone&& zone);
  Base(const Base&) = delete;
  Base& operator=(const Base&) = delete;
  Base(Base&&) = delete;
  Base& operator=(Base&&) = delete;
  ~Base() = default;

  [[nodiscard]] const Zone& zone() const noexcept { return zone_; }
  [[nodiscard]] OwnerIndex find(dns::NameView name) const {
    return owners_.find(name, [&](std::uint32_t i) { return zone_.owners[i].name(); });
  }
  [[nodiscard]] const RRset* find_rrset(OwnerIndex owner, dns::RrType type) const noexcept {
    return zone_.find_rrset(zone_.owners[owner], type);
  }
  /// kNone when no delegation has it.
  [[nodiscard]] std::uint32_t find_host(dns::NameView name) const {
    return hosts_.find(name, [&](std::uint32_t i) { return host(i); });
  }
  [[nodiscard]] dns::NameView host(std::uint32_t number) const noexcept {
    const auto rdata = zone_.rdata[host_rdata_[number]];
    return dns::NameView::trusted(rdata.data(), rdata.size());
  }
  /// First and past-the-last number of the hosts at or below `name`, which is at or below the apex.
  struct Range {
    std::uint32_t first{};
    std::uint32_t last{};
  };
  [[nodiscard]] Range hosts_below(dns::NameView name) const;
  /// The same for owners.
  [[nodiscard]] Range owners_below(dns::NameView name) const;

  /// Calls `visit(OwnerIndex)` for each delegation that has the host in this zone, occluded ones too.
  template <class Visit>
  void each_user(std::uint32_t number, const Visit& visit) const {
    for (auto at = uses_at_[number]; at < uses_at_[number + 1]; ++at) {
      const auto use = uses_[at];
      if ((use & kShared) == 0) {
        visit(use);
        continue;
      }
      const auto set = use & ~kShared;
      for (auto cut = members_at_[set]; cut < members_at_[set + 1]; ++cut) visit(members_[cut]);
    }
  }

  /// RDATA octets of each RRSIG that an RRset of this zone usually has: those of the SOA. Empty in an unsigned zone.
  [[nodiscard]] std::span<const std::uint16_t> signature_sizes() const noexcept { return signatures_; }
  [[nodiscard]] bool is_opt_out() const noexcept { return opt_out_; }
  /// Octets on the heap, the zone's aside.
  [[nodiscard]] std::size_t index_octets() const noexcept;

 private:
  static constexpr std::uint32_t kShared = 0x8000'0000U;
  void index_hosts();
  void describe_signing();
  Zone zone_;
  NameTable owners_;
  NameTable hosts_;
  std::vector<std::uint32_t> host_rdata_;  // by host: an index into Zone::rdata
  std::uint32_t in_zone_ = 0;              // hosts at or below the apex
  std::vector<std::uint32_t> uses_at_;     // by host, into uses_
  std::vector<std::uint32_t> uses_;        // an owner, or kShared and a host set
  std::vector<std::uint32_t> members_at_;  // by host set, into members_
  std::vector<OwnerIndex> members_;
  std::vector<std::uint16_t> signatures_;
  bool opt_out_ = false;
};

}  // namespace torii::zonec::gate
