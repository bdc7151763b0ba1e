#pragma once
/// 64-bit checksum of segments, skeletons and manifests: against truncation, bit flips and swapped files, not against
/// forgery. Eight octets a step through a folded multiplication; any changed bit changes the result with probability
/// 1 - 2^-64. Part of the image format.
#include <cstdint>
#include <cstring>

#include "torii/dns/name_hash.hpp"

namespace torii::image {

class Checksum {
 public:
  void add(dns::Octets octets) noexcept {
    total_ += octets.size();
    while (!octets.empty()) {
      const std::size_t take = octets.size() < 8 - filled_ ? octets.size() : 8 - filled_;
      if (take == 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, octets.data(), 8);
        absorb(word);
      } else {
        for (std::size_t i = 0; i < take; ++i) partial_ |= std::uint64_t{octets[i]} << (8 * (filled_ + i));
        filled_ += take;
        if (filled_ == 8) {
          absorb(partial_);
          partial_ = 0;
          filled_ = 0;
        }
      }
      octets = octets.subspan(take);
    }
  }
  [[nodiscard]] std::uint64_t value() const noexcept {
    const std::uint64_t last = dns::fold_multiply(state_ ^ partial_, dns::kHashKey1 ^ filled_);
    return dns::fold_multiply(last ^ total_, dns::kHashKey0);
  }

 private:
  void absorb(std::uint64_t word) noexcept {
    state_ = dns::fold_multiply(state_ ^ word, dns::kHashKey0) + dns::kHashKey1;
  }
  std::uint64_t state_ = 0x8ebc6af09c88c6e3ULL;
  std::uint64_t partial_ = 0;
  std::uint64_t total_ = 0;
  std::size_t filled_ = 0;
};

inline std::uint64_t checksum64(dns::Octets octets) noexcept {
  Checksum sum;
  sum.add(octets);
  return sum.value();
}

}  // namespace torii::image
