// Policy files of any octets: taken whole or refused with a place inside the text, and what is taken can be judged by.
#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "zonec/judge/judge.hpp"
#include "zonec/judge/policy_file.hpp"

namespace {

using namespace torii;
using namespace torii::zonec;

Account some_account() {
  Account account;
  account.zone = *dns::Name::from_text("jp.");
  account.owner = *dns::Name::from_text("d.jp.");
  for (const char* host : {"ns1.d.jp.", "ns2.d.jp.", "ns.e.jp.", "ns.test."}) {
    const auto name = *dns::Name::from_text(host);
    const bool inside = name.view().is_at_or_below(account.zone);
    account.hosts.push_back({.name = name,
                             .relation = name.view().is_at_or_below(account.owner) ? HostRelation::InDomain
                                         : inside                                  ? HostRelation::SiblingGlue
                                                                                   : HostRelation::Unrelated,
                             .a = inside ? 20U : 0U});
  }
  return account;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};  // NOLINT
  PolicySettings settings;
  std::vector<Diagnostic> diagnostics;
  const bool applied = apply_policy_text(text, 0, 1785542400, settings, diagnostics);
  bool errors = false;
  const auto lines = 1 + static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  for (const auto& each : diagnostics) {
    errors = errors || each.severity == Severity::Error;
    if (each.where.line > lines + 1 || each.text.empty()) std::abort();
  }
  if (applied == errors) std::abort();
  const PolicySettings none;
  if (!applied && settings.in_force(false).size() != none.in_force(false).size()) std::abort();
  static const auto kAccount = some_account();
  const auto findings = Judge{settings}.judge(kAccount);
  for (const auto& finding : findings)
    if (finding.text().empty()) std::abort();
  return 0;
}
