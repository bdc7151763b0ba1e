#pragma once
/// What came back: counted while measuring, printed as JSON at the end.
#include <array>
#include <cstdint>
#include <span>
#include <string>

#include "bench/load/query_file.hpp"
#include "bench/load/window.hpp"

namespace torii::bench {

/// Times from query to answer, in buckets an eighth of a power of two wide.
class LatencyHistogram {
 public:
  void add(Nanoseconds latency) noexcept;
  /// The bucket's lower end. Unit: nanoseconds.
  [[nodiscard]] double quantile(double share) const noexcept;

 private:
  static constexpr std::size_t kBuckets = 64 * 8;
  std::array<std::uint64_t, kBuckets> counts_{};
  std::uint64_t total_ = 0;
};

struct Tally {
  std::uint64_t sent = 0;
  std::uint64_t answers = 0;
  std::uint64_t lost = 0;            ///< no answer within the time-out, or their connection ended
  std::uint64_t stray = 0;           ///< nothing waited for them
  std::uint64_t malformed = 0;       ///< shorter than a header, not a response
  std::uint64_t wrong_question = 0;  ///< the question is not the query's
  std::uint64_t unpromised = 0;      ///< another RCODE than the query stream promises
  std::uint64_t truncated = 0;       ///< TC
  std::uint64_t authoritative = 0;   ///< AA
  std::uint64_t octets = 0;          ///< of answers
  std::uint64_t send_errors = 0;
  std::uint64_t reconnects = 0;
  std::uint64_t polls = 0;        ///< attempts to receive
  std::uint64_t empty_polls = 0;  ///< of these: nothing there, so this side had time to spare
  std::array<std::uint64_t, 16> rcodes{};
  LatencyHistogram latency;

  /// Counts an answer to `record`. `question`: the query's.
  void count(std::span<const std::uint8_t> answer, const QueryRecord& record, std::span<const std::uint8_t> question,
             Nanoseconds took) noexcept;
};

struct Outcome {
  Tally tally;
  double seconds = 0;
  double load_cpu_seconds = 0;
  double server_cpu_seconds = -1;  ///< below 0: not asked for
  double foreign_cpu_seconds = 0;  ///< of neither: what else ran on the machine, stolen time included
};

/// One JSON object on one line.
[[nodiscard]] std::string to_json(const Outcome& outcome, const std::string& transport, bool with_promise);

}  // namespace torii::bench
