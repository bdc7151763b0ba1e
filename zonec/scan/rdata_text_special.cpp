// Fields with a grammar of their own: LOC, APL, WKS, gateways of IPSECKEY and AMTRELAY, HIP.
#include <algorithm>

#include "torii/dns/rdata_fields.hpp"
#include "zonec/scan/rdata_text.hpp"

namespace torii::zonec {

namespace {

/// "12" or "12.345" as thousandths.
bool parse_thousandths(std::string_view text, std::uint64_t whole_max, std::uint32_t& value) noexcept {
  const auto dot = text.find('.');
  std::uint64_t whole = 0;
  if (!parse_number(text.substr(0, dot), whole_max, whole)) return false;
  std::uint64_t decimals = 0;
  if (dot != std::string_view::npos && dot + 1 < text.size()) {
    const auto digits = text.substr(dot + 1);
    if (digits.size() > 3 || !parse_number(digits, 999, decimals)) return false;
    for (auto missing = 3 - digits.size(); missing > 0; --missing) decimals *= 10;
  }
  value = static_cast<std::uint32_t>(whole * 1000 + decimals);
  return true;
}

/// Centimetres as mantissa and power of ten, rounded down. Source: RFC 1876 section 2.
bool encode_size(std::int64_t centimetres, std::uint8_t& octet) noexcept {
  constexpr std::int64_t kMax = 9'000'000'000;
  if (centimetres < 0 || centimetres > kMax) return false;
  unsigned power = 0;
  for (; centimetres > 9; centimetres /= 10) ++power;
  octet = static_cast<std::uint8_t>(static_cast<unsigned>(centimetres) << 4 | power);
  return true;
}

}  // namespace

bool RdataReader::read_angle(std::uint64_t degrees_max, char positive, char negative, std::uint32_t& angle) {
  const std::string expected_text = std::string{"degrees [minutes [seconds]] and "} + positive + " or " + negative;
  Token token;
  std::array<std::uint32_t, 3> parts{};  // thousandths of degrees, minutes, seconds
  for (std::size_t i = 0;; ++i) {
    if (!want_word(token, expected_text)) return false;
    const char letter = token.size() == 1 ? static_cast<char>(*token.begin & ~0x20) : '\0';
    if (i > 0 && (letter == positive || letter == negative)) {
      const std::uint32_t thousandths = parts[0] * 3600 + parts[1] * 60 + parts[2];
      if (thousandths > degrees_max * 3'600'000)
        return expected(token, "at most " + std::to_string(degrees_max) + " degrees");
      constexpr std::uint32_t kEquator = 0x8000'0000U;
      angle = letter == positive ? kEquator + thousandths : kEquator - thousandths;
      return true;
    }
    if (i == 3) return expected(token, std::string{positive} + " or " + negative);
    const bool may_have_decimals = i == 2;
    if (!may_have_decimals && token.text().find('.') != std::string_view::npos) return expected(token, expected_text);
    if (!parse_thousandths(token.text(), i == 0 ? degrees_max : 59, parts[i])) return expected(token, expected_text);
  }
}

bool RdataReader::read_location() {
  std::uint32_t latitude = 0;
  std::uint32_t longitude = 0;
  if (!read_angle(90, 'N', 'S', latitude) || !read_angle(180, 'E', 'W', longitude)) return false;
  Token token;
  constexpr std::string_view kAltitude = "an altitude in metres from -100000.00 to 42849672.95";
  if (!want_word(token, kAltitude)) return false;
  std::int64_t altitude = 0;
  constexpr std::int64_t kSeaLevel = 10'000'000;
  if (!parse_metres(token.text(), altitude) || altitude < -kSeaLevel || altitude + kSeaLevel > 0xFFFF'FFFFLL)
    return expected(token, kAltitude);
  std::array<std::uint8_t, 3> sizes{0x12, 0x16, 0x13};  // 1 m, 10 km, 10 m: RFC 1876 section 3
  constexpr std::string_view kSize = "a size or precision in metres from 0 to 90000000.00";
  for (auto& size : sizes) {
    bool is_there = false;
    if (!next_word_or_end(token, is_there, kSize)) return false;
    if (!is_there) break;
    std::int64_t centimetres = 0;
    if (!parse_metres(token.text(), centimetres) || !encode_size(centimetres, size)) return expected(token, kSize);
  }
  return fits(token, out_.put_u8(0) && out_.put(sizes) && out_.put_u32(latitude) && out_.put_u32(longitude) &&
                         out_.put_u32(static_cast<std::uint64_t>(altitude + kSeaLevel)));
}

bool RdataReader::read_prefixes() {
  constexpr std::string_view kItem = "[!]1:IPv4/prefix or [!]2:IPv6/prefix";
  Token token;
  bool is_there = false;
  for (;;) {
    if (!next_word_or_end(token, is_there, kItem)) return false;
    if (!is_there) return true;
    auto text = token.text();
    const bool is_negated = !text.empty() && text[0] == '!';
    if (is_negated) text.remove_prefix(1);
    const auto slash = text.find('/');
    if (text.size() < 2 || (text[0] != '1' && text[0] != '2') || text[1] != ':' || slash == std::string_view::npos)
      return expected(token, kItem);
    const bool is_v4 = text[0] == '1';
    const auto address_text = text.substr(2, slash - 2);
    std::array<std::uint8_t, 16> address{};
    std::uint64_t prefix = 0;
    if (!(is_v4 ? parse_ipv4(address_text, address.data()) : parse_ipv6(address_text, address.data())) ||
        !parse_number(text.substr(slash + 1), is_v4 ? 32 : 128, prefix))
      return expected(token, kItem);
    std::size_t size = is_v4 ? 4 : 16;
    while (size > 0 && address[size - 1] == 0) --size;  // RFC 3123 section 4: no trailing zero octets
    const auto length = (is_negated ? 0x80U : 0U) | static_cast<unsigned>(size);
    if (!out_.put_u16(is_v4 ? 1 : 2) || !out_.put_u8(prefix) || !out_.put_u8(length) ||
        !out_.put(dns::Octets{address}.first(size)))
      return fits(token, false);
  }
}

bool RdataReader::read_services() {
  struct Service {
    std::string_view name;
    std::uint16_t number;
  };
  static constexpr auto kProtocols = std::to_array<Service>({{"icmp", 1}, {"tcp", 6}, {"udp", 17}});
  // The well-known services that master files name. Source: RFC 1010, IANA service names.
  static constexpr auto kServices = std::to_array<Service>(
      {{"echo", 7},    {"discard", 9}, {"systat", 11},  {"daytime", 13}, {"chargen", 19}, {"ftp-data", 20},
       {"ftp", 21},    {"ssh", 22},    {"telnet", 23},  {"smtp", 25},    {"time", 37},    {"nameserver", 42},
       {"domain", 53}, {"tftp", 69},   {"gopher", 70},  {"finger", 79},  {"http", 80},    {"kerberos", 88},
       {"pop2", 109},  {"pop3", 110},  {"sunrpc", 111}, {"nntp", 119},   {"ntp", 123},    {"imap2", 143},
       {"imap", 143},  {"snmp", 161},  {"irc", 194},    {"https", 443}});
  const auto find = [](const auto& table, std::string_view text, std::uint64_t max, std::uint64_t& number) {
    if (parse_number(text, max, number)) return true;
    for (const auto& entry : table) {
      if (!equals_ignoring_case(entry.name, text)) continue;
      number = entry.number;
      return true;
    }
    return false;
  };
  constexpr std::string_view kProtocol = "a protocol: tcp, udp or a number from 0 to 255";
  constexpr std::string_view kPort = "a well-known service or a port number";
  Token token;
  std::uint64_t number = 0;
  if (!want_word(token, kProtocol)) return false;
  if (!find(kProtocols, token.text(), 255, number)) return expected(token, kProtocol);
  if (!out_.put_u8(number)) return fits(token, false);
  std::array<std::uint8_t, 8192> ports{};
  std::size_t size = 0;
  for (;;) {
    bool is_there = false;
    if (!next_word_or_end(token, is_there, kPort)) return false;
    if (!is_there) return fits(token, out_.put(dns::Octets{ports}.first(size)));
    if (!find(kServices, token.text(), 0xFFFF, number)) return expected(token, kPort);
    ports[number / 8] = static_cast<std::uint8_t>(ports[number / 8] | 0x80U >> number % 8);
    size = std::max(size, static_cast<std::size_t>(number / 8 + 1));
  }
}

bool RdataReader::read_gateway(std::uint64_t gateway_type) {
  switch (gateway_type) {
    case dns::kGatewayIpv4:
      return read_ipv4();
    case dns::kGatewayIpv6:
      return read_ipv6();
    case dns::kGatewayName:
      return read_name();
    default:
      break;
  }
  Token token;
  return want_word(token, "\".\" for no gateway") && (token.is(".") || expected(token, "\".\" for no gateway"));
}

bool RdataReader::read_ipsec_gateway() {
  const auto at = out_.size();
  if (!read_number(1, "a gateway type from 0 to 3")) return false;
  const auto gateway_type = out_.octets()[at];
  if (gateway_type > dns::kGatewayName) return fault(first_, "gateway type is not 0 to 3");
  return read_number(1, "an algorithm number from 0 to 255") && read_gateway(gateway_type);
}

bool RdataReader::read_amt_relay() {
  constexpr std::string_view kBit = "the discovery-optional bit, 0 or 1";
  constexpr std::string_view kRelayType = "a relay type from 0 to 3";
  Token token;
  std::uint64_t bit = 0;
  std::uint64_t relay_type = 0;
  if (!want_word(token, kBit)) return false;
  if (!parse_number(token.text(), 1, bit)) return expected(token, kBit);
  if (!want_word(token, kRelayType)) return false;
  if (!parse_number(token.text(), dns::kGatewayName, relay_type)) return expected(token, kRelayType);
  return fits(token, out_.put_u8(bit << 7 | relay_type)) && read_gateway(relay_type);
}

bool RdataReader::read_host_identity() {
  constexpr std::string_view kHit = "a host identity tag in hex, 1 to 255 octets";
  constexpr std::string_view kKey = "a public key in base64";
  Token token;
  const auto start = out_.size();
  if (!out_.put_u8(0) || !read_number(1, "a public key algorithm from 0 to 255") || !out_.put_u16(0)) return false;
  if (!want_word(token, kHit)) return false;
  if (token.size() % 2 != 0 || token.size() > 2 * std::size_t{255}) return expected(token, kHit);
  hex_is_odd_ = false;
  if (!read_hex_token(token)) return false;
  out_.data()[start] = static_cast<std::uint8_t>(token.size() / 2);
  if (!want_word(token, kKey)) return false;
  Base64Decoder decoder;
  std::size_t size = 0;
  const char* wrong = decoder.add(token.text(), out_.tail(), out_.left(), size);
  if (wrong == nullptr) wrong = decoder.finish();
  if (wrong != nullptr) return fault(token, std::string{wrong} + ": " + quote(token));
  if (!out_.grow(size)) return fits(token, false);
  dns::store_u16(out_.data() + start + 2, static_cast<std::uint16_t>(size));
  for (;;) {
    bool is_there = false;
    if (!next_word_or_end(token, is_there, "a rendezvous server")) return false;
    if (!is_there) return true;
    lexer_->put_back(token);
    if (!read_name()) return false;
  }
}

}  // namespace torii::zonec
