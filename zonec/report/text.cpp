#include "zonec/report/text.hpp"

#include <array>

namespace torii::zonec {
namespace {

constexpr std::string_view kHex = "0123456789ABCDEF";

}  // namespace

std::string plain_name(dns::NameView name) {
  auto text = name.text();
  if (text.size() > 1) text.pop_back();
  return text;
}

std::string html_text(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        if (c >= 0x20 && c < 0x7F)
          out += c;
        else
          out += "\xEF\xBF\xBD";
    }
  }
  return out;
}

std::string link_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_')
      out += c;
    else
      (out += '%') += {kHex[octet >> 4U], kHex[octet & 15U]};
  }
  return out;
}

std::string script_json(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  for (const char c : json) {
    const auto octet = static_cast<unsigned char>(c);
    if (c == '<' || c == '>' || c == '&' || octet == 0x7F)
      (out += "\\u00") += {kHex[octet >> 4U], kHex[octet & 15U]};
    else
      out += c;
  }
  return out;
}

std::string grouped(std::uint64_t number) {
  const auto digits = std::to_string(number);
  if (digits.size() < 5) return digits;
  std::string out;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) out += "\xE2\x80\xAF";
    out += digits[i];
  }
  return out;
}

std::string percent(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return "0%";
  const auto thousandths = part * 100'000 / whole;
  auto fraction = std::to_string(thousandths % 1000);
  fraction.insert(0, 3 - fraction.size(), '0');
  return std::to_string(thousandths / 1000) + "." + fraction + "%";
}

std::string share(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0 || part == 0) return "0 %";
  if (part == whole) return "100 %";
  const auto tenths = (part * 1000 + whole / 2) / whole;
  if (tenths == 0) return "<0.1 %";
  if (tenths >= 1000) return ">99.9 %";
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " %";
}

}  // namespace torii::zonec
