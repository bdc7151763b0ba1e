#pragma once
/// What differs from the base: NS, DS and addresses by name, as they are after the change. A transaction is a set of
/// changes on top of those that were committed before it.
#include <array>
#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "torii/dns/name.hpp"
#include "zonec/model/zone.hpp"

namespace torii::zonec::gate {

/// A name in lower-case wire format, in as many octets as it has.
using WireName = std::string;
[[nodiscard]] inline dns::NameView view_of(std::string_view wire) noexcept {
  return dns::NameView::trusted(reinterpret_cast<const std::uint8_t*>(wire.data()), wire.size());
}
[[nodiscard]] inline WireName wire_of(dns::NameView name) {
  WireName out(name.size(), '\0');
  dns::lower_copy(name.octets(), reinterpret_cast<std::uint8_t*>(out.data()));
  return out;
}

struct CanonicalLess {
  using is_transparent = void;
  bool operator()(std::string_view a, std::string_view b) const noexcept { return (*this)(view_of(a), view_of(b)); }
  bool operator()(dns::NameView a, std::string_view b) const noexcept { return (*this)(a, view_of(b)); }
  bool operator()(std::string_view a, dns::NameView b) const noexcept { return (*this)(view_of(a), b); }
  bool operator()(dns::NameView a, dns::NameView b) const noexcept { return dns::canonical_order(a, b) < 0; }
};
using NameSet = std::set<WireName, CanonicalLess>;

struct Addresses {
  std::set<std::array<std::uint8_t, 4>> a;
  std::set<std::array<std::uint8_t, 16>> aaaa;
  [[nodiscard]] bool empty() const noexcept { return a.empty() && aaaa.empty(); }
  friend bool operator==(const Addresses&, const Addresses&) = default;
};

using DsSet = std::set<std::vector<std::uint8_t>>;  // RDATA

/// The parts that are set replace what is below; empty ones take it away.
struct Change {
  std::optional<NameSet> ns;
  std::optional<DsSet> ds;
  std::optional<Addresses> addresses;
  /// A host that was created, or deleted, whether it has addresses or not.
  std::optional<bool> is_host;
};

class Changes {
 public:
  using Map = std::map<WireName, Change, CanonicalLess>;
  [[nodiscard]] const Map& by_name() const noexcept { return by_name_; }
  [[nodiscard]] bool empty() const noexcept { return by_name_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return by_name_.size(); }
  [[nodiscard]] const Change* find(dns::NameView name) const {
    if (by_name_.empty()) return nullptr;
    const auto at = by_name_.find(name);
    return at == by_name_.end() ? nullptr : &at->second;
  }
  /// `base`: the owner in the base that has that name, or kNoOwner.
  void set_ns(dns::NameView name, OwnerIndex base, NameSet hosts);
  void set_ds(dns::NameView name, DsSet ds);
  void set_addresses(dns::NameView name, Addresses addresses);
  void set_host(dns::NameView name, bool is_host);

  /// Delegations whose NS RRset stands here and has the host; null when there is none.
  [[nodiscard]] const NameSet* users_of(dns::NameView host) const;
  /// Calls `visit(host, users)` for the hosts at or below `name` that stand here.
  template <class Visit>
  void each_host_below(dns::NameView name, const Visit& visit) const {
    for (auto at = users_.lower_bound(name); at != users_.end() && view_of(at->first).is_at_or_below(name); ++at)
      visit(view_of(at->first), at->second);
  }
  /// True when the NS RRset of that owner of the base is replaced here.
  [[nodiscard]] bool overrides(OwnerIndex base) const { return !overridden_.empty() && overridden_.contains(base); }

  /// Puts `later` on top. `find(name)`: the owner in the base.
  template <class Find>
  void merge(const Changes& later, const Find& find) {
    for (const auto& [wire, change] : later.by_name_) {
      const auto name = view_of(wire);
      if (change.ns) set_ns(name, find(name), *change.ns);
      if (change.ds) set_ds(name, *change.ds);
      if (change.addresses) set_addresses(name, *change.addresses);
      if (change.is_host) set_host(name, *change.is_host);
    }
  }

 private:
  Change& at(dns::NameView name);
  Map by_name_;
  std::map<WireName, NameSet, CanonicalLess> users_;  // by host
  std::unordered_set<OwnerIndex> overridden_;
};

}  // namespace torii::zonec::gate
