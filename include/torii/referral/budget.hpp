#pragma once
/// What a referral costs, in closed form: the arithmetic by which a person checks the layout with a pencil. The
/// compiler reads sizes off the layout itself; tests hold the two against each other.
///
/// All figures are octets of DNS message, for an encoder that compresses against every suffix written before
/// (RFC 1035 section 4.1.4), and for messages of at most 16383 octets: past that a name cannot be pointed at.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "torii/dns/name.hpp"

namespace torii::referral {

inline constexpr std::size_t kPointerOctets = 2;
inline constexpr std::size_t kRrFrameOctets = 10;  // TYPE, CLASS, TTL, RDLENGTH: RFC 1035 section 4.1.3
inline constexpr std::size_t kAOctets = kPointerOctets + kRrFrameOctets + 4;
inline constexpr std::size_t kAaaaOctets = kPointerOctets + kRrFrameOctets + 16;
/// OPT without options: root owner, type, class, TTL, RDLENGTH. Source: RFC 6891 section 6.1.2.
inline constexpr std::size_t kOptOctets = 11;

/// Labels of the longest suffix that both names have, without the root.
constexpr std::size_t shared_labels(dns::NameView a, dns::NameView b) noexcept {
  auto labels = std::min(a.label_count(), b.label_count());
  while (a.suffix(labels) != b.suffix(labels)) --labels;
  return labels;
}

/// r_i, summed: the RDATA octets of an NS RRset at `owner`, when QNAME is below `owner` and shares nothing else with
/// the hosts. `hosts` has no duplicates. A host costs the labels that no name before it has as a suffix, and then a
/// pointer, or the root's octet when no suffix is there to point at. The order of the hosts does not matter.
constexpr std::size_t ns_names_octets(dns::NameView owner, std::span<const dns::NameView> hosts) noexcept {
  std::size_t octets = 0;
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    auto shared = shared_labels(hosts[i], owner);
    for (std::size_t k = 0; k < i; ++k) shared = std::max(shared, shared_labels(hosts[i], hosts[k]));
    octets += hosts[i].size() - hosts[i].suffix(shared).size() + (shared > 0 ? kPointerOctets : 1);
  }
  return octets;
}

/// B(Q): the referral with its NS RRset alone, without EDNS, for a QNAME of `qname_octets`.
constexpr std::size_t ns_referral_octets(std::size_t qname_octets, dns::NameView owner,
                                         std::span<const dns::NameView> hosts) noexcept {
  const std::size_t own = owner.is_root() ? 1 : kPointerOctets;
  return dns::kHeaderOctets + qname_octets + 4 + hosts.size() * (own + kRrFrameOctets) + ns_names_octets(owner, hosts);
}

/// G: a glue owner is always a pointer to its own NS RDATA.
constexpr std::size_t glue_octets(std::size_t a_records, std::size_t aaaa_records) noexcept {
  return kAOctets * a_records + kAaaaOctets * aaaa_records;
}

/// One RRSIG whose owner was written before; the signer is never compressed. Source: RFC 4034 section 3.1.
constexpr std::size_t rrsig_octets(dns::NameView signer, std::size_t signature_octets) noexcept {
  return kPointerOctets + kRrFrameOctets + 18 + signer.size() + signature_octets;
}
/// One DS record. `digest_octets`: 20 for SHA-1, 32 for SHA-256, 48 for SHA-384.
constexpr std::size_t ds_octets(std::size_t digest_octets) noexcept {
  return kPointerOctets + kRrFrameOctets + 4 + digest_octets;
}
/// One NSEC record at the delegation; the next name is never compressed. Source: RFC 4034 section 4.1.1.
constexpr std::size_t nsec_octets(dns::NameView next, std::size_t bitmap_octets) noexcept {
  return kPointerOctets + kRrFrameOctets + next.size() + bitmap_octets;
}
/// One NSEC3 record: hashed label and a pointer to the zone, SHA-1. Source: RFC 5155 section 3.2.
constexpr std::size_t nsec3_octets(std::size_t salt_octets, std::size_t bitmap_octets) noexcept {
  return (1 + 32 + kPointerOctets) + kRrFrameOctets + (6 + salt_octets + 20) + bitmap_octets;
}

/// The proof of no DS in a zone with opt-out whose delegation stands one label below the apex: the apex's NSEC3, which
/// proves the closest encloser (types NS SOA RRSIG DNSKEY NSEC3PARAM: 9 octets of bitmap), and another that covers the
/// delegation (NS DS RRSIG: 8 octets), each with one RRSIG. Source: RFC 5155 section 7.2.7.
constexpr std::size_t opt_out_proof_octets(dns::NameView zone, std::size_t salt_octets,
                                           std::size_t signature_octets) noexcept {
  // Below the root there is no suffix to point at: the owner ends with the root's octet.
  const std::size_t pair = nsec3_octets(salt_octets, 9) + nsec3_octets(salt_octets, 8) - (zone.is_root() ? 2 : 0);
  return pair + 2 * rrsig_octets(zone, signature_octets);
}

/// Which addresses go first when not all fit.
enum class GlueOrder : std::uint8_t {
  AaaaFirst,  // all AAAA, then A: JPRS 2003
  AFirst,     // all A, then AAAA: respsize
  Pairs,      // A and AAAA of one host after the other, then what hosts of one kind have: respsize
};

/// The addresses that fit, one of a kind for each host, and the message with them.
struct GlueFit {
  std::size_t a{};
  std::size_t aaaa{};
  std::size_t octets{};
};

/// Fills the room between `base` (the message without glue) and `limit`. The second kind gets room only when all of the
/// first fit. Where `base` is above `limit` nothing fits, and `octets` is `base`.
constexpr GlueFit fit_glue(std::size_t base, std::size_t limit, std::size_t a, std::size_t aaaa,
                           GlueOrder order) noexcept {
  GlueFit fit{.octets = base};
  const auto put = [&](std::size_t& count, std::size_t wanted, std::size_t each) {
    const auto more = std::min(wanted, (limit - std::min(limit, fit.octets)) / each);
    count += more;
    fit.octets += more * each;
    return more == wanted;
  };
  switch (order) {
    case GlueOrder::AaaaFirst:
      if (put(fit.aaaa, aaaa, kAaaaOctets)) put(fit.a, a, kAOctets);
      break;
    case GlueOrder::AFirst:
      if (put(fit.a, a, kAOctets)) put(fit.aaaa, aaaa, kAaaaOctets);
      break;
    case GlueOrder::Pairs: {
      const auto pairs = std::min(a, aaaa);
      const bool all = put(fit.a, pairs, kAOctets + kAaaaOctets);
      fit.aaaa = fit.a;
      if (all && put(fit.a, a - pairs, kAOctets)) put(fit.aaaa, aaaa - pairs, kAaaaOctets);
      break;
    }
  }
  return fit;
}

}  // namespace torii::referral
