#include "server/limits/rate_limiter.hpp"

#include <cstring>

#include "torii/dns/name.hpp"

namespace torii::server {
namespace {

static_assert(static_cast<int>(RateClass::Error) == static_cast<int>(AnswerKind::Error));
static_assert(static_cast<int>(RateClass::Referral) == static_cast<int>(AnswerKind::Referral));

/// Prefix, class, QTYPE, and whether the name is QNAME.
constexpr std::size_t kKeyOctets = 16 + 1 + 2 + 1;
constexpr std::size_t kSlipGrowthMax = 16;

}  // namespace

std::uint32_t RateLimitSettings::rate(RateClass which) const noexcept {
  switch (which) {
    case RateClass::Error:
      return errors_per_second.value_or(responses_per_second);
    case RateClass::NoData:
      return nodata_per_second.value_or(responses_per_second);
    case RateClass::NxDomain:
      return nxdomains_per_second.value_or(responses_per_second);
    case RateClass::Referral:
      return referrals_per_second.value_or(responses_per_second);
    case RateClass::All:
      return all_per_second;
    default:
      return responses_per_second;
  }
}

RateLimiter::RateLimiter(const RateLimitSettings& settings, std::uint32_t workers, const dns::SipHashKey& key)
    : table_{settings.mode == RateMode::Off ? 0 : settings.table_size, settings.window_seconds},
      exempt_{settings.exempt},
      key_{key},
      slip_{settings.slip},
      v4_bits_{96 + settings.ipv4_prefix_length},
      v6_bits_{settings.ipv6_prefix_length},
      is_dry_run_{settings.mode == RateMode::DryRun} {
  for (std::size_t i = 0; i < kRateClasses; ++i) {
    const auto rate = settings.mode == RateMode::Off ? 0 : settings.rate(static_cast<RateClass>(i));
    budgets_[i] = RateBudget::of(rate, settings.window_seconds, workers);
  }
}

ClientPrefix RateLimiter::prefix_of(ClientAddress client) const noexcept {
  const auto bits = client.is_v4() ? v4_bits_ : v6_bits_;
  return {masked(client, bits), bits};
}

RateVerdict RateLimiter::judge(ClientAddress client, const AnswerReport& report, dns::Octets request,
                               RateClock now) noexcept {
  const auto own = static_cast<RateClass>(report.kind);
  const auto& budget = budgets_[static_cast<std::size_t>(own)];
  const auto& all = budgets_[static_cast<std::size_t>(RateClass::All)];
  if (budget.credit_per_ms == 0 && all.credit_per_ms == 0) return {RateOutcome::Within, own};
  if (report.cookie == CookieState::Valid) return {RateOutcome::ExemptCookie, own};
  if (exempt_.contains(client)) return {RateOutcome::ExemptPrefix, own};

  // What is hashed: the prefix and the class, then for a positive answer QTYPE, then unless for an error the name.
  std::array<std::uint8_t, kKeyOctets + dns::kNameOctetsMax + 8> input;  // the first `used` are set
  const auto prefix = prefix_of(client).address;
  std::memcpy(input.data(), &prefix.high, 8);
  std::memcpy(input.data() + 8, &prefix.low, 8);
  const auto spend = [&](RateClass which, const RateBudget& limit, std::size_t used) noexcept {
    input[16] = static_cast<std::uint8_t>(which);
    return table_.spend(dns::siphash24(key_, {input.data(), used}), now, limit, slip_);
  };
  auto spent = RateTable::Spent::Within;
  auto by = own;
  if (budget.credit_per_ms != 0) {
    const std::size_t name_octets = own == RateClass::Error ? 0U : report.name_octets - std::size_t{report.source_at};
    const auto qtype = own == RateClass::Positive ? static_cast<std::uint16_t>(report.qtype) : std::uint16_t{0};
    dns::store_u16(&input[17], qtype);
    input[19] = own == RateClass::Positive && report.source_at != 0 ? 1 : 0;
    if (name_octets > 0)
      dns::lower_copy(request.subspan(dns::kHeaderOctets + report.source_at, name_octets), &input[kKeyOctets]);
    spent = spend(own, budget, kKeyOctets + name_octets);
  }
  if (all.credit_per_ms != 0) {
    const auto together = spend(RateClass::All, all, 17);
    if (spent == RateTable::Spent::Within && together != RateTable::Spent::Within) {
      spent = together;
      by = RateClass::All;
    }
  }
  if (spent == RateTable::Spent::Within) return {RateOutcome::Within, own};
  talkers_.record(prefix, now);
  if (is_dry_run_) return {RateOutcome::DryRun, by};
  return {spent == RateTable::Spent::OverAndSlip ? RateOutcome::Slipped : RateOutcome::Dropped, by};
}

std::size_t slip_response(std::span<std::uint8_t> response, std::size_t octets, const AnswerReport& report,
                          std::size_t request_octets) noexcept {
  if (report.name_octets == 0 || octets < dns::kHeaderOctets) return octets;  // a header is all there is
  std::size_t left = dns::kHeaderOctets + report.name_octets + std::size_t{4};
  const std::size_t opt = report.opt_octets;
  const bool keeps_opt = opt > 0 && left + opt <= request_octets + kSlipGrowthMax;
  if (keeps_opt) {
    std::memmove(&response[left], &response[octets - opt], opt);
    left += opt;
  }
  if (report.kind != AnswerKind::Error) response[2] |= 0x02;  // TC
  std::memset(&response[6], 0, 6);                            // the counts
  response[11] = keeps_opt ? 1 : 0;                           // ARCOUNT
  return left;
}

}  // namespace torii::server
