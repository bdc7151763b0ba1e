#include "zonec/judge/compat.hpp"

#include <algorithm>

#include "torii/referral/budget.hpp"

namespace torii::zonec {
namespace {

constexpr std::uint32_t kPlain = 512;  // RFC 1035 section 4.2.1
constexpr auto kA = static_cast<std::uint32_t>(referral::kAOctets);
constexpr auto kAaaa = static_cast<std::uint32_t>(referral::kAaaaOctets);

using Failure = std::optional<SizeFailure>;

Failure at_most(const SizeFacts& f, std::uint32_t octets, std::uint32_t limit) {
  if (octets <= limit) return std::nullopt;
  return SizeFailure{.octets = octets, .limit = limit, .would_set_tc = f.authority + f.required() > limit};
}

/// Sure when even `low` does not fit; possible when `high` does not: a notice that says what it depends on.
Failure between(const SizeFacts& f, std::uint32_t low, std::uint32_t high, std::uint32_t limit, std::string_view note) {
  if (auto sure = at_most(f, low, limit)) return sure;
  auto possible = at_most(f, high, limit);
  if (possible) {
    possible->severity_max = Severity::Notice;
    possible->note = note;
  }
  return possible;
}

/// One A when every host is in the zone, one AAAA when every host that speaks IPv6 is. Of a host outside the zone
/// nobody here knows whether it does, so there are two answers, and only the smaller one is sure.
Failure iana(const SizeFacts& f, const Policy& p) {
  const auto a = !f.has_unrelated && f.has_a() ? kA : 0;
  const auto aaaa = f.has_aaaa() ? kAaaa : 0;
  return between(f, f.authority + a + (f.has_unrelated ? 0 : aaaa), f.authority + a + aaaa, p.limit,
                 "only if no host outside the zone has an IPv6 address");
}

/// As IANA, but for the A too only the hosts that have an IPv4 address need to be in the zone.
Failure zonemaster(const SizeFacts& f, const Policy& p) {
  const auto base = f.authority - (f.qname - chunked_qname(f.owner));
  const auto a = f.has_a() ? kA : 0;
  const auto aaaa = f.has_aaaa() ? kAaaa : 0;
  if (!f.has_unrelated) return at_most(f, base + a + aaaa, p.limit);
  return between(f, base, base + a + aaaa, p.limit, "only if no host outside the zone has an address of that family");
}

/// ZoneCheck's message has another question, so that the delegation's name is spelled once in full.
constexpr std::uint32_t spelled_once(const SizeFacts& f) noexcept {
  return f.authority + (f.owner > 2 ? f.owner - 2 : 0);
}

Failure zonecheck(const SizeFacts& f, const Policy& p) { return at_most(f, spelled_once(f), p.limit); }

Failure zonecheck_additional(const SizeFacts& f, const Policy& p) {
  return at_most(f, spelled_once(f) + f.in_domain.total, p.limit);
}

Failure dnscheck(const SizeFacts& f, const Policy& p) {
  const auto base = f.authority - (f.qname - chunked_qname(f.owner));
  return at_most(f, base + (f.in_domain_a ? kA : 0) + (f.in_domain_aaaa ? kAaaa : 0), p.limit);
}

/// All AAAA first, then as many A as fit: `over` when not even the AAAA do, else `part` with too few A.
Failure jprs(const SizeFacts& f, const Policy& p) {
  const auto aaaa = f.authority + kAaaa * f.aaaa_records;
  const auto wanted = std::min(p.amount, f.a_records);
  auto failure = at_most(f, aaaa + kA * wanted, p.limit);
  if (failure) failure->note = aaaa > p.limit ? "JPRS: over" : "JPRS: part, with fewer A than asked";
  return failure;
}

}  // namespace

std::uint32_t chunked_qname(std::uint32_t owner) noexcept {
  constexpr std::uint32_t kText = 253;  // characters with the final dot, as both programs count
  auto text = owner - 1;
  while (text < kText) text += std::min(kText - text, std::uint32_t{dns::kLabelOctetsMax}) + 1;
  return text + 1;
}

std::vector<Policy> compat_rows() {
  std::vector<Policy> rows;
  const auto add = [&](std::string_view id, std::string_view source, Severity severity, std::string_view meaning,
                       auto* predicate, bool on = false, std::uint32_t amount = 0) {
    rows.push_back({.id = std::string{id},
                    .source = source,
                    .severity = severity,
                    .limit = kPlain,
                    .meaning = meaning,
                    .evaluate = predicate,
                    .on = on,
                    .amount = amount});
  };
  add("iana-512", "IANA technical requirements for authoritative name servers", Severity::Warning,
      "header, question, NS RRset, one A if all hosts are in the zone, and one AAAA if all hosts that speak IPv6 are; "
      "a "
      "notice where that depends on hosts outside the zone",
      iana, true);
  rows.back().severity_at_root = Severity::Error;
  add("zonemaster-512", "Zonemaster DELEGATION03", Severity::Warning,
      "header, question, NS RRset, one A if all hosts that have IPv4 are in the zone, and one AAAA if all that have "
      "IPv6 "
      "are; a notice where that depends on hosts outside the zone",
      zonemaster);
  rows.back().severity_at_root = Severity::Error;
  add("zonecheck-ns-512", "ZoneCheck delegation_udp512, as it counts", Severity::Error,
      "header, question and NS RRset, the delegation's name spelled once beside QNAME", zonecheck);
  add("zonecheck-512", "ZoneCheck delegation_udp512_additional", Severity::Error,
      "the same, and all addresses of in-domain hosts", zonecheck_additional);
  add("dnscheck-512", "DNSCheck DELEGATION:MIN_REFERRAL_SIZE", Severity::Warning,
      "header, question, NS RRset, and one A and one AAAA of an in-domain host where there are any", dnscheck);
  add("jprs-all-aaaa", "JPRS 2003, the table", Severity::Warning,
      "header, question, NS RRset, all AAAA records and then two A records (all, where there are fewer)", jprs, false,
      2);
  return rows;
}

std::span<const PolicyMode> policy_modes() {
  static const std::vector<PolicyMode> kModes{
      {"jprs-2003",
       "JPRS 2003",
       "all AAAA and two A fit 512 octets, as its table judges; one address at least",
       {{"jprs-all-aaaa", Severity::Warning}, {"one-glue-512", Severity::Error}}},
      {"iana",
       "IANA technical requirements for authoritative name servers",
       "the referral from the parent fits 512 octets; three answers: yes, no, and that it depends on hosts outside",
       {{"iana-512", Severity::Error}}},
      {"zonemaster",
       "Zonemaster DELEGATION03",
       "REFERRAL_SIZE_TOO_LARGE at its default level",
       {{"zonemaster-512", Severity::Warning}}},
      {"icann-rst",
       "ICANN Registry System Testing v2",
       "REFERRAL_SIZE_TOO_LARGE, raised to an error",
       {{"zonemaster-512", Severity::Error}}},
      {"zonecheck",
       "ZoneCheck, default profile",
       "without glue fatal, with in-domain glue a warning",
       {{"zonecheck-ns-512", Severity::Error}, {"zonecheck-512", Severity::Warning}}},
      {"zonecheck-de",
       "ZoneCheck, .de profile",
       "both fatal",
       {{"zonecheck-ns-512", Severity::Error}, {"zonecheck-512", Severity::Error}}},
      {"dnscheck", "DNSCheck", "MIN_REFERRAL_SIZE_TOO_BIG", {{"dnscheck-512", Severity::Warning}}},
  };
  return kModes;
}

std::string policy_mode_ids() {
  std::string out;
  for (const auto& mode : policy_modes()) out += (out.empty() ? "" : ", ") + std::string{mode.id};
  return out;
}

}  // namespace torii::zonec
