#pragma once
/// A registry kept the plain way, as a list of what it holds, and what a full compile says of it: the measure that the
/// gate is held against. Shares no code with the gate.
#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/zonec/model/zone_text.hpp"
#include "torii/dns/nsec3_hash.hpp"
#include "zonec/judge/sizes.hpp"
#include "zonec/model/findings.hpp"

namespace torii::zonec::testing {

enum class Signing { None, Nsec, Nsec3, OptOut };

/// Names are in lower case and absolute ("ns.d1.test."), addresses and DS records as text.
struct Model {
  std::map<std::string, std::set<std::string>> ns;
  std::map<std::string, std::set<std::string>> ds;
  std::map<std::string, std::set<std::string>> addresses;
  std::map<std::string, bool> flags;  // hosts created and deleted
  std::string rest;                   // other records, as text

  [[nodiscard]] bool is_host(const std::string& name) const {
    if (const auto flag = flags.find(name); flag != flags.end()) return flag->second;
    const auto at = addresses.find(name);
    return at != addresses.end() && !at->second.empty();
  }
  [[nodiscard]] bool is_linked(const std::string& name) const {
    return std::ranges::any_of(ns, [&](const auto& entry) { return entry.second.contains(name); });
  }
  [[nodiscard]] std::string text() const {
    std::string out = "$TTL 3600\ntest. SOA ns.example. host.example. 7 1 2 3 900\ntest. NS ns.example.\n" + rest;
    for (const auto& [name, hosts] : ns)
      for (const auto& host : hosts) out += name + " NS " + host + "\n";
    for (const auto& [name, records] : ds)
      for (const auto& record : records) out += name + " DS " + record + "\n";
    for (const auto& [name, list] : addresses)
      for (const auto& address : list)
        out += name + (address.find(':') == std::string::npos ? " A " : " AAAA ") + address + "\n";
    return out;
  }
};

/// Signatures that verify nothing and have the right sizes, and the chain that a signer would make.
class FakeSigner {
 public:
  explicit FakeSigner(Signing signing) : signing_{signing} {}

  [[nodiscard]] std::string sign(const std::string& unsigned_text) const {
    auto text = unsigned_text;
    if (signing_ == Signing::None) return text;
    text +=
        "test. DNSKEY 256 3 13 "
        "di83r/UK/hzl/Pa0FElJv+8TJ0Xvb42X9givUCT0RwfzF5aj0FXNCqiUtPrv4YYa52pjRtq651Z956XGUUkIxg==\n";
    if (signing_ != Signing::Nsec) text += "test. 0 NSEC3PARAM 1 0 0 AB\n";
    const auto built = build(text);
    const auto& zone = *built.zone;
    struct Link {
      std::string owner;
      std::string types;
    };
    std::vector<Link> chain;
    for (const auto& owner : zone.owners) {
      if (owner.kind == OwnerKind::BelowCut || owner.kind == OwnerKind::BelowDname) continue;
      const bool is_cut = owner.kind == OwnerKind::Cut;
      bool has_signed = false;
      std::string types;
      for (const auto& set : zone.rrsets_of(owner)) {
        if (is_cut && set.type != dns::RrType::NS && set.type != dns::RrType::DS) continue;
        types += " " + type_text(set.type);
        if (is_cut && set.type == dns::RrType::NS) continue;
        has_signed = true;
        text += owner.name().text() + signature(type_text(set.type));
      }
      if (signing_ == Signing::Nsec) {
        if (owner.kind != OwnerKind::EmptyNonTerminal) chain.push_back({owner.name().text(), types + " RRSIG NSEC"});
        continue;
      }
      if (signing_ == Signing::OptOut && !is_secure(zone, owner)) continue;
      const auto label = dns::nsec3_label(dns::nsec3_hash(owner.name(), std::vector<std::uint8_t>{0xAB}, 0));
      chain.push_back({std::string{label.begin(), label.end()}, types + (has_signed ? " RRSIG" : "")});
    }
    if (signing_ != Signing::Nsec) std::ranges::sort(chain, {}, &Link::owner);
    for (std::size_t i = 0; i < chain.size(); ++i) {
      const auto& next = chain[(i + 1) % chain.size()].owner;
      if (signing_ == Signing::Nsec)
        text += chain[i].owner + " NSEC " + next + chain[i].types + "\n" + chain[i].owner + signature("NSEC");
      else
        text += chain[i].owner + ".test. NSEC3 1 " + (signing_ == Signing::OptOut ? "1" : "0") + " 0 AB " + next +
                chain[i].types + "\n" + chain[i].owner + ".test." + signature("NSEC3");
    }
    return text;
  }

