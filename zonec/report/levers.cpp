#include "zonec/report/levers.hpp"

#include <algorithm>
#include <optional>
#include <unordered_map>

#include "zonec/judge/judge.hpp"
#include "zonec/parallel/in_order.hpp"

namespace torii::zonec {
namespace {

constexpr std::size_t kHostsTried = 64;
constexpr std::size_t kSuffixesTried = 32;
constexpr std::size_t kTargetSuffixes = 3;
constexpr std::size_t kLeversNotHealing = 5;  // told besides: steps on the way

std::string key_of(dns::NameView name) {
  std::string key(name.size(), '\0');
  for (std::size_t i = 0; i < name.size(); ++i) key[i] = static_cast<char>(dns::to_lower(name.data()[i]));
  return key;
}

/// a, b, ... z, aa, ab, ...
std::string label_text(std::size_t number) {
  std::string text;
  for (++number; number > 0; number = (number - 1) / 26)
    text.insert(text.begin(), static_cast<char>('a' + (number - 1) % 26));
  return text;
}

std::optional<dns::Name> below(std::string_view label, dns::NameView suffix) {
  std::vector<std::uint8_t> prefix{static_cast<std::uint8_t>(label.size())};
  prefix.insert(prefix.end(), label.begin(), label.end());
  return dns::Name::join(prefix, suffix);
}

struct Use {
  dns::Name name;
  std::vector<OwnerIndex> cuts;  // the first kLeverDelegationsMax
  std::uint64_t failing{};
};
using Uses = std::unordered_map<std::string, Use>;

void note(Uses& uses, dns::NameView name, OwnerIndex cut) {
  auto& use = uses[key_of(name)];
  if (!use.cuts.empty() && use.cuts.back() == cut) return;
  if (use.failing++ == 0) use.name = dns::Name{name}.lower();
  if (use.cuts.size() < kLeverDelegationsMax) use.cuts.push_back(cut);
}

/// Those of most failing delegations, first.
std::vector<const Use*> ranked(const Uses& uses, std::size_t count) {
  std::vector<const Use*> out;
  for (const auto& [key, use] : uses) out.push_back(&use);
  const auto before = [](const Use* a, const Use* b) {
    return a->failing != b->failing ? a->failing > b->failing : dns::canonical_order(a->name, b->name) < 0;
  };
  const auto kept = std::min(count, out.size());
  std::ranges::partial_sort(out, out.begin() + static_cast<std::ptrdiff_t>(kept), before);
  out.resize(kept);
  return out;
}

HostRelation relation_of(const Zone& zone, const Account& account, dns::NameView host) {
  if (host.is_at_or_below(account.owner)) return HostRelation::InDomain;
  if (!host.is_at_or_below(zone.apex)) return HostRelation::Unrelated;
  for (auto name = host; name.size() > zone.apex.size(); name = name.parent())
    if (const auto at = zone.find(name); at != kNoOwner && zone.owners[at].kind == OwnerKind::Cut)
      return HostRelation::SiblingGlue;
  return HostRelation::SiblingAuthoritative;
}

class Search {
 public:
  Search(const Zone& zone, const PolicySettings& settings, std::span<const OwnerIndex> failing)
      : zone_{zone}, settings_{settings} {
    for (const auto cut : failing) {
      const auto account = describe_account(zone, cut);
      for (const auto& host : account.hosts) {
        note(hosts_, host.name, cut);
        note(suffixes_, host.name.view().parent(), cut);
      }
    }
  }

  [[nodiscard]] std::vector<Lever> run(unsigned threads) const {
    const auto hosts = ranked(hosts_, kHostsTried);
    const auto suffixes = ranked(suffixes_, kSuffixesTried);
    std::vector<Lever> levers;
    in_order(
        hosts.size() + suffixes.size(), threads,
        [&](std::size_t i) { return i < hosts.size() ? best_for(*hosts[i]) : shorter(*suffixes[i - hosts.size()]); },
        [&](std::size_t, std::optional<Lever>&& lever) {
          if (lever && (lever->healed > 0 || lever->saved_most > 0)) levers.push_back(std::move(*lever));
        });
    std::ranges::stable_sort(levers, [](const Lever& a, const Lever& b) {
      return a.healed != b.healed ? a.healed > b.healed : a.saved_most > b.saved_most;
    });
    const auto healing =
        static_cast<std::size_t>(std::ranges::count_if(levers, [](const auto& one) { return one.healed > 0; }));
    levers.resize(std::min({levers.size(), kLeversMax, healing + kLeversNotHealing}));
    return levers;
  }

 private:
  /// `change` gives the account anew, or nothing where it does not apply.
  template <class Change>
  void try_on(const std::vector<Account>& accounts, Lever& lever, const Change& change) const {
    Judge judge{settings_};
    const auto is_healthy = [&](const Account& account) {
      const auto findings = judge.judge(account);
      return std::ranges::none_of(findings, [](const auto& one) { return one.severity >= Severity::Warning; });
    };
    for (const auto& account : accounts) {
      const auto changed = change(account);
      if (!changed) continue;
      ++lever.examined;
      if (is_healthy(*changed)) ++lever.healed;
      const auto octets = [](const SizeFacts& facts) { return facts.authority + facts.required(); };
      const auto before = octets(facts_of(account));
      const auto after = octets(facts_of(*changed));
      if (before > after) lever.saved_most = std::max(lever.saved_most, before - after);
    }
  }

  [[nodiscard]] std::vector<Account> accounts_of(const Use& use) const {
    std::vector<Account> out;
    for (const auto cut : use.cuts) out.push_back(describe_account(zone_, cut));
    return out;
  }

