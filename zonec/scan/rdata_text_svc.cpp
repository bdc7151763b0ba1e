// SvcParams of SVCB and HTTPS. Source: RFC 9460 section 2.1 and appendix A.
#include <algorithm>

#include "torii/dns/svc_params.hpp"
#include "zonec/scan/rdata_text.hpp"

namespace torii::zonec {

using dns::SvcParamKey;

bool RdataReader::read_svc_params() {
  svc_params_.clear();
  svc_octets_.clear();
  Token token;
  for (;;) {
    bool is_there = false;
    if (!next_word_or_end(token, is_there, "key or key=value")) return false;
    if (!is_there) break;
    if (!read_svc_param(token)) return false;
  }
  // Text may have them in any order, the wire has them ascending (RFC 9460 section 2.2).
  std::sort(svc_params_.begin(), svc_params_.end(), [](const auto& a, const auto& b) { return a.key < b.key; });
  for (const auto& param : svc_params_) {
    if (!out_.put_u16(param.key) || !out_.put_u16(param.size) ||
        !out_.put(dns::Octets{svc_octets_}.subspan(param.at, param.size)))
      return fits(token, false);
  }
  return true;
}

bool RdataReader::read_svc_param(const Token& token) {
  const auto text = token.text();
  const auto equals = text.find('=');
  const auto key_text = text.substr(0, equals);
  const auto key = dns::svc_param_key_from_text(key_text);
  if (!key) return expected(token, "a SvcParamKey such as alpn or key65280");
  if (std::any_of(svc_params_.begin(), svc_params_.end(), [&](const auto& param) { return param.key == *key; }))
    return fault(token, "SvcParamKey given twice: " + quote(token));
  Token value = token;
  value.begin = equals == std::string_view::npos ? token.end : token.begin + equals + 1;
  if (equals == text.size() - 1) {  // key="value": the lexer gives the quoted part as a token of its own
    Token following;
    bool is_there = false;
    if (!next_or_end(following, is_there)) return false;
    if (is_there && following.quoted && following.begin - 1 == token.end) {
      value = following;
    } else if (is_there) {
      lexer_->put_back(following);
    }
  }
  svc_value_.resize(value.size());
  std::size_t size = 0;
  if (const char* wrong = decode_text(value, svc_value_.data(), svc_value_.size(), size))
    return fault(token, std::string{wrong} + ": " + quote(token));
  svc_value_.resize(size);
  const auto at = svc_octets_.size();
  // keyNNNNN takes any octets, also for a key that has a name; rdata_fault looks at them afterwards.
  const bool is_generic = key_text.substr(0, 3) == "key";
  const std::string_view decoded{reinterpret_cast<const char*>(svc_value_.data()), size};
  if (is_generic) {
    svc_octets_.insert(svc_octets_.end(), svc_value_.begin(), svc_value_.end());
  } else if (!read_svc_value(*key, token, decoded)) {
    return false;
  }
  const auto octets = svc_octets_.size() - at;
  if (octets > RdataBuffer::kMax) return fits(token, false);
  svc_params_.push_back({*key, at, octets});
  return true;
}

bool RdataReader::read_svc_value(std::uint16_t key, const Token& token, std::string_view value) {
  switch (static_cast<SvcParamKey>(key)) {
    case SvcParamKey::mandatory:
    case SvcParamKey::ipv4hint:
    case SvcParamKey::ipv6hint:
      return add_svc_items(key, token, value);
    case SvcParamKey::alpn:
      return add_alpn(token, value);
    case SvcParamKey::no_default_alpn:
    case SvcParamKey::ohttp:
      return value.empty() || expected(token, "no value for this SvcParamKey");
    case SvcParamKey::port: {
      std::uint64_t port = 0;
      if (!parse_number(value, 0xFFFF, port)) return expected(token, "port=0 to port=65535");
      svc_octets_.push_back(static_cast<std::uint8_t>(port >> 8));
      svc_octets_.push_back(static_cast<std::uint8_t>(port));
      return true;
    }
    case SvcParamKey::ech: {
      Base64Decoder decoder;
      const auto at = svc_octets_.size();
      svc_octets_.resize(at + value.size());
      std::size_t size = 0;
      const char* wrong = decoder.add(value, svc_octets_.data() + at, value.size(), size);
      if (wrong == nullptr) wrong = decoder.finish();
      if (wrong != nullptr) return fault(token, std::string{wrong} + ": " + quote(token));
      svc_octets_.resize(at + size);
      return size > 0 || expected(token, "ech=base64");
    }
    default:
      if (value.empty()) return expected(token, "a value for this SvcParamKey");
      svc_octets_.insert(svc_octets_.end(), value.begin(), value.end());
      return true;
  }
}

/// Comma-separated items that have no escapes of their own: keys and addresses.
bool RdataReader::add_svc_items(std::uint16_t key, const Token& token, std::string_view value) {
  const auto start = svc_octets_.size();
  std::vector<std::uint16_t> keys;
  for (bool more = true; more;) {
    const auto comma = value.find(',');
    const auto item = value.substr(0, comma);
    more = comma != std::string_view::npos;
    if (more) value.remove_prefix(comma + 1);
    if (key == static_cast<std::uint16_t>(SvcParamKey::mandatory)) {
      const auto listed = dns::svc_param_key_from_text(item);
      if (!listed || *listed == 0) return expected(token, "mandatory= and a list of other SvcParamKeys");
      keys.push_back(*listed);
      continue;
    }
    const bool is_v4 = key == static_cast<std::uint16_t>(SvcParamKey::ipv4hint);
    std::array<std::uint8_t, 16> address{};
    if (!(is_v4 ? parse_ipv4(item, address.data()) : parse_ipv6(item, address.data())))
      return expected(token,
                      is_v4 ? "ipv4hint= and a list of IPv4 addresses" : "ipv6hint= and a list of IPv6 addresses");
    svc_octets_.insert(svc_octets_.end(), address.begin(), address.begin() + (is_v4 ? 4 : 16));
    if (svc_octets_.size() - start > RdataBuffer::kMax) return fits(token, false);
  }
  std::sort(keys.begin(), keys.end());
  if (std::adjacent_find(keys.begin(), keys.end()) != keys.end()) return fault(token, "key listed twice in mandatory");
  for (const auto listed : keys) {
    svc_octets_.push_back(static_cast<std::uint8_t>(listed >> 8));
    svc_octets_.push_back(static_cast<std::uint8_t>(listed));
  }
  return true;
}

/// Items of alpn, in which a comma and a backslash are escaped by a backslash (RFC 9460 appendix A.1).
bool RdataReader::add_alpn(const Token& token, std::string_view value) {
  constexpr std::string_view kAlpn = "alpn= and a list of protocols of 1 to 255 octets";
  auto length_at = svc_octets_.size();
  svc_octets_.push_back(0);
  const auto close = [&] {
    const auto size = svc_octets_.size() - length_at - 1;
    if (size < 1 || size > 255) return false;
    svc_octets_[length_at] = static_cast<std::uint8_t>(size);
    return true;
  };
  for (std::size_t i = 0; i < value.size(); ++i) {
    char c = value[i];
    if (c == ',') {
      if (!close()) return expected(token, kAlpn);
      length_at = svc_octets_.size();
      svc_octets_.push_back(0);
      continue;
    }
    if (c == '\\') {
      if (i + 1 == value.size() || (value[i + 1] != ',' && value[i + 1] != '\\')) return expected(token, kAlpn);
      c = value[++i];
    }
    svc_octets_.push_back(static_cast<std::uint8_t>(c));
  }
  return close() || expected(token, kAlpn);
}

}  // namespace torii::zonec