 private:
  static std::string signature(const std::string& type) {
    return " RRSIG " + type + " 13 2 3600 20360101000000 20260101000000 1 test. " + std::string(86, 'A') + "==\n";
  }
  /// With opt-out only what is authoritative, or delegated with DS, has a link, and what is above such (RFC 5155
  /// section 7.1).
  static bool is_secure(const Zone& zone, const Owner& owner) {
    if (owner.kind == OwnerKind::Cut) return zone.find_rrset(owner, dns::RrType::DS) != nullptr;
    if (owner.kind != OwnerKind::EmptyNonTerminal) return true;
    return std::ranges::any_of(zone.owners, [&](const Owner& below) {
      return below.name().is_below(owner.name()) && below.kind != OwnerKind::EmptyNonTerminal &&
             below.kind != OwnerKind::BelowCut && below.kind != OwnerKind::BelowDname && is_secure(zone, below);
    });
  }
  Signing signing_;
};

/// What a compile says of one delegation.
struct Verdict {
  bool is_served = false;
  SizeFacts facts;
  std::map<std::string, Severity> codes;          // worst severity of each finding
  std::map<std::string, std::uint32_t> octets{};  // of each size finding
};

/// `adjust` may change the facts before the policies see them; without it, check_sizes itself is asked.
inline std::map<std::string, Verdict> compile(const Built& built, const PolicySettings& settings,
                                              const std::function<void(const std::string&, SizeFacts&)>& adjust = {}) {
  std::map<std::string, Verdict> out;
  const auto& zone = *built.zone;
  const auto add = [](Verdict& verdict, const std::string& code, Severity severity) {
    auto& worst = verdict.codes.try_emplace(code, severity).first->second;
    worst = std::max(worst, severity);
  };
  const auto add_size = [&](const SizeFinding& finding) {
    auto& verdict = out[finding.delegation.text()];
    add(verdict, std::string{finding.policy->id}, finding.severity);
    verdict.octets[std::string{finding.policy->id}] = finding.failure.octets;
  };
  for (OwnerIndex i = 1; i < zone.owners.size(); ++i) {
    if (zone.find_rrset(zone.owners[i], dns::RrType::NS) == nullptr) continue;
    const auto name = zone.owners[i].name().text();
    auto& verdict = out[name];
    verdict.is_served = zone.owners[i].kind == OwnerKind::Cut;
    if (!verdict.is_served) continue;
    auto delegation = describe_delegation(zone, i);
    delegation.cyclic = zone.is_cyclic(i);
    verdict.facts = size_facts(zone, delegation, measure_referral(zone, delegation));
    if (!adjust) continue;
    adjust(name, verdict.facts);
    for (const auto& finding : apply_policies(settings, zone.owners[i].name(), Location{}, verdict.facts))
      add_size(finding);
  }
  if (!adjust) check_sizes(zone, settings, [&](const SizeFinding& finding) { return add_size(finding), true; });
  for (const auto& found : built.diagnostics) {
    const auto at = out.find(found.owner);
    if (at == out.end() || found.text.find(" NS: ") == std::string::npos) continue;
    if (found.code == "wildcard-delegation" || found.code == "duplicate-record") continue;
    add(at->second, found.code, found.severity);
  }
  return out;
}

}  // namespace torii::zonec::testing
