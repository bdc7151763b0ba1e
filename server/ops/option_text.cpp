#include "server/ops/option_text.hpp"

#include <fmt/format.h>

#include <array>
#include <optional>
#include <string_view>

#include "torii/dns/name.hpp"
#include "torii/dns/presentation.hpp"

namespace torii::server {
namespace {

struct OptionName {
  std::uint16_t code;
  std::string_view name;
};
constexpr std::uint16_t kNsid = 3;
constexpr std::uint16_t kExpire = 9;
constexpr std::uint16_t kCookie = 10;
constexpr std::uint16_t kTcpKeepalive = 11;
constexpr std::uint16_t kExtendedError = 15;
constexpr std::uint16_t kReportChannel = 18;
constexpr std::uint16_t kZoneVersion = 19;
constexpr std::array<OptionName, 9> kOptionNames{{{kNsid, "NSID"},
                                                  {8, "CLIENT-SUBNET"},
                                                  {kExpire, "EXPIRE"},
                                                  {kCookie, "COOKIE"},
                                                  {kTcpKeepalive, "TCP-KEEPALIVE"},
                                                  {12, "PADDING"},
                                                  {kExtendedError, "EDE"},
                                                  {kReportChannel, "REPORT-CHANNEL"},
                                                  {kZoneVersion, "ZONEVERSION"}}};

/// INFO-CODEs by number. Source: IANA, Extended DNS Error Codes (RFC 8914 section 5.2 and later documents).
constexpr std::array<std::string_view, 31> kExtendedErrorNames{"Other Error",
                                                               "Unsupported DNSKEY Algorithm",
                                                               "Unsupported DS Digest Type",
                                                               "Stale Answer",
                                                               "Forged Answer",
                                                               "DNSSEC Indeterminate",
                                                               "DNSSEC Bogus",
                                                               "Signature Expired",
                                                               "Signature Not Yet Valid",
                                                               "DNSKEY Missing",
                                                               "RRSIGs Missing",
                                                               "No Zone Key Bit Set",
                                                               "NSEC Missing",
                                                               "Cached Error",
                                                               "Not Ready",
                                                               "Blocked",
                                                               "Censored",
                                                               "Filtered",
                                                               "Prohibited",
                                                               "Stale NXDOMAIN Answer",
                                                               "Not Authoritative",
                                                               "Not Supported",
                                                               "No Reachable Authority",
                                                               "Network Error",
                                                               "Invalid Data",
                                                               "Signature Expired before Valid",
                                                               "Too Early",
                                                               "Unsupported NSEC3 Iterations Value",
                                                               "Unable to conform to policy",
                                                               "Synthesized",
                                                               "Invalid Query Type"};

void append_printable(std::string& out, dns::Octets octets) {
  for (const auto octet : octets) out += octet >= 0x20 && octet < 0x7F ? static_cast<char>(octet) : '.';
}

std::string extended_error_text(dns::Octets value) {
  const auto code = dns::load_u16(value.data());
  auto text = code < kExtendedErrorNames.size() ? fmt::format("{} ({})", code, kExtendedErrorNames[code])
                                                : fmt::format("{}", code);
  if (value.size() == 2) return text;
  text += ": \"";
  append_printable(text, value.subspan(2));
  return text + '"';
}

std::string cookie_text(dns::Octets value) {
  std::string text;
  for (const auto octet : value) text += fmt::format("{:02x}", octet);
  return text;
}

/// What is meant by an option of the length that its document gives it.
std::optional<std::string> meaning(std::uint16_t code, dns::Octets value) {
  if (code == kExtendedError && value.size() >= 2) return extended_error_text(value);
  if (code == kCookie && value.size() >= 8) return cookie_text(value);
  if (code == kTcpKeepalive && value.size() == 2) {
    const auto tenths = dns::load_u16(value.data());
    return fmt::format("{}.{} seconds", tenths / 10, tenths % 10);
  }
  if (code == kExpire && value.size() == 4) return fmt::format("{} seconds", dns::load_u32(value.data()));
  if (code == kZoneVersion && value.size() == 6 && value[1] == 0)
    return fmt::format("SOA serial {} ({} labels)", dns::load_u32(&value[2]), value[0]);
  if (code == kReportChannel) {
    const auto agent = dns::NameView::parse(value);
    if (!agent || agent->size() != value.size()) return std::nullopt;
    std::string text;
    dns::append_name(text, *agent);
    return text;
  }
  return std::nullopt;
}

}  // namespace

void append_option(std::string& out, std::uint16_t code, dns::Octets value) {
  std::string name = fmt::format("OPT={}", code);
  for (const auto& known : kOptionNames)
    if (known.code == code) name = known.name;
  out += fmt::format("; {}:", name);
  if (const auto text = meaning(code, value)) {
    out += ' ' + *text + '\n';
    return;
  }
  for (const auto octet : value) out += fmt::format(" {:02x}", octet);
  if (!value.empty()) {
    out += " (\"";
    append_printable(out, value);
    out += "\")";
  }
  out += '\n';
}

std::string rcode_text(std::uint16_t rcode) {
  constexpr std::array<std::string_view, 12> kNames{"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN",
                                                    "NOTIMP",  "REFUSED", "YXDOMAIN", "YXRRSET",
                                                    "NXRRSET", "NOTAUTH", "NOTZONE",  "DSOTYPENI"};
  constexpr std::array<std::string_view, 8> kExtended{"BADVERS", "BADKEY", "BADTIME",  "BADMODE",
                                                      "BADNAME", "BADALG", "BADTRUNC", "BADCOOKIE"};
  constexpr std::size_t kFirstExtended = 16;
  if (rcode < kNames.size()) return std::string{kNames[rcode]};
  if (rcode >= kFirstExtended && rcode < kFirstExtended + kExtended.size())
    return std::string{kExtended[rcode - kFirstExtended]};
  return fmt::format("RCODE{}", rcode);
}

}  // namespace torii::server
