#include "bench/load/tally.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "torii/dns/types.hpp"

namespace torii::bench {
namespace {

constexpr std::array<std::string_view, 16> kRcodeNames{
    "NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP",  "REFUSED", "YXDOMAIN", "YXRRSET",
    "NXRRSET", "NOTAUTH", "NOTZONE",  "RCODE11",  "RCODE12", "RCODE13", "RCODE14",  "RCODE15"};

}  // namespace

void LatencyHistogram::add(Nanoseconds latency) noexcept {
  const auto value = static_cast<std::uint64_t>(std::max<Nanoseconds>(latency, 8));
  const auto power = static_cast<unsigned>(std::bit_width(value)) - 1;
  ++counts_[power * 8 + (value >> (power - 3) & 7)];
  ++total_;
}

double LatencyHistogram::quantile(double share) const noexcept {
  const double wanted = share * static_cast<double>(total_);
  double seen = 0;
  for (std::size_t i = 0; i < kBuckets; ++i) {
    seen += static_cast<double>(counts_[i]);
    if (counts_[i] != 0 && seen >= wanted)
      return static_cast<double>(std::uint64_t{1} << i / 8) * (1 + static_cast<double>(i % 8) / 8);
  }
  return 0;
}

void Tally::count(std::span<const std::uint8_t> answer, const QueryRecord& record,
                  std::span<const std::uint8_t> question, Nanoseconds took) noexcept {
  ++answers;
  octets += answer.size();
  latency.add(took);
  const auto rcode = answer[3] & 15U;
  ++rcodes[rcode];
  unpromised += rcode != record.promised_rcode ? 1 : 0;
  truncated += answer[2] >> 1 & 1;
  authoritative += answer[2] >> 2 & 1;
  const bool same = answer.size() >= dns::kHeaderOctets + question.size() &&
                    std::memcmp(answer.data() + dns::kHeaderOctets, question.data(), question.size()) == 0;
  wrong_question += same ? 0 : 1;
}

std::string to_json(const Outcome& outcome, const std::string& transport, bool with_promise) {
  const auto& tally = outcome.tally;
  const auto answers = static_cast<double>(std::max<std::uint64_t>(tally.answers, 1));
  std::string out = fmt::format(
      R"({{"transport":"{}","seconds":{:.6f},"sent":{},"answers":{},"qps":{:.0f},"lost":{},"stray":{},"malformed":{},)"
      R"("wrong_question":{},"truncated":{},"authoritative":{},"octets_mean":{:.3f},"send_errors":{},"reconnects":{},)",
      transport, outcome.seconds, tally.sent, tally.answers, static_cast<double>(tally.answers) / outcome.seconds,
      tally.lost, tally.stray, tally.malformed, tally.wrong_question, tally.truncated, tally.authoritative,
      static_cast<double>(tally.octets) / answers, tally.send_errors, tally.reconnects);
  if (with_promise) out += fmt::format(R"("unpromised":{},)", tally.unpromised);
  out += R"("rcodes":{)";
  std::string_view comma;
  for (std::size_t i = 0; i < tally.rcodes.size(); ++i) {
    if (tally.rcodes[i] == 0) continue;
    out += fmt::format(R"({}"{}":{})", comma, kRcodeNames[i], tally.rcodes[i]);
    comma = ",";
  }
  out += fmt::format(
      R"(}},"latency_us":{{"p50":{:.1f},"p90":{:.1f},"p99":{:.1f},"p999":{:.1f},"max":{:.1f}}},"load_cpu_seconds":{:.6f},)"
      R"("empty_poll_share":{:.4f})",
      tally.latency.quantile(0.5) / 1e3, tally.latency.quantile(0.9) / 1e3, tally.latency.quantile(0.99) / 1e3,
      tally.latency.quantile(0.999) / 1e3, tally.latency.quantile(1) / 1e3, outcome.load_cpu_seconds,
      static_cast<double>(tally.empty_polls) / static_cast<double>(std::max<std::uint64_t>(tally.polls, 1)));
  if (outcome.server_cpu_seconds >= 0)  // otherwise the server is among the foreigners
    out += fmt::format(R"(,"server_cpu_seconds":{:.6f},"server_busy":{:.4f},"server_cpu_us_per_query":{:.4f},)"
                       R"("foreign_cpu_seconds":{:.3f})",
                       outcome.server_cpu_seconds, outcome.server_cpu_seconds / outcome.seconds,
                       outcome.server_cpu_seconds * 1e6 / answers, outcome.foreign_cpu_seconds);
  return out + "}";
}

}  // namespace torii::bench
