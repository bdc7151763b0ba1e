#include "zonec/model/record_sort.hpp"

#include <algorithm>
#include <cstring>
#include <tuple>

#include "torii/dns/rdata.hpp"
#include "torii/dns/sort_key.hpp"

namespace torii::zonec {
namespace {

/// Where the names stand in an RDATA whose names are compared in lower case; they are neighbours in all such types.
struct NameRegion {
  std::size_t begin{};
  std::size_t end{};
};

NameRegion name_region(dns::RrType type, dns::Octets rdata) noexcept {
  NameRegion region{rdata.size(), 0};
  static_cast<void>(dns::for_each_rdata_name(type, rdata, [&](std::size_t offset, dns::NameView name, bool) {
    region.begin = std::min(region.begin, offset);
    region.end = std::max(region.end, offset + name.size());
  }));
  return region;
}

void sort_from(std::span<BuiltRecord> records, std::size_t apex_labels, std::size_t from) {
  for (auto& record : records) record.key = dns::SortKey{record.name(), apex_labels}.word(from);
  std::ranges::sort(records, {}, &BuiltRecord::key);
  for (std::size_t first = 0; first < records.size();) {
    const auto key = records[first].key;
    auto last = first + 1;
    bool same = true;  // records that follow each other in the input share the owner's octets
    for (; last < records.size() && records[last].key == key; ++last)
      same = same && records[last].owner == records[first].owner;
    // A key of all zeros lies past the end of the name, as a label never starts with a zero: these owners are equal.
    if (!same && key != 0) sort_from(records.subspan(first, last - first), apex_labels, from + 8);
    first = last;
  }
}

}  // namespace

void BuiltRecord::set_where(Location where) noexcept {
  line = where.line;
  file_column = std::min(where.file, 0x3FFFFU) << 14U | std::min(where.column, 0x3FFFU);
}

dns::RrType BuiltRecord::group_type() const noexcept {
  return is_signature() ? dns::RrType{dns::load_u16(rdata)} : rr_type();
}

bool stands_before(Location a, Location b) noexcept {
  return std::tie(a.file, a.line, a.column) < std::tie(b.file, b.line, b.column);
}

void sort_by_owner(std::span<BuiltRecord> records, dns::NameView apex) { sort_from(records, apex.label_count(), 0); }

void sort_within_owner(std::span<BuiltRecord> records) {
  if (records.size() < 2) return;
  std::ranges::sort(records, [](const BuiltRecord& a, const BuiltRecord& b) {
    if (const auto x = a.group_type(), y = b.group_type(); x != y) return x < y;
    if (a.is_signature() != b.is_signature()) return b.is_signature();
    if (const int order = compare_rdata(a.rr_type(), a.data(), b.data()); order != 0) return order < 0;
    return stands_before(a.where(), b.where());
  });
}

int compare_rdata(dns::RrType type, dns::Octets a, dns::Octets b) noexcept {
  if (!dns::has_lower_case_form(type)) {
    const auto common = std::min(a.size(), b.size());
    const auto order = common == 0 ? 0 : std::memcmp(a.data(), b.data(), common);  // no null to memcmp, even for none
    return order != 0 ? order : (a.size() == b.size() ? 0 : (a.size() < b.size() ? -1 : 1));
  }
  const auto in_a = name_region(type, a);
  const auto in_b = name_region(type, b);
  const auto common = std::min(a.size(), b.size());
  for (std::size_t i = 0; i < common; ++i) {
    const int x = i >= in_a.begin && i < in_a.end ? dns::to_lower(a[i]) : a[i];
    const int y = i >= in_b.begin && i < in_b.end ? dns::to_lower(b[i]) : b[i];
    if (x != y) return x - y;
  }
  return a.size() == b.size() ? 0 : (a.size() < b.size() ? -1 : 1);
}

}  // namespace torii::zonec
