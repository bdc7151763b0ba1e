#include "zonec/model/findings.hpp"

#include <algorithm>
#include <utility>

#include "torii/dns/rr_table.hpp"

namespace torii::zonec {

void Findings::add(std::uint32_t rank, Severity severity, std::string_view code, Location where, dns::NameView owner,
                   std::string text) {
  auto found = kinds_.find(code);
  if (found == kinds_.end()) found = kinds_.emplace(std::string{code}, Kind{0, severity, where}).first;
  if (++found->second.count > kFindingsPerCodeMax) return;
  list_.push_back({rank, {severity, std::string{code}, where, std::move(text), owner.text()}});
}

void Findings::merge(Findings&& later, std::uint32_t rank) {
  if (later.empty()) return;
  std::map<std::string, std::uint64_t, std::less<>> listed;  // of each code, here and from `later` so far
  for (auto& [code, kind] : later.kinds_) {
    auto& here = kinds_.emplace(code, Kind{0, kind.severity, kind.where}).first->second;
    listed.emplace(code, std::exchange(here.count, here.count + kind.count));
  }
  for (auto& item : later.list_) {
    if (++listed.find(item.diagnostic.code)->second > kFindingsPerCodeMax) continue;
    item.rank += rank;
    list_.push_back(std::move(item));
  }
}

void Findings::move_to(std::vector<Diagnostic>& diagnostics) {
  std::ranges::stable_sort(list_, {}, &Ranked::rank);
  for (auto& item : list_) diagnostics.push_back(std::move(item.diagnostic));
  for (const auto& [code, kind] : kinds_) {
    if (kind.count <= kFindingsPerCodeMax) continue;
    diagnostics.push_back({kind.severity,
                           code,
                           Location{kind.where.file, 0, 0},
                           std::to_string(kind.count - kFindingsPerCodeMax) + " more of this kind are not listed",
                           {}});
  }
  list_.clear();
  kinds_.clear();
}

std::string type_text(dns::RrType type) {
  if (const auto* info = dns::find_type_info(type)) return std::string{info->mnemonic};
  return "TYPE" + std::to_string(static_cast<std::uint16_t>(type));
}

}  // namespace torii::zonec
