#pragma once
/// A run: warm-up, measurement, end; and how many queries may go at each moment. UDP and TCP drive it alike.
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/types.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <limits>
#include <string>
#include <vector>

#include "bench/load/process_cpu.hpp"
#include "bench/load/query_file.hpp"
#include "bench/load/tally.hpp"

namespace torii::bench {

struct Options {
  sockaddr_storage target{};
  socklen_t target_octets = 0;
  bool tcp = false;
  std::size_t flows = 8;    ///< sockets or connections
  std::size_t window = 32;  ///< queries outstanding on each
  double rate = 0;          ///< queries a second; 0: as many as go
  double warm_up_seconds = 0.5;
  double seconds = 3;
  double timeout_seconds = 0.5;
  double pause_us = 10;        ///< after a look at every flow that found nothing; polling harder slows the server down
  bool yields = false;         ///< sleep meanwhile: for cores that a server shares
  std::vector<pid_t> servers;  ///< whose CPU time is told
};

inline Nanoseconds clock_now() noexcept {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

/// Waits, on the core (exactly) or giving it away (about as long).
inline void pause_for(const Options& options) noexcept {
  if (options.yields) {
    const auto nanoseconds = static_cast<long>(options.pause_us * 1e3);
    const timespec wait{nanoseconds / 1'000'000'000, nanoseconds % 1'000'000'000};
    ::nanosleep(&wait, nullptr);
    return;
  }
  for (const auto until = clock_now() + static_cast<Nanoseconds>(options.pause_us * 1e3); clock_now() < until;)
    for (int i = 0; i < 8; ++i) __builtin_ia32_pause();
}

class Run {
 public:
  Run(const Options& options, QueryFile& queries)
      : options_{options}, queries_{queries}, timeout_{nanoseconds(options.timeout_seconds)} {}

  /// Starts the clock of the warm-up.
  void begin() noexcept {
    started_ = now_ = clock_now();
    measure_from_ = started_ + nanoseconds(options_.warm_up_seconds);
  }
  /// Reads the clock; begins and ends the measurement. Returns false when the run is over.
  bool tick() {
    now_ = clock_now();
    if (!measuring_ && now_ >= measure_from_) {
      measuring_ = true;
      outcome_.tally = Tally{};
      measure_from_ = now_;
      outcome_.load_cpu_seconds = own_cpu_seconds();
      server_from_ = cpu_seconds(options_.servers);
      machine_from_ = machine_cpu_seconds();
    }
    if (!measuring_ || now_ < measure_from_ + nanoseconds(options_.seconds)) return true;
    outcome_.seconds = static_cast<double>(now_ - measure_from_) / 1e9;
    outcome_.load_cpu_seconds = own_cpu_seconds() - outcome_.load_cpu_seconds;
    if (!options_.servers.empty()) outcome_.server_cpu_seconds = cpu_seconds(options_.servers) - server_from_;
    const double machine = machine_cpu_seconds() - machine_from_;
    outcome_.foreign_cpu_seconds = machine - outcome_.load_cpu_seconds - std::max(outcome_.server_cpu_seconds, 0.0);
    return false;
  }

  /// How many more queries may go now, `wanted` at most.
  [[nodiscard]] std::size_t allowance(std::size_t wanted) const noexcept {
    if (options_.rate <= 0) return wanted;
    const double due = static_cast<double>(now_ - started_) / 1e9 * options_.rate - static_cast<double>(issued_);
    if (due < 1) return 0;
    return due < static_cast<double>(wanted) ? static_cast<std::size_t>(due) : wanted;
  }
  /// The next query for a window; its ID is set. `window` has a free slot.
  const QueryRecord& next(Window& window) noexcept {
    const auto& record = queries_[at_];
    const auto id = window.take(static_cast<std::uint32_t>(at_), now_);
    at_ = at_ + 1 == queries_.size() ? 0 : at_ + 1;
    ++issued_;
    ++tally().sent;
    const auto message = queries_.message(record);
    message[0] = static_cast<std::uint8_t>(id >> 8);
    message[1] = static_cast<std::uint8_t>(id);
    return record;
  }
  /// Counts a message that came for `window`.
  void take(std::span<const std::uint8_t> message, Window& window) noexcept {
    if (message.size() < 12 || message[2] < 0x80) {
      ++tally().malformed;
      return;
    }
    const auto id = static_cast<std::uint16_t>(message[0] << 8 | message[1]);
    const auto* slot = window.find(id);
    if (slot == nullptr) {
      ++tally().stray;
      return;
    }
    const auto& record = queries_[slot->query];
    tally().count(message, record, queries_.question(record), now_ - slot->sent_at);
    window.release(id);
  }
  /// Gives up what is overdue.
  void expire(Window& window) noexcept { tally().lost += window.expire(now_ - timeout_); }

  [[nodiscard]] const Options& options() const noexcept { return options_; }
  [[nodiscard]] QueryFile& queries() noexcept { return queries_; }
  [[nodiscard]] Nanoseconds now() const noexcept { return now_; }
  [[nodiscard]] Tally& tally() noexcept { return outcome_.tally; }
  [[nodiscard]] const Outcome& outcome() const noexcept { return outcome_; }

 private:
  static Nanoseconds nanoseconds(double seconds) noexcept { return static_cast<Nanoseconds>(seconds * 1e9); }

  const Options& options_;
  QueryFile& queries_;
  Outcome outcome_;
  Nanoseconds timeout_;
  Nanoseconds started_ = 0;
  Nanoseconds now_ = 0;
  Nanoseconds measure_from_ = 0;
  double server_from_ = 0;
  double machine_from_ = 0;
  std::size_t at_ = 0;
  std::uint64_t issued_ = 0;
  bool measuring_ = false;
};

/// Throws std::system_error when there are no sockets to be had, or nobody accepts.
Outcome run_udp(const Options& options, QueryFile& queries);
Outcome run_tcp(const Options& options, QueryFile& queries);

}  // namespace torii::bench
