// $GENERATE. The expected records are those that named-compilezone makes of the same lines (see compare_bind.py).
#include <gtest/gtest.h>

#include "tests/zonec/scan/scan_support.hpp"

namespace torii::zonec {
namespace {

using Lines = std::vector<std::string>;

TEST(Generate, RangeAndStep) {
  EXPECT_EQ(scan("$TTL 60\n$GENERATE 1-2 h$ A 192.0.2.$\n").records,
            (Lines{"h1.example. 60 A 192.0.2.1", "h2.example. 60 A 192.0.2.2"}));
  EXPECT_EQ(scan("$GENERATE 0-10/5 $ 5 IN CNAME h$.net.\n").records,
            (Lines{"0.example. 5 CNAME h0.net.", "5.example. 5 CNAME h5.net.", "10.example. 5 CNAME h10.net."}));
}

TEST(Generate, OffsetWidthAndBase) {
  EXPECT_EQ(scan("$GENERATE 1-3/2 n-${0,5,n} 60 A 192.0.2.$\n").records,
            (Lines{"n-1.0.0.example. 60 A 192.0.2.1", "n-3.0.0.example. 60 A 192.0.2.3"}));
  EXPECT_EQ(scan("$GENERATE 18-19 N-${0,3,N}${0,0,N} 60 A 192.0.2.$\n").records,
            (Lines{"N-2.12.1.example. 60 A 192.0.2.18", "N-3.13.1.example. 60 A 192.0.2.19"}));
  EXPECT_EQ(scan("$GENERATE 1-2 x-${10,4,X}-${-1,2} 60 CNAME y-${7,3,o}.z\n").records,
            (Lines{"x-000B-00.example. 60 CNAME y-010.z.example.", "x-000C-01.example. 60 CNAME y-011.z.example."}));
  EXPECT_EQ(scan("$GENERATE 1-2 neg${-2} 60 A 192.0.2.1\n").records,
            (Lines{"neg-1.example. 60 A 192.0.2.1", "neg0.example. 60 A 192.0.2.1"}));
}

TEST(Generate, OffsetIsForItsOwnDollarOnly) {
  EXPECT_EQ(scan("$GENERATE 5-5 a${-1}-$ 60 TXT x\n").records, Lines{"a4-5.example. 60 TXT \"x\""});
}

TEST(Generate, DollarSigns) {
  EXPECT_EQ(scan("$GENERATE 1-1 a$$\\$b$ 60 TXT \\$\n").records, Lines{R"(a\$\$b1.example. 60 TXT "$")"});
}

TEST(Generate, RdataInQuotesOrToTheEndOfTheLine) {
  EXPECT_EQ(scan("$GENERATE 1-1 a 60 MX \"10 m$\"\n").records, Lines{"a.example. 60 MX 10 m1.example."});
  EXPECT_EQ(scan("$GENERATE 1-1 a 60 TXT \"a b $\"\n").records, Lines{R"(a.example. 60 TXT "a" "b" "1")"});
  EXPECT_EQ(scan("$GENERATE 1-1 a 60 MX 10 m$ ; more\n").records, Lines{"a.example. 60 MX 10 m1.example."});
  EXPECT_EQ(scan("$GENERATE 1-1 a 60 TXT x \"a b $\"\n").records, Lines{R"(a.example. 60 TXT "x" "a b 1")"});
}

TEST(Generate, LeavesOwnerAndPlaceAlone) {
  const auto scanned = scan("w 60 A 192.0.2.9\n$GENERATE 1-2 h$ 60 A 192.0.2.$\n 60 A 192.0.2.8\n");
  EXPECT_EQ(scanned.records.back(), "w.example. 60 A 192.0.2.8");
  EXPECT_EQ(scanned.places, (Lines{"zone:1:1", "zone:2:1", "zone:2:1", "zone:3:2"}));
}

TEST(Generate, CountIsBounded) {
  auto options = example_origin();
  options.generate_max = 10;
  EXPECT_EQ(scan("$GENERATE 1-10 h$ 60 A 192.0.2.$\n", options).result.records, 10U);
  const auto refused = scan("$GENERATE 0-2147483647 h$ 60 A 192.0.2.$\n", options);
  EXPECT_EQ(refused.result.records, 0U);
  EXPECT_EQ(refused.diagnostics, Lines{"zone:1:11: error: range \"0-2147483647\" makes 2147483648 records; at most 10 "
                                       "are allowed"});
  EXPECT_FALSE(scan("$GENERATE 0-1000000000 h$ 60 A 192.0.2.1\n").result.ok) << "the default is bounded too";
}

}  // namespace
}  // namespace torii::zonec
