#include "zonec/account_report.hpp"

#include <algorithm>
#include <array>
#include <tuple>

#include "zonec/judge/judge.hpp"

namespace torii::zonec {
namespace {

/// How far from its limit a policy is that says nothing; nothing where another speaks for it, or it counts no octets.
std::optional<PolicyStanding> stand(const std::shared_ptr<const Policy>& policy, Severity severity, const SizeFacts& facts) {
  if (policy->limit == 0 || policy->evaluate(facts, *policy)) return std::nullopt;
  const auto goal = goal_of(*policy);
  return PolicyStanding{policy, severity, goal.octets(facts), goal.limit, true, {}};
}

}  // namespace

std::vector<ServerReply> ask_servers(const Account& account, const std::vector<OwnReply>& replies) {
  std::vector<dns::NameView> hosts;
  for (const auto& host : account.hosts) hosts.push_back(host.name);
  const std::array shapes{QnameShape::Long, QnameShape::Many};
  const std::array qnames{longest_qname(account.owner, hosts, shapes[0]),
                          longest_qname(account.owner, hosts, shapes[1])};
  std::vector<ServerReply> out;
  for (std::size_t kind = 0; kind < kServerKindCount; ++kind)
    for (const auto& reply : replies) {
      ServerReply worst{static_cast<ServerKind>(kind), reply.asking, reply.limit, shapes[0], {}};
      for (std::size_t i = 0; i < shapes.size(); ++i) {
        auto seen = seen_from(worst.kind, account,
                              {.qname = qnames.at(i),
                               .limit = reply.limit,
                               .edns = reply.asking != Asking::Plain,
                               .dnssec_ok = reply.asking == Asking::Dnssec});
        const auto badness = [](const Seen& s) { return std::tuple{s.tc, s.left_out.size(), s.octets}; };
        if (i > 0 && badness(seen) <= badness(worst.seen)) continue;
        worst.shape = shapes.at(i);
        worst.seen = std::move(seen);
      }
      out.push_back(std::move(worst));
    }
  return out;
}

AccountReport report_account(Account account, dns::NameView name, Location where,
                             const std::vector<std::uint32_t>& limits, const PolicySettings& settings) {
  AccountReport report;
  report.account = std::move(account);
  const auto& facts = report.facts = facts_of(report.account);
  report.replies = own_replies(report.account, facts, limits);
  report.servers = ask_servers(report.account, report.replies);
  report.findings = Judge{settings}.judge(report.account, facts, where);
  for (auto& finding : report.findings) finding.delegation = name;  // the account may move
  for (const auto& on : settings.in_force(facts.zone_is_root)) {
    const auto& policy = settings.rules()[on.rule];
    const auto missed = std::ranges::find(report.findings, policy, &SizeFinding::policy);
    if (missed == report.findings.end()) {
      const bool said =
          std::ranges::any_of(report.standings, [&](const PolicyStanding& s) { return s.policy->id == policy->id; });
      if (auto standing = stand(policy, on.severity, facts); standing && !said)
        report.standings.push_back(std::move(*standing));
    } else if (missed->is_about_octets()) {
      report.standings.push_back({policy, missed->severity, missed->failure.octets, missed->failure.limit, false,
                                  propose_fixes(report.account, goal_of(*policy))});
      note_breaks(report.account, settings, report.standings.back().fixes);
    }
  }
  return report;
}

bool is_missed(const AccountReport& report) {
  return std::ranges::any_of(report.findings,
                             [](const SizeFinding& finding) { return finding.severity >= Severity::Warning; }) ||
         std::ranges::any_of(report.diagnostics,
                             [](const Diagnostic& found) { return found.severity == Severity::Error; });
}

std::string_view relation_word(HostRelation relation) noexcept {
  constexpr std::array<std::string_view, 4> kIds{"in-domain", "sibling", "sibling-authoritative", "unrelated"};
  return kIds.at(static_cast<std::size_t>(relation));
}

}  // namespace torii::zonec
