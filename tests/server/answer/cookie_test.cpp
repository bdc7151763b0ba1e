// Server cookies against the test vectors of RFC 9018 appendix A, and the times and lengths around their limits.
#include "server/answer/cookie.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace torii::server {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes hex(std::string_view text) {
  Bytes out;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2)
    out.push_back(static_cast<std::uint8_t>(std::stoul(std::string{text.substr(i, 2)}, nullptr, 16)));
  return out;
}

CookieSecrets secrets(std::initializer_list<std::string_view> texts) {
  CookieSecrets all;
  for (const auto text : texts) all.keys.at(all.count++) = cookie_key_from_hex(text).value();
  return all;
}

Bytes reply(const CookieSecrets& keys, const Bytes& option, const Bytes& address, std::uint32_t now) {
  const auto made = check_cookie(keys, option, address, now);
  return {made.cookie.begin(), made.cookie.end()};
}

constexpr std::string_view kSecret = "e5e973e5a6b2a43f48e7dc849e37bfcf";
const Bytes kClient{198, 51, 100, 100};
const Bytes kOther{203, 0, 113, 203};
constexpr std::uint32_t kLearned = 1559731985;

TEST(Cookie, LearningANewOne) {  // RFC 9018 appendix A.1
  const auto option = hex("2464c4abcf10c957");
  EXPECT_EQ(check_cookie(secrets({kSecret}), option, kClient, kLearned).state, CookieState::ClientOnly);
  EXPECT_EQ(reply(secrets({kSecret}), option, kClient, kLearned),
            hex("2464c4abcf10c957010000005cf79f111f8130c3eee29480"));
}

TEST(Cookie, RenewedAfterFortyMinutes) {  // RFC 9018 appendix A.2
  const auto option = hex("2464c4abcf10c957010000005cf79f111f8130c3eee29480");
  EXPECT_EQ(check_cookie(secrets({kSecret}), option, kClient, 1559734385).state, CookieState::Valid);
  EXPECT_EQ(reply(secrets({kSecret}), option, kClient, 1559734385),
            hex("2464c4abcf10c957010000005cf7a871d4a564a1442aca77"));
}

TEST(Cookie, ReservedOctetsCountAsTheyCome) {  // RFC 9018 appendix A.3, whose reply comes after more than an hour
  const auto option = hex("fc93fc62807ddb8601abcdef5cf78f71a314227b6679ebf5");
  EXPECT_EQ(check_cookie(secrets({kSecret}), option, kOther, 1559727985 + 60).state, CookieState::Valid);
  EXPECT_EQ(reply(secrets({kSecret}), option, kOther, 1559734700),
            hex("fc93fc62807ddb86010000005cf7a9acf73a7810aca2381e"));
}

TEST(Cookie, OfTheSecretBefore) {  // RFC 9018 appendix A.4
  const auto address = hex("20010db80220000159ded0f4876982b8");
  const auto option = hex("22681ab97d52c298010000005cf7c57926556bd0934c72f8");
  const auto both = secrets({"445536bcd2513298075a5d379663c962", "dd3bdf9344b678b185a6f5cb60fca715"});
  EXPECT_EQ(check_cookie(both, option, address, 1559741961).state, CookieState::Valid);
  EXPECT_EQ(reply(both, option, address, 1559741961), hex("22681ab97d52c298010000005cf7c609a6bb79d16625507a"));
  EXPECT_EQ(check_cookie(secrets({"445536bcd2513298075a5d379663c962"}), option, address, 1559741961).state,
            CookieState::Bad);
}

TEST(Cookie, TimesAtTheirLimits) {  // RFC 9018 section 4.3
  const auto keys = secrets({kSecret});
  for (const std::uint32_t made : {kLearned, 0xFFFF'FFF0U, 0U}) {  // the time wraps
    const auto client = hex("2464c4abcf10c957");
    const auto option = reply(keys, client, kClient, made);
    const auto state = [&](std::int64_t later) {
      return check_cookie(keys, option, kClient, static_cast<std::uint32_t>(made + later)).state;
    };
    EXPECT_EQ(state(3600), CookieState::Valid);
    EXPECT_EQ(state(3601), CookieState::Bad);
    EXPECT_EQ(state(-300), CookieState::Valid);
    EXPECT_EQ(state(-301), CookieState::Bad);
    EXPECT_EQ(state(0x8000'0000LL), CookieState::Bad);
    EXPECT_EQ(reply(keys, option, kClient, made + 1800), option) << "kept for half an hour";
    EXPECT_NE(reply(keys, option, kClient, made + 1801), option);
  }
}

TEST(Cookie, EveryBitMatters) {
  const auto keys = secrets({kSecret});
  const auto good = hex("2464c4abcf10c957010000005cf79f111f8130c3eee29480");
  ASSERT_EQ(check_cookie(keys, good, kClient, kLearned).state, CookieState::Valid);
  for (std::size_t bit = 0; bit < 8 * good.size(); ++bit) {
    auto bad = good;
    bad[bit / 8] = static_cast<std::uint8_t>(bad[bit / 8] ^ 1U << (bit % 8));
    EXPECT_EQ(check_cookie(keys, bad, kClient, kLearned).state, CookieState::Bad) << bit;
  }
  EXPECT_EQ(check_cookie(keys, good, kOther, kLearned).state, CookieState::Bad);
}

TEST(Cookie, ForeignLengthsAreBadOnesNotErrors) {
  for (std::size_t length = 0; length <= 48; ++length) {
    const Bytes option(length, 1);
    const auto state = check_cookie(secrets({kSecret}), option, kClient, kLearned).state;
    const auto expected = length == 8                    ? CookieState::ClientOnly
                          : length >= 16 && length <= 40 ? CookieState::Bad
                                                         : CookieState::None;
    EXPECT_EQ(state, expected) << length;
  }
}

TEST(Cookie, SecretsAreThirtyTwoDigits) {
  EXPECT_TRUE(cookie_key_from_hex("E5E973e5a6b2a43f48e7dc849e37bfcf"));
  for (const auto* text : {"", "e5e973e5a6b2a43f48e7dc849e37bfc", "e5e973e5a6b2a43f48e7dc849e37bfcf0",
                           "g5e973e5a6b2a43f48e7dc849e37bfcf", "e5e973e5a6b2a43f48e7dc849e37bfc "})
    EXPECT_FALSE(cookie_key_from_hex(text)) << text;
}

}  // namespace
}  // namespace torii::server
