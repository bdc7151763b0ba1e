// RFC 1035 section 5 as the scanner reads it: owners, white space, parentheses, quotes, escapes, TTL and class.
#include <gtest/gtest.h>

#include "tests/zonec/scan/scan_support.hpp"

namespace torii::zonec {
namespace {

using Lines = std::vector<std::string>;

/// The records of a text that has no errors.
Lines records(std::string_view text, const ScanOptions& options = example_origin()) {
  auto scanned = scan(text, options);
  EXPECT_TRUE(scanned.result.ok) << (scanned.diagnostics.empty() ? "" : scanned.diagnostics[0]);
  EXPECT_EQ(scanned.result.records, scanned.records.size());
  return scanned.records;
}

TEST(Syntax, OwnerIsRelativeAbsoluteOrContinued) {
  EXPECT_EQ(records("www 1 A 192.0.2.1\n"
                    "  2 A 192.0.2.2\n"
                    "\t3 A 192.0.2.3\n"
                    "www.test. 4 A 192.0.2.4\n"
                    "@ 5 A 192.0.2.5\n"
                    ". 6 A 192.0.2.6\n"),
            (Lines{"www.example. 1 A 192.0.2.1", "www.example. 2 A 192.0.2.2", "www.example. 3 A 192.0.2.3",
                   "www.test. 4 A 192.0.2.4", "example. 5 A 192.0.2.5", ". 6 A 192.0.2.6"}));
}

TEST(Syntax, CaseOfNamesIsKept) {
  EXPECT_EQ(records("WwW 1 cname MaIl\n"), Lines{"WwW.example. 1 CNAME MaIl.example."});
}

TEST(Syntax, TtlAndClassInAnyOrderOrAbsent) {
  EXPECT_EQ(records("$TTL 9\n"
                    "a 1 IN A 192.0.2.1\n"
                    "a IN 2 A 192.0.2.1\n"
                    "a in A 192.0.2.1\n"
                    "a 3 A 192.0.2.1\n"
                    "a A 192.0.2.1\n"
                    "a class1 4 type1 192.0.2.1\n"),
            (Lines{"a.example. 1 A 192.0.2.1", "a.example. 2 A 192.0.2.1", "a.example. 9 A 192.0.2.1",
                   "a.example. 3 A 192.0.2.1", "a.example. 9 A 192.0.2.1", "a.example. 4 A 192.0.2.1"}));
}

TEST(Syntax, TtlUnits) {
  EXPECT_EQ(records("$TTL 1W2d3H4m5S\na A 192.0.2.1\na 1h30m A 192.0.2.1\na 0 A 192.0.2.1\n"),
            (Lines{"a.example. 788645 A 192.0.2.1", "a.example. 5400 A 192.0.2.1", "a.example. 0 A 192.0.2.1"}));
}

TEST(Syntax, ParenthesesSpanLinesAndNest) {
  EXPECT_EQ(records("@ 1 SOA ( ns host ; a comment ) (\n"
                    "  1 2\n\n3 ( 4 )\n"
                    "5 ) ; the end\n"
                    "( a 2 A\n192.0.2.1 )\n"
                    "b 3 TXT(x)(y)\n"),
            (Lines{"example. 1 SOA ns.example. host.example. 1 2 3 4 5", "a.example. 2 A 192.0.2.1",
                   "b.example. 3 TXT \"x\" \"y\""}));
}

TEST(Syntax, QuotesAndEscapes) {
  const Lines lines{R"~(a 1 TXT "a;b(c)" d\;e "\"" \" "\\" \097\000 "" a"b"c)~", R"~(\097\.b\032.c 1 TXT ";")~",
                    R"~(\$TTL.x 1 TXT "\$")~"};
  const Lines expected{R"~(a.example. 1 TXT "a;b(c)" "d;e" "\"" "\"" "\\" "a\000" "" "a" "b" "c")~",
                       R"~(a\.b\032.c.example. 1 TXT ";")~", R"~(\$TTL.x.example. 1 TXT "$")~"};
  EXPECT_EQ(records(lines[0] + "\n" + lines[1] + "\n" + lines[2] + "\n"), expected);
}

TEST(Syntax, OctetsAboveAsciiAreOctets) {
  EXPECT_EQ(records("\xE3\x81\x82 1 TXT \xE3\x81\x82\n"), Lines{R"(\227\129\130.example. 1 TXT "\227\129\130")"});
}

TEST(Syntax, LineEndings) {
  const Lines expected{"a.example. 1 A 192.0.2.1", "a.example. 2 TXT \"x\""};
  EXPECT_EQ(records("a 1 A 192.0.2.1\n 2 TXT x\n"), expected);
  EXPECT_EQ(records("a 1 A 192.0.2.1\n 2 TXT x"), expected) << "no final newline";
  EXPECT_EQ(records("a 1 A 192.0.2.1\r\n\r\n 2 TXT x\r\n"), expected) << "CRLF";
  EXPECT_EQ(records("a\t1\t\tA 192.0.2.1;\n\n   \n; only\n  ; indented\n\t2 TXT x ;"), expected);
  EXPECT_EQ(records("\xEF\xBB\xBF"
                    "a 1 A 192.0.2.1\n 2 TXT x\n"),
            expected)
      << "byte order mark";
  EXPECT_EQ(records(""), Lines{});
  EXPECT_EQ(records("\n"), Lines{});
}

TEST(Syntax, PlacesOfRecords) {
  const auto scanned = scan("\n; first\na 1 A 192.0.2.1\n   2 A 192.0.2.2\n( \n b 3 TXT x )\nc 3 A 192.0.2.3\n");
  EXPECT_EQ(scanned.places, (Lines{"zone:3:1", "zone:4:4", "zone:6:2", "zone:7:1"}));
}

TEST(Syntax, OriginIsKnownFromAnAbsoluteSoaOwner) {
  EXPECT_EQ(records("test. 1 SOA ns host 1 2 3 4 5\nwww 1 A 192.0.2.1\n", {}),
            (Lines{"test. 1 SOA ns.test. host.test. 1 2 3 4 5", "www.test. 1 A 192.0.2.1"}));
  EXPECT_EQ(records("test. 1 SOA ns host 1 2 3 4 5\n$ORIGIN sub\nwww 1 A 192.0.2.1\n", {}),
            (Lines{"test. 1 SOA ns.test. host.test. 1 2 3 4 5", "www.sub.test. 1 A 192.0.2.1"}));
}

TEST(Syntax, LongestNameAndLabel) {
  const std::string label(63, 'a');
  const std::string three = label + "." + label + "." + label + ".";
  const std::string longest = three + std::string(61, 'b') + ".";  // 255 octets
  EXPECT_EQ(records(longest + " 1 A 192.0.2.1\n"), Lines{longest + " 1 A 192.0.2.1"});
  EXPECT_FALSE(scan(three + std::string(62, 'b') + ". 1 A 192.0.2.1\n").result.ok);
  EXPECT_FALSE(scan(three + std::string(61, 'b') + " 1 A 192.0.2.1\n").result.ok) << "too long with the origin";
  EXPECT_FALSE(scan(label + "a 1 A 192.0.2.1\n").result.ok);
  EXPECT_EQ(records(three + std::string(53, 'b') + " 1 A 192.0.2.1\n"),
            Lines{three + std::string(53, 'b') + ".example. 1 A 192.0.2.1"});
  ScanOptions root;
  root.origin = dns::Name{};
  EXPECT_EQ(records(three + std::string(61, 'b') + " 1 A 192.0.2.1\n", root), Lines{longest + " 1 A 192.0.2.1"});
}

TEST(Syntax, LargestRdata) {
  std::string text = "a 1 TXT (";
  for (int i = 0; i < 255; ++i) text += " \"" + std::string(255, 'x') + "\"\n";
  const auto exact = scan(text + " " + std::string(254, 'x') + " )\n");  // 255 * 256 + 255 = 65535
  EXPECT_TRUE(exact.result.ok);
  const auto over = scan(text + " " + std::string(255, 'x') + " )\n");
  ASSERT_EQ(over.diagnostics.size(), 1U);
  EXPECT_EQ(over.diagnostics[0], "zone:256:2: error: TXT: RDATA is longer than 65535 octets");
}

TEST(Ttl, ComesFromTheSoaTheLastRecordOrTtlDirective) {  // RFC 2308 section 4, RFC 1035 section 5.1
  const auto soa = scan("@ SOA ns host 1 2 3 4 300\na A 192.0.2.1\na 7 A 192.0.2.2\na A 192.0.2.3\n");
  EXPECT_EQ(soa.records, (Lines{"example. 300 SOA ns.example. host.example. 1 2 3 4 300", "a.example. 300 A 192.0.2.1",
                                "a.example. 7 A 192.0.2.2", "a.example. 300 A 192.0.2.3"}));
  EXPECT_EQ(soa.codes, Lines{"ttl-from-soa"});
  const auto last = scan("a 7 A 192.0.2.1\na A 192.0.2.2\na A 192.0.2.3\n$TTL 9\na A 192.0.2.4\n");
  EXPECT_EQ(last.records, (Lines{"a.example. 7 A 192.0.2.1", "a.example. 7 A 192.0.2.2", "a.example. 7 A 192.0.2.3",
                                 "a.example. 9 A 192.0.2.4"}));
  EXPECT_EQ(last.codes, Lines{"ttl-from-last-record"}) << "one warning, not one a record";
  EXPECT_TRUE(last.result.ok);
}

TEST(Ttl, AboveTwoToThe31CountsAsZero) {  // RFC 2181 section 8
  const auto scanned = scan("a 2147483647 A 192.0.2.1\na 2147483648 A 192.0.2.1\na 4294967295 A 192.0.2.1\n");
  EXPECT_EQ(scanned.records,
            (Lines{"a.example. 2147483647 A 192.0.2.1", "a.example. 0 A 192.0.2.1", "a.example. 0 A 192.0.2.1"}));
  EXPECT_EQ(scanned.codes, (Lines{"ttl-too-large", "ttl-too-large"}));
  EXPECT_EQ(scanned.diagnostics[0], "zone:2:3: warning: TTL 2147483648 is above 2147483647 and counts as 0");
}

TEST(Ttl, WarningsAreBounded) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "a 4294967295 A 192.0.2.1\n";
  const auto scanned = scan(text);
  EXPECT_EQ(scanned.result.records, 1000U);
  ASSERT_EQ(scanned.diagnostics.size(), kScanWarningsMax + 1);
  EXPECT_EQ(scanned.diagnostics.back(), "zone: warning: 900 further warnings of the scanner not shown");
}

}  // namespace
}  // namespace torii::zonec
