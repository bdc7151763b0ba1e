#include "zonec/check/type_bitmap.hpp"

#include <algorithm>

#include "zonec/model/findings.hpp"

namespace torii::zonec {
namespace {

/// Calls `visit(RrType)` for each bit set, ascending, until it returns false.
template <class Visit>
void for_each_bit(dns::Octets bitmap, Visit&& visit) {
  for (std::size_t at = 0; at + 2 <= bitmap.size();) {
    const std::size_t window = bitmap[at];
    const std::size_t length = bitmap[at + 1];
    for (std::size_t i = 0; i < length * 8 && at + 2 + i / 8 < bitmap.size(); ++i) {
      if ((bitmap[at + 2 + i / 8] & (0x80U >> (i % 8))) == 0) continue;
      if (!visit(dns::RrType{static_cast<std::uint16_t>(window * 256 + i)})) return;
    }
    at += 2 + length;
  }
}

}  // namespace

void TypeSet::add(dns::RrType type) {
  const auto at = std::ranges::lower_bound(types_, type);
  if (at == types_.end() || *at != type) types_.insert(at, type);
}

bool TypeSet::has(dns::RrType type) const noexcept { return std::ranges::binary_search(types_, type); }

TypeSet TypeSet::decode(dns::Octets bitmap) {
  TypeSet out;
  for_each_bit(bitmap, [&](dns::RrType type) {
    out.types_.push_back(type);
    return true;
  });
  return out;
}

bool TypeSet::is_encoded_by(dns::Octets bitmap) const noexcept {
  std::size_t seen = 0;
  bool same = true;
  for_each_bit(bitmap, [&](dns::RrType type) {
    same = seen < types_.size() && types_[seen] == type;
    ++seen;
    return same;
  });
  return same && seen == types_.size();
}

std::string difference_text(const TypeSet& expected, const TypeSet& said) {
  std::string lacks;
  std::string surplus;
  for (const auto type : expected.types())
    if (!said.has(type)) lacks += (lacks.empty() ? "lacks " : ", ") + type_text(type);
  for (const auto type : said.types())
    if (!expected.has(type)) surplus += (surplus.empty() ? "names " : ", ") + type_text(type);
  if (!surplus.empty()) surplus += ", which is not there";
  return lacks + (lacks.empty() || surplus.empty() ? "" : "; ") + surplus;
}

void collect_types(const Zone& zone, const Owner& owner, TypeSet& types) {
  types.clear();
  for (const auto& set : zone.rrsets_of(owner)) {
    if (owner.kind == OwnerKind::Cut && set.type != dns::RrType::NS && set.type != dns::RrType::DS) continue;
    if (set.type != dns::RrType::NSEC && set.type != dns::RrType::NSEC3) types.add(set.type);
  }
}

}  // namespace torii::zonec
