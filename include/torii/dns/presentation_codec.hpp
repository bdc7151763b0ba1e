#pragma once
/// Octets, numbers, addresses, names and character-strings as text. Used through presentation.hpp.
#include <array>
#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

#include "torii/dns/name.hpp"
#include "torii/dns/rr_table.hpp"
#include "torii/dns/wire.hpp"

namespace torii::dns::detail {

inline void append_number(std::string& out, std::uint64_t value) {
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  out.append(digits.data(), end);
}

/// At least `width` digits, zeros in front.
inline void append_padded(std::string& out, std::uint64_t value, std::size_t width) {
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  const auto size = static_cast<std::size_t>(end - digits.data());
  if (size < width) out.append(width - size, '0');
  out.append(digits.data(), end);
}

inline void append_hex(std::string& out, Octets octets) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  const auto at = out.size();
  out.resize(at + octets.size() * 2);
  for (std::size_t i = 0; i < octets.size(); ++i) {
    out[at + 2 * i] = kDigits[octets[i] >> 4];
    out[at + 2 * i + 1] = kDigits[octets[i] & 15];
  }
}

/// Lower-case hex in groups of `group` octets.
inline void append_hex_groups(std::string& out, Octets octets, std::size_t group, char separator) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (std::size_t i = 0; i < octets.size(); ++i) {
    if (i > 0 && i % group == 0) out += separator;
    out += kDigits[octets[i] >> 4];
    out += kDigits[octets[i] & 15];
  }
}

/// RFC 4648 section 4, with padding, in one word.
inline void append_base64(std::string& out, Octets octets) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::size_t at = 0; at < octets.size(); at += 3) {
    const std::size_t left = octets.size() - at;
    const std::uint32_t bits = std::uint32_t{octets[at]} << 16 | (left > 1 ? std::uint32_t{octets[at + 1]} << 8 : 0U) |
                               (left > 2 ? std::uint32_t{octets[at + 2]} : 0U);
    out += kDigits[bits >> 18];
    out += kDigits[bits >> 12 & 63];
    out += left > 1 ? kDigits[bits >> 6 & 63] : '=';
    out += left > 2 ? kDigits[bits & 63] : '=';
  }
}

/// RFC 4648 section 7 (extended hex alphabet), without padding.
inline void append_base32hex(std::string& out, Octets octets) {
  constexpr std::string_view kDigits = "0123456789ABCDEFGHIJKLMNOPQRSTUV";
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (const auto octet : octets) {
    bits = (bits << 8 | octet) & 0xFFFF;
    for (held += 8; held >= 5;) {
      held -= 5;
      out += kDigits[bits >> held & 31];
    }
  }
  if (held > 0) out += kDigits[bits << (5 - held) & 31];
}

inline void append_decimal_escape(std::string& out, std::uint8_t octet) {
  const std::array<char, 4> escape{'\\', static_cast<char>('0' + octet / 100), static_cast<char>('0' + octet / 10 % 10),
                                   static_cast<char>('0' + octet % 10)};
  out.append(escape.data(), escape.size());
}

/// Octets between quotes. Source: RFC 1035 section 5.1.
inline void append_quoted(std::string& out, Octets octets) {
  out += '"';
  for (const auto octet : octets) {
    if (octet < 0x20 || octet >= 0x7F) {
      append_decimal_escape(out, octet);
    } else {
      if (octet == '"' || octet == '\\') out += '\\';
      out += static_cast<char>(octet);
    }
  }
  out += '"';
}

inline void append_name_text(std::string& out, NameView name) {
  if (name.is_root()) {
    out += '.';
    return;
  }
  const auto* data = name.data();
  for (std::size_t at = 0; data[at] != 0; at += std::size_t{1} + data[at]) {
    for (std::size_t k = 1; k <= data[at]; ++k) {
      const std::uint8_t octet = data[at + k];
      if (octet <= 0x20 || octet >= 0x7F) {
        append_decimal_escape(out, octet);
        continue;
      }
      if (std::string_view{"\"$().;@\\"}.find(static_cast<char>(octet)) != std::string_view::npos) out += '\\';
      out += static_cast<char>(octet);
    }
    out += '.';
  }
}

inline void append_ipv4(std::string& out, Octets address) {
  for (std::size_t i = 0; i < 4; ++i) {
    if (i > 0) out += '.';
    append_number(out, address[i]);
  }
}

/// RFC 5952: lower case, no leading zeros, the longest run of two or more zero groups (the first of equals) as "::";
/// dotted form for ::ffff:0:0/96 (section 5).
inline void append_ipv6(std::string& out, Octets address) {
  std::array<std::uint16_t, 8> groups{};
  for (std::size_t i = 0; i < 8; ++i) groups[i] = load_u16(address.data() + 2 * i);
  std::size_t run_at = 8;
  std::size_t run_size = 1;
  for (std::size_t i = 0; i < 8;) {
    std::size_t end = i;
    while (end < 8 && groups[end] == 0) ++end;
    if (end - i > run_size) {
      run_at = i;
      run_size = end - i;
    }
    i = end == i ? i + 1 : end;
  }
  if (run_at == 0 && run_size == 5 && groups[5] == 0xFFFF) {
    out += "::ffff:";
    append_ipv4(out, address.subspan(12));
    return;
  }
  for (std::size_t i = 0; i < 8;) {
    if (i == run_at) {
      out += "::";
      i += run_size;
      continue;
    }
    if (i > 0 && i != run_at + run_size) out += ':';
    std::array<char, 4> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), groups[i], 16).ptr;
    out.append(digits.data(), end);
    ++i;
  }
}

/// Seconds since 1970 as YYYYMMDDHHmmSS in UTC. Source: RFC 4034 section 3.2.
inline void append_time(std::string& out, std::uint32_t seconds) {
  // Days to civil date, by eras of 400 years that start on 1 March.
  const std::uint32_t days = seconds / 86400 + 719468;
  const std::uint32_t era = days / 146097;
  const std::uint32_t day_of_era = days % 146097;
  const std::uint32_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const std::uint32_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::uint32_t month_from_march = (5 * day_of_year + 2) / 153;
  const std::uint32_t day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
  const std::uint32_t month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
  const std::uint32_t year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);
  append_padded(out, year, 4);
  append_padded(out, month, 2);
  append_padded(out, day, 2);
  append_padded(out, seconds / 3600 % 24, 2);
  append_padded(out, seconds / 60 % 60, 2);
  append_padded(out, seconds % 60, 2);
}

inline void append_type_mnemonic(std::string& out, RrType type) {
  if (const auto* info = find_type_info(type)) {
    out += info->mnemonic;
    return;
  }
  out += "TYPE";
  append_number(out, static_cast<std::uint16_t>(type));
}

}  // namespace torii::dns::detail
