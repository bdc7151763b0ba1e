// The table itself: numbers, mnemonics, and the lists that RFCs give.
#include "torii/dns/rr_table.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace torii::dns {
namespace {

TEST(RrTable, AscendsAndEachMnemonicLeadsBack) {
  int last = 0;
  std::set<std::string_view> mnemonics;
  for (const auto& info : rr_types()) {
    EXPECT_GT(info.number, last);
    last = info.number;
    const auto type = static_cast<RrType>(info.number);
    EXPECT_EQ(find_type_info(type), &info);
    EXPECT_EQ(type_from_text(info.mnemonic), type);
    EXPECT_EQ(type_from_text("TYPE" + std::to_string(info.number)), type);
    std::string lower{info.mnemonic};
    for (auto& c : lower) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
    EXPECT_EQ(type_from_text(lower), type);
    EXPECT_TRUE(mnemonics.insert(info.mnemonic).second);
  }
}

TEST(RrTable, EveryNumberIsFoundOrNot) {
  std::size_t found = 0;
  for (int number = 0; number <= 0xFFFF; ++number) {
    const auto* info = find_type_info(static_cast<RrType>(number));
    if (info == nullptr) continue;
    EXPECT_EQ(info->number, number);
    ++found;
  }
  EXPECT_EQ(found, rr_types().size());
}

TEST(RrTable, TextThatIsNoType) {
  for (const std::string_view text : {"", "TYPE", "TYPE65536", "TYPE-1", "TYPE1x", "TYPE000001", "AX", "NSEC3PARAMS",
                                      "IN", "AAAAAAAAAAAAAAAAA", "A ", "TYPE99999"})
    EXPECT_FALSE(type_from_text(text)) << text;
  EXPECT_EQ(type_from_text("type00001"), RrType::A);
}

TEST(RrTable, Classes) {
  EXPECT_EQ(class_from_text("in"), RrClass::IN);
  EXPECT_EQ(class_from_text("CLASS1"), RrClass::IN);
  EXPECT_EQ(class_from_text("CH"), RrClass::CH);
  EXPECT_EQ(class_from_text("CLASS65535"), static_cast<RrClass>(65535));
  EXPECT_FALSE(class_from_text("CLASS65536"));
  EXPECT_FALSE(class_from_text("IN1"));
}

TEST(RrTable, CompressibleNamesAreThoseOfRfc1035) {  // RFC 3597 section 4
  std::set<std::string_view> types;
  for (const auto& info : rr_types())
    for (const auto field : info.fields)
      if (field == Field::CompressibleName) types.insert(info.mnemonic);
  EXPECT_EQ(types,
            (std::set<std::string_view>{"NS", "MD", "MF", "CNAME", "SOA", "MB", "MG", "MR", "PTR", "MINFO", "MX"}));
}

TEST(RrTable,
     LowerCaseFormsAreThoseOfRfc4034) {  // section 6.2, without NSEC and HINFO (RFC 6840 section 5.1), without A6
  std::set<std::string_view> types;
  for (const auto& info : rr_types())
    if (info.lower_names) types.insert(info.mnemonic);
  EXPECT_EQ(types, (std::set<std::string_view>{"NS",  "MD",    "MF", "CNAME", "SOA",   "MB",   "MG",  "MR",
                                               "PTR", "MINFO", "MX", "RP",    "AFSDB", "RT",   "SIG", "PX",
                                               "NXT", "NAPTR", "KX", "SRV",   "DNAME", "RRSIG"}));
}

TEST(RrTable, MetaTypes) {  // RFC 6895 section 3.1
  for (const auto type :
       {RrType::OPT, RrType::TSIG, RrType::TKEY, RrType::AXFR, RrType::IXFR, RrType::ANY, RrType::MAILB})
    EXPECT_TRUE(is_meta_type(type));
  EXPECT_TRUE(is_meta_type(static_cast<RrType>(0)));
  EXPECT_TRUE(is_meta_type(static_cast<RrType>(128)));
  EXPECT_FALSE(is_meta_type(RrType::A));
  EXPECT_FALSE(is_meta_type(static_cast<RrType>(127)));
  EXPECT_FALSE(is_meta_type(static_cast<RrType>(256)));
}

}  // namespace
}  // namespace torii::dns
