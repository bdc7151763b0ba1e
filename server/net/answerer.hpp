#pragma once
/// A worker's way to an answer: the image it reads, the settings and its counters. One for each thread.
#include <cstdint>
#include <span>
#include <utility>

#include "server/answer/respond.hpp"
#include "server/answer/staged_query.hpp"
#include "server/limits/rate_limiter.hpp"
#include "server/ops/counters.hpp"
#include "server/ops/snapshot_pointer.hpp"

namespace torii::server {

class Answerer {
 public:
  Answerer(SnapshotPointer snapshot, const AnswerSettings& settings) noexcept
      : snapshot_{std::move(snapshot)}, settings_{settings} {}

  /// Returns: octets written to `response`; 0 means stay silent.
  [[nodiscard]] std::size_t answer(Transport transport, const Client& asks, dns::Octets request,
                                   std::span<std::uint8_t> response) noexcept {
    AnswerReport report;
    const auto size = respond(view(), settings_, transport, request, response, report, asks);
    counters_.count(transport, report, size.value);
    return size.value;
  }
  /// Over UDP, for a query that was staged from `request` and the present view.
  [[nodiscard]] std::size_t answer(const StagedQuery& staged, const Client& asks, dns::Octets request,
                                   std::span<std::uint8_t> response) noexcept {
    AnswerReport report;
    const auto size = respond(view(), settings_, Transport::Udp, request, response, report, asks, staged);
    counters_.count(Transport::Udp, report, size.value);
    return size.value;
  }
  /// The same within rate limits: the response may come out cut down, or not at all.
  [[nodiscard]] std::size_t answer(RateLimiter& limiter, ClientAddress client, RateClock now, const StagedQuery& staged,
                                   const Client& asks, dns::Octets request, std::span<std::uint8_t> response) noexcept {
    AnswerReport report;
    auto size = respond(view(), settings_, Transport::Udp, request, response, report, asks, staged).value;
    if (report.responded) {
      const auto verdict = limiter.judge(client, report, request, now);
      counters_.count(verdict);
      if (verdict.outcome == RateOutcome::Dropped) size = 0;
      if (verdict.outcome == RateOutcome::Slipped) {
        size = slip_response(response, size, report, request.size());
        report.truncated = report.kind != AnswerKind::Error;
      }
    }
    counters_.count(Transport::Udp, report, size);
    return size;
  }
  /// Where answers come from until the next `swap`.
  [[nodiscard]] const image::View& view() const noexcept { return snapshot_ ? snapshot_->view() : empty_; }
  /// From now on answers come from `next`. Returns the image that was read before.
  [[nodiscard]] SnapshotPointer swap(SnapshotPointer next) noexcept {
    return std::exchange(snapshot_, std::move(next));
  }
  /// From now on cookies are made and accepted with `secrets`.
  void use(const CookieSecrets& secrets) noexcept { settings_.cookies = secrets; }
  [[nodiscard]] const AnswerSettings& settings() const noexcept { return settings_; }
  [[nodiscard]] WorkerCounters& counters() noexcept { return counters_; }

 private:
  SnapshotPointer snapshot_;
  image::View empty_;
  AnswerSettings settings_;
  WorkerCounters counters_;
};

}  // namespace torii::server
