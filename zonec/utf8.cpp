#include "zonec/utf8.hpp"

#include <cstdint>

namespace torii::zonec {

std::string to_utf8(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t length = lead < 0x80                     ? 1
                               : (lead >= 0xC2 && lead < 0xE0) ? 2
                               : (lead & 0xF0U) == 0xE0        ? 3
                               : (lead >= 0xF0 && lead < 0xF5) ? 4
                                                               : 0;
    bool good = length > 0 && i + length <= text.size();
    for (std::size_t k = 1; good && k < length; ++k) good = (static_cast<unsigned char>(text[i + k]) & 0xC0U) == 0x80;
    if (good && length == 3) {
      const auto second = static_cast<unsigned char>(text[i + 1]);
      good = !(lead == 0xE0 && second < 0xA0) && !(lead == 0xED && second >= 0xA0);
    }
    if (good && length == 4) {
      const auto second = static_cast<unsigned char>(text[i + 1]);
      good = !(lead == 0xF0 && second < 0x90) && !(lead == 0xF4 && second >= 0x90);
    }
    if (good) {
      out.append(text.substr(i, length));
      i += length;
    } else {
      out += "\xEF\xBF\xBD";
      ++i;
    }
  }
  return out;
}

std::string to_xml(std::string_view text) {
  const auto good = to_utf8(text);
  std::string out;
  for (std::size_t i = 0; i < good.size(); ++i) {
    const auto octet = static_cast<unsigned char>(good[i]);
    const bool is_control = octet < 0x20 && octet != '\t' && octet != '\n' && octet != '\r';
    const bool is_no_character = octet == 0xEF && static_cast<unsigned char>(good[i + 1]) == 0xBF &&
                                 static_cast<unsigned char>(good[i + 2]) >= 0xBE;  // U+FFFE, U+FFFF
    if (is_control || is_no_character) {
      out += "\xEF\xBF\xBD";
      if (is_no_character) i += 2;
    } else if (octet == '&') {
      out += "&amp;";
    } else if (octet == '<') {
      out += "&lt;";
    } else if (octet == '>') {
      out += "&gt;";
    } else if (octet == '"') {
      out += "&quot;";
    } else {
      out += good[i];
    }
  }
  return out;
}

std::string to_uri(std::string_view path) {
  constexpr std::string_view kPlain = "-._~/";
  std::string out;
  for (const auto c : path) {
    const auto octet = static_cast<unsigned char>(c);
    const bool letter =
        (octet >= 'a' && octet <= 'z') || (octet >= 'A' && octet <= 'Z') || (octet >= '0' && octet <= '9');
    if (letter || kPlain.find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += '%';
      out += "0123456789ABCDEF"[octet >> 4U];
      out += "0123456789ABCDEF"[octet & 15U];
    }
  }
  return out;
}

}  // namespace torii::zonec
