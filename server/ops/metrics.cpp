#include "server/ops/metrics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <iterator>
#include <string_view>

#include "server/ops/log.hpp"

namespace torii::server {
namespace {

constexpr std::array<std::string_view, 2> kTransportNames{"udp", "tcp"};
constexpr std::array<std::string_view, 4> kVerificationNames{"none", "running", "passed", "failed"};

/// Label values escape backslash, quote and newline.
std::string label(std::string_view value) {
  std::string out;
  for (const char c : value) {
    if (c == '\\' || c == '"') out += '\\';
    if (c == '\n')
      out += "\\n";
    else
      out += c;
  }
  return out;
}

class Page {
 public:
  void family(std::string_view name, std::string_view kind, std::string_view help) {
    name_ = name;
    fmt::format_to(std::back_inserter(text_), "# HELP {} {}\n# TYPE {} {}\n", name, help, name, kind);
  }
  template <class Value>
  void sample(std::string_view labels, Value value) {
    if (labels.empty())
      fmt::format_to(std::back_inserter(text_), "{} {}\n", name_, value);
    else
      fmt::format_to(std::back_inserter(text_), "{}{{{}}} {}\n", name_, labels, value);
  }
  template <class Value>
  void single(std::string_view name, std::string_view kind, std::string_view help, Value value) {
    family(name, kind, help);
    sample("", value);
  }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  std::string text_;
  std::string_view name_;
};

void write_queries(Page& page, const CounterTotals& totals) {
  const auto event = [&](std::string_view name, std::string_view help, QueryEvent which) {
    page.family(name, "counter", help);
    for (std::size_t t = 0; t < kTransportNames.size(); ++t)
      page.sample(fmt::format("transport=\"{}\"", kTransportNames[t]),
                  totals.transport[t].event[static_cast<std::size_t>(which)]);
  };
  event("torii_queries_total", "Messages handed to the answering code.", QueryEvent::Received);
  event("torii_queries_silent_total", "Messages that got no response, such as responses.", QueryEvent::Silent);
  event("torii_responses_truncated_total", "Responses with TC set.", QueryEvent::Truncated);
  event("torii_queries_edns_total", "Answered queries with an OPT record.", QueryEvent::Edns);
  event("torii_queries_do_total", "Answered queries with DO set.", QueryEvent::DnssecOk);
  event("torii_responses_referral_total", "Responses that are referrals.", QueryEvent::Referral);
  event("torii_response_octets_total", "Octets of DNS message sent.", QueryEvent::ResponseOctets);
  page.family("torii_responses_total", "counter", "Responses by RCODE.");
  for (std::size_t t = 0; t < kTransportNames.size(); ++t)
    for (std::size_t i = 0; i < kCountedRcodeNames.size(); ++i)
      page.sample(fmt::format("transport=\"{}\",rcode=\"{}\"", kTransportNames[t], kCountedRcodeNames[i]),
                  totals.transport[t].rcode[i]);
  page.family("torii_queries_by_type_total", "counter", "Answered queries by QTYPE.");
  for (std::size_t t = 0; t < kTransportNames.size(); ++t)
    for (std::size_t i = 0; i < kCountedTypeNames.size(); ++i)
      page.sample(fmt::format("transport=\"{}\",type=\"{}\"", kTransportNames[t], kCountedTypeNames[i]),
                  totals.transport[t].type[i]);
  page.family("torii_queries_cookie_total", "counter", "Answered queries with a COOKIE option, by what it was worth.");
  for (std::size_t t = 0; t < kTransportNames.size(); ++t)
    for (std::size_t i = 1; i < kCookieStateNames.size(); ++i)
      page.sample(fmt::format("transport=\"{}\",state=\"{}\"", kTransportNames[t], kCookieStateNames[i]),
                  totals.transport[t].cookie[i]);
}

void write_transports(Page& page, const CounterTotals& totals, const ServerFacts& facts) {
  page.family("torii_udp_events_total", "counter", "UDP messages dropped and system calls failed, by what happened.");
  for (std::size_t i = 0; i < kUdpEventNames.size(); ++i)
    page.sample(fmt::format("event=\"{}\"", kUdpEventNames[i]), totals.udp[i]);
  const auto gauge = [&](TcpGauge which) { return totals.tcp[static_cast<std::size_t>(which)]; };
  page.single("torii_tcp_accepted_total", "counter", "TCP connections accepted.", gauge(TcpGauge::Accepted));
  page.single("torii_tcp_accept_failed_total", "counter", "accept() failures, such as no descriptor left.",
              gauge(TcpGauge::AcceptFailed));
  page.single("torii_tcp_connections_open", "gauge", "TCP connections open now.", gauge(TcpGauge::Open));
  page.single("torii_tcp_connections_high_water", "gauge",
              "Most TCP connections open at once since the start, each worker's own highest added up.",
              gauge(TcpGauge::HighWater));
  page.single("torii_tcp_connections_max", "gauge", "Cap of open TCP connections; the oldest idle one makes room.",
              facts.connections_max);
  page.family("torii_tcp_closed_total", "counter", "TCP connections ended, by reason.");
  for (std::size_t i = 0; i < kCloseReasonNames.size(); ++i)
    page.sample(fmt::format("reason=\"{}\"", kCloseReasonNames[i]), totals.closed[i]);
}

void write_rates(Page& page, const CounterTotals& totals) {
  const auto family = [&](std::string_view name, std::string_view help, std::string_view more,
                          std::initializer_list<RateOutcome> outcomes) {
    if (!help.empty()) page.family(name, "counter", help);
    for (std::size_t i = 0; i < kRateClasses; ++i) {
      std::uint64_t sum = 0;
      for (const auto outcome : outcomes) sum += totals.rate[i][static_cast<std::size_t>(outcome)];
      page.sample(fmt::format("class=\"{}\"{}", kRateClassNames[i], more), sum);
    }
  };
  family("torii_rrl_limited_total", "Responses over a rate limit, whatever became of them.", "",
         {RateOutcome::Slipped, RateOutcome::Dropped, RateOutcome::DryRun});
  family("torii_rrl_slipped_total", "Of these, cut down to header and question.", "", {RateOutcome::Slipped});
  family("torii_rrl_dropped_total", "Of these, not sent.", "", {RateOutcome::Dropped});
  family("torii_rrl_exempt_total", "Responses that no rate limit applied to, by why.", ",by=\"prefix\"",
         {RateOutcome::ExemptPrefix});
  family("", "", ",by=\"cookie\"", {RateOutcome::ExemptCookie});
  const auto gauge = [&](RateGauge which) { return totals.rate_table[static_cast<std::size_t>(which)]; };
  page.single("torii_rrl_accounts_max", "gauge", "Accounts that the tables of all workers have room for.",
              gauge(RateGauge::Capacity));
  page.single("torii_rrl_accounts_used", "gauge", "Places of these ever taken.", gauge(RateGauge::Used));
  page.single("torii_rrl_evictions_total", "counter", "Accounts that made room while they could still be in debt.",
              gauge(RateGauge::Evictions));
}

ClientPrefix shown_prefix(const Talker& talker, const RateLimitSettings& settings) {
  return {talker.prefix, talker.prefix.is_v4() ? 96 + settings.ipv4_prefix_length : settings.ipv6_prefix_length};
}

void write_image(Page& page, const ImageStatus& image) {
  page.single("torii_ready", "gauge", "1 when /readyz says yes.", image.is_ready() ? 1 : 0);
  page.single("torii_image_generation", "gauge", "Generation of the image served; 0 without one.", image.generation);
  page.single("torii_image_swaps_total", "counter", "Images taken up since the start.", image.swaps);
  page.single("torii_image_refused_total", "counter", "Images refused since the start.", image.refused);
  page.single("torii_image_loaded_seconds", "gauge", "Unix time at which the image was taken up.",
              image.loaded_seconds);
  page.family("torii_image_verification", "gauge", "1 at the state of the checksum run over the image served.");
  for (std::size_t i = 0; i < kVerificationNames.size(); ++i)
    page.sample(fmt::format("state=\"{}\"", kVerificationNames[i]),
                i == static_cast<std::size_t>(image.verification) ? 1 : 0);
  const auto zones = [&](std::string_view name, std::string_view help, auto value) {
    page.family(name, "gauge", help);
    for (const auto& zone : image.zones) page.sample(fmt::format("zone=\"{}\"", label(zone.apex)), value(zone));
  };
  zones("torii_zone_serial", "Serial of the zone served.", [](const ServedZone& zone) { return zone.serial.value; });
  zones("torii_zone_records", "Records in the zone served.", [](const ServedZone& zone) { return zone.records; });
  zones("torii_zone_delegations", "Delegations in the zone served.",
        [](const ServedZone& zone) { return zone.delegations; });
}

void append(std::string& line, std::string_view name, std::uint64_t value) {
  if (value != 0) fmt::format_to(std::back_inserter(line), " {}={}", name, value);
}

}  // namespace

std::string prometheus_text(const CounterTotals& totals, const ImageStatus& image, const ServerFacts& facts) {
  Page page;
  page.family("torii_build_info", "gauge", "Always 1; the version is a label.");
  page.sample(fmt::format("version=\"{}\"", label(TORII_VERSION)), 1);
  page.single("torii_start_time_seconds", "gauge", "Unix time of the start.", facts.started_seconds);
  page.single("torii_workers", "gauge", "Worker threads.", facts.workers);
  write_queries(page, totals);
  write_transports(page, totals, facts);
  write_rates(page, totals);
  write_image(page, image);
  return page.take();
}

std::vector<std::string> counter_lines(const CounterTotals& totals, const ImageStatus& image) {
  constexpr std::array<std::string_view, static_cast<std::size_t>(QueryEvent::Count)> kEvents{
      "received", "silent", "truncated", "edns", "do", "referrals", "octets"};
  std::vector<std::string> lines;
  for (std::size_t t = 0; t < kTransportNames.size(); ++t) {
    const auto& cells = totals.transport[t];
    std::string line = fmt::format("counters {}:", kTransportNames[t]);
    for (std::size_t i = 0; i < kEvents.size(); ++i) append(line, kEvents[i], cells.event[i]);
    for (std::size_t i = 0; i < kCountedRcodeNames.size(); ++i) append(line, kCountedRcodeNames[i], cells.rcode[i]);
    for (std::size_t i = 0; i < kCountedTypeNames.size(); ++i)
      append(line, fmt::format("type.{}", kCountedTypeNames[i]), cells.type[i]);
    for (std::size_t i = 1; i < kCookieStateNames.size(); ++i)
      append(line, fmt::format("cookie.{}", kCookieStateNames[i]), cells.cookie[i]);
    lines.push_back(std::move(line));
  }
  std::string events = "counters udp events:";
  for (std::size_t i = 0; i < kUdpEventNames.size(); ++i) append(events, kUdpEventNames[i], totals.udp[i]);
  lines.push_back(std::move(events));
  std::string tcp = "counters tcp connections:";
  constexpr std::array<std::string_view, static_cast<std::size_t>(TcpGauge::Count)> kGauges{"accepted", "accept_failed",
                                                                                            "open", "high_water"};
  for (std::size_t i = 0; i < kGauges.size(); ++i) append(tcp, kGauges[i], totals.tcp[i]);
  for (std::size_t i = 0; i < kCloseReasonNames.size(); ++i)
    append(tcp, fmt::format("closed.{}", kCloseReasonNames[i]), totals.closed[i]);
  lines.push_back(std::move(tcp));
  std::string rates = "counters rrl:";
  constexpr std::array<std::string_view, static_cast<std::size_t>(RateOutcome::Count)> kOutcomes{
      "within", "slipped", "dropped", "dry_run", "exempt_prefix", "exempt_cookie"};
  for (std::size_t i = 0; i < kRateClasses; ++i)
    for (std::size_t o = 0; o < kOutcomes.size(); ++o)
      append(rates, fmt::format("{}.{}", kRateClassNames[i], kOutcomes[o]), totals.rate[i][o]);
  append(rates, "accounts", totals.rate_table[static_cast<std::size_t>(RateGauge::Used)]);
  append(rates, "evictions", totals.rate_table[static_cast<std::size_t>(RateGauge::Evictions)]);
  lines.push_back(std::move(rates));
  lines.push_back(fmt::format("counters image: generation={} swaps={} refused={} ready={}", image.generation,
                              image.swaps, image.refused, image.is_ready()));
  return lines;
}

std::string top_json(const std::vector<Talker>& talkers, const RateLimitSettings& settings, RateClock now) {
  std::string list;
  for (std::size_t i = 0; i < std::min(talkers.size(), kTopShown); ++i) {
    const auto& talker = talkers[i];
    // What a worker counted since `now` was read is not from the future.
    const auto age = static_cast<std::int32_t>(static_cast<RateClock>(now - talker.last));
    fmt::format_to(std::back_inserter(list), R"({}{{"prefix":"{}","limited":{},"overcount_max":{},"seconds_ago":{}}})",
                   list.empty() ? "" : ",", shown_prefix(talker, settings).text(), talker.count, talker.overcount_max,
                   std::max(age, 0) / 1000);
  }
  return fmt::format("{{\"limited\":[{}]}}\n", list);
}

std::string top_line(const std::vector<Talker>& talkers, const RateLimitSettings& settings) {
  constexpr std::size_t kShown = 10;
  std::string line;
  for (std::size_t i = 0; i < std::min(talkers.size(), kShown); ++i)
    append(line, shown_prefix(talkers[i], settings).text(), talkers[i].count);
  return line.empty() ? line : "limited most:" + line;
}

std::string readiness_json(const ImageStatus& status) {
  std::string zones;
  for (const auto& zone : status.zones)
    fmt::format_to(std::back_inserter(zones), R"({}{{"zone":"{}","serial":{},"records":{},"delegations":{}}})",
                   zones.empty() ? "" : ",", json_escaped(zone.apex), zone.serial.value, zone.records,
                   zone.delegations);
  return fmt::format(R"({{"ready":{},"draining":{},"generation":{},"verification":"{}","refused":"{}","zones":[{}]}})"
                     "\n",
                     status.is_ready(), status.draining, status.generation,
                     kVerificationNames[static_cast<std::size_t>(status.verification)],
                     json_escaped(status.last_refusal), zones);
}

}  // namespace torii::server
