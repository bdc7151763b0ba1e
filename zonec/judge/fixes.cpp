#include "zonec/judge/fixes.hpp"

#include <algorithm>
#include <array>
#include <memory>

#include "zonec/judge/fix_candidates.hpp"
#include "zonec/judge/formula.hpp"

namespace torii::zonec {
namespace {

using dns::Name;

constexpr std::array<std::string_view, kFixKinds> kIds{
    "share-suffix",    "new-suffix", "own-suffix",       "shorten-labels", "one-a",        "one-aaaa",
    "split-addresses", "move-out",   "drop-aaaa",        "drop-host",      "drop-sha1-ds", "sha256-ds",
    "drop-standby-ds", "sign-child", "small-signatures", "empty-salt"};

/// Losses that a gentle set may have.
constexpr unsigned kGentle = 1;
constexpr unsigned kAnyLoss = 3;

bool before(const AccountHost& a, const AccountHost& b) { return dns::canonical_order(a.name, b.name) < 0; }

void put_host(std::vector<AccountHost>& hosts, const AccountHost& host) {
  hosts.insert(std::ranges::upper_bound(hosts, host, before), host);
}

void edit_hosts(const std::vector<HostEdit>& edits, std::vector<AccountHost>& hosts) {
  constexpr std::size_t kFew = 4;  // moving hosts about one by one is quicker than sorting them all
  std::vector<bool> gone(edits.size() > kFew ? hosts.size() : 0);
  std::vector<AccountHost> added;
  for (const auto& edit : edits) {
    bool found = !edit.from;
    if (edit.from) {
      const auto at = std::ranges::lower_bound(
          hosts, edit.from->view(), [](auto a, auto b) { return dns::canonical_order(a, b) < 0; },
          [](const AccountHost& host) { return host.name.view(); });
      found = at != hosts.end() && at->name == *edit.from;
      if (found && gone.empty()) hosts.erase(at);
      if (found && !gone.empty()) gone[static_cast<std::size_t>(at - hosts.begin())] = true;
    }
    if (!found || !edit.to) continue;
    if (gone.empty())
      put_host(hosts, *edit.to);
    else
      added.push_back(*edit.to);
  }
  if (gone.empty()) return;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < hosts.size(); ++i)
    if (!gone[i]) {
      if (kept != i) hosts[kept] = std::move(hosts[i]);
      ++kept;
    }
  hosts.resize(kept);
  std::ranges::move(added, std::back_inserter(hosts));
  std::ranges::sort(hosts, before);
}

/// A resolver enters by an unrelated host, or by an address that is no sibling glue (RFC 9471 section 2.3).
void settle_reach(Account& account) {
  if (!account.is_cyclic && !account.is_unreachable) return;
  const bool enters = std::ranges::any_of(account.hosts, [](const AccountHost& host) {
    return host.relation == HostRelation::Unrelated ||
           (host.relation != HostRelation::SiblingGlue && (host.a > 0 || host.aaaa > 0));
  });
  if (!enters) return;
  account.is_cyclic = false;
  account.is_unreachable = false;
}

void change(const Fix& fix, Account& account) {
  if (fix.hosts.empty()) return change_proof(fix.kind, account);
  edit_hosts(fix.hosts, account.hosts);
  settle_reach(account);
}

/// Counts hosts measured, so that the work has an end.
class Search {
 public:
  Search(const FixGoal& goal) : goal_{goal} {}

  [[nodiscard]] std::uint32_t octets(const Account& account) {
    left_ -= static_cast<std::int64_t>(account.hosts.size()) + 1;
    return goal_.octets(facts_of(account));
  }
  [[nodiscard]] bool is_spent() const noexcept { return left_ <= 0; }
  void refill(std::int64_t hosts) noexcept { left_ = hosts; }

  /// Measures `fix`; false when it saves nothing.
  bool measure(const Account& account, std::uint32_t now, Fix& fix) {
    fix.octets_before = now;
    fix.octets_after = octets(apply(fix, account));
    fix.suffices = fix.octets_after <= goal_.limit;
    return fix.octets_after < now;
  }

