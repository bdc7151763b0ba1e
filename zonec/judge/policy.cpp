#include "zonec/judge/policy.hpp"

#include <algorithm>

namespace torii::zonec {
namespace {

constexpr std::uint32_t kPlain = 512;     // RFC 1035 section 4.2.1
constexpr std::uint32_t kFlagDay = 1232;  // IPv6 minimum MTU 1280 - 40 - 8
constexpr std::uint32_t kTcp = 65535;     // RFC 1035 section 4.2.2
constexpr std::uint32_t kA = 16;          // an address record with a pointer for its owner
constexpr std::uint32_t kAaaa = 28;

using Failure = std::optional<SizeFailure>;

constexpr bool sets_tc_plain(const SizeFacts& f) noexcept { return f.authority + f.required() > kPlain; }
constexpr std::uint32_t with_proof(const SizeFacts& f) noexcept { return f.authority + kOptOctets + f.proof; }

Failure at_most(std::uint32_t octets, std::uint32_t limit, bool tc) {
  if (octets <= limit) return std::nullopt;
  return SizeFailure{octets, limit, tc};
}

Failure ns_512(const SizeFacts& f) { return at_most(f.authority, kPlain, sets_tc_plain(f)); }

/// One A when every host is in the zone, one AAAA when every host that speaks IPv6 is. Of a host outside the zone
/// nobody here knows whether it does, so there are two answers, and only the smaller one is sure.
Failure iana_512(const SizeFacts& f) {
  const std::uint32_t a = !f.has_unrelated && f.has_a() ? kA : 0;
  const std::uint32_t aaaa_high = f.has_aaaa() ? kAaaa : 0;
  const std::uint32_t aaaa_low = f.has_unrelated ? 0 : aaaa_high;
  if (auto sure = at_most(f.authority + a + aaaa_low, kPlain, sets_tc_plain(f))) return sure;
  auto possible = at_most(f.authority + a + aaaa_high, kPlain, sets_tc_plain(f));
  if (possible) {
    possible->severity_max = Severity::Notice;
    possible->note = "only if no host outside the zone has an IPv6 address";
  }
  return possible;
}

/// At least the smallest glue RRset fits; without required glue the sibling glue counts, without any nothing can miss.
Failure one_glue_512(const SizeFacts& f) {
  const auto required = joined(f.in_domain, f.cyclic).smallest;
  const auto smallest = required > 0 ? required : f.sibling.smallest;
  if (smallest == 0) return std::nullopt;
  return at_most(f.authority + smallest, kPlain, sets_tc_plain(f));
}

Failure in_domain_1232(const SizeFacts& f) { return at_most(with_proof(f) + f.required(), kFlagDay, true); }

Failure edns_1232(const SizeFacts& f) { return at_most(with_proof(f), kFlagDay, true); }

Failure tcp_65535(const SizeFacts& f) {
  const auto required = with_proof(f) + f.required();
  return at_most(required + f.sibling.total + f.glue_authoritative, kTcp, required > kTcp);
}

// Severities and predicates: section 7 of the size paper this project follows; docs/findings.md repeats them.
constexpr std::array<Policy, 7> kPolicies{{
    {"ns-512", "ZoneCheck delegation_udp512", Severity::Error, kPlain,
     "header, question and NS RRset fit without EDNS and without any glue", ns_512},
    {"iana-512", "IANA technical requirements for authoritative name servers", Severity::Warning, kPlain,
     "header, question, NS RRset, one A if all hosts are in the zone, and one AAAA if all hosts that speak IPv6 are",
     iana_512},
    {"one-glue-512", "JPRS 2003", Severity::Warning, kPlain,
     "at least the smallest RRset of required glue fits without EDNS; without any, of sibling glue", one_glue_512},
    {"rfc9471-in-domain@1232", "RFC 9471 section 3.1", Severity::Warning, kFlagDay,
     "header, question, NS RRset, OPT, DS or its proof, and all required glue fit: the server never sets TC at 1232",
     in_domain_1232},
    {"edns-1232", "DNS flag day 2020", Severity::Error, kFlagDay,
     "header, question, NS RRset, OPT, and DS or its proof fit: no TC is forced even without glue", edns_1232},
    {"edns-1232", "DNS flag day 2020", Severity::Warning, kFlagDay,
     "while rfc9471-in-domain@1232 is off, that rule's predicate", in_domain_1232, "rfc9471-in-domain@1232"},
    {"tcp-65535", "RFC 1035 section 4.2.2", Severity::Error, kTcp,
     "the whole referral, with OPT, DS or its proof, and all glue, fits a TCP message", tcp_65535},
}};

std::optional<std::optional<Severity>> parse_severity(std::string_view text) {
  using Found = std::optional<std::optional<Severity>>;
  if (text == "off") return Found{std::in_place, std::nullopt};
  for (const auto severity : {Severity::Info, Severity::Notice, Severity::Warning, Severity::Error})
    if (text == severity_text(severity)) return Found{severity};
  return std::nullopt;
}

}  // namespace

std::span<const Policy> policies() noexcept { return kPolicies; }

std::string policy_ids() {
  std::string out;
  std::string_view last;
  for (const auto& policy : kPolicies) {
    if (policy.id == last) continue;
    out += (out.empty() ? "" : ", ") + std::string{policy.id};
    last = policy.id;
  }
  return out;
}

std::string PolicySettings::set(std::string_view choice) {
  const auto equals = choice.rfind('=');
  if (equals == std::string_view::npos) return "expected ID=off|info|notice|warning|error, got " + std::string{choice};
  const auto id = choice.substr(0, equals);
  if (std::ranges::find(kPolicies, id, &Policy::id) == kPolicies.end()) {
    return "no policy " + std::string{id} + "; there are " + policy_ids();
  }
  const auto severity = parse_severity(choice.substr(equals + 1));
  if (!severity) return "expected off, info, notice, warning or error, got " + std::string{choice.substr(equals + 1)};
  choices_.push_back({std::string{id}, *severity});
  return {};
}

const PolicySettings::Choice* PolicySettings::find(std::string_view id) const {
  const auto last = std::find_if(choices_.rbegin(), choices_.rend(), [&](const Choice& c) { return c.id == id; });
  return last == choices_.rend() ? nullptr : &*last;
}

std::optional<Severity> PolicySettings::severity(const Policy& policy) const {
  if (!policy.silent_with.empty()) {
    const auto* other = find(policy.silent_with);
    if (other == nullptr || other->severity) return std::nullopt;
  }
  if (const auto* choice = find(policy.id)) return choice->severity;
  return policy.severity;
}

std::optional<std::uint32_t> SizeFinding::qname_ok_max() const noexcept {
  // Each QNAME octet costs one octet of message, so the rule holds again where QNAME is shorter by what is over.
  if (facts.qname < facts.owner + over_by()) return std::nullopt;
  return facts.qname - over_by();
}

std::string SizeFinding::text() const {
  auto name = delegation.text();
  if (name.size() > 1) name.pop_back();
  auto out = name + ": " + std::to_string(failure.octets) + " octets at QNAME " + std::to_string(facts.qname) +
             " (limit " + std::to_string(failure.limit) + ", " + std::string{policy->id} +
             "): " + std::to_string(over_by()) + " over; ";
  const auto longest = qname_ok_max();
  out += longest ? "holds for QNAMEs up to " + std::to_string(*longest) : std::string{"holds for no QNAME"};
  if (failure.would_set_tc) out += "; would set TC";
  if (!failure.note.empty()) out += "; " + std::string{failure.note};
  return out;
}

std::vector<SizeFinding> apply_policies(const PolicySettings& settings, dns::NameView delegation, Location where,
                                        const SizeFacts& facts) {
  std::vector<SizeFinding> findings;
  for (const auto& policy : kPolicies) {
    const auto severity = settings.severity(policy);
    if (!severity) continue;
    const auto failure = policy.evaluate(facts);
    if (!failure) continue;
    findings.push_back({&policy, std::min(*severity, failure->severity_max), delegation, where, facts, *failure});
  }
  return findings;
}

std::string_view severity_text(Severity severity) noexcept {
  constexpr std::array<std::string_view, 4> kTexts{"info", "notice", "warning", "error"};
  return kTexts.at(static_cast<std::size_t>(severity));
}

}  // namespace torii::zonec
