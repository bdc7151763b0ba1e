#include "zonec/compare/comparison.hpp"

#include <algorithm>
#include <cstring>
#include <tuple>
#include <utility>

namespace torii::zonec {
namespace {

using dns::RrType;

bool equal_octets(dns::Octets a, dns::Octets b) noexcept {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size()) == 0);
}

bool same(const RecordView& a, const image::StoredRecord& b) noexcept {
  return a.type == b.type && a.ttl == b.ttl && equal_octets(a.rdata, b.rdata);
}

/// Ascending type, RRSIGs behind what they cover, then RDATA.
bool before(const RecordView& a, const RecordView& b) noexcept {
  const auto key = [](const RecordView& record) {
    return std::tuple{subject_of(record), record.type == RrType::RRSIG};
  };
  if (key(a) != key(b)) return key(a) < key(b);
  return std::ranges::lexicographical_compare(a.rdata, b.rdata);
}

}  // namespace

RrType subject_of(const RecordView& record) noexcept {
  if (record.type != RrType::RRSIG || record.rdata.size() < 2) return record.type;
  return RrType{dns::load_u16(record.rdata.data())};
}

bool is_signers(RrType type) noexcept {
  switch (type) {
    case RrType::SOA:
    case RrType::RRSIG:
    case RrType::NSEC:
    case RrType::NSEC3:
    case RrType::NSEC3PARAM:
    case RrType::ZONEMD:
      return true;
    default:
      return false;
  }
}

RecordChanges changes_of(const OwnerDifference& difference) {
  std::vector<RecordView> old_records(difference.old_records.begin(), difference.old_records.end());
  std::vector<RecordView> new_records(difference.new_records.begin(), difference.new_records.end());
  std::ranges::sort(old_records, before);
  std::ranges::sort(new_records, before);
  RecordChanges changes;
  auto a = old_records.begin();
  auto b = new_records.begin();
  while (a != old_records.end() || b != new_records.end()) {
    if (b == new_records.end() || (a != old_records.end() && before(*a, *b))) {
      changes.removed.push_back(*a++);
    } else if (a == old_records.end() || before(*b, *a)) {
      changes.added.push_back(*b++);
    } else {
      if (a->ttl != b->ttl) changes.ttls.push_back({*a, b->ttl});
      ++a;
      ++b;
    }
  }
  return changes;
}

Totals& Totals::operator+=(const Totals& other) noexcept {
  delegations += other.delegations;
  ds += other.ds;
  content += other.content;
  records += other.records;
  return *this;
}

OwnerRange all_of(const Zone& zone) noexcept {
  return {0, static_cast<OwnerIndex>(zone.owners.size()), 0, static_cast<std::uint32_t>(zone.nsec3_owners.size())};
}

OwnerRange range_of(const Zone& zone, const dns::NameView* first, const dns::NameView* end) noexcept {
  const auto at = [](const std::vector<Owner>& owners, dns::NameView name) {
    const auto found = std::ranges::lower_bound(
        owners, name, [](dns::NameView a, dns::NameView b) { return dns::canonical_order(a, b) < 0; }, &Owner::name);
    return static_cast<std::uint32_t>(found - owners.begin());
  };
  auto range = all_of(zone);
  if (first != nullptr) {
    range.first = at(zone.owners, *first);
    range.first_nsec3 = at(zone.nsec3_owners, *first);
  }
  if (end != nullptr) {
    range.last = std::max(range.first, at(zone.owners, *end));
    range.last_nsec3 = std::max(range.first_nsec3, at(zone.nsec3_owners, *end));
  }
  return range;
}

void flatten(const Zone& zone, const Owner& owner, std::vector<RecordView>& records) {
  records.clear();
  for (const auto& set : zone.rrsets_of(owner)) {
    for (const auto rdata : zone.rdata_of(set)) records.push_back({set.type, set.ttl, rdata});
    const auto ttl = zone.signature_ttl(set);
    for (const auto rdata : zone.signatures_of(set)) records.push_back({RrType::RRSIG, ttl, rdata});
  }
  const auto ttl = zone.stray_ttl(owner);
  for (const auto rdata : zone.strays_of(owner)) records.push_back({RrType::RRSIG, ttl, rdata});
}

Standing standing_of(const Owner& owner) noexcept {
  switch (owner.kind) {
    case OwnerKind::Cut:
      return Standing::Cut;
    case OwnerKind::BelowCut:
    case OwnerKind::BelowDname:
      return Standing::Below;
    default:
      return Standing::Authoritative;
  }
}

void OwnerWalk::find() noexcept {
  const auto* owner = range_.first < range_.last ? &zone_->owners[range_.first] : nullptr;
  const auto* other = range_.first_nsec3 < range_.last_nsec3 ? &zone_->nsec3_owners[range_.first_nsec3] : nullptr;
  if (owner == nullptr || other == nullptr) {
    next_ = owner != nullptr ? owner : other;
  } else {
    next_ = dns::canonical_order(other->name(), owner->name()) < 0 ? other : owner;
  }
}

