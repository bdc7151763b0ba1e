#pragma once
/// Counters as an operator reads them: Prometheus text, and short lines for the log.
#include <cstdint>
#include <string>
#include <vector>

#include "server/ops/counters.hpp"
#include "server/ops/image_status.hpp"

namespace torii::server {

/// What a scrape shows beside the counters.
struct ServerFacts {
  double started_seconds = 0;  ///< Unix time of the start
  unsigned workers = 0;
  unsigned connections_max = 0;  ///< cap of TCP connections of the whole server
};

/// Source: Prometheus text exposition format 0.0.4 (HELP, TYPE, escaped label values).
[[nodiscard]] std::string prometheus_text(const CounterTotals& totals, const ImageStatus& image,
                                          const ServerFacts& facts);

/// Lines for the log at SIGUSR1; what is zero is left out.
[[nodiscard]] std::vector<std::string> counter_lines(const CounterTotals& totals, const ImageStatus& image);

/// Who is limited most, in JSON, the first `kTopShown` of them. `talkers` are merged; `now` as the workers tell it.
inline constexpr std::size_t kTopShown = 50;
[[nodiscard]] std::string top_json(const std::vector<Talker>& talkers, const RateLimitSettings& settings,
                                   RateClock now);
/// The first ten on one line for the log; empty when nobody was limited.
[[nodiscard]] std::string top_line(const std::vector<Talker>& talkers, const RateLimitSettings& settings);

}  // namespace torii::server
