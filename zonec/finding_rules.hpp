#pragma once
/// What a finding's code means and what to do, for formats that carry help texts. Taken from docs/findings.md, which is
/// built in, so that what a tool shows is what the page says.
#include <string>
#include <string_view>

namespace torii::zonec {

struct FindingRule {
  std::string meaning;  // empty: not on the page
  std::string remedy;   // may be empty
};

[[nodiscard]] const FindingRule& find_rule(std::string_view code);

}  // namespace torii::zonec
