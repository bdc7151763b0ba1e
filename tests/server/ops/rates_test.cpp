// Rate limits as an operator sets and sees them: keys of [rrl], samples, /top.
#include <gtest/gtest.h>

#include <memory>

#include "server/ops/config.hpp"
#include "server/ops/metrics.hpp"

namespace torii::server {
namespace {

using Lines = std::vector<std::string>;

TEST(RateConfig, TakesEveryKey) {
  Settings settings;
  const auto errors = apply_config(R"(
[udp]
drop_source_ports = [7, 53]
[rrl]
mode = "dry-run"
responses_per_second = 50
referrals_per_second = 60
nodata_per_second = 70
nxdomains_per_second = 0
errors_per_second = 5
all_per_second = 1000
window_seconds = 5
slip = 3
ipv4_prefix_length = 32
ipv6_prefix_length = 64
table_size = 1024
exempt = ["192.0.2.0/24", "2001:db8::1"]
)",
                                   "t.toml", settings);
  EXPECT_EQ(errors, Lines{});
  EXPECT_EQ(settings.udp.drop_source_ports, (std::vector<std::uint16_t>{7, 53}));
  const auto& rrl = settings.rrl;
  EXPECT_EQ(rrl.mode, RateMode::DryRun);
  const std::array<std::uint32_t, kRateClasses> rates{5, 50, 70, 0, 60, 1000};  // as RateClass
  for (std::size_t i = 0; i < kRateClasses; ++i) EXPECT_EQ(rrl.rate(static_cast<RateClass>(i)), rates[i]) << i;
  EXPECT_EQ(rrl.window_seconds, 5U);
  EXPECT_EQ(rrl.slip, 3U);
  EXPECT_EQ(rrl.ipv4_prefix_length, 32U);
  EXPECT_EQ(rrl.ipv6_prefix_length, 64U);
  EXPECT_EQ(rrl.table_size, 1024U);
  ASSERT_EQ(rrl.exempt.size(), 2U);
  EXPECT_EQ(rrl.exempt[0].text(), "192.0.2.0/24");
  EXPECT_EQ(rrl.exempt[1].text(), "2001:db8::1/128");
}

TEST(RateConfig, AClassWithoutARateHasTheCommonOne) {
  Settings settings;
  ASSERT_EQ(apply_config("[rrl]\nresponses_per_second = 7\n", "t.toml", settings), Lines{});
  EXPECT_EQ(settings.rrl.mode, RateMode::Off);
  for (const auto which :
       {RateClass::Error, RateClass::Positive, RateClass::NoData, RateClass::NxDomain, RateClass::Referral})
    EXPECT_EQ(settings.rrl.rate(which), 7U);
  EXPECT_EQ(settings.rrl.rate(RateClass::All), 0U);
}

TEST(RateConfig, SaysWhatIsWrong) {
  const std::pair<std::string, std::string> table[] = {
      {"[rrl]\nmode = \"dry\"\n", "t.toml:2:8: error: rrl.mode must be \"off\" or \"dry-run\" or \"on\""},
      {"[rrl]\nslip = 101\n", "t.toml:2:8: error: rrl.slip must be an integer from 0 to 100, not 101"},
      {"[rrl]\nipv4_prefix_length = 33\n",
       "t.toml:2:22: error: rrl.ipv4_prefix_length must be an integer from 0 to 32, not 33"},
      {"[rrl]\nerrors_per_second = -1\n",
       "t.toml:2:21: error: rrl.errors_per_second must be an integer from 0 to 1000000, not -1"},
      {"[rrl]\nexempt = [\"192.0.2.1/24\"]\n",
       "t.toml:2:10: error: rrl.exempt must be a list of at most 4096 prefixes, as strings; '192.0.2.1/24' is no "
       "prefix: there are bits behind its length (like 192.0.2.0/24 or 2001:db8::/32)"},
      {"[rrl]\nexempt = [7]\n", "t.toml:2:10: error: rrl.exempt must be a list of at most 4096 prefixes, as strings"},
      {"[udp]\ndrop_source_ports = [0]\n",
       "t.toml:2:21: error: udp.drop_source_ports must be a list of at most 16 ports, 1 to 65535"},
  };
  for (const auto& [text, expected] : table) {
    Settings settings;
    EXPECT_EQ(apply_config(text, "t.toml", settings), Lines{expected}) << text;
  }
}

TEST(RateMetrics, ShowEachClassAndTheTable) {
  const auto worker = std::make_unique<WorkerCounters>();
  for (const auto outcome : {RateOutcome::Within, RateOutcome::Slipped, RateOutcome::Dropped, RateOutcome::Dropped,
                             RateOutcome::DryRun, RateOutcome::ExemptPrefix, RateOutcome::ExemptCookie})
    worker->count(RateVerdict{outcome, RateClass::Referral});
  AnswerReport held;
  held.responded = true;
  worker->count(Transport::Udp, held, 0);
  RateTable table{64, 15};
  const auto budget = RateBudget::of(1, 15, 1);
  table.spend(1, 0, budget, 0);
  worker->show(table);
  CounterTotals totals;
  add_to(totals, *worker);
  add_to(totals, *worker);
  const auto text = prometheus_text(totals, {}, {});
  for (const auto* line :
       {"torii_rrl_limited_total{class=\"referral\"} 8\n", "torii_rrl_slipped_total{class=\"referral\"} 2\n",
        "torii_rrl_dropped_total{class=\"referral\"} 4\n", "torii_rrl_dropped_total{class=\"all\"} 0\n",
        "torii_rrl_exempt_total{class=\"referral\",by=\"prefix\"} 2\n",
        "torii_rrl_exempt_total{class=\"referral\",by=\"cookie\"} 2\n", "torii_rrl_accounts_max 128\n",
        "torii_rrl_accounts_used 2\n", "torii_rrl_evictions_total 0\n",
        "torii_queries_silent_total{transport=\"udp\"} 0\n", "torii_queries_total{transport=\"udp\"} 2\n"})
    EXPECT_NE(text.find(line), std::string::npos) << line;
  EXPECT_EQ(counter_lines(totals, {}).at(4),
            "counters rrl: referral.slipped=2 referral.dropped=4 referral.dry_run=2 referral.exempt_prefix=2 "
            "referral.exempt_cookie=2 accounts=2");
}

TEST(Top, IsJsonWithTheMostLimitedFirst) {
  const RateLimitSettings settings;
  EXPECT_EQ(top_json({}, settings, 0), "{\"limited\":[]}\n");
  EXPECT_EQ(top_line({}, settings), "");
  const std::vector<Talker> talkers{{ClientPrefix::parse("192.0.2.0/24")->address, 9, 1, 1000},
                                    {ClientPrefix::parse("2001:db8::/56")->address, 4, 0, 99'000}};
  EXPECT_EQ(top_json(talkers, settings, 98'999),
            "{\"limited\":[{\"prefix\":\"192.0.2.0/24\",\"limited\":9,\"overcount_max\":1,\"seconds_ago\":97},"
            "{\"prefix\":\"2001:db8::/56\",\"limited\":4,\"overcount_max\":0,\"seconds_ago\":0}]}\n");
  EXPECT_EQ(top_line(talkers, settings), "limited most: 192.0.2.0/24=9 2001:db8::/56=4");
  EXPECT_EQ(top_line(std::vector<Talker>(50, talkers[0]), settings).size(), 13U + 10 * 15);
}

}  // namespace
}  // namespace torii::server
