#include "zonec/load.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "tests/support/temporary_folder.hpp"
#include "zonec/utf8.hpp"

namespace torii::zonec {
namespace {

TEST(ParseInput, TellsOriginFromPath) {
  struct Case {
    const char* argument;
    const char* origin;  // null: none
    const char* path;
  };
  const Case cases[] = {{"jp.zone", nullptr, "jp.zone"},
                        {"-", nullptr, "-"},
                        {"jp=-", "jp.", "-"},
                        {"jp=a.zone", "jp.", "a.zone"},
                        {"jp.=a.zone", "jp.", "a.zone"},
                        {".=root.zone.gz", ".", "root.zone.gz"},
                        {"jp=a=b.zone", "jp.", "a=b.zone"},
                        {"./a=b.zone", nullptr, "./a=b.zone"},
                        {"/srv/x=1/jp.zone", nullptr, "/srv/x=1/jp.zone"},
                        {"jp=/srv/x=1/jp.zone", "jp.", "/srv/x=1/jp.zone"},
                        {"2.0.192.in-addr.arpa=r", "2.0.192.in-addr.arpa.", "r"},
                        {"a\\.b.jp=r", "a\\.b.jp.", "r"}};
  for (const auto& expected : cases) {
    const auto input = parse_input(expected.argument);
    ASSERT_TRUE(std::holds_alternative<ZoneInput>(input)) << expected.argument;
    const auto& got = std::get<ZoneInput>(input);
    EXPECT_EQ(got.path, expected.path);
    EXPECT_EQ(got.origin ? got.origin->text() : "none", expected.origin == nullptr ? "none" : expected.origin);
  }
  for (const char* wrong : {"", "=a.zone", "jp=", "a..b=x", "@=x"})
    EXPECT_TRUE(std::holds_alternative<std::string>(parse_input(wrong))) << wrong;
}

TEST(ParseTime, TakesThreeForms) {
  EXPECT_EQ(parse_time("1785585600"), 1785585600U);
  EXPECT_EQ(parse_time("20260801120000"), 1785585600U);
  EXPECT_EQ(parse_time("2026-08-01T12:00:00Z"), 1785585600U);
  EXPECT_EQ(parse_time("0"), 0U);
  for (const char* wrong : {"", "now", "-1", "20260231000000", "20261301000000", "2026080112000", "4294967296", "12x",
                            "2026-08-01 12:00:00", "2026-08-01T25:00:00Z"})
    EXPECT_EQ(parse_time(wrong), std::nullopt) << wrong;
}

TEST(FindingWriter, TextAndJson) {
  SourceFiles files;
  const auto file = files.add("a\xFF\"b.zone");
  const Diagnostic finding{Severity::Warning, "orphan-glue", {file, 3, 1}, "ns.a.jp. A: an address", "ns.a.jp."};
  std::ostringstream text;
  FindingWriter{text, files, FindingFormat::Text}.write(finding);
  EXPECT_EQ(text.str(), "a\xFF\"b.zone:3:1: warning: ns.a.jp. A: an address [orphan-glue]\n");
  std::ostringstream json;
  FindingWriter{json, files, FindingFormat::Json}.write(finding);
  EXPECT_EQ(
      json.str(),
      "{\"code\":\"orphan-glue\",\"severity\":\"warning\",\"file\":\"a\xEF\xBF\xBD\\\"b.zone\",\"line\":3,\"column\":1,"
      "\"owner\":\"ns.a.jp.\",\"text\":\"ns.a.jp. A: an address\"}\n");
}

TEST(Utf8, WhatIsNoTextIsReplaced) {
  EXPECT_EQ(to_xml("a<b>&\"\x01\t\xFF\xEF\xBF\xBF\xEF\xBF\xBD\xC3\xA9"),
            "a&lt;b&gt;&amp;&quot;\xEF\xBF\xBD\t\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xC3\xA9");
  EXPECT_EQ(to_uri("a b/\xFF%.zone"), "a%20b/%FF%25.zone");
}

TEST(FindingWriter, GivesUpAfterTheLastError) {
  SourceFiles files;
  const auto file = files.add("a.zone");
  std::ostringstream out;
  FindingWriter writer{out, files, FindingFormat::Text};
  for (int i = 0; i < 30; ++i) {
    writer.write(Diagnostic{Severity::Warning, "w", {file, 1, 1}, "text", {}});
    writer.write(Diagnostic{Severity::Error, "e", {file, 1, 1}, "text", {}});
  }
  EXPECT_TRUE(writer.gave_up());
  EXPECT_EQ(writer.count(Severity::Error), kErrorsMax);
  EXPECT_EQ(writer.count(Severity::Warning), kErrorsMax);
  const auto text = out.str();
  EXPECT_EQ(static_cast<std::size_t>(std::ranges::count(text, '\n')), 2 * kErrorsMax + 1);
  EXPECT_TRUE(text.ends_with("zonec: 20 errors, giving up [too-many-errors]\n"));
}

TEST(ReadList, SkipsCommentsAndNamesTheLineThatIsWrong) {
  const testing::TemporaryFolder folder;
  const auto path = (folder.path() / "list").string();
  std::ofstream{path} << "# zones\n\nexample.=a.zone\r\n./b=c.zone\nd.zone";
  EXPECT_EQ(read_list(path), (std::vector<std::string>{"example.=a.zone", "./b=c.zone", "d.zone"}));
  std::ofstream{path} << "a.zone\nnot..a.name=b.zone\n";
  try {
    static_cast<void>(read_list(path));
    FAIL() << "took a name with an empty label";
  } catch (const CLI::ValidationError& error) {
    EXPECT_NE(std::string{error.what()}.find(path + ":2:1: "), std::string::npos) << error.what();
  }
  EXPECT_THROW(static_cast<void>(read_list(path + ".nowhere")), CLI::ValidationError);
}

}  // namespace
}  // namespace torii::zonec
