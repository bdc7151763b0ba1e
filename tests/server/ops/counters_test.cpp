#include "server/ops/counters.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <sstream>
#include <string>

#include "server/limits/descriptors.hpp"
#include "server/ops/metrics.hpp"

namespace torii::server {
namespace {

AnswerReport report(dns::Rcode rcode, dns::RrType type) {
  AnswerReport made;
  made.rcode = rcode;
  made.qtype = type;
  made.responded = true;
  return made;
}

CounterTotals sample_totals() {
  const auto worker = std::make_unique<WorkerCounters>();
  auto referral = report(dns::Rcode::NoError, dns::RrType::AAAA);
  referral.referral = referral.edns = referral.dnssec_ok = referral.truncated = true;
  worker->count(Transport::Udp, referral, 300);
  worker->count(Transport::Udp, report(dns::Rcode::NXDomain, dns::RrType::A), 100);
  worker->count(Transport::Tcp, report(dns::Rcode::BADVERS, dns::RrType{65280}), 40);
  worker->count(Transport::Tcp, report(static_cast<dns::Rcode>(4000), dns::RrType{}), 12);
  auto refused = report(dns::Rcode::BADCOOKIE, dns::RrType::A);
  refused.cookie = CookieState::Bad;
  worker->count(Transport::Udp, refused, 80);
  worker->count(Transport::Udp, AnswerReport{}, 0);
  worker->count(UdpEvent::SourcePortZero);
  worker->accepted();
  worker->accepted();
  worker->ended(CloseReason::EvictedIdle);
  CounterTotals totals;
  add_to(totals, *worker);
  add_to(totals, *worker);
  return totals;
}

std::string page() {
  ImageStatus image;
  image.loaded = true;
  image.generation = 7;
  image.zones.push_back({R"(q"x\\.)", dns::Serial{2026}, 10, 3});
  image.verification = Verification::Passed;
  return prometheus_text(sample_totals(), image, {1700000000.5, 2, 100});
}

TEST(Counters, AddUpOverWorkers) {
  const auto text = page();
  for (const auto* line : {
           "torii_queries_total{transport=\"udp\"} 8\n",
           "torii_queries_silent_total{transport=\"udp\"} 2\n",
           "torii_responses_total{transport=\"udp\",rcode=\"NOERROR\"} 2\n",
           "torii_responses_total{transport=\"udp\",rcode=\"NXDOMAIN\"} 2\n",
           "torii_responses_total{transport=\"tcp\",rcode=\"BADVERS\"} 2\n",
           "torii_responses_total{transport=\"udp\",rcode=\"BADCOOKIE\"} 2\n",
           "torii_queries_cookie_total{transport=\"udp\",state=\"bad\"} 2\n",
           "torii_queries_cookie_total{transport=\"udp\",state=\"valid\"} 0\n",
           "torii_responses_total{transport=\"tcp\",rcode=\"other\"} 2\n",
           "torii_queries_by_type_total{transport=\"udp\",type=\"AAAA\"} 2\n",
           "torii_queries_by_type_total{transport=\"tcp\",type=\"other\"} 2\n",
           "torii_responses_referral_total{transport=\"udp\"} 2\n",
           "torii_responses_truncated_total{transport=\"udp\"} 2\n",
           "torii_response_octets_total{transport=\"udp\"} 960\n",
           "torii_udp_events_total{event=\"source_port_zero\"} 2\n",
           "torii_tcp_accepted_total 4\n",
           "torii_tcp_connections_open 2\n",
           "torii_tcp_connections_high_water 4\n",
           "torii_tcp_closed_total{reason=\"evicted_idle\"} 2\n",
           "torii_image_generation 7\n",
           "torii_ready 1\n",
           "torii_zone_serial{zone=\"q\\\"x\\\\\\\\.\"} 2026\n",
       })
    EXPECT_NE(text.find(line), std::string::npos) << line;
}

/// A label set in braces: name="value" pairs, commas between them, quotes and backslashes in values escaped.
bool is_label_set(std::string_view text) {
  while (!text.empty()) {
    const auto equals = text.find("=\"");
    if (equals == 0 || equals == std::string_view::npos) return false;
    text.remove_prefix(equals + 2);
    while (!text.empty() && text[0] != '"') text.remove_prefix(text[0] == '\\' && text.size() > 1 ? 2 : 1);
    if (text.empty()) return false;
    text.remove_prefix(1);
    if (text.empty()) return true;
    if (text[0] != ',') return false;
    text.remove_prefix(1);
  }
  return false;
}

// Prometheus text exposition format: HELP and TYPE once before their samples, no sample twice, counters end in _total.
TEST(Counters, PageIsWellFormed) {
  std::istringstream lines{page()};
  std::string family;
  std::string line;
  std::set<std::string> families;
  std::set<std::string> samples;
  while (std::getline(lines, line)) {
    std::istringstream words{line};
    std::string hash;
    std::string kind;
    std::string name;
    if (line.starts_with("# HELP ")) {
      words >> hash >> kind >> family;
      EXPECT_TRUE(families.insert(family).second) << line;
      EXPECT_GT(line.size(), 7 + family.size() + 10) << line;  // and some help
    } else if (line.starts_with("# TYPE ")) {
      words >> hash >> kind >> name >> kind;
      EXPECT_EQ(name, family);
      EXPECT_EQ(kind, family.ends_with("_total") ? "counter" : "gauge") << line;
    } else {
      const auto space = line.rfind(' ');
      ASSERT_NE(space, std::string::npos) << line;
      const auto sample = line.substr(0, space);
      EXPECT_TRUE(samples.insert(sample).second) << line;
      const auto brace = sample.find('{');
      EXPECT_EQ(sample.substr(0, brace), family);
      if (brace != std::string::npos) {
        EXPECT_EQ(sample.back(), '}') << line;
        EXPECT_TRUE(is_label_set(std::string_view{sample}.substr(brace + 1, sample.size() - brace - 2))) << line;
      }
      std::size_t read = 0;
      static_cast<void>(std::stod(line.substr(space + 1), &read));
      EXPECT_EQ(read, line.size() - space - 1) << line;
    }
  }
  EXPECT_GT(families.size(), 20U);
}

TEST(Counters, LinesLeaveOutWhatIsZero) {
  const auto lines = counter_lines(sample_totals(), {});
  ASSERT_EQ(lines.size(), 6U);
  EXPECT_NE(lines[0].find(" received=8"), std::string::npos) << lines[0];
  EXPECT_EQ(lines[0].find("SERVFAIL"), std::string::npos) << lines[0];
  EXPECT_NE(lines[3].find(" closed.evicted_idle=2"), std::string::npos) << lines[3];
}

TEST(Counters, WorkersShareNoCacheLine) {
  static_assert(alignof(WorkerCounters) >= 128);
  static_assert(sizeof(WorkerCounters) % 128 == 0);
}

TEST(Readiness, NeedsASoundImage) {
  ImageStatus status;
  EXPECT_FALSE(status.is_ready());
  EXPECT_EQ(readiness_json(status),
            "{\"ready\":false,\"draining\":false,\"generation\":0,\"verification\":\"none\",\"refused\":\"\","
            "\"zones\":[]}\n");
  status.loaded = true;
  status.generation = 3;
  status.zones.push_back({"jp.", dns::Serial{5}, 100, 30});
  for (const auto good : {Verification::None, Verification::Running, Verification::Passed}) {
    status.verification = good;
    EXPECT_TRUE(status.is_ready());
  }
  status.last_refusal = "bad \"image\"";
  EXPECT_EQ(readiness_json(status),
            "{\"ready\":true,\"draining\":false,\"generation\":3,\"verification\":\"passed\","
            "\"refused\":\"bad \\\"image\\\"\",\"zones\":[{\"zone\":\"jp.\",\"serial\":5,\"records\":100,"
            "\"delegations\":30}]}\n");
  status.verification = Verification::Failed;
  EXPECT_FALSE(status.is_ready());
  status.verification = Verification::Passed;
  status.draining = true;
  EXPECT_FALSE(status.is_ready());
}

TEST(ConnectionCap, StaysBelowTheDescriptors) {
  EXPECT_EQ(connection_cap(0, 1024, 80, 2), 512U);
  EXPECT_EQ(connection_cap(0, 1'000'000, 80, 2), 10'000U);
  EXPECT_EQ(connection_cap(50'000, 1'000'000, 80, 2), 50'000U);
  EXPECT_EQ(connection_cap(50'000, 1024, 80, 2), 944U);
  EXPECT_EQ(connection_cap(0, 64, 80, 4), 4U);  // never less than one a worker
}

}  // namespace
}  // namespace torii::server
