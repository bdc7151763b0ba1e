// Fields that are octets in some encoding: base64, hex, base32hex, groups of hex digits, type bitmaps.
#include <algorithm>

#include "zonec/scan/rdata_text.hpp"

namespace torii::zonec {

bool RdataReader::read_base64(bool may_be_empty) {
  constexpr std::string_view kBase64 = "base64";
  Base64Decoder decoder;
  Token token;
  Token last;
  bool is_there = false;
  for (bool first = true;; first = false) {
    if (!next_word_or_end(token, is_there, kBase64)) return false;
    if (!is_there) {
      if (first) return may_be_empty || expected(token, kBase64);
      break;
    }
    last = token;
    std::size_t size = 0;
    if (const char* wrong = decoder.add(token.text(), out_.tail(), out_.left(), size))
      return fault(token, std::string{wrong} + ": " + quote(token));
    if (!out_.grow(size)) return fits(token, false);
  }
  if (const char* wrong = decoder.finish()) return fault(last, std::string{wrong} + ": " + quote(last));
  return true;
}

bool RdataReader::read_hex_token(const Token& token) {
  for (const char c : token.text()) {
    const int digit = hex_digit(c);
    if (digit < 0) return fault(token, "character that is not hex: " + quote(token));
    if (hex_is_odd_ && !out_.put_u8(hex_high_ << 4 | static_cast<unsigned>(digit))) return fits(token, false);
    hex_high_ = static_cast<unsigned>(digit);
    hex_is_odd_ = !hex_is_odd_;
  }
  return true;
}

bool RdataReader::read_hex(bool may_be_empty) {
  constexpr std::string_view kHex = "hex digits";
  Token token;
  Token last;
  bool is_there = false;
  hex_is_odd_ = false;
  for (bool first = true;; first = false) {
    if (!next_word_or_end(token, is_there, kHex)) return false;
    if (!is_there) {
      if (first) return may_be_empty || expected(token, kHex);
      return !hex_is_odd_ || fault(last, "odd number of hex digits");
    }
    last = token;
    if (!read_hex_token(token)) return false;
  }
}

bool RdataReader::read_salt() {
  constexpr std::string_view kSalt = "a salt in hex, or - for none";
  Token token;
  if (!want_word(token, kSalt)) return false;
  if (token.is("-")) return fits(token, out_.put_u8(0));
  if (token.size() % 2 != 0 || token.size() > 2 * std::size_t{255}) return expected(token, kSalt);
  hex_is_odd_ = false;
  return fits(token, out_.put_u8(token.size() / 2)) && read_hex_token(token);
}

bool RdataReader::read_hash() {
  constexpr std::string_view kHash = "a hash in base32hex";
  Token token;
  if (!want_word(token, kHash)) return false;
  std::array<std::uint8_t, 256> octets{};
  std::size_t size = 0;
  if (const char* wrong = decode_base32hex(token.text(), octets.data() + 1, 255, size))
    return fault(token, std::string{wrong} + ": " + quote(token));
  if (size == 0) return expected(token, kHash);
  octets[0] = static_cast<std::uint8_t>(size);
  return fits(token, out_.put(dns::Octets{octets}.first(1 + size)));
}

bool RdataReader::read_nsap() {
  constexpr std::string_view kNsap = "0x and an NSAP address in hex, dots allowed";
  Token token;
  if (!want_word(token, kNsap)) return false;
  const auto text = token.text();
  if (text.size() < 3 || text[0] != '0' || (text[1] | 0x20) != 'x') return expected(token, kNsap);
  unsigned high = 0;
  bool is_odd = false;
  for (const char c : text.substr(2)) {
    if (c == '.') continue;
    const int digit = hex_digit(c);
    if (digit < 0) return expected(token, kNsap);
    if (is_odd && !out_.put_u8(high << 4 | static_cast<unsigned>(digit))) return fits(token, false);
    high = static_cast<unsigned>(digit);
    is_odd = !is_odd;
  }
  return (!is_odd && out_.size() > 0) || expected(token, kNsap);
}

bool RdataReader::read_hex_groups(std::size_t groups, std::size_t digits, char separator,
                                  std::string_view expected_text) {
  Token token;
  if (!want_word(token, expected_text)) return false;
  auto text = token.text();
  for (std::size_t group = 0; group < groups; ++group) {
    const auto separator_at = text.find(separator);
    const auto part = text.substr(0, separator_at);
    const bool is_last = separator_at == std::string_view::npos;
    // Leading zeros may be left out of the groups of 16 bits (RFC 6742 section 2.1.2), not of octets.
    if (is_last != (group + 1 == groups) || part.empty() || part.size() > digits || (digits == 2 && part.size() != 2))
      return expected(token, expected_text);
    std::uint64_t value = 0;
    for (const char c : part) {
      if (hex_digit(c) < 0) return expected(token, expected_text);
      value = value << 4 | static_cast<std::uint64_t>(hex_digit(c));
    }
    if (!(digits == 2 ? out_.put_u8(value) : out_.put_u16(value))) return fits(token, false);
    if (!is_last) text.remove_prefix(separator_at + 1);
  }
  return true;
}

bool RdataReader::read_bitmap(bool may_be_empty) {
  constexpr std::string_view kTypes = "RR types";
  Token token;
  bool is_there = false;
  bool ok = true;
  std::size_t windows = 0;  // all used ones are below this
  for (bool first = true;; first = false) {
    ok = next_word_or_end(token, is_there, kTypes);
    if (!ok) break;
    if (!is_there) {
      ok = !first || may_be_empty || expected(token, kTypes);
      break;
    }
    const auto type = dns::type_from_text(token.text());
    ok = type.has_value() || expected(token, "an RR type");
    if (!ok) break;
    const auto number = static_cast<std::uint16_t>(*type);
    bitmap_[number / 8] = static_cast<std::uint8_t>(bitmap_[number / 8] | 0x80U >> number % 8);
    auto& size = bitmap_sizes_[number / 256];
    size = std::max(size, static_cast<std::uint8_t>(number % 256 / 8 + 1));
    windows = std::max(windows, std::size_t{number} / 256 + 1);
  }
  for (std::size_t window = 0; window < windows; ++window) {
    auto& size = bitmap_sizes_[window];
    if (size == 0) continue;
    const auto octets = std::span{bitmap_}.subspan(window * 32, size);
    if (ok) ok = fits(token, out_.put_u8(window) && out_.put_u8(size) && out_.put(octets));
    std::fill(octets.begin(), octets.end(), std::uint8_t{0});
    size = 0;
  }
  return ok;
}

bool RdataReader::read_nxt_bitmap() {
  constexpr std::string_view kTypes = "RR types from 1 to 127";
  std::array<std::uint8_t, 16> bitmap{};
  std::size_t size = 0;
  Token token;
  bool is_there = false;
  for (;;) {
    if (!next_word_or_end(token, is_there, kTypes)) return false;
    if (!is_there) return fits(token, out_.put(dns::Octets{bitmap}.first(size)));
    const auto type = dns::type_from_text(token.text());
    const auto number = type ? static_cast<std::uint16_t>(*type) : std::uint16_t{0};
    if (number < 1 || number > 127) return expected(token, kTypes);
    bitmap[number / 8] = static_cast<std::uint8_t>(bitmap[number / 8] | 0x80U >> number % 8);
    size = std::max(size, std::size_t{number} / 8 + 1);
  }
}

bool RdataReader::read_caa_tag() {
  constexpr std::string_view kTag = "a CAA tag of letters and digits";
  Token token;
  if (!want(token, kTag)) return false;
  const auto is_alnum = [](char c) { return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z'); };
  const auto text = token.text();
  if (text.empty() || text.size() > 255 || !std::all_of(text.begin(), text.end(), is_alnum))
    return expected(token, kTag);
  if (!out_.put_u8(text.size())) return fits(token, false);
  for (const char c : text)
    if (!out_.put_u8(static_cast<std::uint8_t>(c))) return fits(token, false);
  return true;
}

}  // namespace torii::zonec
