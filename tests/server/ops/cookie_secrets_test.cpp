// Secrets of cookies: the file's form, where they come from, and what is refused with which words.
#include "server/ops/cookie_secrets.hpp"

#include <gtest/gtest.h>

#include "server/ops/answer_settings.hpp"
#include "server/ops/config.hpp"

namespace torii::server {
namespace {

const std::string kFirst = "e5e973e5a6b2a43f48e7dc849e37bfcf";
const std::string kSecond = "445536bcd2513298075a5d379663c962";

TEST(CookieSecrets, ALineEach) {
  const auto secrets = parse_cookie_secrets("# shared\n\n" + kFirst + " \r\n" + kSecond);
  ASSERT_TRUE(secrets) << secrets.error();
  EXPECT_EQ(secrets->count, 2);
  EXPECT_EQ(secrets->keys[0].high, cookie_key_from_hex(kFirst)->high);
  EXPECT_EQ(secrets->keys[1].high, cookie_key_from_hex(kSecond)->high);
}

TEST(CookieSecrets, ErrorsNameTheLineAndNotTheSecret) {
  EXPECT_EQ(parse_cookie_secrets("").error(), "no secret in it");
  EXPECT_EQ(parse_cookie_secrets("# none\n").error(), "no secret in it");
  EXPECT_EQ(parse_cookie_secrets(kFirst + "\n" + kSecond + "0\n").error(), "line 2: a secret is 32 hexadecimal digits");
  const auto four = kFirst + "\n" + kFirst + "\n" + kFirst + "\n" + kFirst;
  EXPECT_EQ(parse_cookie_secrets(four).error(), "line 4: 3 secrets at most");
}

TEST(CookieSecrets, OnWithARandomOneUnlessToldOtherwise) {
  const auto one = load_cookie_secrets({});
  const auto other = load_cookie_secrets({});
  ASSERT_TRUE(one && other);
  EXPECT_EQ(one->count, 1);
  EXPECT_NE(one->keys[0].low, other->keys[0].low);
  EXPECT_EQ(load_cookie_secrets({.mode = CookieMode::Off, .secrets = {}, .secret_file = {}})->count, 0);
  EXPECT_FALSE(load_cookie_secrets({.mode = CookieMode::On, .secrets = {}, .secret_file = "/nonexistent"}));
  EXPECT_FALSE(load_cookie_secrets({.mode = CookieMode::On, .secrets = {kFirst}, .secret_file = "/nonexistent"}));
}

TEST(CookieSecrets, Configuration) {
  Settings settings;
  const auto errors = apply_config("cookies.mode=\"require\"\ncookies.secrets=[\"" + kFirst + "\"]\n" +
                                       "answer.extended_errors=false\nanswer.report_agent=\"Err.test\"\n",
                                   "test", settings);
  ASSERT_TRUE(errors.empty()) << errors.front();
  const auto answer = answer_settings(settings);
  EXPECT_TRUE(answer.cookies_required);
  EXPECT_FALSE(answer.extended_errors);
  EXPECT_EQ(answer.report_agent.size(), 10U);
  EXPECT_EQ(load_cookie_secrets(settings.cookies)->keys[0].high, cookie_key_from_hex(kFirst)->high);
  EXPECT_FALSE(apply_config("cookies.secrets=[\"" + kFirst + "0\"]", "test", settings).empty());
  EXPECT_FALSE(apply_config("cookies.mode=\"maybe\"", "test", settings).empty());
  EXPECT_FALSE(apply_config("answer.report_agent=\"a..b\"", "test", settings).empty());
}

}  // namespace
}  // namespace torii::server
