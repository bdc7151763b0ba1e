#pragma once
/// Names for the tests of encoders.
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "torii/dns/name.hpp"

namespace torii::zonec::test {

inline dns::Name name(std::string_view text) {
  const auto parsed = dns::Name::from_text(text);
  if (!parsed) {
    std::cerr << "no name: " << text << '\n';
    std::abort();
  }
  return *parsed;
}

/// "a-m.gtld-servers.net." as thirteen names; other names as themselves.
inline std::vector<dns::Name> names(std::initializer_list<std::string_view> texts) {
  std::vector<dns::Name> out;
  for (const auto text : texts) {
    if (text.size() > 3 && text[1] == '-' && text[3] == '.') {
      for (char c = text[0]; c <= text[2]; ++c) out.push_back(name(std::string{c} + std::string{text.substr(3)}));
    } else {
      out.push_back(name(text));
    }
  }
  return out;
}

inline std::vector<dns::NameView> views(const std::vector<dns::Name>& names) { return {names.begin(), names.end()}; }

}  // namespace torii::zonec::test
