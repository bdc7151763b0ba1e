#pragma once
/// Packs the records of a zone into blocks (image/record_block.hpp).
#include <cstdint>
#include <functional>
#include <vector>

#include "zonec/model/zone.hpp"

namespace torii::zonec {

/// A block and the owner it begins with.
struct RecordBlock {
  dns::NameView owner;
  std::vector<std::uint8_t> octets;
};

/// The host sets that the blocks refer to by number: those with more than one owner, in the order of their octets.
class HostSetNumbers {
 public:
  explicit HostSetNumbers(const Zone& zone);
  /// The number of a set, or kNone for one that stands with its owner.
  [[nodiscard]] std::uint32_t number(std::uint32_t set) const noexcept { return numbers_[set]; }
  [[nodiscard]] std::uint32_t count() const noexcept { return static_cast<std::uint32_t>(sets_.size()); }
  /// The octets of a page, which begins with set number `first`.
  [[nodiscard]] std::vector<std::uint8_t> page(std::uint32_t first) const;

 private:
  const Zone& zone_;
  std::vector<std::uint32_t> numbers_;  // by host set
  std::vector<std::uint32_t> sets_;     // by number
};

/// Packs all owners, NSEC3 owners among them, by several threads, and gives the blocks in canonical order. No block
/// has more than `octets_max`, unless one owner alone takes more.
void pack_records(const Zone& zone, const HostSetNumbers& numbers, std::size_t octets_max, unsigned threads,
                  const std::function<void(RecordBlock&&)>& take);

}  // namespace torii::zonec
