#pragma once
/// SvcParams of SVCB and HTTPS as text. Source: RFC 9460 section 2.1 and appendix A, RFC 9461, RFC 9540.
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "torii/dns/presentation_codec.hpp"
#include "torii/dns/rdata_fields.hpp"

namespace torii::dns {

namespace detail {
inline constexpr auto kSvcParamKeys = std::to_array<std::string_view>(
    {"mandatory", "alpn", "no-default-alpn", "port", "ipv4hint", "ech", "ipv6hint", "dohpath", "ohttp"});
}  // namespace detail

/// Name of a key, or keyNNNNN without leading zeros (RFC 9460 section 2.1).
inline std::optional<std::uint16_t> svc_param_key_from_text(std::string_view text) noexcept {
  for (std::size_t i = 0; i < detail::kSvcParamKeys.size(); ++i)
    if (detail::kSvcParamKeys[i] == text) return static_cast<std::uint16_t>(i);
  if (text.size() > 4 && text[3] == '0') return std::nullopt;
  if (text.substr(0, 3) != "key") return std::nullopt;
  return detail::number_after(text, "key");
}

inline void append_svc_param_key(std::string& out, std::uint16_t key) {
  if (key < detail::kSvcParamKeys.size()) {
    out += detail::kSvcParamKeys[key];
    return;
  }
  out += "key";
  detail::append_number(out, key);
}

namespace detail {

/// Items of alpn in one quoted string. A comma or backslash inside an item is escaped once for the list and, as the
/// list is a character-string, the backslash once more. Source: RFC 9460 appendix A.1.
inline void append_alpn(std::string& out, Octets value) {
  out += '"';
  for (std::size_t at = 0; at < value.size(); at += std::size_t{1} + value[at]) {
    if (at > 0) out += ',';
    for (const auto octet : value.subspan(at + 1, value[at])) {
      if (octet == ',') {
        out += "\\\\,";
      } else if (octet == '\\') {
        out += "\\\\\\\\";
      } else if (octet == '"') {
        out += "\\\"";
      } else if (octet < 0x20 || octet >= 0x7F) {
        append_decimal_escape(out, octet);
      } else {
        out += static_cast<char>(octet);
      }
    }
  }
  out += '"';
}

inline void append_svc_value(std::string& out, std::uint16_t key, Octets value) {
  switch (static_cast<SvcParamKey>(key)) {
    case SvcParamKey::mandatory:
      for (std::size_t i = 0; i < value.size(); i += 2) {
        if (i > 0) out += ',';
        append_svc_param_key(out, load_u16(value.data() + i));
      }
      return;
    case SvcParamKey::alpn:
      append_alpn(out, value);
      return;
    case SvcParamKey::port:
      append_number(out, load_u16(value.data()));
      return;
    case SvcParamKey::ipv4hint:
      for (std::size_t i = 0; i < value.size(); i += 4) {
        if (i > 0) out += ',';
        append_ipv4(out, value.subspan(i, 4));
      }
      return;
    case SvcParamKey::ipv6hint:
      for (std::size_t i = 0; i < value.size(); i += 16) {
        if (i > 0) out += ',';
        append_ipv6(out, value.subspan(i, 16));
      }
      return;
    case SvcParamKey::ech:
      append_base64(out, value);
      return;
    default:
      append_quoted(out, value);
  }
}

inline void append_svc_params(std::string& out, Octets params) {
  for (std::size_t at = 0; at < params.size();) {
    const std::uint16_t key = load_u16(params.data() + at);
    const std::size_t length = load_u16(params.data() + at + 2);
    if (at > 0) out += ' ';
    append_svc_param_key(out, key);
    if (length > 0) {
      out += '=';
      append_svc_value(out, key, params.subspan(at + 4, length));
    }
    at += 4 + length;
  }
}

}  // namespace detail

}  // namespace torii::dns
