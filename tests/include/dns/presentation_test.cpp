// Printing: addresses, times, encodings, and the generic form where a type's own cannot say it.
#include "torii/dns/presentation.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <array>
#include <ctime>
#include <random>

namespace torii::dns {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes octets(std::string_view text) { return {text.begin(), text.end()}; }

TEST(Print, TypesAndClasses) {
  EXPECT_EQ(type_text(RrType::NSEC3PARAM), "NSEC3PARAM");
  EXPECT_EQ(type_text(static_cast<RrType>(65280)), "TYPE65280");
  std::string out;
  append_class(out, RrClass::IN);
  append_class(out, static_cast<RrClass>(7));
  EXPECT_EQ(out, "INCLASS7");
}

TEST(Print, Base64) {  // RFC 4648 section 10
  for (const auto& [plain, expected] :
       std::vector<std::pair<std::string_view, std::string_view>>{{"", ""},
                                                                  {"f", "Zg=="},
                                                                  {"fo", "Zm8="},
                                                                  {"foo", "Zm9v"},
                                                                  {"foob", "Zm9vYg=="},
                                                                  {"fooba", "Zm9vYmE="},
                                                                  {"foobar", "Zm9vYmFy"}}) {
    std::string out;
    detail::append_base64(out, octets(plain));
    EXPECT_EQ(out, expected);
  }
}

TEST(Print, Base32Hex) {  // RFC 4648 section 10, without the padding
  for (const auto& [plain, expected] :
       std::vector<std::pair<std::string_view, std::string_view>>{{"", ""},
                                                                  {"f", "CO"},
                                                                  {"fo", "CPNG"},
                                                                  {"foo", "CPNMU"},
                                                                  {"foob", "CPNMUOG"},
                                                                  {"fooba", "CPNMUOJ1"},
                                                                  {"foobar", "CPNMUOJ1E8"}}) {
    std::string out;
    detail::append_base32hex(out, octets(plain));
    EXPECT_EQ(out, expected);
  }
}

TEST(Print, Ipv6AsRfc5952Says) {
  for (const std::string_view text : {"::", "::1", "1::", "2001:db8::1", "2001:db8:0:1:1:1:1:1", "2001:0:0:1::1",
                                      "2001:db8::1:0:0:1", "::ffff:192.0.2.1", "1:2:3:4:5:6:7:8", "0:1:2:3:4:5:6:7",
                                      "1:2:3:4:5:6:7:0", "fe80::", "2001:db8:a::f", "::2:3:4:5:6:7:8"}) {
    std::array<std::uint8_t, 16> address{};
    ASSERT_EQ(inet_pton(AF_INET6, std::string{text}.c_str(), address.data()), 1) << text;
    // One zero group alone is not shortened (section 4.2.2).
    EXPECT_EQ(rdata_text(RrType::AAAA, address), text == "::2:3:4:5:6:7:8" ? "0:2:3:4:5:6:7:8" : text);
  }
}

TEST(Print, Ipv6ReadsBackForAnyPatternOfZeros) {
  for (unsigned pattern = 0; pattern < 256; ++pattern) {
    std::array<std::uint8_t, 16> address{};
    for (unsigned group = 0; group < 8; ++group)
      if ((pattern >> group & 1) != 0) address.at(2 * group + 1) = static_cast<std::uint8_t>(group + 1);
    std::array<std::uint8_t, 16> back{};
    const auto text = rdata_text(RrType::AAAA, address);
    ASSERT_EQ(inet_pton(AF_INET6, text.c_str(), back.data()), 1) << text;
    ASSERT_EQ(address, back) << text;
  }
}

TEST(Print, TimesAgreeWithTheCLibrary) {
  std::mt19937 random{4034};  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same times every run
  std::vector<std::uint32_t> times{0,         1,          86399,      86400,       951782400,   951868799,
                                   951868800, 4107542399, 4107542400, 0x7FFF'FFFF, 0x8000'0000, 0xFFFF'FFFF};
  for (int i = 0; i < 20000; ++i) times.push_back(static_cast<std::uint32_t>(random()));
  for (const auto seconds : times) {
    const auto time = static_cast<std::time_t>(seconds);
    std::tm utc{};
    ASSERT_NE(gmtime_r(&time, &utc), nullptr);
    std::array<char, 32> expected{};
    std::strftime(expected.data(), expected.size(), "%Y%m%d%H%M%S", &utc);
    std::string out;
    detail::append_time(out, seconds);
    ASSERT_EQ(out, expected.data()) << seconds;
  }
}

TEST(Print, GenericFormWhereTheTypesOwnCannotSayIt) {  // RFC 3597 section 5
  EXPECT_EQ(rdata_text(static_cast<RrType>(65280), octets("ab")), "\\# 2 6162");
  EXPECT_EQ(rdata_text(static_cast<RrType>(65280), {}), "\\# 0");
  EXPECT_EQ(rdata_text(RrType::NULL_, octets("a")), "\\# 1 61");
  EXPECT_EQ(rdata_text(RrType::A, octets("abc")), "\\# 3 616263") << "malformed";
  EXPECT_EQ(rdata_text(RrType::WKS, Bytes{1, 2, 3, 4, 6, 0x40, 0}), "\\# 7 01020304064000") << "trailing zero octet";
  EXPECT_EQ(rdata_text(*type_from_text("APL"), Bytes{0, 3, 1, 0}), "\\# 4 00030100") << "unknown address family";
  EXPECT_EQ(
      rdata_text(*type_from_text("LOC"), Bytes{0, 5, 0x16, 0x13, 0x80, 0, 0, 0, 0x80, 0, 0, 0, 0, 0x98, 0x96, 0x80}),
      "\\# 16 00051613800000008000000000989680")
      << "zero metres with an exponent";
}

TEST(Print, OptionalFieldsLeaveNoSpace) {
  EXPECT_EQ(rdata_text(*type_from_text("ISDN"), Bytes{1, '1'}), "\"1\"");
  EXPECT_EQ(rdata_text(*type_from_text("APL"), {}), "");
  EXPECT_EQ(rdata_text(RrType::KEY, Bytes{0xC0, 0, 3, 0}), "49152 3 0");
  EXPECT_EQ(rdata_text(RrType::SVCB, Bytes{0, 1, 0}), "1 .");
  std::string out = "before ";
  append_rdata(out, RrType::MX, Bytes{0, 1, 0});
  EXPECT_EQ(out, "before 1 .");
}

}  // namespace
}  // namespace torii::dns
