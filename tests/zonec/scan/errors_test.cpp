// Every message of the scanner, with its place. A change of a message is a change of this table.
#include <gtest/gtest.h>

#include "tests/zonec/scan/scan_support.hpp"

namespace torii::zonec {
namespace {

struct Case {
  std::string_view text;
  std::string_view code;
  std::string_view diagnostic;  // file:line:column: severity: text
};

const std::vector<Case>& cases() {
  using namespace std::string_view_literals;
  static const std::vector<Case> all{
      // Records.
      {"a 1\n", "syntax", "zone:1:4: error: expected an RR type, found the end of the line"},
      {"a\n", "syntax", "zone:1:2: error: expected a TTL, a class or an RR type, found the end of the line"},
      {"a FOO x\n", "unknown-type", R"(zone:1:3: error: expected a TTL, a class or an RR type, found "FOO")"},
      {"a 1 FOO x\n", "unknown-type", R"(zone:1:5: error: expected an RR type, found "FOO")"},
      {"a 1 TYPE65536 x\n", "unknown-type", R"(zone:1:5: error: expected an RR type, found "TYPE65536")"},
      {"a 1 \"A\" 192.0.2.1\n", "unknown-type", R"(zone:1:5: error: expected an RR type, found "A")"},
      {"a 1 2 A x\n", "syntax", R"(zone:1:5: error: expected a class or a type after the TTL, found "2")"},
      {"a IN IN A x\n", "syntax", R"(zone:1:6: error: expected a TTL or a type after the class, found "IN")"},
      {"a CH A x\n", "bad-class", R"(zone:1:3: error: expected class IN, found "CH")"},
      {"a CLASS3 A x\n", "bad-class", R"(zone:1:3: error: expected class IN, found "CLASS3")"},
      {"a 1 AXFR x\n", "meta-type",
       R"(zone:1:5: error: "AXFR" is a query type or pseudo-type: a zone has no such record)"},
      {"a 1 OPT \\# 0\n", "meta-type",
       R"(zone:1:5: error: "OPT" is a query type or pseudo-type: a zone has no such record)"},
      {" 1 A 192.0.2.1\n", "no-owner",
       "zone:1:2: error: the line starts with white space, but there is no owner before it in this file"},
      {"a A 192.0.2.1\n", "no-ttl", "zone:1:3: error: the record has no TTL: give one, or $TTL before it"},
      {"a 1h30 A x\n", "bad-ttl",
       R"(zone:1:3: error: expected a TTL: seconds below 2^32, or a period such as 1h30m, found "1h30")"},
      {"a 4294967296 A x\n", "bad-ttl",
       R"(zone:1:3: error: expected a TTL: seconds below 2^32, or a period such as 1h30m, found "4294967296")"},
      {"a..b 1 A x\n", "bad-name", R"(zone:1:1: error: empty label in name: "a..b")"},
      {"a\xC3\xA4..b 1 A x\n"sv, "bad-name", R"(zone:1:1: error: empty label in name: "a\195\164..b")"},
      {"\"a\" 1 A x\n", "bad-name", R"(zone:1:1: error: expected a domain name without quotes: "a")"},
      {"\\256 1 A x\n", "bad-name",
       R"(zone:1:1: error: bad escape: expected \ and a character, or \ and three digits up to 255: "\256")"},
      {"a\\\n", "bad-name",
       R"(zone:1:1: error: bad escape: expected \ and a character, or \ and three digits up to 255: "a\")"},
      // Lexical.
      {"a 1 TXT \"abc\n", "syntax", "zone:1:9: error: quoted string does not end on its line"},
      {"a 1 A 192.0.2.1 )\n", "syntax", "zone:1:17: error: closing parenthesis without an opening one"},
      {"a 1 TXT ( a\nb 1 TXT c\n", "syntax", "zone:1:9: error: parenthesis is never closed"},
      {"a 1 TXT \0\n"sv, "syntax", "zone:1:9: error: NUL octet: this is no text, or UTF-16"},
      {"a 1 TXT \"x\0\"\n"sv, "syntax", "zone:1:11: error: NUL octet: this is no text, or UTF-16"},
      // RDATA.
      {"a 1 A\n", "bad-rdata", "zone:1:6: error: A: expected an IPv4 address, found the end of the record"},
      {"a 1 A 192.0.2\n", "bad-rdata", R"(zone:1:7: error: A: expected an IPv4 address, found "192.0.2")"},
      {"a 1 A 192.0.2.01\n", "bad-rdata", R"(zone:1:7: error: A: expected an IPv4 address, found "192.0.2.01")"},
      {"a 1 A 192.0.2.256\n", "bad-rdata", R"(zone:1:7: error: A: expected an IPv4 address, found "192.0.2.256")"},
      {"a 1 A 192.0.2.1 x\n", "bad-rdata", R"(zone:1:17: error: A: expected the end of the record, found "x")"},
      {"a 1 AAAA 2001:::1\n", "bad-rdata", R"(zone:1:10: error: AAAA: expected an IPv6 address, found "2001:::1")"},
      {"a 1 MX mail\n", "bad-rdata", R"(zone:1:8: error: MX: expected a number from 0 to 65535, found "mail")"},
      {"a 1 MX 65536 mail\n", "bad-rdata", R"(zone:1:8: error: MX: expected a number from 0 to 65535, found "65536")"},
      {"a 1 MX 10 .x\n", "bad-rdata", R"(zone:1:11: error: MX: empty label in name: ".x")"},
      {"a 1 MX ( 10\n   \"m\" )\n", "bad-rdata",
       R"(zone:2:4: error: MX: expected a domain name without quotes, found "m")"},
      {"a 1 SOA a b 1 2 3 4\n", "bad-rdata",
       "zone:1:20: error: SOA: expected seconds below 2^32, or a period such as 1h30m, found the end of the record"},
      {"a 1 TXT\n", "bad-rdata", "zone:1:8: error: TXT: expected a character-string, found the end of the record"},
      {"a 1 DS 1 13 2 ABC\n", "bad-rdata", "zone:1:15: error: DS: odd number of hex digits"},
      {"a 1 DS 1 13 2 ABCX\n", "bad-rdata", R"(zone:1:15: error: DS: character that is not hex: "ABCX")"},
      {"a 1 DS 1 13 2 ABCD\n", "bad-rdata", "zone:1:8: error: DS: digest has not the length that its type fixes"},
      {"a 1 DS 1 RSA 2 AB\n", "bad-rdata",
       R"(zone:1:10: error: DS: expected a DNSSEC algorithm: a number from 0 to 255 or a mnemonic, found "RSA")"},
      {"a 1 DNSKEY 257 3 13 AQ\n", "bad-rdata",
       R"(zone:1:21: error: DNSKEY: base64 ends within a group of four (padding missing?): "AQ")"},
      {"a 1 DNSKEY 257 3 13 AR==\n", "bad-rdata",
       R"(zone:1:21: error: DNSKEY: base64 ends with bits that belong to no octet: "AR==")"},
      {"a 1 DNSKEY 257 3 13 AQ== AQ==\n", "bad-rdata",
       R"(zone:1:26: error: DNSKEY: text after the padding of base64: "AQ==")"},
      {"a 1 RRSIG A 13 1 1 20230229000000 1 1 . AQID\n", "bad-rdata",
       "zone:1:20: error: RRSIG: expected a time as YYYYMMDDHHmmSS from 1970 to 2106, or seconds since 1970, found "
       R"("20230229000000")"},
      {"a 1 NSEC b\n", "bad-rdata", "zone:1:11: error: NSEC: expected RR types, found the end of the record"},
      {"a 1 NSEC b A FOO\n", "bad-rdata", R"(zone:1:14: error: NSEC: expected an RR type, found "FOO")"},
      {"a 1 NSEC3 1 0 0 - W0\n", "bad-rdata", R"(zone:1:19: error: NSEC3: character that is not base32hex: "W0")"},
      {"a 1 CAA 0 a-b x\n", "bad-rdata",
       R"(zone:1:11: error: CAA: expected a CAA tag of letters and digits, found "a-b")"},
      {"a 1 HTTPS 1 . alpn=h2 alpn=h3\n", "bad-rdata",
       R"(zone:1:23: error: HTTPS: SvcParamKey given twice: "alpn=h3")"},
      {"a 1 HTTPS 1 . mandatory=port\n", "bad-rdata",
       "zone:1:11: error: HTTPS: a SvcParam listed in mandatory is missing"},
      {"a 1 LOC 91 N 0 E 0\n", "bad-rdata",
       R"(zone:1:9: error: LOC: expected degrees [minutes [seconds]] and N or S, found "91")"},
      {"a 1 NULL x\n", "bad-rdata",
       R"(zone:1:10: error: NULL: expected \# and RDATA in hex (RFC 3597), as this type has no other format, found "x")"},
      {"a 1 TYPE999 x\n", "bad-rdata",
       R"(zone:1:13: error: TYPE999: expected \# and RDATA in hex (RFC 3597), as this type has no other format, found "x")"},
      {"a 1 TYPE999 \\# 3 0102\n", "bad-rdata", R"(zone:1:16: error: TYPE999: \# 3 is followed by 2 octets)"},
      {"a 1 A \\# 3 010203\n", "bad-rdata", "zone:1:7: error: A: RDATA is too short"},
      {"a 1 MX \\# 4 0001C00C\n", "bad-rdata", "zone:1:8: error: MX: malformed domain name in RDATA"},
      // Directives.
      {"$FOO\n", "unknown-directive",
       R"(zone:1:1: error: expected $ORIGIN, $TTL, $INCLUDE or $GENERATE, found "$FOO")"},
      {"  $TTL 1\n", "syntax", R"(zone:1:3: error: a directive starts in the first column, found "$TTL" after blanks)"},
      {"$ORIGIN\n", "syntax", "zone:1:8: error: expected a domain name, found the end of the line"},
      {"$ORIGIN a. b.\n", "syntax", R"(zone:1:12: error: expected the end of the line, found "b.")"},
      {"$TTL x\n", "bad-ttl",
       R"(zone:1:6: error: expected a TTL: seconds below 2^32, or a period such as 1h30m, found "x")"},
      {"$GENERATE 3-1 a A 192.0.2.$\n", "generate",
       R"(zone:1:11: error: expected a range start-stop or start-stop/step, found "3-1")"},
      {"$GENERATE 1-2 a${x} 1 A 192.0.2.$\n", "generate",
       "zone:1:1: error: $GENERATE at 1: expected ${offset,width,base} with base d, o, x, X, n or N"},
      {"$GENERATE 255-256 a$ 1 A 192.0.2.$\n", "bad-rdata",
       R"(zone:1:1: error: $GENERATE at 256: A: expected an IPv4 address, found "192.0.2.256")"},
  };
  return all;
}

TEST(Errors, SayWhatIsWrongAndWhere) {
  for (const auto& test : cases()) {
    SCOPED_TRACE(test.text);
    const auto scanned = scan(test.text);
    EXPECT_FALSE(scanned.result.ok);
    EXPECT_FALSE(scanned.result.unreadable);
    ASSERT_FALSE(scanned.diagnostics.empty());
    // A parenthesis that is never closed swallows what follows, which may be reported first.
    EXPECT_EQ(scanned.diagnostics.back(), test.diagnostic);
    EXPECT_EQ(scanned.codes.back(), test.code);
  }
}

TEST(Errors, ScanningGoesOnAtTheNextRecord) {
  for (const auto& test : cases()) {
    if (test.diagnostic.find("never closed") != std::string_view::npos) continue;
    SCOPED_TRACE(test.text);
    const auto text = std::string{test.text} + "next.example. 5 A 192.0.2.5\n";
    const auto scanned = scan(text);
    ASSERT_FALSE(scanned.records.empty());
    EXPECT_EQ(scanned.records.back(), "next.example. 5 A 192.0.2.5");
  }
}

TEST(Errors, RecoveryGoesOverParentheses) {
  const auto scanned = scan("a 1 MX ( x\n b 1 A 192.0.2.1\n ) c\nd 1 A 192.0.2.4\n");
  EXPECT_EQ(scanned.records, std::vector<std::string>{"d.example. 1 A 192.0.2.4"});
  EXPECT_EQ(scanned.diagnostics.size(), 1U);
}

TEST(Errors, RelativeNamesNeedAnOrigin) {
  for (const std::string text :
       {"www 1 A 192.0.2.1\n", "@ 1 A 192.0.2.1\n", "$ORIGIN www\n", "@ 1 SOA a. b. 1 2 3 4 5\n"}) {
    const auto scanned = scan(text, {});
    ASSERT_EQ(scanned.codes, std::vector<std::string>{"no-origin"}) << text;
  }
  EXPECT_EQ(
      scan("www.test. 1 NS ns\n", {}).diagnostics,
      std::vector<std::string>{"zone:1:16: error: \"ns\" is a relative name, but no origin is known: end it with a "
                               "dot, or give $ORIGIN or ORIGIN=FILE"});
  EXPECT_TRUE(scan("$ORIGIN test.\nwww 1 NS ns\n", {}).result.ok);
}

TEST(Errors, AtMostTwentyAreCollected) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "a 1 FOO x\n";
  const auto scanned = scan(text + "b 1 A 192.0.2.1\n");
  ASSERT_EQ(scanned.diagnostics.size(), kErrorsMax + 1);
  EXPECT_EQ(scanned.diagnostics[kErrorsMax - 1], R"(zone:20:5: error: expected an RR type, found "FOO")");
  EXPECT_EQ(scanned.diagnostics.back(), "zone: notice: gave up after 20 errors");
  EXPECT_TRUE(scanned.records.empty());
}

TEST(Errors, LongTokensAreCutInMessages) {
  const auto scanned = scan("a 1 A " + std::string(100000, 'x') + "\n");
  ASSERT_EQ(scanned.diagnostics.size(), 1U);
  EXPECT_EQ(scanned.diagnostics[0],
            "zone:1:7: error: A: expected an IPv4 address, found \"" + std::string(60, 'x') + "...\"");
}

TEST(Errors, RecordTextIsBounded) {
  const auto scanned = scan("a 1 TXT (\n" + std::string(3 * kRecordTextMax, '\n') + ")\nb 1 A 192.0.2.1\n");
  EXPECT_EQ(scanned.codes, std::vector<std::string>{"record-too-long"});
  EXPECT_EQ(scanned.diagnostics[0].substr(0, 47), "zone:1:1: error: record is longer than 1048576 ");
}

}  // namespace
}  // namespace torii::zonec
