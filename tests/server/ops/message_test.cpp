#include "server/ops/message.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "server/ops/message_printer.hpp"
#include "server/ops/option_text.hpp"

namespace torii::server {
namespace {

std::vector<std::uint8_t> from_hex(std::string_view text) {
  std::vector<std::uint8_t> out;
  int high = -1;
  for (const char c : text) {
    const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
    if (digit < 0) continue;
    if (high >= 0) out.push_back(static_cast<std::uint8_t>(high << 4 | digit));
    high = high >= 0 ? -1 : digit;
  }
  return out;
}

/// RFC 1035 section 4.1.4's names F.ISI.ARPA, FOO.F.ISI.ARPA and ARPA, compressed as there, in an MX answer.
constexpr std::string_view kCompressed =
    "1234 8580 0001 0002 0001 0001"
    "0146 0349534904415250 4100 000f 0001"             // 12: F.ISI.ARPA MX IN
    "c00c 000f 0001 00000e10 0008 000a 03464f4f c00c"  // MX 10 FOO.F.ISI.ARPA
    "c00c 000f 0001 00000e10 0004 0014 c012"           // MX 20 ARPA
    "c012 0006 0001 00000e10 0018 c00c c012 00000001 00000002 00000003 00000004 00000005"
    "00 0029 04d0 00008000 0006 0003 0002 6162";  // OPT, DO, NSID "ab"

TEST(ParseMessage, DecompressesNamesEverywhere) {
  const auto message = parse_message(from_hex(kCompressed));
  ASSERT_TRUE(message) << message.error();
  EXPECT_EQ(message_text(*message),
            ";; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 4660\n"
            ";; flags: qr aa rd ra; QUERY: 1, ANSWER: 2, AUTHORITY: 1, ADDITIONAL: 1\n"
            "\n;; OPT PSEUDOSECTION:\n; EDNS: version: 0, flags: do; udp: 1232\n; NSID: 61 62 (\"ab\")\n"
            "\n;; QUESTION SECTION:\n;F.ISI.ARPA.\t\tIN\tMX\n"
            "\n;; ANSWER SECTION:\nF.ISI.ARPA.\t3600\tIN\tMX\t10 FOO.F.ISI.ARPA.\n"
            "F.ISI.ARPA.\t3600\tIN\tMX\t20 ARPA.\n"
            "\n;; AUTHORITY SECTION:\nARPA.\t3600\tIN\tSOA\tF.ISI.ARPA. ARPA. 1 2 3 4 5\n");
}

TEST(ParseMessage, EveryProperPrefixIsRefused) {
  const auto whole = from_hex(kCompressed);
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(parse_message(dns::Octets{whole}.first(size))) << size;
  auto longer = whole;
  longer.push_back(0);
  EXPECT_EQ(parse_message(longer).error(), "octet " + std::to_string(whole.size()) + ": octets follow the last record");
}

TEST(ParseMessage, RefusesHostileNames) {
  const std::string header = "0000 8000 0001 0000 0000 0000";
  const std::pair<std::string, std::string> table[]{
      {"c00c 0001 0001", "octet 12: a compression pointer does not go backward"},
      {"c00e 0001 0001", "octet 12: a compression pointer does not go backward"},
      {"01 61 c00c 0001 0001", "octet 14: a compression pointer does not go backward"},
      {"ffff 0001 0001", "octet 12: a compression pointer does not go backward"},
      {"41 61 00 0001 0001", "octet 12: a label of unknown kind"},
      {"05 61", "octet 12: a label ends too early"},
      {"c0", "octet 12: a compression pointer ends too early"},
      {"", "octet 12: a name ends too early"},
  };
  for (const auto& [question, error] : table) {
    const auto message = parse_message(from_hex(header + question));
    ASSERT_FALSE(message) << question;
    EXPECT_EQ(message.error(), error);
  }
  std::string long_name;
  for (int i = 0; i < 128; ++i) long_name += "0161";
  EXPECT_EQ(parse_message(from_hex(header + long_name + "00 0001 0001")).error(),
            "octet 266: a name is longer than 255 octets");
}

TEST(ParseMessage, ShowsMalformedRdataInItsGenericForm) {
  const auto message = parse_message(from_hex("0000 8000 0000 0001 0000 0000 00 0001 0001 00000000 0003 010203"));
  ASSERT_TRUE(message) << message.error();
  EXPECT_NE(message_text(*message).find(".\t0\tIN\tA\t\\# 3 010203\n"), std::string::npos) << message_text(*message);
}

TEST(ParseMessage, ANameInRdataEndsWithTheRdata) {
  // NS whose RDATA of 2 octets starts a label of 5: what follows belongs to the next record.
  EXPECT_FALSE(parse_message(from_hex("0000 8000 0000 0001 0000 0000 00 0002 0001 00000000 0002 0561 62636465 00")));
}

TEST(ParseMessage, SurvivesChangedOctets) {
  const auto whole = from_hex(kCompressed);
  std::mt19937 random{20260722};  // NOLINT(cert-msc51-cpp): the same every time
  for (int round = 0; round < 20'000; ++round) {
    auto changed = whole;
    for (int i = 0; i < 3; ++i) changed[random() % changed.size()] = static_cast<std::uint8_t>(random());
    const auto message = parse_message(changed);
    EXPECT_FALSE(message && message_text(*message).empty());
  }
}

TEST(MessageText, ShowsExtendedRcodes) {
  const auto message = parse_message(from_hex("0000 8000 0000 0000 0000 0001 00 0029 0200 01000000 0000"));
  ASSERT_TRUE(message) << message.error();
  EXPECT_NE(message_text(*message).find("status: BADVERS"), std::string::npos);
  EXPECT_EQ(rcode_text(0), "NOERROR");
  EXPECT_EQ(rcode_text(3), "NXDOMAIN");
  EXPECT_EQ(rcode_text(23), "BADCOOKIE");
  EXPECT_EQ(rcode_text(24), "RCODE24");
}

TEST(MessageText, NamesTheOptions) {
  const auto text = [](std::uint16_t code, std::string_view hex) {
    std::string out;
    append_option(out, code, from_hex(std::string{hex}));
    return out;
  };
  EXPECT_EQ(text(3, "6162"), "; NSID: 61 62 (\"ab\")\n");
  EXPECT_EQ(text(8, ""), "; CLIENT-SUBNET:\n");
  EXPECT_EQ(text(9, "00093a80"), "; EXPIRE: 604800 seconds\n");
  EXPECT_EQ(text(10, "2464c4abcf10c957"), "; COOKIE: 2464c4abcf10c957\n");
  EXPECT_EQ(text(11, "012d"), "; TCP-KEEPALIVE: 30.1 seconds\n");
  EXPECT_EQ(text(15, "0014"), "; EDE: 20 (Not Authoritative)\n");
  EXPECT_EQ(text(15, "001e6f6f7073"), "; EDE: 30 (Invalid Query Type): \"oops\"\n");
  EXPECT_EQ(text(15, "ffff"), "; EDE: 65535\n");
  EXPECT_EQ(text(18, "03657272047465737400"), "; REPORT-CHANNEL: err.test.\n");
  EXPECT_EQ(text(19, "010000001267"), "; ZONEVERSION: SOA serial 4711 (1 labels)\n");
  EXPECT_EQ(text(65001, "00"), "; OPT=65001: 00 (\".\")\n");
  // Of another length than they should be: octets.
  EXPECT_EQ(text(11, "01"), "; TCP-KEEPALIVE: 01 (\".\")\n");
  EXPECT_EQ(text(18, "0365"), "; REPORT-CHANNEL: 03 65 (\".e\")\n");
}

}  // namespace
}  // namespace torii::server
