#include "zonec/judge/policy.hpp"

#include <algorithm>

#include "torii/referral/budget.hpp"
#include "zonec/judge/compat.hpp"

namespace torii::zonec {
namespace {

constexpr std::uint32_t kPlain = 512;     // RFC 1035 section 4.2.1
constexpr std::uint32_t kFlagDay = 1232;  // IPv6 minimum MTU 1280 - 40 - 8
constexpr std::uint32_t kRfc9715 = 1400;  // RFC 9715 section 3.1
constexpr std::uint32_t kTcp = 65535;     // RFC 1035 section 4.2.2

using Failure = std::optional<SizeFailure>;

/// Header, question and NS RRset; above 512 also OPT, and DS or its proof: a query without EDNS has no DO.
constexpr std::uint32_t base_at(const SizeFacts& f, std::uint32_t limit) noexcept {
  return f.authority + (limit > kPlain ? kOptOctets + f.proof : 0);
}

Failure at_most(std::uint32_t octets, std::uint32_t limit, bool tc, std::string_view note = {}) {
  if (octets <= limit) return std::nullopt;
  return SizeFailure{.octets = octets, .limit = limit, .would_set_tc = tc, .note = note};
}

constexpr bool sets_tc(const SizeFacts& f, std::uint32_t limit) noexcept {
  return base_at(f, limit) + f.required() > limit;
}

Failure ns_only(const SizeFacts& f, const Policy& p) { return at_most(f.authority, p.limit, sets_tc(f, p.limit)); }

/// At least the smallest glue RRsets fit; without required glue the sibling glue counts, without any nothing can miss.
Failure some_glue(const SizeFacts& f, const Policy& p) {
  const auto required = joined(f.in_domain, f.cyclic);
  const auto& glue = required.smallest > 0 ? required : f.sibling;
  if (glue.smallest == 0) return std::nullopt;
  return at_most(f.authority + glue.smallest + (p.amount > 1 ? glue.second : 0), p.limit, sets_tc(f, p.limit));
}

Failure required_glue(const SizeFacts& f, const Policy& p) {
  return at_most(base_at(f, p.limit) + f.required(), p.limit, true);
}

Failure authority(const SizeFacts& f, const Policy& p) { return at_most(base_at(f, p.limit), p.limit, true); }

Failure everything(const SizeFacts& f, const Policy& p) {
  return at_most(base_at(f, p.limit) + f.all_glue(), p.limit, sets_tc(f, p.limit));
}

Failure atomic(const SizeFacts& f, const Policy& p) {
  const auto largest = std::max(f.in_domain.largest, f.cyclic.largest);
  if (largest == 0) return std::nullopt;
  return at_most(f.authority + largest, p.limit, true);
}

Failure headroom(const SizeFacts& f, const Policy& p) {
  const auto octets = base_at(f, p.limit) + f.required();
  return at_most(octets, p.limit - std::min(p.limit - 1, p.amount), octets > p.limit,
                 "the limit is less the room asked");
}

/// Every enabled encoder, both shapes of QNAME; what they need beyond ours stands in the facts.
Failure portable(const SizeFacts& f, const Policy& p) {
  const auto extra = p.limit > kPlain ? f.portable_extra_edns : f.portable_extra;
  auto failure = at_most(base_at(f, p.limit) + f.required() + extra, p.limit, sets_tc(f, p.limit));
  if (failure && extra > 0) failure->is_by_octet = false;
  return failure;
}

Failure glue_present(const SizeFacts& f, const Policy&) {
  if (f.is_unreachable && !f.is_cyclic)
    return SizeFailure{.note = "every host is below the delegation, and none has an address: nothing can reach it"};
  if (f.glueless == 0) return std::nullopt;
  return SizeFailure{.severity_max = Severity::Warning, .note = "below the delegation, without an address"};
}

Failure cyclic_glue(const SizeFacts& f, const Policy&) {
  if (!f.is_cyclic) return std::nullopt;
  if (f.is_unreachable)
    return SizeFailure{.note = "its hosts lead only back to it, and none of them has an address: nothing can reach it"};
  return SizeFailure{.severity_max = Severity::Notice,
                     .note = "its hosts lead only back to it; resolvers depend on the sibling glue"};
}

// Severities and predicates: section 7 of the size paper this project follows; docs/findings.md repeats them.
std::vector<Policy> all_rows() {
  std::vector<Policy> rows;
  const auto add = [&](Policy row) { rows.push_back(std::move(row)); };
  const auto family = [&](std::string_view name, std::uint32_t limit, Severity severity, std::string_view source,
                          std::string_view meaning, auto* predicate, std::uint32_t amount = 0) {
    add({.id = std::string{name} + "@" + std::to_string(limit),
         .source = source,
         .severity = severity,
         .limit = limit,
         .meaning = meaning,
         .evaluate = predicate,
         .amount = amount,
         .any_limit = true});
  };
  add({.id = "tcp-65535",
       .source = "RFC 1035 section 4.2.2",
       .severity = Severity::Error,
       .limit = kTcp,
       .meaning = "the whole referral, with OPT, DS or its proof, and all glue, fits a TCP message",
       .evaluate = everything});
  add({.id = "g1-glue-present",
       .source = "RFC 1034 section 4.2.1",
       .severity = Severity::Error,
       .meaning = "every host at or below the delegation has an address; an error only where nothing can reach the "
                  "delegation, else a warning",
       .evaluate = glue_present});
  add({.id = "g2-cyclic",
       .source = "RFC 9471 section 2.3",
       .severity = Severity::Error,
       .meaning = "delegations that lead only to each other have glue for one host at least; a notice where they have, "
                  "as that glue is then required",
       .evaluate = cyclic_glue});
  add({.id = "ns-512",
       .source = "ZoneCheck delegation_udp512",
       .severity = Severity::Error,
       .limit = kPlain,
       .meaning = "header, question and NS RRset fit without EDNS and without any glue",
       .evaluate = ns_only});
  std::ranges::move(compat_rows(), std::back_inserter(rows));
  add({.id = "one-glue-512",
       .source = "JPRS 2003",
       .severity = Severity::Warning,
       .limit = kPlain,
       .meaning = "at least the smallest RRset of required glue fits without EDNS; without any, of sibling glue",
       .evaluate = some_glue,
       .amount = 1});
  add({.id = "two-glue-512",
       .source = "draft-ietf-dnsop-respsize",
       .severity = Severity::Info,
       .limit = kPlain,
       .meaning = "at least the two smallest RRsets of required glue fit without EDNS; without any, of sibling glue",
       .evaluate = some_glue,
       .amount = 2});
  const std::string_view in_domain_source = "RFC 9471 section 3.1";
  const std::string_view in_domain_meaning =
      "header, question, NS RRset, above 512 OPT and DS or its proof, and all required glue fit: the server never sets "
      "TC at that size";
  family("rfc9471-in-domain", kPlain, Severity::Info, in_domain_source, in_domain_meaning, required_glue);
  family("rfc9471-in-domain", kFlagDay, Severity::Warning, in_domain_source, in_domain_meaning, required_glue);
  add({.id = "edns-1232",
       .source = "DNS flag day 2020",
       .severity = Severity::Error,
       .limit = kFlagDay,
       .meaning = "header, question, NS RRset, OPT, and DS or its proof fit: no TC is forced even without glue",
       .evaluate = authority});
  add({.id = "edns-1232",
       .source = "DNS flag day 2020",
       .severity = Severity::Warning,
       .limit = kFlagDay,
       .meaning = "while rfc9471-in-domain@1232 is off, that rule's predicate",
       .evaluate = required_glue,
       .silent_with = "rfc9471-in-domain@1232"});
  add({.id = "edns-1400",
       .source = "RFC 9715 section 3.1",
       .severity = Severity::Notice,
       .limit = kRfc9715,
       .meaning = "header, question, NS RRset, OPT, DS or its proof, and all required glue fit",
       .evaluate = required_glue});
  for (const auto limit : {kPlain, kFlagDay, kRfc9715})
    family("full", limit, Severity::Info, "RFC 9471 section 3.2",
           "everything fits: NS RRset, above 512 OPT and DS or its proof, and all glue, required or not", everything);
  add({.id = "rrset-atomic",
       .source = "RFC 2181 section 9",
       .severity = Severity::Notice,
       .limit = kPlain,
       .meaning = "each RRset of required glue would fit without EDNS if it were the only one: an RRset goes whole or "
                  "not at all",
       .evaluate = atomic});
  family(
      "portable", kFlagDay, Severity::Notice, "encoders of NSD, Knot DNS, BIND and PowerDNS",
      "what rfc9471-in-domain asks at that size holds as each enabled encoder writes the message, for QNAMEs of long "
      "labels and of many",
      portable);
  rows.back().refines = "rfc9471-in-domain@";
  for (const auto limit : {kPlain, kFlagDay})
    family("headroom", limit, Severity::Info, "house rule",
           "what rfc9471-in-domain asks at that size holds with room to spare: 62 octets, an in-domain host with both "
           "addresses, unless the operator says otherwise",
           headroom, 62);
  return rows;
}

}  // namespace

std::span<const Policy> policies() noexcept {
  static const std::vector<Policy> kRows = all_rows();
  return kRows;
}

std::string policy_ids() {
  std::string out;
  std::string_view last;
  for (const auto& policy : policies()) {
    if (policy.id == last) continue;
    out += (out.empty() ? "" : ", ") + policy.id;
    last = policy.id;
  }
  return out;
}

}  // namespace torii::zonec
