#pragma once
/// The numbers of the DNS: types, classes, RCODEs, opcodes, and the few quantities that must not be mixed up.
/// Enumerators use IANA's spelling. Every enum here is an open set: a value that has no name is still a value.
#include <compare>
#include <concepts>
#include <cstddef>
#include <cstdint>

namespace torii::dns {

/// A number that knows what it counts: no implicit conversion, in or out.
template <class Tag, std::unsigned_integral Rep>
struct Quantity {
  Rep value{};
  constexpr Quantity() noexcept = default;
  constexpr explicit Quantity(Rep raw) noexcept : value{raw} {}
  friend constexpr auto operator<=>(Quantity, Quantity) = default;
};
using OctetCount = Quantity<struct OctetCountTag, std::size_t>;

/// RR types that code refers to by name. The table of all types with their presentation format is rr_table.hpp.
enum class RrType : std::uint16_t {
  A = 1, NS = 2, MD = 3, MF = 4, CNAME = 5, SOA = 6, MB = 7, MG = 8, MR = 9, NULL_ = 10, WKS = 11, PTR = 12,
  HINFO = 13, MINFO = 14, MX = 15, TXT = 16, SIG = 24, KEY = 25, AAAA = 28, NXT = 30, SRV = 33, NAPTR = 35,
  DNAME = 39, OPT = 41, DS = 43, RRSIG = 46, NSEC = 47, DNSKEY = 48, NSEC3 = 50, NSEC3PARAM = 51, CDS = 59,
  CDNSKEY = 60, CSYNC = 62, ZONEMD = 63, SVCB = 64, HTTPS = 65, NXNAME = 128, TKEY = 249, TSIG = 250, IXFR = 251,
  AXFR = 252, MAILB = 253, MAILA = 254, ANY = 255,
};

enum class RrClass : std::uint16_t { IN = 1, CH = 3, HS = 4, NONE = 254, ANY = 255 };

/// RCODEs of RFC 1035, 2136, 6891 and 8945; 16 and above need OPT's extended bits (RFC 6891 section 6.1.3).
enum class Rcode : std::uint16_t {
  NoError = 0, FormErr = 1, ServFail = 2, NXDomain = 3, NotImp = 4, Refused = 5, YXDomain = 6, YXRRSet = 7,
  NXRRSet = 8, NotAuth = 9, NotZone = 10, BADVERS = 16, BADCOOKIE = 23,
};

enum class Opcode : std::uint8_t { Query = 0, IQuery = 1, Status = 2, Notify = 4, Update = 5, DSO = 6 };

/// RFC 1982 serial number; no operator<, since serial numbers wrap.
struct Serial {
  std::uint32_t value{};
  friend constexpr bool operator==(Serial, Serial) = default;
};
/// True when `b` is newer than `a`. Source: RFC 1982 section 3.2.
constexpr bool precedes(Serial a, Serial b) noexcept {
  const std::uint32_t ahead = b.value - a.value;
  return ahead != 0 && ahead < 0x8000'0000U;
}
static_assert(precedes(Serial{0xFFFF'FFFF}, Serial{1}));

/// Limits of a name and of a message, in octets. Source: RFC 1035 sections 2.3.4 and 4.2.
inline constexpr std::size_t kNameOctetsMax = 255;
inline constexpr std::size_t kLabelOctetsMax = 63;
inline constexpr std::size_t kLabelsMax = 127;  // without the root label
inline constexpr std::size_t kHeaderOctets = 12;
inline constexpr std::size_t kMessageOctetsMax = 65535;
/// Largest offset a compression pointer can hold. Source: RFC 1035 section 4.1.4.
inline constexpr std::size_t kPointerMax = 0x3FFF;

}  // namespace torii::dns
