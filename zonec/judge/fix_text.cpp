/// Fixes in words.
#include <algorithm>
#include <array>

#include "zonec/judge/fixes.hpp"

namespace torii::zonec {
namespace {

struct CostText {
  FixCost cost{};
  std::string_view id;
  std::string_view text;
};
constexpr std::array<CostText, 7> kCosts{{
    {FixCost::GlueRequired, "glue-required", "the addresses become required glue"},
    {FixCost::NewAddresses, "new-addresses", "needs the host's addresses as glue, counted here as one A and one AAAA"},
    {FixCost::ExtraLookup, "extra-lookup", "resolvers look the host up elsewhere first"},
    {FixCost::LessRedundancy, "less-redundancy", "less redundancy"},
    {FixCost::NoIpv6, "no-ipv6", "no known IPv6 address is left"},
    {FixCost::Keys, "keys", "keys or DS records change"},
    {FixCost::WholeZone, "whole-zone", "the registry's to decide, for the whole zone"},
}};

std::string plain(dns::NameView name) {
  auto text = name.text();
  if (text.size() > 1) text.pop_back();
  return text;
}

constexpr std::size_t kSpelledOut = 3;

/// "a", "a, b", "a, b, c and 5 more"
template <class Text>
std::string listed(const std::vector<HostEdit>& edits, Text text) {
  std::string out;
  const auto spelled = edits.size() == kSpelledOut + 1 ? edits.size() : std::min(edits.size(), kSpelledOut);
  for (std::size_t i = 0; i < spelled; ++i) out += (i > 0 ? ", " : "") + text(edits[i]);
  if (spelled < edits.size()) out += " and " + std::to_string(edits.size() - spelled) + " more";
  return out;
}

std::string from_name(const HostEdit& edit) { return plain(*edit.from); }

std::string renaming(const Fix& fix) {
  const auto each = [](const HostEdit& edit) { return plain(*edit.from) + " to " + plain(edit.to->name); };
  if (fix.hosts.size() == 1) return "rename " + each(fix.hosts.front());
  return "rename " + std::to_string(fix.hosts.size()) + " hosts: " + listed(fix.hosts, each);
}

}  // namespace

std::vector<std::string_view> cost_ids(std::uint8_t costs) {
  std::vector<std::string_view> out;
  for (const auto& cost : kCosts)
    if ((costs & static_cast<std::uint8_t>(cost.cost)) != 0) out.push_back(cost.id);
  return out;
}

std::string cost_text(std::uint8_t costs) {
  std::string out;
  for (const auto& cost : kCosts)
    if ((costs & static_cast<std::uint8_t>(cost.cost)) != 0) out += (out.empty() ? "" : "; ") + std::string{cost.text};
  return out;
}

std::string fix_text(const Fix& fix) {
  const auto& edits = fix.hosts;
  switch (fix.kind) {
    case FixKind::ShareSuffix:
    case FixKind::NewSuffix:
    case FixKind::OwnSuffix:
    case FixKind::ShortenLabels:
      return renaming(fix);
    case FixKind::MoveOut:
      return renaming(fix) + ", outside the zone";
    case FixKind::OneA:
      return "leave one " + std::string{edits.size() > 1 ? "address of a kind" : "A record"} + " to " +
             listed(edits, from_name);
    case FixKind::OneAaaa:
      return "leave one AAAA record to " + listed(edits, from_name);
    case FixKind::SplitAddresses:
      return "move half of the addresses of " + from_name(edits.front()) + " to a new host, " +
             plain(edits.back().to->name);
    case FixKind::DropAaaa:
      return "remove the AAAA records of " + listed(edits, from_name);
    case FixKind::DropHost:
      return "remove the host " + listed(edits, from_name);
    case FixKind::DropSha1Ds:
      return "remove the SHA-1 DS records (RFC 8624 section 3.3)";
    case FixKind::Sha256Ds:
      return "SHA-256 DS records instead of SHA-384";
    case FixKind::DropStandbyDs:
      return "remove a stand-by DS record";
    case FixKind::SignChild:
      return "sign the delegation's zone: a DS record (SHA-256) is smaller than the proof that there is none";
    case FixKind::SmallSignatures:
      return "sign the zone with P-256 or Ed25519: signatures of 64 octets";
    case FixKind::EmptySalt:
      return "NSEC3 without salt (RFC 9276 section 3.1)";
  }
  return {};
}

}  // namespace torii::zonec
