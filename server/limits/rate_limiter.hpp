#pragma once
/// Response rate limiting: whether a response over UDP goes out, by who it goes to and what it says, so that a forged
/// source address gets little. Pure: time comes in, nothing is sent. One for each worker, with accounts of its own, so
/// that workers share no cache line; each has its share of the rates. docs/abuse.md is the operator's view.
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "server/answer/respond.hpp"
#include "server/limits/client_prefix.hpp"
#include "server/limits/rate_table.hpp"
#include "server/limits/top_talkers.hpp"
#include "torii/dns/siphash.hpp"

namespace torii::server {

/// What is limited apart: the kinds of AnswerKind in its order, then all responses to a prefix together.
enum class RateClass : std::uint8_t { Error, Positive, NoData, NxDomain, Referral, All, Count };
inline constexpr std::size_t kRateClasses = static_cast<std::size_t>(RateClass::Count);
inline constexpr std::array<std::string_view, kRateClasses> kRateClassNames{"error",    "positive", "nodata",
                                                                            "nxdomain", "referral", "all"};

enum class RateMode : std::uint8_t { Off, DryRun, On };

struct RateLimitSettings {
  RateMode mode = RateMode::Off;
  /// Responses a second to a prefix from one name and class; 0: no limit. A class without a rate has this one.
  std::uint32_t responses_per_second = 100;
  std::optional<std::uint32_t> referrals_per_second;
  std::optional<std::uint32_t> nodata_per_second;
  std::optional<std::uint32_t> nxdomains_per_second;
  std::optional<std::uint32_t> errors_per_second;
  std::uint32_t all_per_second = 0;
  std::uint32_t window_seconds = 15;
  std::uint32_t slip = 2;
  std::uint32_t ipv4_prefix_length = 24;
  std::uint32_t ipv6_prefix_length = 56;
  /// Accounts of each worker; 16 octets apiece.
  std::uint32_t table_size = 65'536;
  std::vector<ClientPrefix> exempt;

  [[nodiscard]] std::uint32_t rate(RateClass which) const noexcept;
};

enum class RateOutcome : std::uint8_t { Within, Slipped, Dropped, DryRun, ExemptPrefix, ExemptCookie, Count };

struct RateVerdict {
  RateOutcome outcome{};
  RateClass by{};  ///< the class whose limit it is over, else its own
};

class RateLimiter {
 public:
  /// `key` is secret and new at each start. `workers`: how many share the rates.
  RateLimiter(const RateLimitSettings& settings, std::uint32_t workers, const dns::SipHashKey& key);

  /// `report` is what respond() said about its response to `request`. Never allocates.
  RateVerdict judge(ClientAddress client, const AnswerReport& report, dns::Octets request, RateClock now) noexcept;
  [[nodiscard]] const RateTable& table() const noexcept { return table_; }
  [[nodiscard]] const TopTalkers& talkers() const noexcept { return talkers_; }
  /// The prefix that `client` is counted with.
  [[nodiscard]] ClientPrefix prefix_of(ClientAddress client) const noexcept;

 private:
  RateTable table_;
  TopTalkers talkers_;
  std::array<RateBudget, kRateClasses> budgets_;
  PrefixSet exempt_;
  dns::SipHashKey key_;
  std::uint32_t slip_;
  std::uint32_t v4_bits_;
  std::uint32_t v6_bits_;
  bool is_dry_run_;
};

/// Cuts a response of `octets` down to header and question, with TC so that who really asked comes back over TCP. An
/// error has no use for that and goes without. OPT (a fresh cookie may be in it) stays where the whole is no more than
/// a server cookie's 16 octets larger than the request. Returns: octets left.
[[nodiscard]] std::size_t slip_response(std::span<std::uint8_t> response, std::size_t octets,
                                        const AnswerReport& report, std::size_t request_octets) noexcept;

}  // namespace torii::server
