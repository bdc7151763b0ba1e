// Which responses are too many: classes, prefixes, exemptions, dry run, and a flood from ten thousand prefixes.
#include "server/limits/rate_limiter.hpp"

#include <gtest/gtest.h>

#include <map>

#include "tests/support/ask.hpp"
#include "tests/support/compiled_zones.hpp"
#include "tests/support/counting_new.hpp"

namespace torii::server {
namespace {

using dns::RrType;

constexpr dns::SipHashKey kKey{0x0123'4567'89AB'CDEFULL, 0xFEDC'BA98'7654'3210ULL};

struct Query {
  std::vector<std::uint8_t> request;
  AnswerReport report;
};

/// What respond() makes of a question about a small zone.
Query query(const std::string& name, RrType type = RrType::A) {
  static auto zones = testing::compile(
      "$TTL 3600\n@ SOA ns hostmaster 1 1800 900 604800 900\n@ NS ns\nns A 192.0.2.1\nwww A 192.0.2.80\n"
      "*.wild A 192.0.2.81\nold DNAME www\ncut NS ns.cut\nns.cut A 192.0.2.2\ntwo NS ns.cut\n",
      "example.");
  Query made;
  made.request = testing::make_query({.name = name, .type = type});
  std::vector<std::uint8_t> response(4096);
  EXPECT_GT(respond(zones.view(), {}, Transport::Udp, made.request, response, made.report).value, 0U);
  return made;
}

ClientAddress client(std::string_view text) { return ClientPrefix::parse(text)->address; }

RateLimitSettings settings(std::uint32_t rate) {
  RateLimitSettings made;
  made.mode = RateMode::On;
  made.responses_per_second = rate;
  made.slip = 0;
  return made;
}

RateVerdict judge(RateLimiter& limiter, std::string_view from, const Query& asked, RateClock now = 0) {
  return limiter.judge(client(from), asked.report, asked.request, now);
}

/// True when `second` is counted with `first` (whose account is emptied here).
bool shares_account(const Query& first, const Query& second, std::string_view first_from = "192.0.2.1",
                    std::string_view second_from = "192.0.2.1") {
  RateLimiter limiter{settings(1), 1, kKey};
  EXPECT_EQ(judge(limiter, first_from, first).outcome, RateOutcome::Within);
  EXPECT_EQ(judge(limiter, first_from, first).outcome, RateOutcome::Dropped);
  return judge(limiter, second_from, second).outcome == RateOutcome::Dropped;
}

TEST(RateLimiter, CountsByWhatTheResponseCameFrom) {
  EXPECT_TRUE(shares_account(query("www.example."), query("WWW.exAMPle.")));
  EXPECT_FALSE(shares_account(query("www.example."), query("ns.example.")));
  EXPECT_FALSE(shares_account(query("example.", RrType::NS), query("example.", RrType::SOA))) << "QTYPE";
  EXPECT_TRUE(shares_account(query("a.wild.example."), query("b.c.wild.example."))) << "one wildcard";
  EXPECT_TRUE(shares_account(query("a.old.example."), query("b.old.example."))) << "one DNAME";
  EXPECT_TRUE(shares_account(query("a.cut.example."), query("b.cut.example.", RrType::TXT))) << "one cut";
  EXPECT_FALSE(shares_account(query("a.cut.example."), query("a.two.example."))) << "two cuts";
  EXPECT_TRUE(shares_account(query("no.example."), query("a.b.c.example.", RrType::MX))) << "one zone";
  EXPECT_TRUE(shares_account(query("www.example.", RrType::MX), query("ns.example.", RrType::TXT))) << "NODATA";
  EXPECT_FALSE(shares_account(query("no.example."), query("www.example.", RrType::MX))) << "NXDOMAIN and NODATA";
  EXPECT_TRUE(shares_account(query("a.test."), query("b.invalid.", RrType::NS))) << "errors are one";
  auto malformed = query("a.test.");
  malformed.report = {};
  malformed.report.responded = true;
  malformed.report.rcode = dns::Rcode::FormErr;
  EXPECT_TRUE(shares_account(query("a.test."), malformed)) << "FORMERR with REFUSED";
}

TEST(RateLimiter, CountsByPrefix) {
  const auto asked = query("www.example.");
  EXPECT_TRUE(shares_account(asked, asked, "192.0.2.1", "192.0.2.255"));
  EXPECT_FALSE(shares_account(asked, asked, "192.0.2.1", "192.0.3.1"));
  EXPECT_TRUE(shares_account(asked, asked, "2001:db8:0:1ff::", "2001:db8:0:100::1"));
  EXPECT_FALSE(shares_account(asked, asked, "2001:db8:0:1ff::", "2001:db8:0:200::"));
  auto narrow = settings(1);
  narrow.ipv4_prefix_length = 32;
  narrow.ipv6_prefix_length = 128;
  RateLimiter limiter{narrow, 1, kKey};
  for (const auto* from : {"192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8::2"}) {
    EXPECT_EQ(judge(limiter, from, asked).outcome, RateOutcome::Within) << from;
    EXPECT_EQ(judge(limiter, from, asked).outcome, RateOutcome::Dropped) << from;
  }
  EXPECT_EQ(limiter.prefix_of(client("192.0.2.7")).text(), "192.0.2.7/32");
}

TEST(RateLimiter, EachClassHasItsRate) {
  auto each = settings(2);
  each.referrals_per_second = 3;
  each.nodata_per_second = 4;
  each.nxdomains_per_second = 5;
  each.errors_per_second = 0;
  RateLimiter limiter{each, 1, kKey};
  const auto within = [&](const Query& asked) {
    int count = 0;
    for (int i = 0; i < 20; ++i) count += judge(limiter, "192.0.2.1", asked).outcome == RateOutcome::Within ? 1 : 0;
    return count;
  };
  EXPECT_EQ(within(query("www.example.")), 2);
  EXPECT_EQ(within(query("cut.example.")), 3);
  EXPECT_EQ(within(query("www.example.", RrType::MX)), 4);
  EXPECT_EQ(within(query("no.example.")), 5);
  EXPECT_EQ(within(query("a.test.")), 20);
}

TEST(RateLimiter, AllIsTheirSum) {
  auto all = settings(10);
  all.all_per_second = 3;
  RateLimiter limiter{all, 1, kKey};
  for (const auto* name : {"www.example.", "ns.example.", "cut.example."})
    EXPECT_EQ(judge(limiter, "192.0.2.1", query(name)).outcome, RateOutcome::Within);
  const auto verdict = judge(limiter, "192.0.2.200", query("two.example."));
  EXPECT_EQ(verdict.outcome, RateOutcome::Dropped);
  EXPECT_EQ(verdict.by, RateClass::All);
  EXPECT_EQ(judge(limiter, "192.0.3.1", query("two.example.")).outcome, RateOutcome::Within);
}

TEST(RateLimiter, ExemptsPrefixesAndCookies) {
  auto exempt = settings(1);
  exempt.exempt = {*ClientPrefix::parse("192.0.2.128/25"), *ClientPrefix::parse("2001:db8::/32")};
  RateLimiter limiter{exempt, 1, kKey};
  const auto asked = query("www.example.");
  auto with_cookie = asked;
  with_cookie.report.cookie = CookieState::Valid;
  for (int i = 0; i < 100; ++i) {
    ASSERT_EQ(judge(limiter, "192.0.2.128", asked).outcome, RateOutcome::ExemptPrefix);
    ASSERT_EQ(judge(limiter, "2001:db8::1", asked).outcome, RateOutcome::ExemptPrefix);
    ASSERT_EQ(judge(limiter, "192.0.2.1", with_cookie).outcome, RateOutcome::ExemptCookie);
  }
  EXPECT_EQ(limiter.table().used(), 0U) << "they leave no trace";
  EXPECT_EQ(judge(limiter, "192.0.2.1", asked).outcome, RateOutcome::Within);
  EXPECT_EQ(judge(limiter, "192.0.2.127", asked).outcome, RateOutcome::Dropped);
}

TEST(RateLimiter, DryRunCountsAndLetsPass) {
  auto dry = settings(1);
  dry.mode = RateMode::DryRun;
  dry.slip = 1;
  RateLimiter limiter{dry, 1, kKey};
  const auto asked = query("www.example.");
  EXPECT_EQ(judge(limiter, "192.0.2.1", asked).outcome, RateOutcome::Within);
  EXPECT_EQ(judge(limiter, "192.0.2.1", asked).outcome, RateOutcome::DryRun);
  std::vector<Talker> talkers;
  limiter.talkers().read(talkers);
  ASSERT_EQ(talkers.size(), 1U);
  EXPECT_EQ(talkers[0].prefix, client("192.0.2.0"));
}

TEST(RateLimiter, OffIsOff) {
  RateLimitSettings off;
  off.responses_per_second = 1;
  RateLimiter limiter{off, 1, kKey};
  for (int i = 0; i < 100; ++i)
    ASSERT_EQ(judge(limiter, "192.0.2.1", query("www.example.")).outcome, RateOutcome::Within);
  EXPECT_EQ(limiter.table().used(), 0U);
}

TEST(RateLimiter, WhereAnAccountIsDependsOnTheKey) {
  // Eight accounts in two buckets: which of them meet is another matter under another key.
  std::map<std::uint64_t, int> outcomes;
  for (std::uint64_t key = 0; key < 16; ++key) {
    auto small = settings(1);
    small.table_size = 8;
    RateLimiter limiter{small, 1, {key, 7}};
    const auto asked = query("www.example.");
    for (int i = 0; i < 8; ++i) judge(limiter, "10.0." + std::to_string(i) + ".1", asked);
    ++outcomes[limiter.table().evictions()];
  }
  EXPECT_GT(outcomes.size(), 1U);
}

TEST(RateLimiter, AHotPrefixAmongTenThousandIsLimitedAndTheOthersLoseNothing) {
  auto flood = settings(20);
  flood.slip = 2;
  flood.table_size = 16'384;
  RateLimiter limiter{flood, 1, kKey};
  const auto asked = query("a.cut.example.");
  const auto address = [](std::uint32_t prefix) { return ClientAddress::v4(0x0A00'0000U + (prefix << 8) + 1); };
  constexpr std::uint32_t kPrefixes = 10'000;
  constexpr std::uint32_t kHot = 4'321;
  std::map<RateOutcome, int> hot;
  int others_lost = 0;
  const auto before = testing::allocation_count();
  // 60 s; each millisecond one query from each of 167 prefixes in turn (16.7 a second each), and 20 from the hot one.
  std::uint32_t turn = 0;
  std::array<int, static_cast<std::size_t>(RateOutcome::Count)> heard{};
  for (RateClock now = 0; now < 60'000; ++now) {
    for (int i = 0; i < 167; ++i, turn = (turn + 1) % kPrefixes) {
      if (turn == kHot) continue;
      const auto verdict = limiter.judge(address(turn), asked.report, asked.request, now);
      others_lost += verdict.outcome == RateOutcome::Within ? 0 : 1;
    }
    for (int i = 0; i < 20; ++i)
      ++heard[static_cast<std::size_t>(limiter.judge(address(kHot), asked.report, asked.request, now).outcome)];
  }
  EXPECT_EQ(testing::allocation_count(), before);
  EXPECT_EQ(others_lost, 0);
  EXPECT_EQ(heard[static_cast<std::size_t>(RateOutcome::Within)], 20);  // its first second's worth
  EXPECT_EQ(heard[static_cast<std::size_t>(RateOutcome::Slipped)], (60'000 * 20 - 20) / 2);
  EXPECT_EQ(heard[static_cast<std::size_t>(RateOutcome::Dropped)], (60'000 * 20 - 20) / 2);
  EXPECT_EQ(limiter.table().capacity(), 16'384U);
  std::vector<Talker> talkers;
  limiter.talkers().read(talkers);
  ASSERT_EQ(talkers.size(), 1U);
  EXPECT_EQ(talkers[0].prefix, masked(address(kHot), 120));
  EXPECT_EQ(talkers[0].count, 60'000U * 20 - 20);
}

TEST(RateLimiter, ATableMuchTooSmallStillLimitsTheHotOne) {
  auto flood = settings(20);
  flood.table_size = 1024;
  RateLimiter limiter{flood, 1, kKey};
  const auto asked = query("a.cut.example.");
  int hot_within = 0;
  std::uint32_t turn = 0;
  for (RateClock now = 0; now < 10'000; ++now) {
    for (int i = 0; i < 100; ++i, turn = (turn + 1) % 10'000)
      ASSERT_EQ(limiter.judge(ClientAddress::v4(0x0B00'0000U + (turn << 8)), asked.report, asked.request, now).outcome,
                RateOutcome::Within);
    for (int i = 0; i < 20; ++i)
      hot_within += limiter.judge(ClientAddress::v4(0x0A00'0001U), asked.report, asked.request, now).outcome ==
                            RateOutcome::Within
                        ? 1
                        : 0;
  }
  EXPECT_EQ(hot_within, 20) << "it is never the stalest";
  EXPECT_GT(limiter.table().evictions(), 0U);
  EXPECT_EQ(limiter.table().used(), 1024U);
}

}  // namespace
}  // namespace torii::server
