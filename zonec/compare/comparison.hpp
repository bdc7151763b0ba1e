#pragma once
/// Two versions of a zone side by side, owner by owner in canonical order, in one pass.
///
/// The old version comes as a stream of records (of an image's records file, or of a Zone), the new one is a Zone.
/// What is equal is compared where it stands and never copied, so that comparing a registry's zone with that of an
/// hour ago takes little more than reading it. Records are the same when type and RDATA are, octet by octet; TTLs are
/// compared beside that. Built for the publish gate (publish_gate.hpp) and for `zonec diff` (diff.hpp).
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "torii/image/record_block.hpp"
#include "zonec/model/zone.hpp"

namespace torii::zonec {

/// A record at an owner that is known from elsewhere.
struct RecordView {
  dns::RrType type{};
  std::uint32_t ttl{};  // seconds
  dns::Octets rdata;
};

/// What an owner is in a version of the zone.
enum class Standing : std::uint8_t {
  Absent,         // no records
  Authoritative,  // data of the zone; NSEC3 records too
  Cut,            // a delegation
  Below,          // below a delegation or a DNAME: glue, or never served
};

/// An owner whose records, or whose standing, are not the same in both versions. In the order of the zone file's
/// records: ascending type, RRSIGs behind what they cover. The views live until the call that was given them returns.
struct OwnerDifference {
  dns::NameView owner;
  Standing before{};
  Standing after{};
  std::span<const RecordView> old_records;
  std::span<const RecordView> new_records;
};

/// What has changed between two record lists of one owner.
struct RecordChanges {
  std::vector<RecordView> removed;  // ascending type, RRSIGs by the type they cover
  std::vector<RecordView> added;
  struct Ttl {
    RecordView old_record;
    std::uint32_t new_ttl{};
  };
  std::vector<Ttl> ttls;  // records that only changed their TTL
};
[[nodiscard]] RecordChanges changes_of(const OwnerDifference& difference);

/// The type that an RRSIG covers; of other records, their own.
[[nodiscard]] dns::RrType subject_of(const RecordView& record) noexcept;

/// Records that whoever signs and numbers a zone makes anew for each version: SOA, RRSIG, NSEC, NSEC3, NSEC3PARAM and
/// ZONEMD. They say nothing about how much of the zone's content is left.
[[nodiscard]] bool is_signers(dns::RrType type) noexcept;

struct Totals {
  std::uint64_t delegations{};
  std::uint64_t ds{};       // records
  std::uint64_t content{};  // records but for those of `is_signers`
  std::uint64_t records{};
  Totals& operator+=(const Totals& other) noexcept;
};

/// A part of a zone's owners in canonical order.
struct OwnerRange {
  OwnerIndex first{};
  OwnerIndex last{};  // one behind
  std::uint32_t first_nsec3{};
  std::uint32_t last_nsec3{};
};
[[nodiscard]] OwnerRange all_of(const Zone& zone) noexcept;
/// The owners at or after `first` and before `end`; null: no bound.
[[nodiscard]] OwnerRange range_of(const Zone& zone, const dns::NameView* first, const dns::NameView* end) noexcept;

/// The owners of a range in canonical order, NSEC3 owners among them.
class OwnerWalk {
 public:
  OwnerWalk(const Zone& zone, OwnerRange range) : zone_{&zone}, range_{range} { find(); }
  /// Null at the end.
  [[nodiscard]] const Owner* peek() const noexcept { return next_; }
  void advance() noexcept {
    ++(next_->kind == OwnerKind::Nsec3 ? range_.first_nsec3 : range_.first);
    find();
  }

 private:
  void find() noexcept;
  const Zone* zone_;
  OwnerRange range_;
  const Owner* next_ = nullptr;
};

class Comparison {
 public:
  using Differs = std::function<void(const OwnerDifference&)>;
  /// `cut`: the old version's delegation or DNAME that the range begins below, where there is one.
  Comparison(const Zone& zone, OwnerRange range, std::optional<dns::Name> cut, Differs differs);

  /// The next record of the old version.
  void take(const image::StoredRecord& record);
  /// Feeds all records of an old version that is a Zone too.
  void take_all(const Zone& old_zone);
  void finish();
  /// False when the old version's records were not in canonical order: the comparison is worth nothing.
  [[nodiscard]] bool in_order() const noexcept { return in_order_; }
  /// Of the old version.
  [[nodiscard]] const Totals& totals() const noexcept { return totals_; }

 private:
  void begin_owner(dns::NameView name);
  void end_owner();
  void report_new_before(const dns::NameView* name);
  [[nodiscard]] Standing old_standing();
  void keep(const RecordView& record);

  const Zone& zone_;
  OwnerWalk walk_;
  Differs differs_;
  std::optional<dns::Name> cut_;  // of the old version
  dns::Name owner_;               // of the old version, with the facts below
  bool open_ = false;             // it has records
  bool has_ns_ = false;
  bool has_dname_ = false;
  bool only_nsec3_ = false;
  bool apart_ = false;                // some record of it was not as expected
  std::size_t seen_ = 0;              // records so far
  const Owner* here_ = nullptr;       // the new version's owner of that name
  std::vector<RecordView> expected_;  // its records
  std::vector<RecordView> old_;       // the old ones, once they are apart
  std::vector<std::uint8_t> copies_;  // their RDATA, one after the other
  Totals totals_;
  bool in_order_ = true;
};

/// The records of an owner in the order of the records file.
void flatten(const Zone& zone, const Owner& owner, std::vector<RecordView>& records);
[[nodiscard]] Standing standing_of(const Owner& owner) noexcept;

}  // namespace torii::zonec
