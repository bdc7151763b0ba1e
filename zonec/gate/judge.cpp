#include "zonec/gate/judge.hpp"

#include <algorithm>
#include <map>

#include "zonec/judge/formula.hpp"

namespace torii::zonec::gate {
namespace {

/// The hosts that one finding is about: the first few by name, the rest by number.
std::string hosts_text(const std::vector<dns::NameView>& names) {
  constexpr std::size_t kNamed = 4;
  std::string out;
  for (std::size_t i = 0; i < names.size() && i < kNamed; ++i) out += (i == 0 ? "" : ", ") + names[i].text();
  return names.size() > kNamed ? out + " and " + std::to_string(names.size() - kNamed) + " more" : out;
}

/// As check_structure says of the NS RRset.
std::vector<StructureFinding> check_hosts(const View& view, const Node& delegation,
                                          const std::vector<View::HostPlace>& hosts, Reached reached) {
  std::vector<StructureFinding> found;
  const auto report = [&](Severity severity, std::string_view code, const std::string& why) {
    found.push_back({code, severity, delegation.name.text() + " NS: " + why});
  };
  if (reached.unreachable) return found;  // which a policy tells
  std::vector<dns::NameView> aliases;
  std::vector<dns::NameView> nowhere;
  for (const auto& host : hosts) {
    if (host.has_address() || host.relation != HostRelation::SiblingAuthoritative) continue;
    if (host.source && !host.from_wildcard && view.has_type(*host.source, dns::RrType::CNAME))
      aliases.push_back(host.name);
    else
      nowhere.push_back(host.name);
  }
  if (!aliases.empty())
    report(Severity::Warning, "ns-target-is-alias",
           "host " + hosts_text(aliases) + ": an alias (RFC 2181 section 10.3)");
  if (!nowhere.empty())
    report(Severity::Warning, "ns-target-without-address",
           "host " + hosts_text(nowhere) + ": in this zone, without an address");
  return found;
}

Standing judge_one(const View& view, Reachability& reach, Judge& rules, const Node& node,
                   const std::vector<View::HostPlace>& hosts, const Links& links) {
  Standing out{.exists = true, .is_served = true};
  const auto reached = reach.of(node, links);
  out.account = view.account_of(node, hosts);
  out.account.is_cyclic = reached.cyclic;
  out.account.is_unreachable = reached.unreachable;
  out.facts = facts_of(out.account);
  out.sizes = rules.judge(out.account, out.facts, Location{});
  for (auto& finding : out.sizes) finding.delegation = node.name;  // the account may move
  out.structure = check_hosts(view, node, hosts, reached);
  return out;
}

Standing judge_occluded(const View& view, const Node& node) {
  const auto barrier = view.barrier_of(node.name);
  Standing out{.exists = true};
  out.structure.push_back({"occluded-record", Severity::Warning,
                           node.name.text() + " NS: below the " + (barrier->is_dname ? "DNAME " : "delegation ") +
                               barrier->node.name.text() + " and never served " +
                               (barrier->is_dname ? "(RFC 6672 section 2.4)" : "(RFC 9499 section 7)")});
  return out;
}

/// Everything that one transaction can change, found from what it touches.
class Search {
 public:
  Search(const Transaction& transaction, Judge& rules, std::size_t affected_max)
      : transaction_{transaction},
        rules_{rules},
        affected_max_{affected_max},
        before_{transaction.before()},
        after_{transaction.after()},
        reach_before_{before_},
        reach_after_{after_} {}

  Verdict run() {
    for (const auto& name : transaction_.delegations()) push(view_of(name), false);
    for (const auto& [wire, change] : transaction_.changes().by_name()) touch(view_of(wire), change);
    while (!queue_.empty()) {
      const auto item = queue_.back();
      queue_.pop_back();
      follow(item);
    }
    for (const auto& wire : verdict_.names) compare(wire);
    for (const auto& wire : transaction_.delegations()) add_subject(wire);
    for (auto* list : {&verdict_.broken, &verdict_.healed}) close(*list);
    verdict_.judged = verdict_.names.size();
    verdict_.decision = worst_ == Severity::Error     ? Decision::Refuse
                        : worst_ == Severity::Warning ? Decision::AcceptWithWarnings
                                                      : Decision::Accept;
    return std::move(verdict_);
  }

 private:
  struct Item {
    dns::NameView name;
    bool by_reach = false;  // it can be entered otherwise than before, perhaps
  };
  /// Part of a view that a delegation depends on through others.
  struct Seen {
    bool judged = false;
    bool followed = false;
  };

  void push(dns::NameView name, bool by_reach) {
    auto& seen = seen_[wire_of(name)];
    if (by_reach ? seen.followed : seen.judged) return;
    (by_reach ? seen.followed : seen.judged) = true;
    queue_.push_back({view_of(seen_.find(wire_of(name))->first), by_reach});
  }
  void push_users(const View& view, dns::NameView host) {
    view.each_user(host, [&](const Node& user) { push(user.name, false); });
  }
  void push_users_below(const View& view, dns::NameView name, bool by_reach) {
    view.each_user_below(name, [&](const Node& user) { push(user.name, by_reach); });
  }

