#pragma once
/// The whole account of one delegation for people and programs: where its octets go, what is sent at which limit, which
/// policies it passes and misses, and what would help. `zonec fit` and `zonec explain` print the same.
#include <boost/json/fwd.hpp>
#include <string>
#include <vector>

#include "zonec/judge/fixes.hpp"
#include "zonec/judge/formula.hpp"
#include "zonec/judge/own_reply.hpp"
#include "zonec/judge/qname.hpp"
#include "zonec/judge/seen.hpp"
#include "zonec/scan/record.hpp"
#include "zonec/terminal.hpp"

namespace torii::zonec {

/// A policy in force, and how far from its limit the delegation is.
struct PolicyStanding {
  std::shared_ptr<const Policy> policy;
  Severity severity{};
  std::uint32_t octets{};  // that the policy counts
  std::uint32_t limit{};
  bool passed{};
  FixPlan fixes{};  // where it is missed
};

/// What one kind of server sends, at the QNAME of 255 octets that is the worse for it.
struct ServerReply {
  ServerKind kind{};
  Asking asking{};
  std::uint32_t limit{};
  QnameShape shape{};
  Seen seen{};
};

struct AccountReport {
  Account account;
  SizeFacts facts;
  std::vector<OwnReply> replies;
  std::vector<ServerReply> servers;     // by kind, each with the limits of `replies`
  std::vector<PolicyStanding> standings;      // policies about octets, in their order; those left out that others speak for
  std::vector<SizeFinding> findings;    // of the policies missed
  std::vector<Diagnostic> diagnostics;  // of the delegation's structure
};

/// `name`: the delegation's, which must outlive the report.
[[nodiscard]] AccountReport report_account(Account account, dns::NameView name, Location where,
                                           const std::vector<std::uint32_t>& limits, const PolicySettings& settings);

/// True when a policy of severity warning or error is missed, or nothing can reach the delegation.
[[nodiscard]] bool is_missed(const AccountReport& report);

[[nodiscard]] std::string report_text(const AccountReport& report, const Colour& colour);
[[nodiscard]] boost::json::object report_json(const AccountReport& report);

/// "in-domain", "sibling", "sibling-authoritative", "unrelated"
[[nodiscard]] std::string_view relation_word(HostRelation relation) noexcept;

/// `[####.....|..]`: where the octets of a message go against a limit, in `width` columns. What lies past the limit is
/// right of the `|`.
[[nodiscard]] std::string octet_bar(const Account& account, Asking asking, std::uint32_t limit, std::size_t width,
                                    const Colour& colour);
/// What the bar's letters stand for.
[[nodiscard]] std::string bar_legend(const Colour& colour);

/// What each kind of server sends for each of these, at the worse QNAME of 255 octets.
[[nodiscard]] std::vector<ServerReply> ask_servers(const Account& account, const std::vector<OwnReply>& replies);
[[nodiscard]] boost::json::object server_json(const Account& account, const ServerReply& reply);
[[nodiscard]] boost::json::array ledger_json(const Account& account);
[[nodiscard]] boost::json::object fix_json(const Fix& fix);
[[nodiscard]] boost::json::object fix_plan_json(const FixPlan& plan);
/// Indented lines: the first `most` fixes, and the smallest set where it says more.
[[nodiscard]] std::string fix_plan_text(const FixPlan& plan, std::size_t most, std::string_view indent,
                                        const Colour& colour);

}  // namespace torii::zonec
