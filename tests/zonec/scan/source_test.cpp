// Where text comes from: blocks, gzip, and the law that cutting the text anywhere changes nothing.
#include <gtest/gtest.h>
#include <unistd.h>
#include <zlib.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/zonec/scan/scan_support.hpp"

namespace torii::zonec {
namespace {

namespace fs = std::filesystem;

std::string gzip(std::string_view text) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));  // zlib's old interface; it does not write
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(out.size() - stream.avail_out);
  deflateEnd(&stream);
  return out;
}

class GzipFile : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "torii-scan-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { fs::remove_all(folder_); }
  Scanned scan_octets(std::string_view octets) {
    const auto path = folder_ / "zone";
    std::ofstream{path, std::ios::binary} << octets;
    return Collector{}.file(path.string(), example_origin());
  }
  fs::path folder_;
};

std::string many_records(int count) {
  std::string text = "$TTL 60\n";
  for (int i = 0; i < count; ++i)
    text += "host" + std::to_string(i) + " TXT ( \"number " + std::to_string(i) + "\" ; comment\n  x )\n";
  return text;
}

TEST_F(GzipFile, IsKnownByItsMagicAndMayHaveMembers) {
  const auto text = many_records(20000);
  const auto plain = scan_octets(text);
  ASSERT_TRUE(plain.result.ok);
  ASSERT_EQ(plain.records.size(), 20000U);
  EXPECT_EQ(plain.result.octets, text.size());
  const auto one = scan_octets(gzip(text));
  EXPECT_EQ(one.records, plain.records);
  EXPECT_EQ(one.result.octets, text.size());
  const auto half = text.size() / 2;  // in the middle of a record
  const auto members = scan_octets(gzip(text.substr(0, half)) + gzip(text.substr(half)) + gzip(""));
  EXPECT_TRUE(members.result.ok);
  EXPECT_EQ(members.records, plain.records);
}

TEST_F(GzipFile, CutShortOrDamagedIsUnreadable) {
  const auto packed = gzip(many_records(200));
  for (std::size_t size = 2; size < packed.size(); size += size < 64 ? 1 : 13) {
    const auto scanned = scan_octets(std::string_view{packed}.substr(0, size));
    ASSERT_TRUE(scanned.result.unreadable) << size;
    ASSERT_FALSE(scanned.result.ok);
    ASSERT_EQ(scanned.codes.back(), "unreadable");
    ASSERT_NE(scanned.diagnostics.back().find("gzip data ends early: the file is cut short"), std::string::npos);
  }
  auto damaged = packed;
  damaged[damaged.size() - 6] = static_cast<char>(damaged[damaged.size() - 6] ^ 1);  // in the checksum
  EXPECT_TRUE(scan_octets(damaged).result.unreadable);
  EXPECT_TRUE(scan_octets(packed + "trailing").result.unreadable);
}

TEST_F(GzipFile, TinyFiles) {
  EXPECT_TRUE(scan_octets("").result.ok);
  EXPECT_TRUE(scan_octets("\n").result.ok);
  EXPECT_TRUE(scan_octets(";").result.ok);
  EXPECT_TRUE(scan_octets(gzip("")).result.ok);
  EXPECT_FALSE(scan_octets("\x1f").result.ok);
}

TEST(Source, AnyCutGivesTheSame) {
  std::vector<std::string> texts;
  for (const auto& entry : fs::directory_iterator{TORII_SOURCE_DIR "/tests/fuzz/corpus/scan"}) {
    std::ifstream file{entry.path(), std::ios::binary};
    texts.emplace_back(std::istreambuf_iterator<char>{file}, std::istreambuf_iterator<char>{});
  }
  ASSERT_GE(texts.size(), 5U);
  auto options = example_origin();
  options.allow_include = false;
  for (const auto& text : texts) {
    if (text.size() > 4096) continue;
    const auto whole = scan(text, options);
    for (const std::size_t piece : {1U, 2U, 3U, 7U, 64U}) {
      const auto pieces = Collector{}.source(std::make_unique<PieceSource>(text, piece), options);
      ASSERT_EQ(pieces.records, whole.records) << text;
      ASSERT_EQ(pieces.places, whole.places) << text;
      ASSERT_EQ(pieces.diagnostics, whole.diagnostics) << text;
    }
  }
}

TEST(Source, RecordsAcrossBlocks) {
  const auto text = many_records(50000);  // several blocks
  const auto scanned = scan(text);
  ASSERT_TRUE(scanned.result.ok);
  ASSERT_EQ(scanned.records.size(), 50000U);
  EXPECT_EQ(scanned.records.back(), R"(host49999.example. 60 TXT "number 49999" "x")");
  EXPECT_EQ(scanned.places.back(), "zone:100000:1");
}

TEST(Source, TheRootZoneWhereItIs) {
  const char* const path = TORII_SOURCE_DIR "/../shared/data/root.zone.gz";
  if (!fs::exists(path)) GTEST_SKIP() << "no root zone at " << path;
  const auto scanned = Collector{}.file(path, {});
  EXPECT_TRUE(scanned.result.ok);
  EXPECT_EQ(scanned.result.records, 24877U);
  EXPECT_TRUE(scanned.diagnostics.empty());
}

}  // namespace
}  // namespace torii::zonec
