// $ORIGIN, $TTL and $INCLUDE, on files in a folder of their own.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tests/zonec/scan/scan_support.hpp"

namespace torii::zonec {
namespace {

namespace fs = std::filesystem;
using Lines = std::vector<std::string>;

class Include : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "torii-scan-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string write(const std::string& name, std::string_view text) {
    const auto path = folder_ / name;
    fs::create_directories(path.parent_path());
    std::ofstream{path, std::ios::binary} << text;
    return path.string();
  }
  Scanned scan_named(const std::string& name, const ScanOptions& options = example_origin()) {
    return Collector{}.file((folder_ / name).string(), options);
  }
  /// Diagnostics with the folder taken out of them.
  Lines diagnostics(const Scanned& scanned) const {
    Lines lines = scanned.diagnostics;
    for (auto& line : lines)
      for (auto at = line.find(folder_.string()); at != std::string::npos; at = line.find(folder_.string()))
        line.erase(at, folder_.string().size() + 1);
    return lines;
  }

  fs::path folder_;
};

TEST(Directives, OriginIsRelativeToTheOneBefore) {
  EXPECT_EQ(scan("$TTL 60\n$ORIGIN b\na A 192.0.2.1\n$origin c\na A 192.0.2.1\n$ORIGIN d.\na A 192.0.2.1\n"
                 "$ORIGIN .\na A 192.0.2.1\n")
                .records,
            (Lines{"a.b.example. 60 A 192.0.2.1", "a.c.b.example. 60 A 192.0.2.1", "a.d. 60 A 192.0.2.1",
                   "a. 60 A 192.0.2.1"}));
}

TEST_F(Include, OriginAndOwnerComeBackAfterwards) {  // RFC 1035 section 5.1
  write(
      "main",
      "$TTL 60\nw A 192.0.2.1\n$INCLUDE sub/one\n A 192.0.2.4\n$INCLUDE \"sub/one\" inner ; comment\nx A 192.0.2.5\n");
  write("sub/one", "$INCLUDE two\na A 192.0.2.2\n$ORIGIN other\nb A 192.0.2.3\n");
  write("sub/two", "$TTL 120\nt TXT two\n");
  const auto scanned = scan_named("main");
  EXPECT_EQ(diagnostics(scanned), Lines{});
  EXPECT_EQ(scanned.records,
            (Lines{"w.example. 60 A 192.0.2.1", "t.example. 120 TXT \"two\"", "a.example. 120 A 192.0.2.2",
                   "b.other.example. 120 A 192.0.2.3", "w.example. 120 A 192.0.2.4", "t.inner.example. 120 TXT \"two\"",
                   "a.inner.example. 120 A 192.0.2.2", "b.other.inner.example. 120 A 192.0.2.3",
                   "x.example. 120 A 192.0.2.5"}));
  EXPECT_EQ(scanned.places[1], (folder_ / "sub/two").string() + ":2:1");
}

TEST_F(Include, IncludedFileHasNoOwnerYet) {
  write("main", "w 60 A 192.0.2.1\n$INCLUDE one\n");
  write("one", " 60 A 192.0.2.2\n");
  EXPECT_EQ(diagnostics(scan_named("main")),
            Lines{"one:1:2: error: the line starts with white space, but there is no owner before it in this file"});
}

TEST_F(Include, CirclesAreRefused) {
  write("main", "$INCLUDE one\n");
  write("one", "\n$INCLUDE ./main\nw 60 A 192.0.2.1\n");
  const auto scanned = scan_named("main");
  EXPECT_EQ(diagnostics(scanned),
            Lines{"one:2:10: error: ./main is being read already: $INCLUDE goes round in a circle"});
  EXPECT_EQ(scanned.records.size(), 1U);
  EXPECT_FALSE(scanned.result.unreadable);
}

TEST_F(Include, DepthIsBounded) {
  for (int i = 0; i < 20; ++i) write("f" + std::to_string(i), "$INCLUDE f" + std::to_string(i + 1) + "\n");
  write("f20", "w 60 A 192.0.2.1\n");
  EXPECT_EQ(diagnostics(scan_named("f0")), Lines{"f16:1:10: error: $INCLUDE is nested deeper than 16 files"});
  EXPECT_TRUE(scan_named("f4").result.ok) << "sixteen below the first are allowed";
}

TEST_F(Include, MissingFileIsUnreadable) {
  write("main", "$INCLUDE none\nw 60 A 192.0.2.1\n");
  const auto scanned = scan_named("main");
  EXPECT_EQ(diagnostics(scanned), Lines{"main:1:10: error: none: cannot open: No such file or directory"});
  EXPECT_TRUE(scanned.result.unreadable);
  EXPECT_FALSE(scanned.result.ok);
}

TEST_F(Include, MayBeForbidden) {
  write("main", "$INCLUDE none\n");
  auto options = example_origin();
  options.allow_include = false;
  const auto scanned = scan_named("main", options);
  EXPECT_EQ(diagnostics(scanned), Lines{"main:1:10: error: $INCLUDE is not allowed here"});
}

TEST_F(Include, MissingOrStrangeMainFile) {
  const auto missing = scan_named("none");
  EXPECT_EQ(diagnostics(missing), Lines{"none: error: cannot open: No such file or directory"});
  EXPECT_TRUE(missing.result.unreadable);
  const auto folder = scan_named("");
  EXPECT_TRUE(folder.result.unreadable);
  EXPECT_NE(folder.diagnostics.at(0).find("cannot read: Is a directory"), std::string::npos);
}

}  // namespace
}  // namespace torii::zonec
