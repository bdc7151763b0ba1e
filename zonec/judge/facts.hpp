#pragma once
/// The octets and hosts of one delegation's referral, as the policies' predicates need them.
#include <cstdint>

namespace torii::zonec {

/// OPT without options. Source: RFC 6891 section 6.1.2.
inline constexpr std::uint32_t kOptOctets = 11;

/// Smallest and largest of a set of address RRsets, in octets of message; all 0 when it is empty.
struct GlueSizes {
  std::uint32_t total{};
  std::uint32_t smallest{};
  std::uint32_t second{};  // next to the smallest; 0 when there is one RRset only
  std::uint32_t largest{};
  constexpr void add(std::uint32_t octets) noexcept {
    total += octets;
    largest = octets > largest ? octets : largest;
    if (smallest == 0 || octets < smallest) {
      second = smallest;
      smallest = octets;
    } else if (second == 0 || octets < second) {
      second = octets;
    }
  }
  friend constexpr bool operator==(const GlueSizes&, const GlueSizes&) = default;
};

/// Unit: octets of DNS message, where not said otherwise.
struct SizeFacts {
  std::uint32_t qname{};               // length of the longest QNAME: 255, or 254
  std::uint32_t owner{};               // length of the delegation's own name
  std::uint32_t authority{};           // header, question and NS RRset: B
  std::uint32_t proof{};               // DS or its proof of absence, signed: R
  GlueSizes in_domain;                 // addresses at or below the delegation: Gin
  GlueSizes cyclic;                    // addresses below sibling cuts, where no resolver enters without them
  GlueSizes sibling;                   // addresses below sibling cuts otherwise: Gsg
  std::uint32_t glue_authoritative{};  // addresses that are data of this zone, with their signatures: Gsa
  /// What the worst enabled encoder needs more than ours for all required glue, without EDNS and with (portable@L).
  std::uint32_t portable_extra{};
  std::uint32_t portable_extra_edns{};
  std::uint32_t hosts{};      // counts, from here on
  std::uint32_t glueless{};   // in-domain hosts without an address
  std::uint32_t a_records{};  // served: of in-domain and sibling hosts
  std::uint32_t aaaa_records{};
  bool has_unrelated{};  // some host is outside this zone
  bool in_domain_a{};    // some in-domain host has
  bool in_domain_aaaa{};
  bool zone_is_root{};
  bool is_cyclic{};       // only sibling glue that leads back leads here (RFC 9471 section 2.3)
  bool is_unreachable{};  // nothing leads here: no host can be reached, and no address is known

  [[nodiscard]] constexpr bool has_a() const noexcept { return a_records > 0; }
  [[nodiscard]] constexpr bool has_aaaa() const noexcept { return aaaa_records > 0; }
  /// In-domain and cyclic glue: TC=1 when any of it is left out (RFC 9471 section 3.1).
  [[nodiscard]] constexpr std::uint32_t required() const noexcept { return in_domain.total + cyclic.total; }
  [[nodiscard]] constexpr std::uint32_t all_glue() const noexcept {
    return required() + sibling.total + glue_authoritative;
  }
  friend constexpr bool operator==(const SizeFacts&, const SizeFacts&) = default;
};

/// Both sets as one.
[[nodiscard]] constexpr GlueSizes joined(GlueSizes a, const GlueSizes& b) noexcept {
  const auto total = a.total + b.total;
  const auto largest = a.largest > b.largest ? a.largest : b.largest;
  for (const auto octets : {b.smallest, b.second})
    if (octets > 0) a.add(octets);
  a.total = total;
  a.largest = largest;
  return a;
}

}  // namespace torii::zonec
