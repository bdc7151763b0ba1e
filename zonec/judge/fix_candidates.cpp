#include "zonec/judge/fix_candidates.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "torii/referral/budget.hpp"

namespace torii::zonec {
namespace {

using dns::Name;
using dns::NameView;

constexpr std::uint8_t bit(FixCost cost) noexcept { return static_cast<std::uint8_t>(cost); }

/// First label with its length octet, lower case.
std::string first_label(NameView name) {
  const auto label = name.first_label();
  std::string out(1, static_cast<char>(label.size()));
  for (const auto octet : label) out += static_cast<char>(dns::to_lower(octet));
  return out;
}

/// The shortest names below one suffix that no host has: a, b, ... z, 0, ... 9, aa, ...
class FreeNames {
 public:
  FreeNames(const Account& account, NameView suffix) : account_{account}, suffix_{suffix} {
    for (const auto& host : account.hosts)
      if (!host.name.view().is_root() && host.name.view().parent() == suffix) taken_.insert(first_label(host.name));
  }
  /// A name that stands as `relation` says; nothing when names there would be too long.
  std::optional<Name> next(HostRelation relation) {
    constexpr std::size_t kTries = 100'000;
    for (std::size_t tries = 0; tries < kTries; ++tries) {
      const auto label = label_of(next_++);
      if (taken_.contains(label)) continue;
      const auto name = Name::join({reinterpret_cast<const std::uint8_t*>(label.data()), label.size()}, suffix_);
      if (!name) return std::nullopt;
      const bool below = name->view().is_at_or_below(account_.owner);
      const bool inside = name->view().is_at_or_below(account_.zone);
      if (below == (relation == HostRelation::InDomain) && inside == (relation != HostRelation::Unrelated)) return name;
    }
    return std::nullopt;
  }

 private:
  static std::string label_of(std::size_t number) {
    constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz0123456789";
    std::string letters;
    for (++number; number > 0; number = (number - 1) / kLetters.size())
      letters.insert(letters.begin(), kLetters[(number - 1) % kLetters.size()]);
    return static_cast<char>(letters.size()) + letters;
  }
  const Account& account_;
  Name suffix_;
  std::set<std::string> taken_;
  std::size_t next_ = 0;
};

/// A suffix to put hosts below, and where names below it stand.
struct Suffix {
  Name name;
  HostRelation relation{};
  const AccountHost* like = nullptr;  // a host that is there
  std::size_t users{};
};

/// The names above the hosts, most used first.
std::vector<Suffix> suffixes_of(const Account& account) {
  const auto less = [](const Name& a, const Name& b) { return dns::canonical_order(a, b) < 0; };
  std::map<Name, std::size_t, decltype(less)> index{less};
  std::vector<Suffix> out;
  for (const auto& host : account.hosts) {
    const auto name = host.name.view();
    if (name.is_root() || name.parent().is_root()) continue;
    const auto parent = name.parent();
    if (host.relation == HostRelation::InDomain && !parent.is_at_or_below(account.owner)) continue;
    const auto [at, is_new] = index.try_emplace(Name{parent}, out.size());
    if (is_new) out.push_back({at->first, host.relation, &host, 0});
    ++out[at->second].users;
  }
  std::ranges::stable_sort(out, std::ranges::greater{}, &Suffix::users);
  return out;
}

AccountHost renamed(const AccountHost& host, const Name& name, const Suffix& suffix, std::uint8_t& costs) {
  AccountHost out{.name = name, .relation = suffix.relation};
  if (suffix.relation == HostRelation::Unrelated) {
    if (host.relation != HostRelation::Unrelated) costs |= bit(FixCost::ExtraLookup);
    return out;
  }
  out.a = host.a;
  out.aaaa = host.aaaa;
  if (host.relation == HostRelation::Unrelated) {
    out.a = out.aaaa = 1;
    costs |= bit(FixCost::NewAddresses);
  }
  if (suffix.relation == HostRelation::InDomain && host.relation != HostRelation::InDomain)
    costs |= bit(FixCost::GlueRequired);
  if (suffix.relation == HostRelation::SiblingAuthoritative) {
    const auto* signed_like = host.relation == suffix.relation ? &host : suffix.like;
    if (signed_like != nullptr && out.a > 0) out.a_signatures = signed_like->a_signatures;
    if (signed_like != nullptr && out.aaaa > 0) out.aaaa_signatures = signed_like->aaaa_signatures;
  }
  return out;
}

std::uint32_t address_octets(const AccountHost& host) noexcept {
  return static_cast<std::uint32_t>(host.a * referral::kAOctets + host.aaaa * referral::kAaaaOctets);
}

bool may_speak_ipv6(const AccountHost& host) noexcept {
  return host.aaaa > 0 || host.relation == HostRelation::Unrelated;
}

class HostCandidates {
 public:
  explicit HostCandidates(const Account& account) : account_{account}, suffixes_{suffixes_of(account)} {}

