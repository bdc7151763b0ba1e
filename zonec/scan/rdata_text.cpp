#include "zonec/scan/rdata_text.hpp"

#include <cstring>

#include "torii/dns/presentation.hpp"

namespace torii::zonec {

using dns::Field;

bool RdataReader::fault(const Token& token, std::string_view what) {
  std::string text;
  dns::append_type(text, type_);
  text += ": ";
  text += what;
  return reporter_.error(token, "bad-rdata", std::move(text));
}

bool RdataReader::expected(const Token& token, std::string_view what) {
  std::string text = "expected ";
  text += what;
  const bool at_end = token.begin == token.end && !token.quoted;
  return fault(token, text + ", found " + (at_end ? std::string{"the end of the record"} : quote(token)));
}

bool RdataReader::next_or_end(Token& token, bool& is_there) {
  switch (lexer_->next(token)) {
    case TokenKind::Text:
      is_there = true;
      return true;
    case TokenKind::EndOfRecord:
      is_there = false;
      return true;
    case TokenKind::Bad:
      break;
  }
  return reporter_.error(token, "syntax", lexer_->fault());
}

bool RdataReader::next_word_or_end(Token& token, bool& is_there, std::string_view expected_text) {
  if (!next_or_end(token, is_there)) return false;
  return !is_there || !token.quoted || expected(token, expected_text);
}

bool RdataReader::want(Token& token, std::string_view expected_text) {
  bool is_there = false;
  if (!next_or_end(token, is_there)) return false;
  return is_there || expected(token, expected_text);
}

bool RdataReader::want_word(Token& token, std::string_view expected_text) {
  if (!want(token, expected_text)) return false;
  return !token.quoted || expected(token, std::string{expected_text} + " without quotes");
}

bool RdataReader::read(dns::RrType type, const dns::Name* origin) {
  type_ = type;
  origin_ = origin;
  out_.clear();
  bool is_there = false;
  if (!next_or_end(first_, is_there)) return false;
  if (is_there && first_.is("\\#")) return read_generic(type);
  const auto* info = dns::find_type_info(type);
  if (info == nullptr || info->fields[0] == Field::Opaque)
    return expected(first_, R"(\# and RDATA in hex (RFC 3597), as this type has no other format)");
  if (is_there) lexer_->put_back(first_);
  if (!read_fields(*info)) return false;
  // What the fields cannot see one by one: digest lengths, SvcParams that need each other.
  if (type != dns::RrType::A && type != dns::RrType::NS && type != dns::RrType::AAAA && type != dns::RrType::RRSIG)
    if (const char* wrong = dns::rdata_fault(type, out_.octets())) return fault(first_, wrong);
  return true;
}

bool RdataReader::read_generic(dns::RrType type) {
  Token token;
  constexpr std::string_view kLength = "the length of the RDATA (0 to 65535)";
  if (!want_word(token, kLength)) return false;
  std::uint64_t length = 0;
  if (!parse_number(token.text(), RdataBuffer::kMax, length)) return expected(token, kLength);
  if (!read_hex(true)) return false;
  if (out_.size() != length)
    return fault(token,
                 R"(\# )" + std::to_string(length) + " is followed by " + std::to_string(out_.size()) + " octets");
  // RFC 3597 section 5: a known type in this form is read as that type, so it has to be well formed.
  if (const char* wrong = dns::rdata_fault(type, out_.octets())) return fault(first_, wrong);
  return true;
}

bool RdataReader::read_fields(const dns::RrTypeInfo& info) {
  for (const Field field : info.fields) {
    if (field == Field::End) break;
    if (!read_field(field)) return false;
  }
  Token token;
  bool is_there = false;
  if (!next_or_end(token, is_there)) return false;
  return !is_there || expected(token, "the end of the record");
}

bool RdataReader::read_field(Field field) {
  switch (field) {
    case Field::CompressibleName:
    case Field::Name:
      return read_name();
    case Field::U8:
      return read_number(1, "a number from 0 to 255");
    case Field::U16:
      return read_number(2, "a number from 0 to 65535");
    case Field::U32:
      return read_number(4, "a number from 0 to 4294967295");
    case Field::Period:
      return read_period();
    case Field::Ipv4:
      return read_ipv4();
    case Field::Ipv6:
      return read_ipv6();
    case Field::Time:
      return read_time();
    case Field::Type:
      return read_type();
    case Field::Algorithm:
    case Field::KeyProtocol:
    case Field::CertType:
    case Field::NotifyScheme:
      return read_mnemonic_number(field);
    case Field::CharString: {
      Token token;
      return want(token, "a character-string") && read_char_string(token);
    }
    case Field::OptionalCharString:
    case Field::CharStrings: {
      Token token;
      bool is_there = false;
      if (field == Field::CharStrings && (!want(token, "a character-string") || !read_char_string(token))) return false;
      for (;;) {
        if (!next_or_end(token, is_there)) return false;
        if (!is_there) return true;
        if (!read_char_string(token)) return false;
        if (field == Field::OptionalCharString) return true;
      }
    }
    case Field::LongText:
      return read_long_text(true);
    case Field::NonEmptyLongText:
      return read_long_text(false);
    case Field::Base64:
      return read_base64(false);
    case Field::OptionalBase64:
      return read_base64(true);
    case Field::Hex:
      return read_hex(false);
    case Field::Base32Hash:
      return read_hash();
    case Field::Salt:
      return read_salt();
    case Field::TypeBitmap:
      return read_bitmap(true);
    case Field::NonEmptyTypeBitmap:
      return read_bitmap(false);
    case Field::NxtBitmap:
      return read_nxt_bitmap();
    case Field::Location:
      return read_location();
    case Field::AddressPrefixes:
      return read_prefixes();
    case Field::SvcParams:
      return read_svc_params();
    case Field::IpsecGateway:
      return read_ipsec_gateway();
    case Field::AmtRelay:
      return read_amt_relay();
    case Field::HostIdentity:
      return read_host_identity();
    case Field::Services:
      return read_services();
    case Field::Nsap:
      return read_nsap();
    case Field::Eui48:
      return read_hex_groups(6, 2, '-', "an EUI-48 address as in 00-00-5e-00-53-2a");
    case Field::Eui64:
      return read_hex_groups(8, 2, '-', "an EUI-64 address as in 00-00-5e-ef-10-00-00-2a");
    case Field::Locator64:
      return read_hex_groups(4, 4, ':', "64 bits as four groups of hex as in 2001:0db8:1140:1000");
    case Field::CaaTag:
      return read_caa_tag();
    case Field::Opaque:
    case Field::End:
      break;
  }
  return fault(first_, "this type has no presentation format");
}

bool RdataReader::read_number(std::size_t octets, std::string_view expected_text) {
  Token token;
  if (!want_word(token, expected_text)) return false;
  std::uint64_t value = 0;
  if (!parse_number(token.text(), (std::uint64_t{1} << 8 * octets) - 1, value)) return expected(token, expected_text);
  return fits(token, octets == 1 ? out_.put_u8(value) : octets == 2 ? out_.put_u16(value) : out_.put_u32(value));
}

bool RdataReader::read_period() {
  constexpr std::string_view kPeriod = "seconds below 2^32, or a period such as 1h30m";
  Token token;
  if (!want_word(token, kPeriod)) return false;
  std::uint32_t seconds = 0;
  if (!parse_period(token.text(), seconds)) return expected(token, kPeriod);
  return fits(token, out_.put_u32(seconds));
}

bool RdataReader::read_name() {
  Token token;
  if (!want_word(token, "a domain name")) return false;
  if (out_.left() == 0) return fits(token, false);
  std::size_t size = 0;
  if (const char* wrong = decode_name(token, origin_, out_.tail(), size)) {
    if (wrong == kNoOriginFault) return reporter_.error(token, "no-origin", quote(token) + " is a " + wrong);
    return fault(token, std::string{wrong} + ": " + quote(token));
  }
  return fits(token, out_.grow(size));
}

bool RdataReader::read_ipv4() {
  constexpr std::string_view kAddress = "an IPv4 address";
  Token token;
  if (!want_word(token, kAddress)) return false;
  std::array<std::uint8_t, 4> address{};
  if (!parse_ipv4(token.text(), address.data())) return expected(token, kAddress);
  return fits(token, out_.put(address));
}

bool RdataReader::read_ipv6() {
  constexpr std::string_view kAddress = "an IPv6 address";
  Token token;
  if (!want_word(token, kAddress)) return false;
  std::array<std::uint8_t, 16> address{};
  if (!parse_ipv6(token.text(), address.data())) return expected(token, kAddress);
  return fits(token, out_.put(address));
}

bool RdataReader::read_char_string(const Token& token) {
  constexpr std::size_t kCharStringMax = 255;  // RFC 1035 section 3.3
  std::array<std::uint8_t, 1 + kCharStringMax> octets{};
  std::size_t size = 0;
  if (const char* wrong = decode_text(token, octets.data() + 1, kCharStringMax, size))
    return fault(token, std::string{wrong} + " (a character-string has 255 octets at most): " + quote(token));
  octets[0] = static_cast<std::uint8_t>(size);
  return fits(token, out_.put(dns::Octets{octets}.first(1 + size)));
}

bool RdataReader::read_long_text(bool may_be_empty) {
  Token token;
  if (!want(token, "a text in quotes")) return false;
  std::size_t size = 0;
  if (const char* wrong = decode_text(token, out_.tail(), out_.left(), size))
    return fault(token, std::string{wrong} + ": " + quote(token));
  if (size == 0 && !may_be_empty) return fault(token, "this text must not be empty");
  return fits(token, out_.grow(size));
}

bool RdataReader::read_time() {
  constexpr std::string_view kTime = "a time as YYYYMMDDHHmmSS from 1970 to 2106, or seconds since 1970";
  Token token;
  if (!want_word(token, kTime)) return false;
  std::uint32_t seconds = 0;
  if (!parse_time(token.text(), seconds)) return expected(token, kTime);
  return fits(token, out_.put_u32(seconds));
}

bool RdataReader::read_type() {
  constexpr std::string_view kType = "an RR type";
  Token token;
  if (!want_word(token, kType)) return false;
  const auto type = dns::type_from_text(token.text());
  if (!type) return expected(token, kType);
  return fits(token, out_.put_u16(static_cast<std::uint16_t>(*type)));
}

bool RdataReader::read_mnemonic_number(Field field) {
  Token token;
  std::uint64_t value = 0;
  if (field == Field::Algorithm) {
    constexpr std::string_view kAlgorithm = "a DNSSEC algorithm: a number from 0 to 255 or a mnemonic";
    std::uint8_t number = 0;
    if (!want_word(token, kAlgorithm)) return false;
    if (!parse_algorithm(token.text(), number)) return expected(token, kAlgorithm);
    return fits(token, out_.put_u8(number));
  }
  if (field == Field::CertType) {
    constexpr std::string_view kCertType = "a certificate type: a number from 0 to 65535 or a mnemonic";
    if (!want_word(token, kCertType)) return false;
    if (parse_number(token.text(), 0xFFFF, value)) return fits(token, out_.put_u16(value));
    for (const auto& known : dns::detail::kCertTypes)
      if (equals_ignoring_case(known.mnemonic, token.text())) return fits(token, out_.put_u16(known.number));
    return expected(token, kCertType);
  }
  struct Mnemonic {
    Field field;
    std::string_view text;
    std::uint8_t number;
  };
  static constexpr auto kMnemonics = std::to_array<Mnemonic>({{Field::NotifyScheme, "NOTIFY", 1},
                                                              {Field::KeyProtocol, "NONE", 0},
                                                              {Field::KeyProtocol, "TLS", 1},
                                                              {Field::KeyProtocol, "EMAIL", 2},
                                                              {Field::KeyProtocol, "DNSSEC", 3},
                                                              {Field::KeyProtocol, "IPSEC", 4},
                                                              {Field::KeyProtocol, "ALL", 255}});
  constexpr std::string_view kNumber = "a number from 0 to 255 or a mnemonic";
  if (!want_word(token, kNumber)) return false;
  if (parse_number(token.text(), 255, value)) return fits(token, out_.put_u8(value));
  for (const auto& known : kMnemonics)
    if (known.field == field && equals_ignoring_case(known.text, token.text()))
      return fits(token, out_.put_u8(known.number));
  return expected(token, kNumber);
}

}  // namespace torii::zonec
