#include "server/ops/counters.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <regex>
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
           "torii_queries_total{transport=\"udp\"} 6\n",
           "torii_queries_silent_total{transport=\"udp\"} 2\n",
           "torii_responses_total{transport=\"udp\",rcode=\"NOERROR\"} 2\n",
           "torii_responses_total{transport=\"udp\",rcode=\"NXDOMAIN\"} 2\n",
           "torii_responses_total{transport=\"tcp\",rcode=\"BADVERS\"} 2\n",
           "torii_responses_total{transport=\"tcp\",rcode=\"other\"} 2\n",
           "torii_queries_by_type_total{transport=\"udp\",type=\"AAAA\"} 2\n",
           "torii_queries_by_type_total{transport=\"tcp\",type=\"other\"} 2\n",
           "torii_responses_referral_total{transport=\"udp\"} 2\n",
           "torii_responses_truncated_total{transport=\"udp\"} 2\n",
           "torii_response_octets_total{transport=\"udp\"} 800\n",
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

// Prometheus text exposition format: HELP and TYPE once before their samples, no sample twice, counters end in _total.
TEST(Counters, PageIsWellFormed) {
  std::istringstream lines{page()};
  const std::regex help{R"(# HELP (\w+) \S.*)"};
  const std::regex type{R"(# TYPE (\w+) (counter|gauge))"};
  const std::regex sample{R"re((\w+)(\{\w+="([^"\\\n]|\\.)*"(,\w+="([^"\\\n]|\\.)*")*\})? -?[0-9.e+]+)re"};
  std::string family;
  std::string line;
  std::set<std::string> families;
  std::set<std::string> samples;
  std::smatch match;
  while (std::getline(lines, line)) {
    if (std::regex_match(line, match, help)) {
      family = match[1];
      EXPECT_TRUE(families.insert(family).second) << line;
    } else if (std::regex_match(line, match, type)) {
      EXPECT_EQ(match[1], family);
      EXPECT_EQ(match[2] == "counter", family.ends_with("_total")) << line;
    } else {
      ASSERT_TRUE(std::regex_match(line, match, sample)) << line;
      EXPECT_EQ(match[1], family);
      EXPECT_TRUE(samples.insert(line.substr(0, line.rfind(' '))).second) << line;
    }
  }
  EXPECT_GT(families.size(), 20U);
}

TEST(Counters, LinesLeaveOutWhatIsZero) {
  const auto lines = counter_lines(sample_totals(), {});
  ASSERT_EQ(lines.size(), 5U);
  EXPECT_NE(lines[0].find(" received=6"), std::string::npos) << lines[0];
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