  FixCandidates find() {
    for (const auto i : heaviest()) one(account_.hosts[i]);
    many();
    return std::move(out_);
  }

 private:
  /// Indices of the hosts to try, in canonical order.
  [[nodiscard]] std::vector<std::size_t> heaviest() const {
    std::vector<std::size_t> order(account_.hosts.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    if (order.size() <= kHostsTried) return order;
    std::ranges::stable_sort(order, std::ranges::greater{}, [&](std::size_t i) {
      return account_.hosts[i].name.size() + address_octets(account_.hosts[i]);
    });
    order.resize(kHostsTried);
    std::ranges::sort(order);
    return order;
  }

  FreeNames& names_below(const Name& suffix) {
    for (auto& [name, names] : free_)
      if (name == suffix) return names;
    return free_.emplace_back(suffix, FreeNames{account_, suffix}).second;
  }

  void edit(FixKind kind, const AccountHost& host, const AccountHost& to, std::uint8_t costs = 0) {
    out_.one_host.push_back({.kind = kind, .hosts = {{host.name, to}}, .costs = costs});
  }

  void rename(FixKind kind, const AccountHost& host, const Suffix& suffix) {
    std::uint8_t costs = 0;
    if (host.relation != HostRelation::Unrelated && suffix.relation == HostRelation::Unrelated) kind = FixKind::MoveOut;
    if (const auto name = names_below(suffix.name).next(suffix.relation)) {
      const auto to = renamed(host, *name, suffix, costs);
      edit(kind, host, to, costs);
    }
  }

  /// Where hosts may go that leave the zone: to others that are outside, or to some name that is not in it.
  [[nodiscard]] std::optional<Suffix> outside() const {
    for (const auto& suffix : suffixes_)
      if (suffix.relation == HostRelation::Unrelated) return suffix;
    for (const char* text : {"example.net.", "example.org."})
      if (const auto name = *Name::from_text(text); !name.view().is_at_or_below(account_.zone))
        return Suffix{name, HostRelation::Unrelated, nullptr, 0};
    return std::nullopt;
  }

  void one(const AccountHost& host) {
    const auto name = host.name.view();
    std::array<bool, 4> seen{};
    for (const auto& suffix : suffixes_) {  // names below any present suffix cost the same; where they stand differs
      if (seen.at(static_cast<std::size_t>(suffix.relation)) || name.parent() == suffix.name) continue;
      seen.at(static_cast<std::size_t>(suffix.relation)) = true;
      rename(FixKind::ShareSuffix, host, suffix);
    }
    if (!account_.owner.view().is_root() && name.parent() != account_.owner)
      rename(FixKind::OwnSuffix, host, {account_.owner, HostRelation::InDomain, nullptr, 0});
    for (const auto& suffix : suffixes_)
      if (name.parent() == suffix.name && name.first_label().size() > 1) rename(FixKind::ShortenLabels, host, suffix);
    if (host.relation != HostRelation::Unrelated && !seen.at(static_cast<std::size_t>(HostRelation::Unrelated)))
      if (const auto suffix = outside()) rename(FixKind::MoveOut, host, *suffix);
    addresses(host);
    if (may_drop(host))
      out_.one_host.push_back({.kind = FixKind::DropHost,
                               .hosts = {{host.name, std::nullopt}},
                               .costs = static_cast<std::uint8_t>(bit(FixCost::LessRedundancy) | last_ipv6(host))});
  }

  void addresses(const AccountHost& host) {
    if (host.a > 1) {
      auto to = host;
      to.a = 1;
      edit(FixKind::OneA, host, to, bit(FixCost::LessRedundancy));
    }
    if (host.aaaa > 1) {
      auto to = host;
      to.aaaa = 1;
      edit(FixKind::OneAaaa, host, to, bit(FixCost::LessRedundancy));
    }
    if (host.a > 0 && host.aaaa > 0) {
      auto to = host;
      to.aaaa = 0;
      to.aaaa_signatures.clear();
      edit(FixKind::DropAaaa, host, to, static_cast<std::uint8_t>(bit(FixCost::LessRedundancy) | last_ipv6(host)));
    }
    if (host.a > 1 || host.aaaa > 1) split(host);
  }

  void split(const AccountHost& host) {
    const auto parent = Name{host.name.view().parent()};
    const auto name = names_below(parent).next(host.relation);
    if (host.name.view().is_root() || !name) return;
    auto rest = host;
    auto other = host;
    other.name = *name;
    other.a = host.a / 2;
    other.aaaa = host.aaaa / 2;
    rest.a -= other.a;
    rest.aaaa -= other.aaaa;
    if (other.a == 0) other.a_signatures.clear();
    if (other.aaaa == 0) other.aaaa_signatures.clear();
    out_.one_host.push_back({.kind = FixKind::SplitAddresses, .hosts = {{host.name, rest}, {std::nullopt, other}}});
  }

  /// Two servers stay, and a way to one of them.
  [[nodiscard]] bool may_drop(const AccountHost& host) const {
    if (account_.hosts.size() <= 2) return false;
    return !leads_here(host) || std::ranges::count_if(account_.hosts, leads_here) > 1;
  }

  [[nodiscard]] std::uint8_t last_ipv6(const AccountHost& host) const {
    return host.aaaa > 0 && std::ranges::count_if(account_.hosts, may_speak_ipv6) == 1 ? bit(FixCost::NoIpv6) : 0;
  }

  void many() {
    constexpr std::size_t kSuffixesTried = 6;
    for (std::size_t i = 0; i < suffixes_.size() && i < kSuffixesTried; ++i)
      all_below(FixKind::ShareSuffix, suffixes_[i]);
    if (!account_.owner.view().is_root())
      all_below(FixKind::OwnSuffix, {account_.owner, HostRelation::InDomain, nullptr, 0});
    constexpr std::array<std::uint8_t, 4> kDns{3, 'd', 'n', 's'};
    // Right below a TLD stand registrations; its servers' names have a place of their own.
    if (const auto name = Name::join(kDns, account_.owner);
        account_.zone.view().is_root() && !account_.owner.view().is_root() && name)
      all_below(FixKind::NewSuffix, {*name, HostRelation::InDomain, nullptr, 0});
    shorten_all();
    one_address_all();
  }

  void add_many(Fix&& fix) {
    if (fix.hosts.size() > 1) out_.many_hosts.push_back(std::move(fix));
  }

  void all_below(FixKind kind, const Suffix& suffix) {
    Fix fix{.kind = kind};
    FreeNames names{account_, suffix.name};
    for (const auto& host : account_.hosts) {
      if (host.name.view().parent() == suffix.name && !host.name.view().is_root()) continue;
      if (host.relation != HostRelation::Unrelated && suffix.relation == HostRelation::Unrelated)
        fix.kind = FixKind::MoveOut;
      const auto name = names.next(suffix.relation);
      if (!name) return;
      fix.hosts.push_back({host.name, renamed(host, *name, suffix, fix.costs)});
    }
    add_many(std::move(fix));
  }

  void shorten_all() {
    Fix fix{.kind = FixKind::ShortenLabels};
    for (const auto& suffix : suffixes_) {
      FreeNames names{account_, suffix.name};
      for (const auto& host : account_.hosts) {
        const auto name = host.name.view();
        if (name.is_root() || name.parent() != suffix.name || name.first_label().size() == 1) continue;
        const auto next = names.next(suffix.relation);
        if (!next || next->size() >= name.size()) break;
        fix.hosts.push_back({host.name, renamed(host, *next, suffix, fix.costs)});
      }
      constexpr std::size_t kHostsMax = 4096;
      if (fix.hosts.size() * suffixes_.size() > kHostsMax) break;
    }
    add_many(std::move(fix));
  }

  void one_address_all() {
    Fix fix{.kind = FixKind::OneA, .costs = bit(FixCost::LessRedundancy)};
    for (const auto& host : account_.hosts) {
      if (host.a <= 1 && host.aaaa <= 1) continue;
      auto to = host;
      to.a = std::min(to.a, 1U);
      to.aaaa = std::min(to.aaaa, 1U);
      if (host.a <= 1) fix.kind = FixKind::OneAaaa;
      fix.hosts.push_back({host.name, std::move(to)});
    }
    add_many(std::move(fix));
  }

  const Account& account_;
  std::vector<Suffix> suffixes_;
  std::vector<std::pair<Name, FreeNames>> free_;
  FixCandidates out_;
};

}  // namespace

bool leads_here(const AccountHost& host) noexcept {
  return host.relation == HostRelation::Unrelated || host.a > 0 || host.aaaa > 0;
}

bool is_served(const Account& account) noexcept { return std::ranges::any_of(account.hosts, leads_here); }

bool has_ipv6_way(const Account& account) noexcept { return std::ranges::any_of(account.hosts, may_speak_ipv6); }

FixCandidates host_candidates(const Account& account) { return HostCandidates{account}.find(); }

}  // namespace torii::zonec