  void touch(dns::NameView name, const Change& change) {
    const auto was = before_.node(name);
    const auto is = after_.node(name);
    if (change.ns || change.ds) push(name, false);
    if (change.addresses)
      for (const auto* view : {&before_, &after_}) push_users(*view, name);
    if (before_.has_ns(was) != after_.has_ns(is)) {
      // Hosts below become glue, or cease to be; delegations below come into force, or go.
      for (const auto* view : {&before_, &after_}) {
        push_users_below(*view, name, false);
        view->each_name_below(name, [&](const Node& below) {
          if (view->has_ns(below)) push(below.name, false);
        });
      }
    }
    if (before_.has_data(was) != after_.has_data(is) && !(before_.barrier_of(name) && after_.barrier_of(name))) {
      // Names that come and go take names from wildcards, and give them back (RFC 4592 section 3.3.1).
      auto top = name;
      while (top.parent().size() > before_.zone().apex.size() &&
             before_.exists(top.parent()) != after_.exists(top.parent()))
        top = top.parent();
      for (const auto* view : {&before_, &after_}) push_users_below(*view, top, false);
    }
  }

  [[nodiscard]] static std::optional<Links> links_in(const View& view, dns::NameView name) {
    const auto node = view.node(name);
    if (!view.is_served(node)) return std::nullopt;
    return links_of(view.hosts_of(node));
  }

  void follow(const Item& item) {
    const auto was = links_in(before_, item.name);
    const auto is = links_in(after_, item.name);
    if (item.by_reach) {
      // What enters by itself before and after asks nobody else.
      if (!(was && was->is_node) && !(is && is->is_node)) return;
      verdict_.names.insert(wire_of(item.name));
    } else {
      verdict_.names.insert(wire_of(item.name));
      if (was == is || (was && is && !was->is_node && !is->is_node)) return;
      push(item.name, true);
      return;
    }
    for (const auto* view : {&before_, &after_}) push_users_below(*view, item.name, true);
  }

  [[nodiscard]] Standing stand(const View& view, Reachability& reach, dns::NameView name) {
    return standing_of(view, reach, rules_, name);
  }

  void compare(const WireName& wire) {
    if (transaction_.delegations().contains(wire)) return;
    const auto name = view_of(wire);
    const auto was = stand(before_, reach_before_, name);
    auto is = stand(after_, reach_after_, name);
    add_difference(name, was, is, verdict_.broken, true);
    add_difference(name, is, was, verdict_.healed, false);
  }

  /// Worst severity of each code.
  static std::map<std::string_view, Severity> codes_of(const Standing& standing) {
    std::map<std::string_view, Severity> codes;
    const auto add = [&](std::string_view code, Severity severity) {
      auto& worst = codes.try_emplace(code, severity).first->second;
      worst = std::max(worst, severity);
    };
    for (const auto& finding : standing.sizes) add(finding.policy->id, finding.severity);
    for (const auto& finding : standing.structure) add(finding.code, finding.severity);
    return codes;
  }

  void add_difference(dns::NameView name, const Standing& without, const Standing& with, AffectedList& list,
                      bool counts) {
    const auto codes = codes_of(without);
    Affected out{.name = name, .sizes = {}, .structure = {}};
    const auto is_new = [&](std::string_view code, Severity severity) {
      const auto had = codes.find(code);
      if (severity < Severity::Warning || (had != codes.end() && had->second >= severity)) return false;
      out.severity = std::max(out.severity, severity);
      return true;
    };
    for (const auto& finding : with.sizes)
      if (is_new(finding.policy->id, finding.severity)) out.sizes.push_back(finding);
    for (const auto& finding : with.structure)
      if (is_new(finding.code, finding.severity)) out.structure.push_back(finding);
    if (out.sizes.empty() && out.structure.empty()) return;
    ++list.count;
    if (counts) worst_ = std::max(worst_, out.severity);
    list.delegations.push_back(std::move(out));
    if (list.delegations.size() > 2 * affected_max_ + 1) close(list);
  }

  void close(AffectedList& list) const {
    const auto before = [](const Affected& a, const Affected& b) { return dns::canonical_order(a.name, b.name) < 0; };
    std::ranges::sort(list.delegations, before);
    if (list.delegations.size() > affected_max_)
      list.delegations.erase(list.delegations.begin() + static_cast<std::ptrdiff_t>(affected_max_),
                             list.delegations.end());
  }

  void add_subject(const WireName& wire) {
    const auto name = view_of(wire);
    Subject subject{
        .name = name, .before = stand(before_, reach_before_, name), .after = stand(after_, reach_after_, name)};
    for (const auto& finding : subject.after.sizes) worst_ = std::max(worst_, finding.severity);
    for (const auto& finding : subject.after.structure) worst_ = std::max(worst_, finding.severity);
    verdict_.subjects.push_back(std::move(subject));
  }

  const Transaction& transaction_;
  Judge& rules_;
  std::size_t affected_max_;
  View before_;
  View after_;
  Reachability reach_before_;
  Reachability reach_after_;
  std::unordered_map<WireName, Seen> seen_;
  std::vector<Item> queue_;
  Verdict verdict_;
  Severity worst_ = Severity::Info;
};

}  // namespace

Standing standing_of(const View& view, Reachability& reach, Judge& rules, dns::NameView name) {
  auto node = view.node(name);
  if (!view.has_ns(node)) return {};
  if (!view.is_served(node)) return judge_occluded(view, node);
  const auto hosts = view.hosts_of(node);
  return judge_one(view, reach, rules, node, hosts, links_of(hosts));
}

Verdict judge(const Transaction& transaction, Judge& rules, std::size_t affected_max) {
  return Search{transaction, rules, affected_max}.run();
}

}  // namespace torii::zonec::gate