  /// The best of each kind.
  [[nodiscard]] std::vector<Fix> best(const Account& account, std::uint32_t now, unsigned loss_max) {
    std::vector<Fix> out;
    const auto consider = [&](Fix& fix) {
      if (fix.loss() > loss_max || is_spent() || !measure(account, now, fix)) return;
      const auto same = std::ranges::find(out, fix.kind, &Fix::kind);
      if (same == out.end())
        out.push_back(std::move(fix));
      else if (is_better(fix, *same))
        *same = std::move(fix);
    };
    auto hosts = host_candidates(account);
    for (auto& fix : proof_candidates(account)) consider(fix);
    std::ranges::for_each(hosts.many_hosts, consider);
    std::ranges::for_each(hosts.one_host, consider);
    return out;
  }

  [[nodiscard]] std::optional<FixSet> greedy(Account account, unsigned loss_max);
  [[nodiscard]] std::optional<FixSet> smallest(const Account& account, unsigned loss_max, std::uint32_t fewer_than);

 private:
  static bool is_better(const Fix& a, const Fix& b) {
    if (a.suffices != b.suffices) return a.suffices;
    if (a.suffices && a.objects() != b.objects()) return a.objects() < b.objects();
    if (a.loss() != b.loss()) return a.loss() < b.loss();
    return a.octets_after < b.octets_after;
  }
  const FixGoal& goal_;
  std::int64_t left_ = 100'000;
};

/// Octets per object, exactly.
bool saves_more(const Fix& a, const Fix& b) {
  const auto left = std::uint64_t{a.octets_saved()} * b.objects();
  const auto right = std::uint64_t{b.octets_saved()} * a.objects();
  return left != right ? left > right : a.loss() < b.loss();
}

std::optional<FixSet> Search::greedy(Account account, unsigned loss_max) {
  constexpr std::size_t kSteps = 64;
  FixSet set;
  set.octets_after = octets(account);
  while (set.octets_after > goal_.limit) {
    if (set.fixes.size() == kSteps || is_spent()) return std::nullopt;
    auto fixes = best(account, set.octets_after, loss_max);
    if (fixes.empty()) return std::nullopt;
    // The change that saves most for each object; near the end, one that suffices, if it touches no more than that.
    auto chosen = std::ranges::min_element(fixes, saves_more);
    const auto over = std::uint64_t{set.octets_after - goal_.limit};
    const auto rate = std::uint64_t{chosen->octets_saved()};
    const auto objects = (over * chosen->objects() + rate - 1) / rate;
    for (auto at = fixes.begin(); at != fixes.end(); ++at)
      if (at->suffices && at->objects() <= objects && (!chosen->suffices || at->objects() < chosen->objects()))
        chosen = at;
    change(*chosen, account);
    set.octets_after = chosen->octets_after;
    set.objects += chosen->objects();
    set.fixes.push_back(std::move(*chosen));
  }
  return set;
}

/// Sets of ever more single changes, one of each host, of the DS RRset and of the zone's signing.
class Exact {
 public:
  Exact(Search& search, const FixGoal& goal, const Account& account, unsigned loss_max)
      : search_{search}, goal_{goal}, account_{account} {
    for (auto& fix : host_candidates(account).one_host) {
      if (fix.loss() > loss_max) continue;
      if (groups_.empty() || groups_.back().front()->hosts.front().from != fix.hosts.front().from)
        groups_.emplace_back();
      groups_.back().push_back(std::make_unique<Fix>(std::move(fix)));
    }
    std::vector<std::unique_ptr<Fix>> child;
    std::vector<std::unique_ptr<Fix>> zone;
    for (auto& fix : proof_candidates(account)) {
      if (fix.loss() > loss_max) continue;
      const bool whole = (fix.costs & static_cast<std::uint8_t>(FixCost::WholeZone)) != 0;
      (whole ? zone : child).push_back(std::make_unique<Fix>(std::move(fix)));
    }
    if (!child.empty()) groups_.push_back(std::move(child));
    if (!zone.empty()) groups_.push_back(std::move(zone));
  }

