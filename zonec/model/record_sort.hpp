#pragma once
/// The builder's records and their canonical sort. A registry's zone has tens of millions of records, so a record is
/// 40 octets here, and sorting compares integers: eight octets of each owner's sort key at a time.
#include <cstdint>
#include <span>
#include <vector>

#include "torii/dns/name.hpp"
#include "zonec/scan/record.hpp"

namespace torii::zonec {

struct BuiltRecord {
  std::uint64_t key{};          // eight octets of the owner's sort key, while sorting
  const std::uint8_t* owner{};  // lower case wire name; the octet before it is its size
  const std::uint8_t* rdata{};
  std::uint32_t ttl{};  // seconds
  std::uint32_t line{};
  std::uint32_t file_column{};  // file in the upper 18 bits, column in the lower 14, both saturating
  std::uint16_t type{};
  std::uint16_t rdata_size{};

  [[nodiscard]] dns::NameView name() const noexcept { return dns::NameView::trusted(owner, owner[-1]); }
  [[nodiscard]] dns::Octets data() const noexcept { return {rdata, rdata_size}; }
  [[nodiscard]] dns::RrType rr_type() const noexcept { return dns::RrType{type}; }
  [[nodiscard]] Location where() const noexcept { return {file_column >> 14U, line, file_column & 0x3FFFU}; }
  void set_where(Location where) noexcept;
  /// RRSIG: the type it covers; anything else: its own. Records of one group stand together.
  [[nodiscard]] dns::RrType group_type() const noexcept;
  [[nodiscard]] bool is_signature() const noexcept { return rr_type() == dns::RrType::RRSIG; }
};
static_assert(sizeof(BuiltRecord) == 40);

/// Place in the input: file, line, column in this order.
[[nodiscard]] bool stands_before(Location a, Location b) noexcept;

/// Sorts by canonical owner order. All owners are at or below `apex`. Order among equal owners is left open.
/// Source: RFC 4034 section 6.1.
void sort_by_owner(std::span<BuiltRecord> records, dns::NameView apex);

/// Sorts one owner's records: by the type of the RRset they belong to, its records before its RRSIGs, RDATA in
/// canonical order, and equal RDATA in order of input. Source: RFC 4034 section 6.3.
void sort_within_owner(std::span<BuiltRecord> records);

/// Three-way comparison of two RDATAs of one type in canonical form: negative, zero, positive.
/// Source: RFC 4034 sections 6.2 and 6.3, RFC 6840 section 5.1.
[[nodiscard]] int compare_rdata(dns::RrType type, dns::Octets a, dns::Octets b) noexcept;

}  // namespace torii::zonec
