#pragma once
/// The open-addressing hash index of the image: power-of-two tables of eight-octet slots, linear probing, bounded.
#include <bit>
#include <cstdint>
#include <vector>

#include "torii/dns/name_hash.hpp"
#include "zonec/layout/answer_space.hpp"

namespace torii::zonec {

/// Longest probe the compiler accepts: beyond it, it draws another seed, and after some draws a larger table.
inline constexpr std::uint32_t kProbeMax = 24;

struct NameIndex {
  std::vector<image::Slot> slots;
  std::uint64_t seed{};
  std::uint32_t probe_max{};
  [[nodiscard]] std::uint32_t mask() const noexcept { return static_cast<std::uint32_t>(slots.size() - 1); }
};

/// Builds the index over `count` entries; `hash(seed, i)` is entry i's hash, `ref(i)` what its slot holds.
template <class Hash, class GetRef>
NameIndex build_name_index(std::size_t count, std::uint64_t seed, const Hash& hash, const GetRef& ref) {
  NameIndex index;
  auto size = std::bit_ceil(count + count / 2 + 1);  // load 1/3 to 2/3
  for (unsigned draw = 1;; ++draw) {
    index.seed = seed;
    index.slots.assign(size, image::Slot{});
    index.probe_max = 0;
    bool good = true;
    for (std::size_t i = 0; i < count && good; ++i) {
      const std::uint64_t value = hash(seed, i);
      auto at = static_cast<std::size_t>(value) & (size - 1);
      std::uint32_t probes = 0;
      for (; index.slots[at].ref; at = (at + 1) & (size - 1)) ++probes;
      index.slots[at] = {static_cast<std::uint32_t>(value >> 32), ref(i)};
      index.probe_max = std::max(index.probe_max, probes);
      good = probes <= kProbeMax;
    }
    if (good) return index;
    seed = dns::fold_multiply(seed ^ dns::kHashKey0, dns::kHashKey1 + draw);
    if (draw % 4 == 0) size *= 2;
  }
}

inline image::Ref write_name_index(const NameIndex& index, AnswerSpace& space) {
  const auto ref = space.allocate_table(index.slots.size() * sizeof(image::Slot));
  for (std::size_t i = 0; i < index.slots.size(); ++i)
    if (index.slots[i].ref) space.write_value(ref.octet() + i * sizeof(image::Slot), index.slots[i]);
  return ref;
}

}  // namespace torii::zonec
