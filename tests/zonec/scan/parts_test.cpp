// A text scanned in parts by several threads gives what it gives in one go: the same records with the same places, the
// same diagnostics in the same order, whatever stands where the text is cut.
#include <gtest/gtest.h>

#include <fstream>
#include <random>

#include "tests/support/part_records.hpp"
#include "tests/support/temporary_folder.hpp"

namespace torii::zonec {
namespace {

using torii::testing::scan_whole;
using torii::testing::WholeScan;

ScanOptions options_with(unsigned threads, std::size_t part_octets) {
  ScanOptions options;
  options.origin = dns::Name::from_text("example.");
  options.threads = threads;
  options.part_octets = part_octets;
  options.generate_max = 100;
  return options;
}

WholeScan scan(const std::string& text, unsigned threads, std::size_t part_octets) {
  return scan_whole(memory_source(text), options_with(threads, part_octets));
}

/// Returns: the parts that were accepted, over all sizes.
std::size_t expect_same(const std::string& text) {
  const auto whole = scan(text, 1, 1);
  std::size_t parts = 0;
  for (const std::size_t octets : {1, 7, 64, 333, 5000}) {
    const auto cut = scan(text, 3, octets);
    EXPECT_EQ(cut.records, whole.records) << "parts of " << octets << "\n" << text;
    EXPECT_EQ(cut.diagnostics, whole.diagnostics) << "parts of " << octets << "\n" << text;
    EXPECT_TRUE(cut == whole) << "parts of " << octets;
    parts += cut.parts;
  }
  return parts;
}

std::string many(const std::string& line, int count) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    auto one = line;
    for (auto at = one.find('#'); at != std::string::npos; at = one.find('#', at))
      one.replace(at, 1, std::to_string(i));
    text += one;
  }
  return text;
}

const std::string kHead = "$TTL 60\n@ SOA ns hostmaster 1 2 3 4 5\n@ NS ns\n";

TEST(Parts, PlainRecords) { EXPECT_GT(expect_same(kHead + many("d# NS ns.d#\nns.d# A 192.0.2.1\n", 300)), 100U); }
TEST(Parts, LastLineWithoutNewline) { expect_same(kHead + many("d# NS ns.d#\n", 50) + "last A 192.0.2.1"); }
TEST(Parts, OwnersLeftOut) { expect_same(kHead + many("d# NS ns.d#\n   NS b.ns.\n\tNS c.ns.\n", 100)); }
TEST(Parts, ParenthesesQuotesCommentsAndEscapes) {
  EXPECT_GT(
      expect_same(kHead + many("d# TXT ( \"a(;\" ; comment ( \"\n  b\\( \"\\\"(\"\n\n; only \" a comment (\n ) ; )\n"
                               "e\\;# A 192.0.2.1 ;\n",
                               100)),
      50U);
}
TEST(Parts, OriginAndTtlChangeOnTheWay) {
  EXPECT_GT(expect_same(kHead + many("$ORIGIN o#.example.\nd A 192.0.2.1\n$TTL #\ne A 192.0.2.2\nf A 192.0.2.3\n"
                                     "$origin sub\n@ A 192.0.2.4\n",
                                     100)),
            50U);
}
TEST(Parts, DirectivesThatPartsAreNoGoodFor) {
  expect_same(kHead + many("d# A 192.0.2.1\n", 40) + "$GENERATE 1-9 g$ A 192.0.2.$\n  A 192.0.2.77\n" +
              many("e# A 192.0.2.1\n", 40) + "$TTL ( 77\n)\n" + many("f# A 192.0.2.1\n", 40) + "$ORIGIN x. y\n$BAD\n" +
              many("g# A 192.0.2.1\n", 40));
}
TEST(Parts, TtlOfTheRecordBefore) {
  expect_same("@ 5 SOA ns hostmaster 1 2 3 4 5\n" + many("d# # A 192.0.2.1\n", 50) + many("e# A 192.0.2.1\n", 50) +
              "x 9 A 192.0.2.1\n" + many("f# A 192.0.2.1\n", 50));
}
TEST(Parts, ErrorsStandWhereTheyAreAndEndTheScanAfterTwenty) {
  expect_same(kHead + many("d# A 192.0.2.1\n", 40) + "bad A 1.2.3\n  A 1.2\n" + many("e# A 192.0.2.1\n", 40) +
              "a..b A 192.0.2.1\n  A 192.0.2.9\n" + many("f# NS (\n", 3) + many("g# A 192.0.2.1\n", 40));
  expect_same(kHead + many("d# A 192.0.2.1\n", 40) + many("bad# A x\n", 30) + many("e# A 192.0.2.1\n", 40));
}
TEST(Parts, WarningsKeepTheirOrder) { expect_same(kHead + many("d# A 192.0.2.1\nlong# 3000000000 A 192.0.2.1\n", 80)); }
TEST(Parts, NulsAndEndsWithinQuotes) {
  expect_same(kHead + many("d# A 192.0.2.1\n", 20) + std::string("x TXT \"a\0b(\" c\n", 15) +
              many("e# A 192.0.2.1\n", 20) + "y TXT \"never closed\n" + many("f# A 192.0.2.1\n", 20) +
              "z TXT \"at the end");
}
TEST(Parts, TheOriginIsTheFirstSoas) {
  auto options = options_with(3, 16);
  options.origin.reset();
  auto alone = options;
  alone.threads = 1;
  const auto text = many("d#.example. 5 A 192.0.2.1\n", 50) + "example. 5 SOA ns hostmaster 1 2 3 4 5\n" +
                    many("d# 5 A 192.0.2.1\n", 50);
  EXPECT_TRUE(scan_whole(memory_source(text), options) == scan_whole(memory_source(text), alone));
}