  /// The shortest label below `suffix` that nothing here is called by.
  [[nodiscard]] std::optional<dns::Name> free_name(dns::NameView suffix, std::size_t& number) const {
    for (; number < 26 * 27; ++number) {
      auto name = below(label_text(number), suffix);
      if (!name) return std::nullopt;
      if (hosts_.contains(key_of(*name)) || zone_.find(*name) != kNoOwner) continue;
      ++number;
      return name;
    }
    return std::nullopt;
  }

  [[nodiscard]] std::vector<dns::Name> target_suffixes(const Use& use, const std::vector<Account>& accounts) const {
    Uses others;
    OwnerIndex number = 0;
    for (const auto& account : accounts) {
      for (const auto& host : account.hosts)
        if (host.name != use.name) note(others, host.name.view().parent(), number);
      ++number;
    }
    std::vector<dns::Name> out{dns::Name{use.name.view().parent()}};
    for (const auto* other : ranked(others, kTargetSuffixes))
      if (other->name != out.front()) out.push_back(other->name);
    if (accounts.size() == 1) out.push_back(accounts.front().owner);
    return out;
  }

  [[nodiscard]] std::optional<Lever> best_for(const Use& use) const {
    const auto accounts = accounts_of(use);
    std::optional<Lever> best;
    const auto keep = [&](Lever&& lever) {
      const auto better = [](const Lever& a, const Lever& b) {
        return a.healed != b.healed ? a.healed > b.healed : a.saved_most > b.saved_most;
      };
      if (lever.examined > 0 && (!best || better(lever, *best))) best = std::move(lever);
    };
    Lever fewer{.kind = Lever::Kind::FewerAddresses, .host = use.name, .renamed = {}, .failing = use.failing};
    try_on(accounts, fewer, [&](const Account& account) -> std::optional<Account> {
      auto changed = account;
      const auto host = std::ranges::find_if(changed.hosts, [&](const auto& one) { return one.name == use.name; });
      if (host->a <= 1 && host->aaaa <= 1) return std::nullopt;
      host->a = std::min(host->a, 1U);
      host->aaaa = std::min(host->aaaa, 1U);
      return changed;
    });
    keep(std::move(fewer));
    for (const auto& suffix : target_suffixes(use, accounts)) {
      std::size_t number = 0;
      const auto name = free_name(suffix, number);
      if (!name || name->size() >= use.name.size() + 64U) continue;
      Lever rename{.kind = Lever::Kind::Rename, .host = use.name, .renamed = {*name}, .failing = use.failing};
      try_on(accounts, rename,
             [&](const Account& account) { return with_host_renamed(zone_, account, use.name, *name); });
      keep(std::move(rename));
    }
    return best;
  }

  /// Every host right below the suffix gets a label of its own, as short as can be.
  [[nodiscard]] std::optional<Lever> shorter(const Use& use) const {
    const auto accounts = accounts_of(use);
    std::vector<dns::Name> old;
    for (const auto& account : accounts)
      for (const auto& host : account.hosts)
        if (host.name.view().parent() == use.name.view() && host.name.view().first_label().size() > 1)
          old.push_back(host.name);
    const auto before = [](const dns::Name& a, const dns::Name& b) { return dns::canonical_order(a, b) < 0; };
    std::ranges::sort(old, before);
    const auto same = [](const dns::Name& a, const dns::Name& b) { return a.view() == b.view(); };
    old.erase(std::unique(old.begin(), old.end(), same), old.end());
    if (old.size() < 2) return std::nullopt;
    Lever lever{.kind = Lever::Kind::ShorterLabels, .host = use.name, .renamed = {}, .failing = use.failing};
    std::vector<std::pair<dns::Name, dns::Name>> changes;
    std::size_t number = 0;
    for (const auto& name : old) {
      const auto shorter_name = free_name(use.name, number);
      if (!shorter_name || shorter_name->size() >= name.size()) break;
      changes.emplace_back(name, *shorter_name);
    }
    if (changes.size() < 2) return std::nullopt;
    lever.hosts = changes.size();
    lever.renamed = {changes.front().second};
    try_on(accounts, lever, [&](const Account& account) -> std::optional<Account> {
      auto changed = account;
      for (const auto& [from, to] : changes)
        if (auto next = with_host_renamed(zone_, changed, from, to)) changed = std::move(*next);
      return changed;
    });
    return lever;
  }

  const Zone& zone_;
  const PolicySettings& settings_;
  Uses hosts_;
  Uses suffixes_;
};

}  // namespace

std::optional<Account> with_host_renamed(const Zone& zone, const Account& account, dns::NameView from,
                                         const dns::Name& to) {
  auto changed = account;
  const auto named = [](dns::NameView name) {
    return [name](const AccountHost& one) { return one.name.view() == name; };
  };
  if (std::ranges::any_of(account.hosts, named(to))) return std::nullopt;
  const auto host = std::ranges::find_if(changed.hosts, named(from));
  if (host == changed.hosts.end()) return std::nullopt;
  const auto relation = relation_of(zone, account, to);
  if (host->relation == HostRelation::Unrelated && relation != HostRelation::Unrelated) return std::nullopt;
  host->name = to;
  host->relation = relation;
  if (relation != HostRelation::SiblingAuthoritative) {
    host->a_signatures.clear();
    host->aaaa_signatures.clear();
  }
  if (relation == HostRelation::Unrelated) host->a = host->aaaa = 0;
  std::ranges::sort(changed.hosts, [](const AccountHost& a, const AccountHost& b) {
    return dns::canonical_order(a.name, b.name) < 0;
  });
  return changed;
}

std::vector<Lever> find_levers(const Zone& zone, const PolicySettings& settings, std::span<const OwnerIndex> failing,
                               unsigned threads) {
  if (failing.empty()) return {};
  return Search{zone, settings, failing}.run(threads);
}

}  // namespace torii::zonec
