#pragma once
/// RDATA in presentation format to wire format, field by field as the RR table says.
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "torii/dns/rdata.hpp"
#include "zonec/scan/lexer.hpp"
#include "zonec/scan/reporter.hpp"
#include "zonec/scan/text.hpp"

namespace torii::zonec {

/// One RDATA being written; 65535 octets and room for one name more, so that a name is decoded in place.
class RdataBuffer {
 public:
  static constexpr std::size_t kMax = 65535;
  void clear() noexcept { size_ = 0; }
  [[nodiscard]] dns::Octets octets() const noexcept { return {octets_.data(), size_}; }
  [[nodiscard]] std::uint8_t* tail() noexcept { return octets_.data() + size_; }
  [[nodiscard]] std::uint8_t* data() noexcept { return octets_.data(); }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::size_t left() const noexcept { return kMax - size_; }
  /// Takes what was written at `tail()`. Returns: false when that is more than an RDATA can be.
  [[nodiscard]] bool grow(std::size_t count) noexcept {
    if (count > left()) return false;
    size_ += count;
    return true;
  }
  [[nodiscard]] bool put(dns::Octets octets) noexcept {
    if (octets.size() > left()) return false;
    std::copy(octets.begin(), octets.end(), tail());
    size_ += octets.size();
    return true;
  }
  [[nodiscard]] bool put_u8(std::uint64_t value) noexcept {
    const std::array<std::uint8_t, 1> octets{static_cast<std::uint8_t>(value)};
    return put(octets);
  }
  [[nodiscard]] bool put_u16(std::uint64_t value) noexcept {
    std::array<std::uint8_t, 2> octets{};
    dns::store_u16(octets.data(), static_cast<std::uint16_t>(value));
    return put(octets);
  }
  [[nodiscard]] bool put_u32(std::uint64_t value) noexcept {
    std::array<std::uint8_t, 4> octets{};
    dns::store_u32(octets.data(), static_cast<std::uint32_t>(value));
    return put(octets);
  }

 private:
  std::array<std::uint8_t, kMax + dns::kNameOctetsMax + 1> octets_{};
  std::size_t size_ = 0;
};

/// Reads the RDATA of one record from a lexer, to the end of the record. Kept for a whole scan: its buffers are reused.
/// Methods that return bool have reported the fault when they return false (unless the lexer is starved).
class RdataReader {
 public:
  RdataReader(Lexer& lexer, Reporter& reporter, RdataBuffer& out) noexcept
      : lexer_{&lexer}, reporter_{reporter}, out_{out} {}
  /// Reads from another lexer from now on. Returns: the one before.
  Lexer* set_lexer(Lexer* lexer) noexcept { return std::exchange(lexer_, lexer); }
  /// Names without a final dot go below `origin`; null where none is known.
  [[nodiscard]] bool read(dns::RrType type, const dns::Name* origin);

 private:
  // Tokens.
  bool want(Token& token, std::string_view expected);       // the next token, which must be there
  bool want_word(Token& token, std::string_view expected);  // the same, and not quoted
  bool next_or_end(Token& token, bool& is_there);           // the next token if the record has one
  bool next_word_or_end(Token& token, bool& is_there, std::string_view expected);
  bool expected(const Token& token, std::string_view what);  // reports: expected ..., found ...
  bool fault(const Token& token, std::string_view what);     // reports: what is wrong
  bool fits(const Token& token, bool did_fit) { return did_fit || fault(token, "RDATA is longer than 65535 octets"); }

  // rdata_text.cpp: the table's walk, and plain fields.
  bool read_generic(dns::RrType type);
  bool read_fields(const dns::RrTypeInfo& info);
  bool read_field(dns::Field field);
  bool read_number(std::size_t octets, std::string_view expected_text);
  bool read_period();
  bool read_name();
  bool read_ipv4();
  bool read_ipv6();
  bool read_char_string(const Token& token);
  bool read_long_text(bool may_be_empty);
  bool read_time();
  bool read_type();
  bool read_mnemonic_number(dns::Field field);

  // rdata_text_octets.cpp: fields that are octets in some encoding.
  bool read_base64(bool may_be_empty);
  bool read_hex(bool may_be_empty);
  bool read_hex_token(const Token& token);
  bool read_salt();
  bool read_hash();
  bool read_nsap();
  bool read_hex_groups(std::size_t groups, std::size_t digits, char separator, std::string_view expected_text);
  bool read_bitmap(bool may_be_empty);
  bool read_nxt_bitmap();
  bool read_caa_tag();

  // rdata_text_special.cpp: fields with a grammar of their own.
  bool read_location();
  bool read_angle(std::uint64_t degrees_max, char positive, char negative, std::uint32_t& angle);
  bool read_prefixes();
  bool read_services();
  bool read_ipsec_gateway();
  bool read_amt_relay();
  bool read_gateway(std::uint64_t gateway_type);
  bool read_host_identity();

  // rdata_text_svc.cpp: SvcParams.
  bool read_svc_params();
  bool read_svc_param(const Token& token);
  bool read_svc_value(std::uint16_t key, const Token& token, std::string_view value);
  bool add_svc_items(std::uint16_t key, const Token& token, std::string_view value);
  bool add_alpn(const Token& token, std::string_view value);

  struct SvcParam {
    std::uint16_t key{};
    std::size_t at{};  // into svc_octets_
    std::size_t size{};
  };

  Lexer* lexer_;
  Reporter& reporter_;
  RdataBuffer& out_;
  const dns::Name* origin_{};
  dns::RrType type_{};
  Token first_;            // the first token of the RDATA: where faults of the whole are reported
  unsigned hex_high_ = 0;  // see read_hex_token
  bool hex_is_odd_ = false;
  std::array<std::uint8_t, 8192> bitmap_{};       // all zero between records
  std::array<std::uint8_t, 256> bitmap_sizes_{};  // octets used in each window; all zero between records
  std::vector<SvcParam> svc_params_;
  std::vector<std::uint8_t> svc_octets_;
  std::vector<std::uint8_t> svc_value_;  // of the parameter being read, escapes decoded
};

}  // namespace torii::zonec