/// Fails after some octets, as a broken gzip stream does.
class FailingSource final : public ByteSource {
 public:
  FailingSource(std::string_view text, std::size_t good) : rest_{text.substr(0, good)} {}
  std::size_t read(std::span<char> out) override {
    const auto count = std::min({out.size(), rest_.size(), std::size_t{100}});
    std::copy_n(rest_.begin(), count, out.begin());
    rest_.remove_prefix(count);
    if (count == 0) error_ = "broken";
    return count;
  }

 private:
  std::string_view rest_;
};
TEST(Parts, ASourceThatFails) {
  const auto text = kHead + many("d# NS ns.d#\n", 100);
  for (std::size_t good = 700; good < 760; ++good) {
    const auto whole = scan_whole(std::make_unique<FailingSource>(text, good), options_with(1, 1));
    EXPECT_TRUE(whole.result.unreadable);
    EXPECT_TRUE(scan_whole(std::make_unique<FailingSource>(text, good), options_with(2, 64)) == whole) << good;
  }
}

TEST(Parts, IncludedFilesAreScannedInParts) {
  const torii::testing::TemporaryFolder folder;
  const auto outer = (folder.path() / "outer.zone").string();
  std::ofstream{outer} << kHead << many("d# A 192.0.2.1\n", 40) << "$INCLUDE inner.zone sub\n   A 192.0.2.3\n"
                       << many("e# A 192.0.2.1\n", 40);
  std::ofstream{folder.path() / "inner.zone"} << many("i# A 192.0.2.1\n", 40) << "$TTL 99\n";
  const auto run = [&](unsigned threads) {
    return scan_whole(open_source(outer).source, options_with(threads, 64), outer);
  };
  const auto whole = run(1);
  EXPECT_EQ(whole.diagnostics, "");
  EXPECT_EQ(whole.result.records, 123U);
  EXPECT_TRUE(run(3) == whole);
}

TEST(Parts, RandomTexts) {
  const auto seed = std::random_device{}();
  std::mt19937 random{seed};
  const std::vector<std::string> pieces{"d A 192.0.2.1\n",
                                        "e TXT \"",
                                        "\"\n",
                                        "(",
                                        ")",
                                        "\n",
                                        ";\n",
                                        "   A 192.0.2.2\n",
                                        "$TTL 5\n",
                                        "$ORIGIN a\n",
                                        "\\",
                                        "\"x",
                                        "f 7 NS a.b.\n",
                                        "@ NS c\n",
                                        " ",
                                        "g NS d\n"};
  for (int round = 0; round < 300; ++round) {
    std::string text = kHead;
    for (auto count = random() % 60; count > 0; --count) {
      const auto pick = random() % (pieces.size() + 20);
      text += pick < pieces.size() ? pieces[pick] : "h" + std::to_string(pick) + " A 192.0.2.5\n";
    }
    const auto whole = scan(text, 1, 1);
    ASSERT_TRUE(scan(text, 2, 1 + random() % 100) == whole) << "seed " << seed << "\n" << text;
  }
}

}  // namespace
}  // namespace torii::zonec
