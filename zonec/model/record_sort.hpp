#pragma once
/// The builder's records and their canonical sort. A registry's zone has tens of millions of records, so a record is
/// 40 octets here, an NS RRset that other delegations have too counts as one, and sorting compares integers: eight
/// octets of each owner's sort key at a time.
#include <cstdint>
#include <span>
#include <vector>

#include "torii/dns/name.hpp"
#include "zonec/model/zone.hpp"
#include "zonec/scan/record.hpp"

namespace torii::zonec {

/// NS RDATA that stood together at some owner, in the order of the text, none twice; kept once for all owners.
struct HostList {
  const std::uint8_t* octets{};  // the names one after the other, as written
  std::uint32_t octet_count{};
  std::uint32_t count{};
  std::uint32_t host_set = kNone;  // into Zone::host_sets, once that is known
  bool has_duplicates{};           // such a list is not shared
};

struct BuiltRecord {
  std::uint64_t key{};          // eight octets of the owner's sort key, while sorting
  const std::uint8_t* owner{};  // lower case wire name; the octet before it is its size
  union {
    const std::uint8_t* rdata{};
    const HostList* hosts;  // of a group
  };
  std::uint32_t ttl{};  // seconds
  Place place;          // of a group: of its first record; the others follow line by line
  std::uint16_t type = kGroupType;
  std::uint16_t rdata_size{};  // of a group: column of the records after the first

  /// Stands for the NS records of `hosts`; no zone has records of this type (RFC 6895 section 3.1).
  static constexpr std::uint16_t kGroupType = 0;
  [[nodiscard]] bool is_group() const noexcept { return type == kGroupType; }
  [[nodiscard]] dns::NameView name() const noexcept { return dns::NameView::trusted(owner, owner[-1]); }
  /// Not of a group.
  [[nodiscard]] dns::Octets data() const noexcept { return {rdata, rdata_size}; }
  [[nodiscard]] dns::RrType rr_type() const noexcept { return is_group() ? dns::RrType::NS : dns::RrType{type}; }
  [[nodiscard]] Location where() const noexcept { return place; }
  void set_where(Location where) noexcept { place = Place{where}; }
  /// RRSIG: the type it covers; anything else: its own. Records of one group stand together.
  [[nodiscard]] dns::RrType group_type() const noexcept;
  [[nodiscard]] bool is_signature() const noexcept { return rr_type() == dns::RrType::RRSIG; }
};
static_assert(sizeof(BuiltRecord) == 40);

/// Appends the records that `group` stands for, in the order of the text.
void append_expanded(const BuiltRecord& group, std::vector<BuiltRecord>& records);

/// Place in the input: file, line, column in this order.
[[nodiscard]] bool stands_before(Location a, Location b) noexcept;

/// Sorts by canonical owner order. All owners are at or below `apex`. Order among equal owners is left open.
/// Source: RFC 4034 section 6.1.
void sort_by_owner(std::span<BuiltRecord> records, dns::NameView apex);

/// The first eight octets of `name`'s sort key below an apex of `apex_labels` labels, as a number.
[[nodiscard]] std::uint64_t first_sort_word(dns::NameView name, std::size_t apex_labels) noexcept;

/// Moves the records of all parts, whose keys are their `first_sort_word`, into one list sorted as above, by several
/// threads. The parts are empty afterwards.
[[nodiscard]] std::vector<BuiltRecord> merge_sorted(std::span<std::vector<BuiltRecord>* const> parts,
                                                    dns::NameView apex, unsigned threads);

/// Sorts one owner's records, among which a group is the only one of type NS: by the type of the RRset they belong to,
/// its records before its RRSIGs, RDATA in canonical order, and equal RDATA in order of input. Source: RFC 4034
/// section 6.3.
void sort_within_owner(std::span<BuiltRecord> records);

/// Three-way comparison of two RDATAs of one type in canonical form: negative, zero, positive.
/// Source: RFC 4034 sections 6.2 and 6.3, RFC 6840 section 5.1.
[[nodiscard]] int compare_rdata(dns::RrType type, dns::Octets a, dns::Octets b) noexcept;

}  // namespace torii::zonec
