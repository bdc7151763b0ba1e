// Nanoseconds that rate limits add to a response: the account found and debited, by how many prefixes there are and
// what becomes of the response. Counts allocations too: there must be none.
#include <benchmark/benchmark.h>

#include <memory>

#include "server/limits/rate_limiter.hpp"
#include "tests/support/ask.hpp"
#include "tests/support/counting_new.hpp"

namespace torii::server {
namespace {

constexpr dns::SipHashKey kKey{0x0123'4567'89AB'CDEFULL, 0xFEDC'BA98'7654'3210ULL};

RateLimitSettings settings(std::uint32_t rate) {
  RateLimitSettings made;
  made.mode = RateMode::On;
  made.responses_per_second = rate;
  return made;
}

void run(benchmark::State& state, const RateLimitSettings& with, std::uint32_t prefixes, RateOutcome expected,
         bool has_cookie = false) {
  const auto limiter = std::make_unique<RateLimiter>(with, 1, kKey);
  const auto request = testing::make_query({.name = "www.example.jp.", .dnssec_ok = true});
  AnswerReport report;
  report.responded = true;
  report.kind = AnswerKind::Referral;
  report.name_octets = 16;
  report.source_at = 4;
  report.cookie = has_cookie ? CookieState::Valid : CookieState::None;
  std::uint64_t asked = 0;
  std::uint64_t as_expected = 0;
  const auto before = testing::allocation_count();
  for (auto _ : state) {
    const auto client = ClientAddress::v4(static_cast<std::uint32_t>(asked * 2'654'435'761U % prefixes) << 8);
    // A million queries a second.
    const auto verdict = limiter->judge(client, report, request, static_cast<RateClock>(asked / 1000));
    as_expected += verdict.outcome == expected ? 1 : 0;
    ++asked;
  }
  state.counters["allocations"] = static_cast<double>(testing::allocation_count() - before);
  state.counters["expected"] = static_cast<double>(as_expected) / static_cast<double>(asked);
  state.SetItemsProcessed(state.iterations());
}

void within_one_prefix(benchmark::State& state) { run(state, settings(1'000'000), 1, RateOutcome::Within); }
void within_10k_prefixes(benchmark::State& state) { run(state, settings(1'000), 10'000, RateOutcome::Within); }
void within_1m_prefixes(benchmark::State& state) { run(state, settings(1'000), 1'000'000, RateOutcome::Within); }
void limited_one_prefix(benchmark::State& state) {
  auto with = settings(20);
  with.slip = 0;
  run(state, with, 1, RateOutcome::Dropped);
}
void limited_10k_prefixes(benchmark::State& state) {
  auto with = settings(1);
  with.slip = 0;
  run(state, with, 10'000, RateOutcome::Dropped);
}
void with_all_10k_prefixes(benchmark::State& state) {
  auto with = settings(1'000);
  with.all_per_second = 1'000;
  run(state, with, 10'000, RateOutcome::Within);
}
void exempt_by_prefix(benchmark::State& state) {
  auto with = settings(20);
  for (std::uint32_t i = 0; i < 100; ++i) with.exempt.push_back({ClientAddress::v4(i << 16), 112});
  run(state, with, 10'000, RateOutcome::ExemptPrefix);
}
void exempt_by_cookie(benchmark::State& state) { run(state, settings(20), 10'000, RateOutcome::ExemptCookie, true); }

BENCHMARK(within_one_prefix);
BENCHMARK(within_10k_prefixes);
BENCHMARK(within_1m_prefixes);
BENCHMARK(limited_one_prefix);
BENCHMARK(limited_10k_prefixes);
BENCHMARK(with_all_10k_prefixes);
BENCHMARK(exempt_by_prefix);
BENCHMARK(exempt_by_cookie);

}  // namespace
}  // namespace torii::server
