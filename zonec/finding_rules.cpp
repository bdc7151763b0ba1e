#include "zonec/finding_rules.hpp"

#include <map>
#include <vector>

#include "zonec/finding_page.hpp"

namespace torii::zonec {
namespace {

std::string trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return std::string{text.substr(first, text.find_last_not_of(' ') - first + 1)};
}

/// "| a | b |": a, b. A bar inside a cell is written `\|`.
std::vector<std::string> cells_of(std::string_view line) {
  std::vector<std::string> out;
  std::string cell;
  for (std::size_t i = 1; i < line.size(); ++i) {
    if (line[i] == '|' && line[i - 1] == '\\') {
      cell.back() = '|';
    } else if (line[i] == '|') {
      out.push_back(trimmed(cell));
      cell.clear();
    } else {
      cell += line[i];
    }
  }
  return out;
}

/// "include, generate (warning)": include, generate
std::vector<std::string> codes_of(std::string_view cell) {
  std::vector<std::string> out;
  while (!cell.empty()) {
    const auto comma = cell.find(',');
    const auto part = trimmed(cell.substr(0, comma));
    out.push_back(part.substr(0, part.find(' ')));
    cell = comma == std::string_view::npos ? std::string_view{} : cell.substr(comma + 1);
  }
  return out;
}

std::size_t column(const std::vector<std::string>& head, std::string_view name) {
  for (std::size_t i = 0; i < head.size(); ++i)
    if (head[i] == name) return i;
  return head.size();
}

using Rules = std::map<std::string, FindingRule, std::less<>>;

Rules read_page() {
  Rules rules;
  std::vector<std::string> head;
  auto page = finding_page();
  while (!page.empty()) {
    const auto line = page.substr(0, page.find('\n'));
    page = line.size() < page.size() ? page.substr(line.size() + 1) : std::string_view{};
    if (!line.starts_with('|')) {
      head.clear();
      continue;
    }
    const auto cells = cells_of(line);
    if (head.empty()) {
      head = cells;
      continue;
    }
    if (line.starts_with("|--") || head.front() != "code" || cells.size() != head.size()) continue;
    const auto meaning = column(head, "meaning");
    const auto remedy = column(head, "what to do");
    if (meaning == head.size()) continue;
    for (const auto& code : codes_of(cells.front()))
      rules.try_emplace(code, FindingRule{cells[meaning], remedy < cells.size() ? cells[remedy] : std::string{}});
  }
  return rules;
}

}  // namespace

const FindingRule& find_rule(std::string_view code) {
  static const Rules kRules = read_page();
  static const FindingRule kNone;
  const auto at = kRules.find(code);
  return at == kRules.end() ? kNone : at->second;
}

}  // namespace torii::zonec
