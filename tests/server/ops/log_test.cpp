#include "server/ops/log.hpp"

#include <gtest/gtest.h>

namespace torii::server {
namespace {

TEST(JsonEscaped, KeepsEveryLineValidJson) {
  EXPECT_EQ(json_escaped("plain"), "plain");
  EXPECT_EQ(json_escaped("a\"b\\c\n\t"), "a\\\"b\\\\c\\u000a\\u0009");
  EXPECT_EQ(json_escaped(std::string_view{"\0", 1}), "\\u0000");
  EXPECT_EQ(json_escaped("\xE9\xB3\xA5\xE5\xB1\x85"), "\xE9\xB3\xA5\xE5\xB1\x85");
  // Not UTF-8 (RFC 3629 section 4): stray continuation, overlong, surrogate, above U+10FFFF, cut short.
  EXPECT_EQ(json_escaped("\x80"), "\\ufffd");
  EXPECT_EQ(json_escaped("\xC0\xAF"), "\\ufffd\\ufffd");
  EXPECT_EQ(json_escaped("\xED\xA0\x80"), "\\ufffd\\ufffd\\ufffd");
  EXPECT_EQ(json_escaped("\xF4\x90\x80\x80"), "\\ufffd\\ufffd\\ufffd\\ufffd");
  EXPECT_EQ(json_escaped("\xE9\xB3"), "\\ufffd\\ufffd");
}

}  // namespace
}  // namespace torii::server