  /// `is_smallest` is false when the search was cut short.
  std::optional<FixSet> run(std::uint32_t fewer_than) {
    for (std::uint32_t size = 1; size < fewer_than && size <= groups_.size() && !search_.is_spent(); ++size) {
      extend(account_, 0, size);
      if (!best_.empty()) return finish();
    }
    return std::nullopt;
  }
  [[nodiscard]] bool is_complete() const noexcept { return !search_.is_spent(); }

 private:
  void extend(const Account& account, std::size_t group, std::uint32_t more) {
    if (more == 0) return judge(account);
    for (auto i = group; i + more <= groups_.size(); ++i)
      for (const auto& fix : groups_[i]) {
        if (search_.is_spent()) return;
        chosen_.push_back(fix.get());
        extend(apply(*fix, account), i + 1, more - 1);
        chosen_.pop_back();
      }
  }

  void judge(const Account& account) {
    const auto octets = search_.octets(account);
    if (octets > goal_.limit || !is_served(account)) return;
    if (account.hosts.size() < std::min<std::size_t>(account_.hosts.size(), 2)) return;
    unsigned loss = ends_ipv6(account) ? 1 : 0;
    for (const auto* fix : chosen_) loss += fix->loss();
    if (!best_.empty() && std::pair{loss, octets} >= std::pair{best_loss_, best_octets_}) return;
    best_ = chosen_;
    best_loss_ = loss;
    best_octets_ = octets;
  }

  [[nodiscard]] bool ends_ipv6(const Account& changed) const {
    return has_ipv6_way(account_) && !has_ipv6_way(changed);
  }

  FixSet finish() {
    FixSet set{.fixes = {}, .octets_after = best_octets_, .objects = 0, .is_smallest = is_complete()};
    auto account = account_;
    auto now = goal_.octets(facts_of(account));
    for (const auto* fix : best_) {
      set.fixes.push_back(*fix);
      auto& step = set.fixes.back();
      change(step, account);
      step.octets_before = now;
      now = step.octets_after = goal_.octets(facts_of(account));
      step.suffices = now <= goal_.limit;
      set.objects += step.objects();
    }
    if (ends_ipv6(account)) set.fixes.back().costs |= static_cast<std::uint8_t>(FixCost::NoIpv6);
    return set;
  }

  Search& search_;
  const FixGoal& goal_;
  const Account& account_;
  std::vector<std::vector<std::unique_ptr<Fix>>> groups_;
  std::vector<const Fix*> chosen_;
  std::vector<const Fix*> best_;
  unsigned best_loss_{};
  std::uint32_t best_octets_{};
};

std::optional<FixSet> Search::smallest(const Account& account, unsigned loss_max, std::uint32_t fewer_than) {
  Exact exact{*this, goal_, account, loss_max};
  return exact.run(fewer_than);
}

std::optional<FixSet> find_set(const Account& account, const FixGoal& goal, const FixOptions& options, unsigned loss) {
  constexpr std::int64_t kGreedyWork = 60'000;
  constexpr std::int64_t kExactWork = 100'000;
  constexpr std::uint32_t kSizeMax = 5;
  Search search{goal};
  search.refill(kGreedyWork);
  auto set = search.greedy(account, loss);
  if (!options.exact || account.hosts.size() > kExactHosts) return set;
  search.refill(kExactWork);
  if (auto smaller = search.smallest(account, loss, set ? set->objects : kSizeMax)) return smaller;
  if (set) set->is_smallest = !search.is_spent();
  return set;
}

}  // namespace

