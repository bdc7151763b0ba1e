#pragma once
/// The one table of RR types: number, mnemonic, and the fields of the RDATA in order.
///
/// Everything that must know what is inside an RDATA reads this table: the scanner (text to wire), the printer
/// (presentation.hpp), the validator and the enumeration of names (rdata.hpp). A type that stands here with the field
/// `Opaque`, and a type that does not stand here, has only the generic form `\# length hex` (RFC 3597 section 5).
/// Source: IANA "Resource Record (RR) TYPEs" and the RFC of each type.
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "torii/dns/types.hpp"

namespace torii::dns {

/// One field of an RDATA: its form on the wire and in a master file.
enum class Field : std::uint8_t {
  End,               // no more fields
  CompressibleName,  // may be compressed in a message (RFC 1035 types only, RFC 3597 section 4)
  Name,
  U8,
  U16,
  U32,
  Period,  // 32 bits, seconds; text may use TTL units
  Ipv4,
  Ipv6,
  CharString,
  OptionalCharString,  // last; may be absent (ISDN)
  CharStrings,         // one or more, to the end
  LongText,            // octets to the end without a length, quoted in text (CAA value)
  NonEmptyLongText,    // the same, at least one octet (URI target)
  Base64,              // to the end, at least one octet
  OptionalBase64,      // to the end, may be empty
  Hex,                 // to the end, at least one octet
  Base32Hash,          // length octet, then the hash; base32hex without padding (RFC 5155 section 3.3)
  Salt,                // length octet, then the salt; hex, "-" for none (RFC 5155 section 3.3)
  TypeBitmap,          // RFC 4034 section 4.1.2, may be empty
  NonEmptyTypeBitmap,
  NxtBitmap,        // RFC 2535 section 5.2: types 1 to 127
  Type,             // 16 bits, mnemonic
  Algorithm,        // 8 bits, DNSSEC algorithm, number or mnemonic
  KeyProtocol,      // 8 bits, number or mnemonic (RFC 2535 section 3.1.3)
  CertType,         // 16 bits, number or mnemonic (RFC 4398 section 2.1)
  NotifyScheme,     // 8 bits, number or mnemonic (RFC 9859 section 2.2)
  Time,             // 32 bits, YYYYMMDDHHmmSS or seconds (RFC 4034 section 3.2)
  Location,         // RFC 1876
  AddressPrefixes,  // RFC 3123
  SvcParams,        // RFC 9460 section 2.1
  IpsecGateway,     // gateway type, algorithm, gateway (RFC 4025 section 2.1)
  AmtRelay,         // discovery bit, relay type, relay (RFC 8777 section 4.1)
  HostIdentity,     // the whole HIP RDATA (RFC 8005 section 5)
  Services,         // protocol and port bitmap of WKS (RFC 1035 section 3.4.2)
  Nsap,             // RFC 1706 section 5
  Eui48,            // RFC 7043
  Eui64,
  Locator64,  // 64 bits as four groups of hex (RFC 6742)
  CaaTag,     // length octet, then letters and digits, not quoted (RFC 8659 section 4.1)
  Opaque,     // only as `\# length hex`
};

inline constexpr std::size_t kRdataFieldsMax = 9;

struct RrTypeInfo {
  std::uint16_t number{};
  std::string_view mnemonic;
  std::array<Field, kRdataFieldsMax> fields{};
  /// Names in the RDATA are lower case in canonical form. Source: RFC 4034 section 6.2, RFC 6840 section 5.1.
  bool lower_names = false;
};

namespace detail {

inline constexpr auto kLower = true;

// clang-format off
inline constexpr auto kRrTypes = [] {
  using enum Field;
  return std::to_array<RrTypeInfo>({
    {1, "A", {Ipv4}},
    {2, "NS", {CompressibleName}, kLower},
    {3, "MD", {CompressibleName}, kLower},
    {4, "MF", {CompressibleName}, kLower},
    {5, "CNAME", {CompressibleName}, kLower},
    {6, "SOA", {CompressibleName, CompressibleName, U32, Period, Period, Period, Period}, kLower},
    {7, "MB", {CompressibleName}, kLower},
    {8, "MG", {CompressibleName}, kLower},
    {9, "MR", {CompressibleName}, kLower},
    {10, "NULL", {Opaque}},
    {11, "WKS", {Ipv4, Services}},
    {12, "PTR", {CompressibleName}, kLower},
    {13, "HINFO", {CharString, CharString}},
    {14, "MINFO", {CompressibleName, CompressibleName}, kLower},
    {15, "MX", {U16, CompressibleName}, kLower},
    {16, "TXT", {CharStrings}},
    {17, "RP", {Name, Name}, kLower},
    {18, "AFSDB", {U16, Name}, kLower},
    {19, "X25", {CharString}},
    {20, "ISDN", {CharString, OptionalCharString}},
    {21, "RT", {U16, Name}, kLower},
    {22, "NSAP", {Nsap}},
    {23, "NSAP-PTR", {Name}},
    {24, "SIG", {Type, Algorithm, U8, Period, Time, Time, U16, Name, Base64}, kLower},
    {25, "KEY", {U16, KeyProtocol, Algorithm, OptionalBase64}},
    {26, "PX", {U16, Name, Name}, kLower},
    {27, "GPOS", {CharString, CharString, CharString}},
    {28, "AAAA", {Ipv6}},
    {29, "LOC", {Location}},
    {30, "NXT", {Name, NxtBitmap}, kLower},
    {31, "EID", {Opaque}},
    {32, "NIMLOC", {Opaque}},
    {33, "SRV", {U16, U16, U16, Name}, kLower},
    {34, "ATMA", {Opaque}},
    {35, "NAPTR", {U16, U16, CharString, CharString, CharString, Name}, kLower},
    {36, "KX", {U16, Name}, kLower},
    {37, "CERT", {CertType, U16, Algorithm, Base64}},
    {38, "A6", {Opaque}},
    {39, "DNAME", {Name}, kLower},
    {40, "SINK", {Opaque}},
    {41, "OPT", {Opaque}},
    {42, "APL", {AddressPrefixes}},
    {43, "DS", {U16, Algorithm, U8, Hex}},
    {44, "SSHFP", {U8, U8, Hex}},
    {45, "IPSECKEY", {U8, IpsecGateway, OptionalBase64}},
    {46, "RRSIG", {Type, Algorithm, U8, Period, Time, Time, U16, Name, Base64}, kLower},
    {47, "NSEC", {Name, NonEmptyTypeBitmap}},
    {48, "DNSKEY", {U16, U8, Algorithm, Base64}},
    {49, "DHCID", {Base64}},
    {50, "NSEC3", {U8, U8, U16, Salt, Base32Hash, TypeBitmap}},
    {51, "NSEC3PARAM", {U8, U8, U16, Salt}},
    {52, "TLSA", {U8, U8, U8, Hex}},
    {53, "SMIMEA", {U8, U8, U8, Hex}},
    {55, "HIP", {HostIdentity}},
    {56, "NINFO", {CharStrings}},
    {57, "RKEY", {U16, U8, Algorithm, Base64}},
    {58, "TALINK", {Name, Name}},
    {59, "CDS", {U16, Algorithm, U8, Hex}},
    {60, "CDNSKEY", {U16, U8, Algorithm, Base64}},
    {61, "OPENPGPKEY", {Base64}},
    {62, "CSYNC", {U32, U16, TypeBitmap}},
    {63, "ZONEMD", {U32, U8, U8, Hex}},
    {64, "SVCB", {U16, Name, SvcParams}},
    {65, "HTTPS", {U16, Name, SvcParams}},
    {66, "DSYNC", {Type, NotifyScheme, U16, Name}},
    {67, "HHIT", {Base64}},
    {68, "BRID", {Base64}},
    {99, "SPF", {CharStrings}},
    {100, "UINFO", {Opaque}},
    {101, "UID", {Opaque}},
    {102, "GID", {Opaque}},
    {103, "UNSPEC", {Opaque}},
    {104, "NID", {U16, Locator64}},
    {105, "L32", {U16, Ipv4}},
    {106, "L64", {U16, Locator64}},
    {107, "LP", {U16, Name}},
    {108, "EUI48", {Eui48}},
    {109, "EUI64", {Eui64}},
    {128, "NXNAME", {Opaque}},
    {249, "TKEY", {Opaque}},
    {250, "TSIG", {Opaque}},
    {251, "IXFR", {Opaque}},
    {252, "AXFR", {Opaque}},
    {253, "MAILB", {Opaque}},
    {254, "MAILA", {Opaque}},
    {255, "ANY", {Opaque}},
    {256, "URI", {U16, U16, NonEmptyLongText}},
    {257, "CAA", {U8, CaaTag, LongText}},
    {258, "AVC", {CharStrings}},
    {259, "DOA", {Opaque}},
    {260, "AMTRELAY", {U8, AmtRelay}},
    {261, "RESINFO", {CharStrings}},
    {262, "WALLET", {CharStrings}},
    {263, "CLA", {CharStrings}},
    {264, "IPN", {Opaque}},
    {32768, "TA", {U16, Algorithm, U8, Hex}},
    {32769, "DLV", {U16, Algorithm, U8, Hex}},
  });
}();
// clang-format on

/// Types below this have a direct index; the few above are searched.
inline constexpr std::size_t kDirectTypes = 320;

inline constexpr auto kIndexByNumber = [] {
  std::array<std::uint8_t, kDirectTypes> index{};  // place in kRrTypes plus one; 0 is none
  for (std::size_t i = 0; i < kRrTypes.size(); ++i)
    if (kRrTypes[i].number < kDirectTypes) index[kRrTypes[i].number] = static_cast<std::uint8_t>(i + 1);
  return index;
}();
static_assert(kRrTypes.size() < 255);

/// A mnemonic in upper case as two numbers, so that comparing is two compares. No mnemonic is longer than 16 octets.
struct PackedMnemonic {
  std::uint64_t high{};
  std::uint64_t low{};
  friend constexpr bool operator==(PackedMnemonic, PackedMnemonic) = default;
};
inline constexpr std::size_t kMnemonicOctetsMax = 16;

constexpr PackedMnemonic pack_mnemonic(std::string_view text) noexcept {
  PackedMnemonic packed;
  for (const char c : text) {
    const auto octet = static_cast<std::uint8_t>(c);
    packed.high = packed.high << 8 | packed.low >> 56;
    packed.low = packed.low << 8 | static_cast<std::uint8_t>(octet >= 'a' && octet <= 'z' ? octet - 32 : octet);
  }
  return packed;
}
constexpr std::size_t mnemonic_slot(PackedMnemonic packed) noexcept {
  return static_cast<std::size_t>(((packed.low ^ packed.high * 0x9E37'79B9'7F4A'7C15ULL) * 0xD6E8'FEB8'6659'FD93ULL) >>
                                  56);
}

struct MnemonicIndex {
  std::array<PackedMnemonic, 256> keys{};
  std::array<std::uint8_t, 256> place{};  // in kRrTypes plus one; 0 ends a probe
};
inline constexpr auto kIndexByMnemonic = [] {
  MnemonicIndex index;
  for (std::size_t i = 0; i < kRrTypes.size(); ++i) {
    const auto packed = pack_mnemonic(kRrTypes[i].mnemonic);
    auto slot = mnemonic_slot(packed);
    while (index.place[slot] != 0) slot = (slot + 1) % 256;
    index.keys[slot] = packed;
    index.place[slot] = static_cast<std::uint8_t>(i + 1);
  }
  return index;
}();

/// The number after a prefix such as TYPE: digits only, 65535 at most.
constexpr std::optional<std::uint16_t> number_after(std::string_view text, std::string_view prefix) noexcept {
  if (text.size() <= prefix.size() || text.size() > prefix.size() + 5) return std::nullopt;
  if (pack_mnemonic(text.substr(0, prefix.size())) != pack_mnemonic(prefix)) return std::nullopt;
  std::uint32_t number = 0;
  for (const char c : text.substr(prefix.size())) {
    if (c < '0' || c > '9') return std::nullopt;
    number = number * 10 + static_cast<std::uint32_t>(c - '0');
  }
  if (number > 0xFFFF) return std::nullopt;
  return static_cast<std::uint16_t>(number);
}

}  // namespace detail

/// All types of the table, ascending.
constexpr const auto& rr_types() noexcept { return detail::kRrTypes; }

/// Null for a type that the table does not know.
constexpr const RrTypeInfo* find_type_info(RrType type) noexcept {
  const auto number = static_cast<std::uint16_t>(type);
  if (number < detail::kDirectTypes) {
    const auto place = detail::kIndexByNumber[number];
    return place == 0 ? nullptr : &detail::kRrTypes[place - 1U];
  }
  for (auto i = detail::kRrTypes.size(); i-- > 0 && detail::kRrTypes[i].number >= number;)
    if (detail::kRrTypes[i].number == number) return &detail::kRrTypes[i];
  return nullptr;
}

/// Mnemonic, in any case, or TYPEnnn. Source: RFC 3597 section 5.
constexpr std::optional<RrType> type_from_text(std::string_view text) noexcept {
  if (text.empty() || text.size() > detail::kMnemonicOctetsMax) return std::nullopt;
  const auto packed = detail::pack_mnemonic(text);
  for (auto slot = detail::mnemonic_slot(packed); detail::kIndexByMnemonic.place[slot] != 0; slot = (slot + 1) % 256)
    if (detail::kIndexByMnemonic.keys[slot] == packed)
      return static_cast<RrType>(detail::kRrTypes[detail::kIndexByMnemonic.place[slot] - 1U].number);
  if (const auto number = detail::number_after(text, "TYPE")) return static_cast<RrType>(*number);
  return std::nullopt;
}

/// Mnemonic, in any case, or CLASSnnn.
constexpr std::optional<RrClass> class_from_text(std::string_view text) noexcept {
  if (text.empty() || text.size() > 10) return std::nullopt;
  const auto packed = detail::pack_mnemonic(text);
  if (packed == detail::pack_mnemonic("IN")) return RrClass::IN;
  if (packed == detail::pack_mnemonic("CH") || packed == detail::pack_mnemonic("CHAOS")) return RrClass::CH;
  if (packed == detail::pack_mnemonic("HS") || packed == detail::pack_mnemonic("HESIOD")) return RrClass::HS;
  if (packed == detail::pack_mnemonic("NONE")) return RrClass::NONE;
  if (packed == detail::pack_mnemonic("ANY")) return RrClass::ANY;
  if (const auto number = detail::number_after(text, "CLASS")) return static_cast<RrClass>(*number);
  return std::nullopt;
}

/// True for QTYPEs and pseudo-types, which no zone holds. Source: RFC 6895 section 3.1 (128 to 255, and OPT).
constexpr bool is_meta_type(RrType type) noexcept {
  const auto number = static_cast<std::uint16_t>(type);
  return number == 0 || type == RrType::OPT || (number >= 128 && number <= 255);
}

static_assert(type_from_text("nsec3param") == RrType::NSEC3PARAM && type_from_text("TYPE65535") &&
              !type_from_text("X"));

}  // namespace torii::dns
