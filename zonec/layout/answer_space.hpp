#pragma once
/// The answer space under construction: segments in memory, filled front to back. See image/format.hpp.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>
#include <stdexcept>
#include <vector>

#include "torii/dns/wire.hpp"
#include "torii/image/format.hpp"

namespace torii::zonec {

class AnswerSpace {
 public:
  /// Room for one structure of `octets` octets within one segment, zeroed. Throws std::length_error past 32 GiB.
  image::Ref allocate(std::uint64_t octets) {
    if (segments_.empty() || rounded(back().size()) + octets > image::kSegmentOctetsMax) open_segment();
    return take(rounded(back().size()), octets);
  }
  /// Room for a table whose entries' size divides 64; it starts on a multiple of 64 and may span segments.
  image::Ref allocate_table(std::uint64_t octets) {
    if (segments_.empty()) open_segment();
    std::uint64_t start = (back().size() + 63) / 64 * 64;
    if (start >= image::kSegmentOctetsMax) {
      open_segment();
      start = 0;
    }
    const image::Ref ref = take(start, std::min(octets, image::kSegmentOctetsMax - start));
    for (auto left = octets - std::min(octets, image::kSegmentOctetsMax - start); left > 0;) {
      open_segment();
      const auto part = std::min(left, image::kSegmentOctetsMax);
      back().resize(part);
      left -= part;
    }
    return ref;
  }
  template <class T>
  image::Ref put(const T& value) {
    const auto ref = allocate(sizeof(T));
    write(ref.octet(), {reinterpret_cast<const std::uint8_t*>(&value), sizeof(T)});
    return ref;
  }
  /// Overwrites octets that were allocated before.
  void write(std::uint64_t address, dns::Octets octets) {
    auto& segment = segments_.at(address >> image::kSegmentBits);
    const auto offset = address & (image::kSegmentOctetsMax - 1);
    if (octets.size() > segment.size() || offset > segment.size() - octets.size())
      throw std::out_of_range{"answer space: write past the end"};
    if (!octets.empty()) std::memcpy(segment.data() + offset, octets.data(), octets.size());
  }
  /// The same for part of a table, which may lie in two segments.
  void write_table(std::uint64_t address, dns::Octets octets) {
    const auto here =
        std::min<std::uint64_t>(octets.size(), image::kSegmentOctetsMax - (address & (image::kSegmentOctetsMax - 1)));
    write(address, octets.first(here));
    if (here < octets.size()) write(address + here, octets.subspan(here));
  }
  /// `octets` octets that were written at `ref`.
  [[nodiscard]] dns::Octets read(image::Ref ref, std::size_t octets) const {
    const auto& segment = segments_.at(ref.octet() >> image::kSegmentBits);
    return dns::Octets{segment}.subspan(ref.octet() & (image::kSegmentOctetsMax - 1)).first(octets);
  }
  template <class T>
  void write_value(std::uint64_t address, const T& value) {
    write(address, {reinterpret_cast<const std::uint8_t*>(&value), sizeof(T)});
  }
  [[nodiscard]] std::span<const std::vector<std::uint8_t>> segments() const noexcept { return segments_; }
  /// Gives back the memory of a segment that has been written to its file.
  void drop(std::size_t segment) { segments_.at(segment) = {}; }
  [[nodiscard]] std::uint64_t octets() const noexcept {
    return segments_.empty() ? 0 : (segments_.size() - 1) * image::kSegmentOctetsMax + segments_.back().size();
  }

 private:
  static constexpr std::uint64_t kSegmentOctetsLarge = std::uint64_t{16} << 20U;
  static constexpr std::uint64_t rounded(std::uint64_t octets) noexcept { return (octets + 7) / 8 * 8; }
  std::vector<std::uint8_t>& back() noexcept { return segments_.back(); }
  image::Ref take(std::uint64_t start, std::uint64_t octets) {
    // A segment that has become large will be full: from here on it grows without copying. That is only address space.
    if (start + octets > kSegmentOctetsLarge) back().reserve(image::kSegmentOctetsMax);
    back().resize(start + octets);
    return {static_cast<std::uint32_t>(((segments_.size() - 1) * image::kSegmentOctetsMax + start) / 8)};
  }
  void open_segment() {
    if (segments_.size() == image::kSegmentsMax) throw std::length_error{"the image would pass 32 GiB of answers"};
    if (!segments_.empty()) back().resize(image::kSegmentOctetsMax);
    segments_.emplace_back();
  }
  std::vector<std::vector<std::uint8_t>> segments_;
};

}  // namespace torii::zonec
