#include "zonec/judge/waivers.hpp"

#include <algorithm>

namespace torii::zonec {

std::optional<NamePattern> NamePattern::parse(const std::string& text) {
  const bool below = text.starts_with("*.");
  const auto name = dns::Name::from_text(below ? text.substr(2) : text);
  if (!name || text == "@") return std::nullopt;
  NamePattern pattern;
  pattern.name_ = *name;
  pattern.below_ = below;
  return pattern;
}

bool Waiver::covers(std::string_view policy, const Account& account) const noexcept {
  if (!policies.empty() && std::ranges::find(policies, policy) == policies.end()) return false;
  if (delegation && !delegation->matches(account.owner)) return false;
  return !host || std::ranges::any_of(account.hosts, [&](const AccountHost& each) { return host->matches(each.name); });
}

}  // namespace torii::zonec
