#pragma once
/// Finds a referral among those that stand in the answer space already, by its octets.
#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include "torii/dns/name_hash.hpp"
#include "zonec/layout/answer_space.hpp"

namespace torii::zonec {

/// Laid out referrals by their octets, so that equal ones stand once. Refers to the octets in the answer space.
class ReferralTable {
 public:
  explicit ReferralTable(const AnswerSpace& space) : space_{space} {}
  static std::uint64_t hash_of(dns::Octets octets) noexcept {
    std::uint64_t hash = octets.size();
    for (std::size_t at = 0; at < octets.size(); at += 8) {  // padded to a multiple of 8
      std::uint64_t word = 0;
      std::memcpy(&word, octets.data() + at, 8);
      hash = dns::fold_multiply(hash ^ word, dns::kHashKey0) + dns::kHashKey1;
    }
    return hash;
  }
  [[nodiscard]] image::Ref find(std::uint64_t hash, dns::Octets octets) const {
    for (auto at = hash & (slots_.size() - 1); slots_[at].ref; at = (at + 1) & (slots_.size() - 1)) {
      const auto& slot = slots_[at];
      if (slot.hash == static_cast<std::uint32_t>(hash >> 32) && slot.octets == octets.size() &&
          std::ranges::equal(space_.read(slot.ref, slot.octets), octets))
        return slot.ref;
    }
    return {};
  }
  void add(std::uint64_t hash, image::Ref ref, std::size_t octets) {
    if (2 * ++count_ > slots_.size()) grow();
    insert({hash, static_cast<std::uint32_t>(hash >> 32), static_cast<std::uint32_t>(octets), ref});
  }

 private:
  struct Slot {
    std::uint64_t whole{};
    std::uint32_t hash{};
    std::uint32_t octets{};
    image::Ref ref;
  };
  void insert(const Slot& slot) {
    auto at = slot.whole & (slots_.size() - 1);
    while (slots_[at].ref) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = slot;
  }
  void grow() {
    auto before = std::exchange(slots_, std::vector<Slot>(2 * slots_.size()));
    for (const auto& slot : before)
      if (slot.ref) insert(slot);
  }
  const AnswerSpace& space_;
  std::vector<Slot> slots_ = std::vector<Slot>(1024);
  std::size_t count_ = 0;
};

}  // namespace torii::zonec