unsigned Fix::loss() const noexcept {
  const auto has = [&](FixCost cost) { return (costs & static_cast<std::uint8_t>(cost)) != 0; };
  if (kind == FixKind::DropHost || has(FixCost::NoIpv6)) return 3;
  if (has(FixCost::LessRedundancy)) return 2;
  return has(FixCost::GlueRequired) || has(FixCost::ExtraLookup) || has(FixCost::Keys) || has(FixCost::WholeZone) ? 1
                                                                                                                  : 0;
}

std::string_view fix_id(FixKind kind) noexcept { return kIds.at(static_cast<std::size_t>(kind)); }

FixGoal goal_of(const Policy& policy) {
  // A predicate tells octets only where it is missed. All count the authority section once, so with that made longer
  // it is missed for sure, by that much more.
  constexpr std::uint32_t kMuch = 1U << 24U;
  SizeFacts long_one;
  long_one.authority = kMuch;
  const auto missed = policy.evaluate(long_one, policy);
  return {missed ? missed->limit : policy.limit, [policy](const SizeFacts& facts) -> std::uint32_t {
            if (const auto failure = policy.evaluate(facts, policy)) return failure->octets;
            auto longer = facts;
            longer.authority += kMuch;
            const auto failure = policy.evaluate(longer, policy);
            return failure && failure->octets >= kMuch ? failure->octets - kMuch : 0;
          }};
}

FixPlan propose_fixes(const Account& account, const FixGoal& goal, const FixOptions& options) {
  FixPlan plan{.limit = goal.limit};
  Search search{goal};
  const auto now = search.octets(account);
  if (now <= goal.limit) return plan;
  plan.fixes = search.best(account, now, kAnyLoss);
  std::ranges::stable_sort(plan.fixes, [](const Fix& a, const Fix& b) {
    if (a.suffices != b.suffices) return a.suffices;
    if (!a.suffices) return saves_more(a, b);
    if (a.loss() != b.loss()) return a.loss() < b.loss();
    return a.objects() != b.objects() ? a.objects() < b.objects() : a.octets_after < b.octets_after;
  });
  if (!options.sets) return plan;
  const auto one_is_enough = [&](unsigned loss) {
    return std::ranges::any_of(
        plan.fixes, [&](const Fix& fix) { return fix.suffices && fix.objects() == 1 && fix.loss() <= loss; });
  };
  if (one_is_enough(kGentle)) return plan;
  plan.gentle = find_set(account, goal, options, kGentle);
  if (!one_is_enough(kAnyLoss)) plan.any = find_set(account, goal, options, kAnyLoss);
  const auto is_listed = [&](const std::optional<FixSet>& set) {
    return set && set->fixes.size() == 1 && std::ranges::any_of(plan.fixes, [&](const Fix& fix) {
             return fix.kind == set->fixes.front().kind && fix.objects() == set->objects && fix.suffices;
           });
  };
  if (plan.gentle && plan.any && plan.gentle->objects <= plan.any->objects) plan.any.reset();
  if (is_listed(plan.gentle)) plan.gentle.reset();
  return plan;
}

void note_breaks(const Account& account, const PolicySettings& settings, FixPlan& plan) {
  const auto missed = [&](const Account& judged) {
    std::vector<std::string> ids;
    for (const auto& finding : apply_policies(settings, judged.owner, {}, facts_of(judged)))
      if (finding.severity >= Severity::Warning) ids.push_back(finding.policy->id);
    return ids;
  };
  const auto now = missed(account);
  for (auto& fix : plan.fixes)
    for (auto& id : missed(apply(fix, account)))
      if (std::ranges::find(now, id) == now.end()) fix.breaks.push_back(std::move(id));
  std::stable_partition(plan.fixes.begin(), plan.fixes.end(), [](const Fix& fix) { return fix.breaks.empty(); });
}

Account apply(const Fix& fix, const Account& account) {
  auto changed = account;
  change(fix, changed);
  return changed;
}

Account apply(const FixSet& set, const Account& account) {
  auto changed = account;
  for (const auto& fix : set.fixes) change(fix, changed);
  return changed;
}

}  // namespace torii::zonec
