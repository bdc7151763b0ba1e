#pragma once
/// Bump allocation for the octets a Zone refers to: names and RDATA, never freed one by one.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

#include "torii/dns/wire.hpp"

namespace torii::zonec {

/// Octets stay where they are put until the chunks are destroyed; moving the chunks moves no octet.
class Arena {
 public:
  /// Room for `count` octets.
  std::uint8_t* take(std::size_t count) {
    if (chunks_.empty() || chunks_.back().capacity() - chunks_.back().size() < count) {
      chunks_.emplace_back().reserve(std::max(count, next_));
      next_ = std::min(2 * next_, kChunkOctetsMax);
    }
    auto& chunk = chunks_.back();
    const auto at = chunk.size();
    chunk.resize(at + count);  // within capacity: no octet moves
    return chunk.data() + at;
  }
  const std::uint8_t* copy(dns::Octets octets) {
    auto* at = take(octets.size());
    if (!octets.empty()) std::memcpy(at, octets.data(), octets.size());
    return at;
  }
  std::vector<std::vector<std::uint8_t>> release() && { return std::move(chunks_); }

 private:
  // A small zone takes a small chunk: an image may have a hundred thousand of them.
  static constexpr std::size_t kChunkOctetsMin = std::size_t{1} << 11U;
  static constexpr std::size_t kChunkOctetsMax = std::size_t{1} << 20U;
  std::size_t next_ = kChunkOctetsMin;
  std::vector<std::vector<std::uint8_t>> chunks_;
};

}  // namespace torii::zonec
