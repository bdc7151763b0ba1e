#pragma once
/// One delegation as its size is judged: names, relations and counts, without the zone they came from.
///
/// An account is made from a zone (`describe_account`), from a command line, from a change request or from another
/// account in which something was changed, and is judged the same way in all cases: `facts_of` (formula.hpp) is its
/// size by arithmetic, the encoders (encoder.hpp) its size as different servers write it. For a delegation of a zone
/// both equal what is read off the layout (sizes.hpp).
#include <cstdint>
#include <vector>

#include "torii/dns/name.hpp"
#include "zonec/model/delegation.hpp"

namespace torii::zonec {

/// A host, and the address records that the referral has room to carry: none of unrelated hosts.
struct AccountHost {
  dns::Name name;  // as in the NS RDATA
  HostRelation relation{};
  std::uint32_t a{};                          // records
  std::uint32_t aaaa{};                       // records
  std::vector<std::uint16_t> a_signatures{};  // RDATA octets of each RRSIG sent along: authoritative, signed data only
  std::vector<std::uint16_t> aaaa_signatures{};
  bool from_wildcard{};  // the addresses are a wildcard's
};

/// A record of the proof that goes with DO: DS, or NSEC or NSEC3, and the RRSIGs of each.
struct ProofRecord {
  dns::Name owner;
  dns::RrType type{};
  std::uint16_t rdata_octets{};
  std::uint8_t digest_type{};  // DS: IANA number
  std::uint8_t salt_octets{};  // NSEC3
  friend bool operator==(const ProofRecord&, const ProofRecord&) = default;
};

struct Account {
  dns::Name zone;   // the apex of the zone that delegates
  dns::Name owner;  // the delegation
  /// No name twice (RFC 4343), in canonical order: the order in which the server sends them.
  std::vector<AccountHost> hosts;
  /// In sending order; empty in an unsigned zone.
  std::vector<ProofRecord> proof;
  bool is_cyclic{};
  bool is_unreachable{};
};

/// The delegation at `cut`, which is one of `zone`.
[[nodiscard]] Account describe_account(const Zone& zone, OwnerIndex cut);

/// What DO brings with that delegation's referral.
[[nodiscard]] std::vector<ProofRecord> describe_proof(const Zone& zone, OwnerIndex cut);

/// True when the addresses of `host` must go along: in-domain ones, and below siblings where they lead back.
[[nodiscard]] constexpr bool is_required(const Account& account, const AccountHost& host) noexcept {
  return host.relation == HostRelation::InDomain || (account.is_cyclic && host.relation == HostRelation::SiblingGlue);
}

/// Hosts in the order of the server's glue: required first, and within a class those with the smaller address sets.
/// Returns indices into `account.hosts`, those without addresses left out.
[[nodiscard]] std::vector<std::size_t> glue_order(const Account& account);

}  // namespace torii::zonec
