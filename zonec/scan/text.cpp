#include "zonec/scan/text.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>

namespace torii::zonec {

namespace {

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

/// The octet of an escape; `at` stands after the backslash and moves past the escape. Returns: -1 for a bad one.
int decode_escape(const char*& at, const char* end) noexcept {
  if (at == end) return -1;
  if (!is_digit(*at)) return static_cast<std::uint8_t>(*at++);
  if (end - at < 3 || !is_digit(at[1]) || !is_digit(at[2])) return -1;
  const int value = (at[0] - '0') * 100 + (at[1] - '0') * 10 + (at[2] - '0');
  at += 3;
  return value > 255 ? -1 : value;
}

constexpr const char* kBadEscape = R"(bad escape: expected \ and a character, or \ and three digits up to 255)";

}  // namespace

const char* const kNoOriginFault =
    "relative name, but no origin is known: end it with a dot, or give $ORIGIN or ORIGIN=FILE";

const char* decode_name(const Token& token, const dns::Name* origin, std::uint8_t* out, std::size_t& size) noexcept {
  if (token.quoted) return "expected a domain name without quotes";
  if (token.size() == 0) return "expected a domain name, found nothing";
  if (token.size() == 1 && (*token.begin == '.' || *token.begin == '@')) {
    if (*token.begin == '.') {
      out[0] = 0;
      size = 1;
      return nullptr;
    }
    if (origin == nullptr) return kNoOriginFault;
    std::memcpy(out, origin->view().data(), origin->size());
    size = origin->size();
    return nullptr;
  }
  std::size_t label_at = 0;  // where the open label's length octet goes
  std::size_t at = 1;
  for (const char* in = token.begin; in != token.end;) {
    if (at >= dns::kNameOctetsMax) return "name is longer than 255 octets";
    const char c = *in++;
    if (c == '.') {
      const auto length = at - label_at - 1;
      if (length == 0) return "empty label in name";
      if (length > dns::kLabelOctetsMax) return "label is longer than 63 octets";
      out[label_at] = static_cast<std::uint8_t>(length);
      label_at = at++;
    } else if (c == '\\') {
      const int octet = decode_escape(in, token.end);
      if (octet < 0) return kBadEscape;
      out[at++] = static_cast<std::uint8_t>(octet);
    } else {
      out[at++] = static_cast<std::uint8_t>(c);
    }
  }
  const auto length = at - label_at - 1;
  if (length == 0) {  // the name ended with a dot
    out[label_at] = 0;
    size = at;
    return nullptr;
  }
  if (length > dns::kLabelOctetsMax) return "label is longer than 63 octets";
  out[label_at] = static_cast<std::uint8_t>(length);
  if (origin == nullptr) return kNoOriginFault;
  if (at + origin->size() > dns::kNameOctetsMax) return "name is longer than 255 octets with the origin";
  std::memcpy(out + at, origin->view().data(), origin->size());
  size = at + origin->size();
  return nullptr;
}

const char* decode_text(const Token& token, std::uint8_t* out, std::size_t max, std::size_t& size) noexcept {
  constexpr const char* kTooLong = "string is too long";
  if (!token.escaped) {
    if (token.size() > max) return kTooLong;
    std::copy(token.begin, token.end, out);
    size = token.size();
    return nullptr;
  }
  size = 0;
  for (const char* in = token.begin; in != token.end;) {
    if (size == max) return kTooLong;
    const char c = *in++;
    int octet = static_cast<std::uint8_t>(c);
    if (c == '\\') octet = decode_escape(in, token.end);
    if (octet < 0) return kBadEscape;
    out[size++] = static_cast<std::uint8_t>(octet);
  }
  return nullptr;
}

bool parse_number(std::string_view text, std::uint64_t max, std::uint64_t& value) noexcept {
  if (text.empty() || text.size() > 19) return false;
  value = 0;
  for (const char c : text) {
    if (!is_digit(c)) return false;
    value = value * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return value <= max;
}

bool parse_period(std::string_view text, std::uint32_t& seconds) noexcept {
  constexpr std::uint64_t kMax = 0xFFFF'FFFFU;
  std::uint64_t total = 0;
  if (parse_number(text, kMax, total)) {
    seconds = static_cast<std::uint32_t>(total);
    return true;
  }
  if (text.empty() || !is_digit(text[0])) return false;
  total = 0;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t digits = 0;
    while (at + digits < text.size() && is_digit(text[at + digits])) ++digits;
    std::uint64_t count = 0;
    if (!parse_number(text.substr(at, digits), kMax, count)) return false;
    at += digits;
    if (at == text.size()) return false;  // a number without a unit stands alone
    std::uint64_t unit = 0;
    switch (text[at++] | 0x20) {
      case 'w':
        unit = std::uint64_t{7} * 86400;
        break;
      case 'd':
        unit = 86400;
        break;
      case 'h':
        unit = 3600;
        break;
      case 'm':
        unit = 60;
        break;
      case 's':
        unit = 1;
        break;
      default:
        return false;
    }
    total += count * unit;
    if (total > kMax) return false;
  }
  seconds = static_cast<std::uint32_t>(total);
  return true;
}

bool parse_ipv4(std::string_view text, std::uint8_t* out) noexcept {
  std::size_t at = 0;
  for (int group = 0; group < 4; ++group) {
    if (group > 0 && (at >= text.size() || text[at++] != '.')) return false;
    const auto start = at;
    unsigned value = 0;
    while (at < text.size() && at < start + 3 && is_digit(text[at]))
      value = value * 10 + static_cast<unsigned>(text[at++] - '0');
    if (at == start || value > 255 || (at - start > 1 && text[start] == '0')) return false;
    out[group] = static_cast<std::uint8_t>(value);
  }
  return at == text.size();
}

bool parse_ipv6(std::string_view text, std::uint8_t* out) noexcept {
  std::array<char, 46> terminated{};
  if (text.size() >= terminated.size() || text.find('\0') != std::string_view::npos) return false;
  std::copy(text.begin(), text.end(), terminated.begin());
  return inet_pton(AF_INET6, terminated.data(), out) == 1;
}

bool parse_time(std::string_view text, std::uint32_t& seconds) noexcept {
  std::uint64_t number = 0;
  if (text.size() != 14) {
    if (text.size() > 10 || !parse_number(text, 0xFFFF'FFFFU, number)) return false;
    seconds = static_cast<std::uint32_t>(number);
    return true;
  }
  if (!parse_number(text, 99'999'999'999'999U, number)) return false;
  const auto part = [&](std::uint64_t shift, std::uint64_t modulus) {
    return static_cast<std::uint32_t>(number / shift % modulus);
  };
  const auto second = part(1, 100);
  const auto minute = part(100, 100);
  const auto hour = part(10'000, 100);
  const auto day = part(1'000'000, 100);
  const auto month = part(100'000'000, 100);
  const auto year = part(10'000'000'000, 10'000);
  if (year < 1970 || year > 2106 || month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59)
    return false;
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  constexpr std::array<std::uint8_t, 12> kDays{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (day > kDays[month - 1] + (month == 2 && leap ? 1U : 0U)) return false;
  // Days from civil date, years starting on 1 March.
  const std::uint64_t march_year = month <= 2 ? year - 1 : year;
  const std::uint64_t march_month = month <= 2 ? month + 9 : month - 3;
  const std::uint64_t days = march_year * 365 + march_year / 4 - march_year / 100 + march_year / 400 +
                             (153 * march_month + 2) / 5 + day - 1 - 719468;
  const std::uint64_t total = days * 86400 + hour * 3600U + minute * 60U + second;
  if (total > 0xFFFF'FFFFU) return false;
  seconds = static_cast<std::uint32_t>(total);
  return true;
}

bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    return dns::to_lower(static_cast<std::uint8_t>(x)) == dns::to_lower(static_cast<std::uint8_t>(y));
  });
}

bool parse_algorithm(std::string_view text, std::uint8_t& number) noexcept {
  struct Algorithm {
    std::string_view mnemonic;
    std::uint8_t number;
  };
  static constexpr auto kAlgorithms = std::to_array<Algorithm>({{"RSAMD5", 1},
                                                                {"DH", 2},
                                                                {"DSA", 3},
                                                                {"ECC", 4},
                                                                {"RSASHA1", 5},
                                                                {"NSEC3DSA", 6},
                                                                {"DSA-NSEC3-SHA1", 6},
                                                                {"NSEC3RSASHA1", 7},
                                                                {"RSASHA1-NSEC3-SHA1", 7},
                                                                {"RSASHA256", 8},
                                                                {"RSASHA512", 10},
                                                                {"ECCGOST", 12},
                                                                {"ECC-GOST", 12},
                                                                {"ECDSAP256SHA256", 13},
                                                                {"ECDSAP384SHA384", 14},
                                                                {"ED25519", 15},
                                                                {"ED448", 16},
                                                                {"SM2SM3", 17},
                                                                {"INDIRECT", 252},
                                                                {"PRIVATEDNS", 253},
                                                                {"PRIVATEOID", 254}});
  std::uint64_t value = 0;
  if (parse_number(text, 255, value)) {
    number = static_cast<std::uint8_t>(value);
    return true;
  }
  for (const auto& algorithm : kAlgorithms) {
    if (!equals_ignoring_case(algorithm.mnemonic, text)) continue;
    number = algorithm.number;
    return true;
  }
  return false;
}

bool parse_metres(std::string_view text, std::int64_t& centimetres) noexcept {
  if (!text.empty() && (text.back() == 'm' || text.back() == 'M')) text.remove_suffix(1);
  const bool negative = !text.empty() && text[0] == '-';
  if (negative || (!text.empty() && text[0] == '+')) text.remove_prefix(1);
  const auto dot = text.find('.');
  std::uint64_t whole = 0;
  if (!parse_number(text.substr(0, dot), 99'999'999, whole)) return false;
  std::uint64_t hundredths = 0;
  if (dot != std::string_view::npos) {
    const auto decimals = text.substr(dot + 1);
    if (decimals.size() > 2) return false;
    if (!decimals.empty() && !parse_number(decimals, 99, hundredths)) return false;
    if (decimals.size() == 1) hundredths *= 10;
  }
  centimetres = static_cast<std::int64_t>(whole * 100 + hundredths);
  if (negative) centimetres = -centimetres;
  return true;
}

const char* Base64Decoder::add(std::string_view text, std::uint8_t* out, std::size_t max, std::size_t& size) noexcept {
  static constexpr auto kValues = [] {
    std::array<std::uint8_t, 256> values{};
    for (auto& value : values) value = 0xFF;
    constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (std::size_t i = 0; i < kDigits.size(); ++i)
      values[static_cast<std::uint8_t>(kDigits[i])] = static_cast<std::uint8_t>(i);
    return values;
  }();
  for (const char c : text) {
    if (closed_) return "text after the padding of base64";
    if (c == '=') {
      if (digits_ + padding_ < 2) return "misplaced padding in base64";
      ++padding_;
      if (digits_ + padding_ < 4) continue;
      closed_ = true;
      const std::size_t octets = digits_ - 1;  // two digits hold one octet, three hold two
      bits_ <<= 6 * padding_;
      if ((bits_ & (octets == 1 ? 0xFFFFU : 0xFFU)) != 0) return "base64 ends with bits that belong to no octet";
      if (max - size < octets) return "RDATA is longer than 65535 octets";
      out[size++] = static_cast<std::uint8_t>(bits_ >> 16);
      if (octets == 2) out[size++] = static_cast<std::uint8_t>(bits_ >> 8);
      continue;
    }
    const auto value = kValues[static_cast<std::uint8_t>(c)];
    if (value == 0xFF) return "character that is not base64";
    if (padding_ > 0) return "misplaced padding in base64";
    bits_ = bits_ << 6 | value;
    if (++digits_ < 4) continue;
    if (max - size < 3) return "RDATA is longer than 65535 octets";
    out[size++] = static_cast<std::uint8_t>(bits_ >> 16);
    out[size++] = static_cast<std::uint8_t>(bits_ >> 8);
    out[size++] = static_cast<std::uint8_t>(bits_);
    digits_ = 0;
    bits_ = 0;
  }
  return nullptr;
}

const char* Base64Decoder::finish() const noexcept {
  return closed_ || digits_ == 0 ? nullptr : "base64 ends within a group of four (padding missing?)";
}

const char* decode_base32hex(std::string_view text, std::uint8_t* out, std::size_t max, std::size_t& size) noexcept {
  std::uint32_t bits = 0;
  unsigned held = 0;
  size = 0;
  for (const char c : text) {
    std::uint32_t value = 0;
    const char upper = c >= 'a' ? static_cast<char>(c - 32) : c;
    if (is_digit(c)) {
      value = static_cast<std::uint32_t>(c - '0');
    } else if (upper >= 'A' && upper <= 'V') {
      value = static_cast<std::uint32_t>(upper - 'A') + 10;
    } else {
      return "character that is not base32hex";
    }
    bits = (bits << 5 | value) & 0xFFF;
    held += 5;
    if (held < 8) continue;
    held -= 8;
    if (size == max) return "hash is longer than 255 octets";
    out[size++] = static_cast<std::uint8_t>(bits >> held);
  }
  if (held >= 5 || (bits & ((1U << held) - 1)) != 0) return "base32hex ends with bits that belong to no octet";
  return nullptr;
}

}  // namespace torii::zonec
