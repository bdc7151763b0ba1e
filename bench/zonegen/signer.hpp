#pragma once
/// Signatures as far as an answer's size and structure go: every field is what a signer would write, keys are real
/// public keys or look like them, the signatures themselves are random octets of the right length. Zones that must
/// validate are signed by another tool (docs/performance.md).
#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "bench/zonegen/registry.hpp"
#include "bench/zonegen/text_out.hpp"

namespace torii::bench {

inline constexpr std::uint32_t kTtl = 86400;
/// TTL of SOA, DNSKEY-independent negative answers and the records that prove them. Source: RFC 9077 section 3.
inline constexpr std::uint32_t kNegativeTtl = 900;

class Signer {
 public:
  explicit Signer(const Shape& shape);
  /// The DNSKEY RRset: a KSK and a ZSK, and its RRSIG.
  void put_keys(TextOut& out);
  /// RRSIG line over the RRset `type` at `owner` (without origin; empty for the apex) with `labels` labels.
  void put_signature(TextOut& out, std::string_view owner, std::string_view type, std::uint32_t labels,
                     std::uint32_t ttl, bool by_ksk = false);
  /// DS lines of delegation `index`.
  void put_ds(TextOut& out, std::string_view owner, std::uint32_t index, std::uint8_t count);
  /// Labels of the origin, for the Labels field.
  [[nodiscard]] std::uint32_t origin_labels() const noexcept { return origin_labels_; }

 private:
  struct Key {
    std::uint16_t flags = 0;
    std::uint16_t tag = 0;
    std::vector<std::uint8_t> octets;
  };
  [[nodiscard]] Key make_key(std::uint16_t flags, std::uint64_t number) const;

  const Shape& shape_;
  std::uint32_t origin_labels_;
  std::size_t signature_octets_;
  Key ksk_;
  Key zsk_;
  std::uint64_t signatures_ = 0;
};

/// Puts "label.origin" or, for an empty label, the origin.
inline void put_owner(TextOut& out, std::string_view owner, std::string_view origin) {
  if (!owner.empty()) out << owner << '.';
  out << origin;
}

}  // namespace torii::bench
