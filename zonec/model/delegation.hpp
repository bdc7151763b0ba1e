#pragma once
/// A delegation seen as resolvers see it: its hosts, where each stands relative to the cut, and the glue there is.
#include <cstdint>
#include <span>
#include <vector>

#include "zonec/model/zone.hpp"

namespace torii::zonec {

/// Where an NS target stands. Source: RFC 9499 section 7, RFC 9471 section 2.
enum class HostRelation : std::uint8_t {
  InDomain,              // at or below the delegation's owner
  SiblingGlue,           // below another cut of this zone
  SiblingAuthoritative,  // authoritative data of this zone, wildcard synthesis included
  Unrelated,             // outside this zone: its address here would never be served
};

struct Host {
  dns::NameView name;  // as in the NS RDATA
  HostRelation relation{};
  const RRset* a = nullptr;  // address RRsets in this zone; null when there is none (or the host is unrelated)
  const RRset* aaaa = nullptr;
  OwnerIndex source = kNoOwner;  // owner of those RRsets: the host's own name, or the wildcard that matches it
  bool from_wildcard{};
  OwnerIndex cut = kNoOwner;  // SiblingGlue: the cut that the host is at or below
};

/// `hosts` has no duplicates (names compare case-insensitively) and stands in canonical name order, in which equal
/// suffixes are neighbours: every encoder compresses that best (the emission order of referrals).
struct Delegation {
  OwnerIndex owner = kNoOwner;
  bool cyclic = false;  // reachable only through sibling glue that leads back to it (RFC 9471 section 2.3)
  std::vector<Host> hosts;
};

/// Describes the NS RRset at `owner`, which is a cut or the apex. For the apex every host in the zone is InDomain,
/// wherever its addresses come from.
/// `cyclic` is left false; `find_cyclic` tells it for all delegations at once, and Zone::is_cyclic once that is
/// settled.
[[nodiscard]] Delegation describe_delegation(const Zone& zone, OwnerIndex owner);

/// The hosts of the zone's host sets, described once for all delegations that share them. None of those is at or above
/// a host, so the description is the same for each.
class SharedHosts {
 public:
  explicit SharedHosts(const Zone& zone, unsigned threads = 1);
  /// The hosts of the delegation at `owner`, which has an NS RRset; `own` holds them where they are not shared. Of a
  /// set without a host in this zone nothing is returned: all are Unrelated.
  [[nodiscard]] std::span<const Host> of(OwnerIndex owner, Delegation& own) const;
  [[nodiscard]] bool all_unrelated(OwnerIndex owner) const;

 private:
  const Zone& zone_;
  std::vector<std::vector<Host>> sets_;
};

/// The description of a host set. `owner` is left unset.
[[nodiscard]] Delegation describe_host_set(const Zone& zone, const HostSet& set);

/// The owner whose data answer for `name`: itself, glue below a cut included, or the wildcard that matches it; kNoOwner
/// when the zone has none. Source: RFC 1034 section 4.3.2, RFC 4592 section 3.3.1.
[[nodiscard]] OwnerIndex find_data(const Zone& zone, dns::NameView name);

/// How a resolver gets to a delegation's servers.
enum class Reach : std::uint8_t {
  Free,         // without sibling glue: an unrelated host, an address, or a sibling cut that is itself free
  Cyclic,       // only by sibling glue that leads back to it, and some of that glue is there
  Unreachable,  // all hosts are in-domain, or sibling ones that lead back, and no address is known
};

/// The reach of every cut, indexed by owner; owners that are no cuts are Free. Linear in the zone's NS records.
/// Source: RFC 9471 section 2.3.
struct Reachability {
  std::vector<Reach> reach;
  std::vector<bool> cyclic;
};
[[nodiscard]] Reachability find_reachability(const Zone& zone);
[[nodiscard]] Reachability find_reachability(const Zone& zone, const SharedHosts& shared, unsigned threads);

/// For each owner index, whether it is a cut whose every usable host lies below sibling cuts that lead back to it,
/// so that no resolver can enter without the sibling glue. Linear in the zone's NS records.
[[nodiscard]] std::vector<bool> find_cyclic(const Zone& zone);

/// True for delegations that nothing can reach: no unrelated host, no authoritative one, and no glue address
/// on any in-domain or (cyclic) sibling host. `delegation.cyclic` must be set.
[[nodiscard]] bool is_unreachable(const Delegation& delegation);

}  // namespace torii::zonec
