#pragma once
/// Reproducible randomness: every draw depends on the seed, a purpose and a number only, so that a zone and a stream of
/// queries agree about delegation 4711 without either being kept in memory.
#include <cmath>
#include <cstdint>
#include <vector>

namespace torii::bench {

/// splitmix64's finaliser: a bijection over 64 bits in which every bit of the input moves every bit of the result.
constexpr std::uint64_t mix64(std::uint64_t x) noexcept {
  x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ x >> 27) * 0x94d049bb133111ebULL;
  return x ^ x >> 31;
}

/// A bijection over 32 bits: distinct indices give distinct results, whatever the key.
constexpr std::uint32_t permute32(std::uint32_t x, std::uint32_t key) noexcept {
  for (int round = 0; round < 2; ++round) {
    x ^= key;
    x = (x ^ x >> 16) * 0x85ebca6bU;
    x = (x ^ x >> 13) * 0xc2b2ae35U;
    x ^= x >> 16;
    key = key * 0x9e3779b9U + 1;
  }
  return x;
}

/// What a random number is for; draws for different purposes are independent.
enum class Purpose : std::uint8_t { Delegation = 1, Hoster, Address, Digest, Signature, Key, Query };

/// splitmix64.
class Random {
 public:
  constexpr Random(std::uint64_t seed, Purpose purpose, std::uint64_t number) noexcept
      : state_{
            mix64(mix64(seed + 0x9e3779b97f4a7c15ULL) + static_cast<std::uint64_t>(purpose) * 0x632be59bd9b4e019ULL) +
            mix64(number)} {}
  constexpr std::uint64_t operator()() noexcept { return mix64(state_ += 0x9e3779b97f4a7c15ULL); }
  /// Uniform in [0, bound); `bound` is not 0.
  constexpr std::uint64_t below(std::uint64_t bound) noexcept {
    __extension__ using Wide = unsigned __int128;
    return static_cast<std::uint64_t>(static_cast<Wide>((*this)()) * bound >> 64);
  }
  /// Uniform in [0, 1).
  constexpr double unit() noexcept { return static_cast<double>((*this)() >> 11) * 0x1p-53; }
  constexpr bool chance(double probability) noexcept { return unit() < probability; }

 private:
  std::uint64_t state_;
};

/// Zipf's law over ranks 0 to `count` - 1 with exponent 1: rank r has weight 1 / (r + 1). Up to `kTable` ranks have
/// their exact share; those behind them are drawn by inverting the integral, which is within a part in a million there.
class Zipf {
 public:
  explicit Zipf(std::uint64_t count) : count_{count} {
    const auto exact = count < kTable ? count : kTable;
    cumulative_.reserve(exact);
    for (std::uint64_t rank = 0; rank < exact; ++rank) {
      total_ += 1.0 / static_cast<double>(rank + 1);
      cumulative_.push_back(total_);
    }
    if (count > exact) total_ += std::log((static_cast<double>(count) + 0.5) / (static_cast<double>(exact) + 0.5));
  }
  std::uint64_t operator()(Random& random) const noexcept {
    const double at = random.unit() * total_;
    if (at < cumulative_.back()) {
      std::size_t low = 0;
      std::size_t high = cumulative_.size() - 1;
      while (low < high) {
        const auto middle = (low + high) / 2;
        if (cumulative_[middle] > at)
          high = middle;
        else
          low = middle + 1;
      }
      return low;
    }
    const double start = static_cast<double>(cumulative_.size()) + 0.5;
    const auto rank = static_cast<std::uint64_t>(start * std::exp(at - cumulative_.back()) - 0.5);
    return rank < count_ ? rank : count_ - 1;
  }

 private:
  static constexpr std::uint64_t kTable = 8192;
  std::uint64_t count_;
  double total_ = 0;
  std::vector<double> cumulative_;
};

}  // namespace torii::bench
