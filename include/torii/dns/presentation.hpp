#pragma once
/// RDATA, types and classes as text: the canonical presentation format that `zonec dump` and `toriid query` print.
///
/// What is printed here, the scanner reads back to the same octets. RDATA that its type's format cannot express (a type
/// without a format, malformed RDATA, a LOC size of the form 0x10^n) is printed as `\# length hex` (RFC 3597 section
/// 5).
#include <string>

#include "torii/dns/presentation_fields.hpp"
#include "torii/dns/rdata.hpp"

namespace torii::dns {

/// Mnemonic, or TYPEnnn. Source: RFC 3597 section 5.
inline void append_type(std::string& out, RrType type) { detail::append_type_mnemonic(out, type); }

/// Mnemonic, or CLASSnnn.
inline void append_class(std::string& out, RrClass rr_class) {
  switch (rr_class) {
    case RrClass::IN:
      out += "IN";
      return;
    case RrClass::CH:
      out += "CH";
      return;
    case RrClass::HS:
      out += "HS";
      return;
    case RrClass::NONE:
      out += "NONE";
      return;
    case RrClass::ANY:
      out += "ANY";
      return;
  }
  out += "CLASS";
  detail::append_number(out, static_cast<std::uint16_t>(rr_class));
}

[[nodiscard]] inline std::string type_text(RrType type) {
  std::string out;
  append_type(out, type);
  return out;
}

/// With the final dot; the same text as `NameView::text`, without a string of its own.
inline void append_name(std::string& out, NameView name) { detail::append_name_text(out, name); }

/// `\# length hex`. Source: RFC 3597 section 5.
inline void append_generic_rdata(std::string& out, Octets rdata) {
  out += "\\# ";
  detail::append_number(out, rdata.size());
  if (rdata.empty()) return;
  out += ' ';
  detail::append_hex(out, rdata);
}

/// Fields are separated by one space; there is no space before the first or after the last.
inline void append_rdata(std::string& out, RrType type, Octets rdata) {
  const auto start = out.size();
  bool printable = true;
  const auto each = [&](Field field, std::size_t, Octets octets) {
    if (!printable) return;
    const auto before = out.size();
    if (before != start) out += ' ';
    const auto after_space = out.size();
    printable = detail::append_field(out, field, octets);
    if (out.size() == after_space) out.resize(before);  // an optional field that is absent
  };
  if (for_each_field(type, rdata, each) != nullptr || !printable) {
    out.resize(start);
    append_generic_rdata(out, rdata);
  }
}

[[nodiscard]] inline std::string rdata_text(RrType type, Octets rdata) {
  std::string out;
  append_rdata(out, type, rdata);
  return out;
}

}  // namespace torii::dns
