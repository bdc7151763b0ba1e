#pragma once
/// Accounts of responses, in memory that is set at the start. An account is credited with time and debited by each
/// response; whoever is below zero is over the limit. It holds one second's allowance at most, and its debt is bounded
/// by the window, which so is the longest time that silence takes to be forgiven. (The rules are BIND's.)
///
/// Accounts live in buckets of one cache line. A key may live in one bucket alone, so that a look-up is one miss; when
/// its four places are taken the account that was untouched for longest makes room. Losing an account forgives its
/// debt: when memory is short the table errs towards answering. One thread uses a table.
#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace torii::server {

/// Milliseconds of a steady clock. It wraps after 49 days; only differences are used.
using RateClock = std::uint32_t;

/// A rate, in units of which a response costs 1000 times the number of workers: so a worker's share of the rate is a
/// whole number of units a millisecond, and nothing is ever rounded.
struct RateBudget {
  std::int64_t credit_per_ms{};  ///< 0: no limit
  std::int64_t cost{};
  std::int64_t balance_max{};
  std::int64_t balance_min{};

  /// `per_second` responses of the whole server, of which this worker has its share. The burst of one second is not
  /// divided: few queries fall on the workers unevenly.
  static constexpr RateBudget of(std::uint32_t per_second, std::uint32_t window_seconds,
                                 std::uint32_t workers) noexcept {
    const std::int64_t rate = per_second;
    const std::int64_t cost = std::int64_t{1000} * std::max(workers, 1U);
    return {rate, cost, rate * cost, -rate * 1000 * std::max(window_seconds, 1U)};
  }
};

class RateTable {
 public:
  enum class Spent : std::uint8_t { Within, Over, OverAndSlip };

  /// Room for `accounts`, rounded up to a power of two. An account that has not been touched for `window_seconds` and
  /// one more is as good as none.
  RateTable(std::size_t accounts, std::uint32_t window_seconds)
      : buckets_(std::bit_ceil(std::max<std::size_t>(accounts, kPlaces)) / kPlaces),
        memory_ms_{(window_seconds + 1) * 1000} {}

  /// Debits the account of `key`, a hash that strangers cannot foresee. Of the responses over the limit every
  /// `slip`-th is told to slip; 0: none.
  Spent spend(std::uint64_t key, RateClock now, const RateBudget& budget, std::uint32_t slip) noexcept {
    auto& account = find(key, now, budget);
    const std::int64_t elapsed = static_cast<RateClock>(now - account.touched);
    account.touched = now;
    std::int64_t balance = std::min(account.balance() + elapsed * budget.credit_per_ms, budget.balance_max);
    balance -= budget.cost;
    if (balance >= 0) {
      account.set(balance, account.limited());
      return Spent::Within;
    }
    auto limited = static_cast<std::uint8_t>(account.limited() + 1);
    const bool is_slip = slip != 0 && limited >= slip;
    if (is_slip || slip == 0) limited = 0;
    account.set(std::max(balance, budget.balance_min), limited);
    return is_slip ? Spent::OverAndSlip : Spent::Over;
  }

  [[nodiscard]] std::size_t capacity() const noexcept { return buckets_.size() * kPlaces; }
  /// Places ever taken.
  [[nodiscard]] std::size_t used() const noexcept { return used_; }
  /// Accounts that made room while they may still have been in debt.
  [[nodiscard]] std::uint64_t evictions() const noexcept { return evictions_; }

 private:
  static constexpr std::size_t kPlaces = 4;

  struct Account {
    std::uint32_t tag;  // 0: free
    RateClock touched;
    std::int64_t word;  // balance, and in the lowest octet how many were limited since the last slip
    [[nodiscard]] std::int64_t balance() const noexcept { return word >> 8; }
    [[nodiscard]] std::uint8_t limited() const noexcept { return static_cast<std::uint8_t>(word & 0xFF); }
    void set(std::int64_t balance, std::uint8_t limited) noexcept { word = balance * 256 + limited; }
  };
  struct alignas(64) Bucket {
    std::array<Account, kPlaces> places{};
  };
  static_assert(sizeof(Bucket) == 64);

  Account& find(std::uint64_t key, RateClock now, const RateBudget& budget) noexcept {
    auto& places = buckets_[key & (buckets_.size() - 1)].places;
    const auto tag = static_cast<std::uint32_t>(key >> 32) | 1U;
    Account* stalest = nullptr;
    for (auto& place : places) {
      if (place.tag == tag) return place;
      const auto age = [&](const Account& one) { return static_cast<RateClock>(now - one.touched); };
      if (stalest == nullptr || (stalest->tag != 0 && (place.tag == 0 || age(place) > age(*stalest)))) stalest = &place;
    }
    if (stalest->tag == 0)
      ++used_;
    else if (static_cast<RateClock>(now - stalest->touched) < memory_ms_)
      ++evictions_;
    stalest->tag = tag;
    stalest->touched = now;
    stalest->set(budget.balance_max, 0);
    return *stalest;
  }

  std::vector<Bucket> buckets_;
  RateClock memory_ms_;
  std::size_t used_ = 0;
  std::uint64_t evictions_ = 0;
};

}  // namespace torii::server
