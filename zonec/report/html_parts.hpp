#pragma once
/// The sections of a report's page, each a string of HTML. (html_sections.cpp, html_tables.cpp)
#include <string>

#include "zonec/report/report.hpp"

namespace torii::zonec {

[[nodiscard]] std::string section_summary(const Report& report);
[[nodiscard]] std::string section_sizes(const Report& report);
[[nodiscard]] std::string section_worst(const Report& report);
[[nodiscard]] std::string section_policies(const Report& report);
[[nodiscard]] std::string section_levers(const Report& report);
[[nodiscard]] std::string section_dnssec(const Report& report);
[[nodiscard]] std::string section_hosts(const Report& report);
[[nodiscard]] std::string section_delegations(const Report& report);
[[nodiscard]] std::string section_reading(const Report& report);

/// A table in a region that scrolls by itself where the page is narrow. `head` and `body`: rows.
[[nodiscard]] std::string scrolling_table(std::string_view id, std::string_view caption, std::string_view head,
                                          std::string_view body);
/// `<td class="number">`
[[nodiscard]] std::string number_cell(std::string_view text);
[[nodiscard]] std::string edns_words(const Report& report);
/// "1 delegation", "2 delegations"
[[nodiscard]] std::string counted(std::uint64_t count, std::string_view one);

}  // namespace torii::zonec
