#include "zonec/fit.hpp"

#include <arpa/inet.h>

#include <algorithm>

#include "torii/referral/budget.hpp"
#include "zonec/model/build.hpp"

namespace torii::zonec {
namespace {

using dns::RrType;

class PlannedZone {
 public:
  explicit PlannedZone(const dns::Name& apex) : builder_{apex} {
    std::vector<std::uint8_t> soa(22);  // two root names, five numbers
    add(apex, RrType::SOA, soa);
    add(apex, RrType::NS, apex.view().octets());
  }
  void add(dns::NameView owner, RrType type, dns::Octets rdata) {
    builder_.add({.owner = owner,
                  .type = type,
                  .rr_class = dns::RrClass::IN,
                  .ttl = 3600,
                  .rdata = rdata,
                  .where = {.file = 0, .line = ++line_, .column = 1}});
  }
  void add_addresses(const PlannedHost& host) {
    for (const auto& address : host.a) add(host.name, RrType::A, address);
    for (const auto& address : host.aaaa) add(host.name, RrType::AAAA, address);
  }
  [[nodiscard]] Zone finish(std::vector<Diagnostic>& diagnostics) { return std::move(*builder_.finish(diagnostics)); }

 private:
  ZoneBuilder builder_;
  std::uint32_t line_ = 0;
};

/// The topmost name between apex and host at which another delegation can stand, so that the host's addresses are glue.
std::optional<dns::NameView> sibling_cut(const PlannedCut& cut, dns::NameView host) {
  for (auto labels = cut.zone.view().label_count() + 1; labels <= host.label_count(); ++labels)
    if (const auto name = host.suffix(labels); !cut.delegation.view().is_at_or_below(name)) return name;
  return std::nullopt;
}

Zone build(const PlannedCut& cut, const std::vector<PlannedHost>& hosts, std::vector<Diagnostic>& diagnostics) {
  PlannedZone zone{cut.zone};
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    const auto& host = hosts[i];
    const auto name = host.name.view();
    for (std::size_t k = 0; k < i; ++k)
      if (hosts[k].name == host.name) throw CLI::ValidationError{"--ns", short_text(name) + " is given twice"};
    zone.add(cut.delegation, RrType::NS, name.octets());
    if (host.a.empty() && host.aaaa.empty()) continue;
    if (!name.is_at_or_below(cut.zone))
      throw CLI::ValidationError{"--ns", short_text(name) + " is outside the zone " + short_text(cut.zone) +
                                             ": its addresses are never in the referral; give it without"};
    if (!name.is_at_or_below(cut.delegation))
      if (const auto sibling = sibling_cut(cut, name)) zone.add(*sibling, RrType::NS, name.octets());
    zone.add_addresses(host);
  }
  return zone.finish(diagnostics);
}

}  // namespace

PlannedHost parse_planned_host(const std::string& text) {
  const auto equals = text.find('=');
  PlannedHost host{.name = parse_name("--ns", text.substr(0, equals)), .a = {}, .aaaa = {}};
  if (equals == std::string::npos) return host;
  for (auto from = equals + 1;;) {
    const auto end = std::min(text.find(',', from), text.size());
    const auto address = text.substr(from, end - from);
    std::vector<std::uint8_t> octets(16);
    if (inet_pton(AF_INET, address.c_str(), octets.data()) == 1)
      octets.resize(4);
    else if (inet_pton(AF_INET6, address.c_str(), octets.data()) != 1)
      throw CLI::ValidationError{"--ns", "'" + address + "' (" + short_text(host.name) +
                                             ") is no IPv4 or IPv6 address; write NAME=192.0.2.1,2001:db8::1"};
    auto& known = octets.size() == 4 ? host.a : host.aaaa;
    if (std::ranges::find(known, octets) != known.end())
      throw CLI::ValidationError{"--ns", address + " is given twice for " + short_text(host.name)};
    known.push_back(std::move(octets));
    if (end == text.size()) return host;
    from = end + 1;
  }
}

Fit plan_fit(const PlannedCut& cut, const std::vector<PlannedHost>& hosts, const Assumptions& assumptions,
             const std::vector<std::uint32_t>& limits, const PolicySettings& settings) {
  if (hosts.empty()) throw CLI::ValidationError{"--ns", "a delegation has at least one host"};
  std::vector<Diagnostic> diagnostics;
  Fit fit{.cut = cut, .zone = build(cut, hosts, diagnostics), .delegation = {}, .sizes = {}, .report = {}};
  const auto owner = fit.zone.find(cut.delegation);
  fit.delegation = describe_delegation(fit.zone, owner);
  fit.delegation.cyclic = fit.zone.is_cyclic(owner);
  fit.sizes = measure_referral(fit.zone, fit.delegation);
  auto account = describe_account(fit.zone, owner);
  if (const auto problem = assume(assumptions, account); !problem.empty())
    throw CLI::ValidationError{"--assume-ds", "needs --assume-signature: " + problem};
  const auto facts = facts_of(account);
  if (const auto octets = facts.authority + facts.required() + facts.sibling.total; octets > dns::kPointerMax)
    throw CLI::ValidationError{"--ns", std::to_string(octets) + " octets, more than compression pointers reach (" +
                                           std::to_string(dns::kPointerMax) + "); give fewer hosts or addresses"};
  fit.report = report_account(std::move(account), fit.zone.owners[owner].name(), Location{}, limits, settings);
  for (auto& diagnostic : diagnostics)
    if (diagnostic.owner == cut.delegation.text()) fit.report.diagnostics.push_back(std::move(diagnostic));
  return fit;
}

}  // namespace torii::zonec
