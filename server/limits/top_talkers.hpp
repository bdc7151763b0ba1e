#pragma once
/// The prefixes that are limited most, in fixed memory: Space-Saving counters. A prefix that takes a place over starts
/// from the count it found there, which is the most that it can be counted too high by; whoever has more than a
/// 64th of all is in the list for certain.
/// Source: Metwally, Agrawal, El Abbadi, "Efficient Computation of Frequent and Top-k Elements in Data Streams", 2005.
///
/// One thread records, any thread reads: a place's sequence number is odd while it changes hands.
#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <vector>

#include "server/limits/client_prefix.hpp"
#include "server/limits/rate_table.hpp"

namespace torii::server {

struct Talker {
  ClientAddress prefix;
  std::uint64_t count{};
  std::uint64_t overcount_max{};  ///< the true count is this much lower at most
  RateClock last{};
};

class TopTalkers {
 public:
  static constexpr std::size_t kPlaces = 64;

  void record(ClientAddress prefix, RateClock now) noexcept {
    if (!holds(latest_, prefix)) latest_ = place_of(prefix);
    auto& place = places_[latest_];
    place.count.store(place.count.load(std::memory_order_relaxed) + 1, std::memory_order_release);
    place.last.store(now, std::memory_order_release);
  }

  /// Appends what is counted; callable from any thread.
  void read(std::vector<Talker>& out) const {
    for (const auto& place : places_) {
      Talker talker;
      std::uint32_t before = 0;
      do {
        before = place.sequence.load(std::memory_order_acquire);
        talker.prefix = {place.high.load(std::memory_order_acquire), place.low.load(std::memory_order_acquire)};
        talker.count = place.count.load(std::memory_order_acquire);
        talker.overcount_max = place.overcount.load(std::memory_order_acquire);
        talker.last = place.last.load(std::memory_order_acquire);
      } while (before % 2 != 0 || place.sequence.load(std::memory_order_relaxed) != before);
      if (talker.count > 0) out.push_back(talker);
    }
  }

 private:
  struct alignas(64) Place {
    std::atomic<std::uint64_t> high{0};
    std::atomic<std::uint64_t> low{0};
    std::atomic<std::uint64_t> count{0};
    std::atomic<std::uint64_t> overcount{0};
    std::atomic<RateClock> last{0};
    std::atomic<std::uint32_t> sequence{0};
  };

  [[nodiscard]] bool holds(std::size_t i, ClientAddress prefix) const noexcept {
    const auto& place = places_[i];
    return place.low.load(std::memory_order_relaxed) == prefix.low &&
           place.high.load(std::memory_order_relaxed) == prefix.high &&
           place.count.load(std::memory_order_relaxed) != 0;
  }

  /// The place of `prefix`, or the one with the lowest count, taken over.
  std::size_t place_of(ClientAddress prefix) noexcept {
    std::size_t lowest = 0;
    std::uint64_t lowest_count = ~std::uint64_t{0};
    for (std::size_t i = 0; i < kPlaces; ++i) {
      if (holds(i, prefix)) return i;
      const auto count = places_[i].count.load(std::memory_order_relaxed);
      if (count < lowest_count) {
        lowest = i;
        lowest_count = count;
      }
    }
    auto& place = places_[lowest];
    const auto sequence = place.sequence.load(std::memory_order_relaxed);
    place.sequence.store(sequence + 1, std::memory_order_relaxed);
    // Releases: who reads one of these sees the odd number when it looks again.
    place.high.store(prefix.high, std::memory_order_release);
    place.low.store(prefix.low, std::memory_order_release);
    place.overcount.store(lowest_count, std::memory_order_release);
    place.sequence.store(sequence + 2, std::memory_order_release);
    return lowest;
  }

  std::array<Place, kPlaces> places_{};
  std::size_t latest_ = 0;
};

/// Adds up the same prefix of several workers, and puts the most limited first.
inline void merge_talkers(std::vector<Talker>& talkers) {
  std::sort(talkers.begin(), talkers.end(), [](const Talker& a, const Talker& b) { return a.prefix < b.prefix; });
  std::size_t kept = 0;
  for (std::size_t i = 0; i < talkers.size(); ++i) {
    if (kept > 0 && talkers[kept - 1].prefix == talkers[i].prefix) {
      auto& sum = talkers[kept - 1];
      sum.count += talkers[i].count;
      sum.overcount_max += talkers[i].overcount_max;
      if (static_cast<RateClock>(talkers[i].last - sum.last) < 0x8000'0000U) sum.last = talkers[i].last;
    } else {
      talkers[kept++] = talkers[i];
    }
  }
  talkers.resize(kept);
  std::stable_sort(talkers.begin(), talkers.end(), [](const Talker& a, const Talker& b) { return a.count > b.count; });
}

}  // namespace torii::server
