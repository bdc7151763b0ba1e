#pragma once
/// Single tokens to values: names, character-strings, numbers, periods, addresses, times. Each function returns null
/// and sets its result, or returns what is wrong as text for a message.
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "torii/dns/name.hpp"
#include "torii/dns/types.hpp"
#include "zonec/scan/lexer.hpp"

namespace torii::zonec {

/// Text of the fault when a relative name meets no origin; callers compare the pointer to give it a code of its own.
extern const char* const kNoOriginFault;

/// Decodes a domain name to wire format at `out`, which has room for kNameOctetsMax + 1 octets. A name without a final
/// dot goes below `origin`; `origin` is null where none is known. Source: RFC 1035 section 5.1, RFC 4343 section 2.1.
const char* decode_name(const Token& token, const dns::Name* origin, std::uint8_t* out, std::size_t& size) noexcept;

/// Decodes `\X` and `\DDD` to `out`. Source: RFC 1035 section 5.1.
const char* decode_text(const Token& token, std::uint8_t* out, std::size_t max, std::size_t& size) noexcept;

/// Decimal digits only.
bool parse_number(std::string_view text, std::uint64_t max, std::uint64_t& value) noexcept;
/// Seconds, or numbers with the units w d h m s ("1h30m"), below 2^32. Source: BIND's TTL units.
bool parse_period(std::string_view text, std::uint32_t& seconds) noexcept;
bool parse_ipv4(std::string_view text, std::uint8_t* out) noexcept;
bool parse_ipv6(std::string_view text, std::uint8_t* out) noexcept;
/// YYYYMMDDHHmmSS, or seconds since 1970. Source: RFC 4034 section 3.2.
bool parse_time(std::string_view text, std::uint32_t& seconds) noexcept;
/// DNSSEC algorithm number or mnemonic. Source: IANA "DNS Security Algorithm Numbers".
bool parse_algorithm(std::string_view text, std::uint8_t& number) noexcept;
/// Metres with at most two decimals and an optional final "m", as centimetres; may be negative.
bool parse_metres(std::string_view text, std::int64_t& centimetres) noexcept;

/// Value of one hex digit, or -1.
constexpr int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// Compares with a mnemonic, letters in any case.
bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept;

/// Takes base64 in pieces. Source: RFC 4648 section 4; padding is required, and bits that it cuts off are zero.
class Base64Decoder {
 public:
  /// Appends to `out`, whose room is `max`; `size` counts on. Returns: null or the fault.
  const char* add(std::string_view text, std::uint8_t* out, std::size_t max, std::size_t& size) noexcept;
  /// To be asked after the last piece.
  [[nodiscard]] const char* finish() const noexcept;

 private:
  std::uint32_t bits_ = 0;
  unsigned digits_ = 0;  // of the open group of four
  unsigned padding_ = 0;
  bool closed_ = false;
};

/// base32hex without padding, one piece. Source: RFC 4648 section 7, RFC 5155 section 3.3.
const char* decode_base32hex(std::string_view text, std::uint8_t* out, std::size_t max, std::size_t& size) noexcept;

}  // namespace torii::zonec