Comparison::Comparison(const Zone& zone, OwnerRange range, std::optional<dns::Name> cut, Differs differs)
    : zone_{zone}, walk_{zone, range}, differs_{std::move(differs)}, cut_{cut} {}

/// Reports the owners of the new version before `name`, or all that are left: the old one does not have them. Stops
/// behind the owner `name`.
void Comparison::report_new_before(const dns::NameView* name) {
  here_ = nullptr;
  for (const auto* next = walk_.peek(); next != nullptr; next = walk_.peek()) {
    if (name != nullptr && next->name() == *name) {
      here_ = next;
      walk_.advance();
      return;
    }
    if (name != nullptr && dns::canonical_order(next->name(), *name) > 0) return;
    walk_.advance();
    if (next->rrset_count == 0 && next->strays == kNone) continue;  // an empty non-terminal has no records
    flatten(zone_, *next, expected_);
    differs_({next->name(), Standing::Absent, standing_of(*next), {}, expected_});
  }
}

void Comparison::begin_owner(dns::NameView name) {
  // What equals the next owner of the new version is in order, as that one is.
  const auto* next = walk_.peek();
  if (open_ && (next == nullptr || !(next->name() == name)) && dns::canonical_order(owner_, name) >= 0)
    in_order_ = false;
  report_new_before(&name);
  owner_ = dns::Name{name};
  open_ = only_nsec3_ = true;
  has_ns_ = has_dname_ = apart_ = false;
  seen_ = 0;
  expected_.clear();
  if (here_ != nullptr) flatten(zone_, *here_, expected_);
}

/// RDATA is filled in at the end: until then `copies_` may move.
void Comparison::keep(const RecordView& record) {
  copies_.insert(copies_.end(), record.rdata.begin(), record.rdata.end());
  old_.push_back({record.type, record.ttl, record.rdata});
}

void Comparison::take(const image::StoredRecord& record) {
  if (!open_ || !(owner_.view() == record.owner)) {
    end_owner();
    begin_owner(record.owner);
  }
  has_ns_ = has_ns_ || record.type == RrType::NS;
  has_dname_ = has_dname_ || record.type == RrType::DNAME;
  only_nsec3_ = only_nsec3_ && (record.type == RrType::NSEC3 || record.type == RrType::RRSIG);
  ++totals_.records;
  if (record.type == RrType::DS) ++totals_.ds;
  if (!is_signers(record.type)) ++totals_.content;
  const auto number = seen_++;
  if (!apart_ && number < expected_.size() && same(expected_[number], record)) return;
  if (!apart_) {
    apart_ = true;
    old_.clear();
    copies_.clear();
    for (std::size_t i = 0; i < number; ++i) keep(expected_[i]);  // so far they were the same
  }
  keep({record.type, record.ttl, record.rdata});
}

/// As ZoneBuilder sees it, from the records of the owner alone and the cut before it.
Standing Comparison::old_standing() {
  if (only_nsec3_) return Standing::Authoritative;
  if (cut_ && owner_.view().is_below(*cut_)) return Standing::Below;
  cut_.reset();
  const bool is_cut = has_ns_ && !(owner_ == zone_.apex);
  if (is_cut || has_dname_) cut_ = owner_;
  return is_cut ? Standing::Cut : Standing::Authoritative;
}

void Comparison::end_owner() {
  if (!open_) return;
  const auto was = old_standing();
  if (was == Standing::Cut) ++totals_.delegations;
  const bool is_there = here_ != nullptr && !expected_.empty();
  const auto is = is_there ? standing_of(*here_) : Standing::Absent;
  if (!apart_ && seen_ == expected_.size() && was == is) return;
  auto old_records = std::span<const RecordView>{expected_}.first(std::min(seen_, expected_.size()));
  if (apart_) {
    std::size_t at = 0;
    for (auto& record : old_) {
      record.rdata = dns::Octets{copies_}.subspan(at, record.rdata.size());
      at += record.rdata.size();
    }
    old_records = old_;
  }
  differs_({owner_, was, is, old_records, expected_});
}

void Comparison::take_all(const Zone& old_zone) {
  std::vector<RecordView> records;
  for (OwnerWalk walk{old_zone, all_of(old_zone)}; walk.peek() != nullptr; walk.advance()) {
    const auto* owner = walk.peek();
    flatten(old_zone, *owner, records);
    for (const auto& record : records) take({owner->name(), record.type, record.ttl, record.rdata});
  }
}

void Comparison::finish() {
  end_owner();
  open_ = false;
  report_new_before(nullptr);
}

}  // namespace torii::zonec
