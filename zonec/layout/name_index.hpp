#pragma once
/// The open-addressing hash index of the image: power-of-two tables of eight-octet slots, linear probing, bounded.
///
/// Entries stand in the order of where their probes start, each as near to it as that order allows. A reader needs to
/// know nothing of that; but it makes the longest probe short (a dozen or two at ten million names, where the order of
/// arrival gives more than a hundred), and the table is written from front to back.
#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

#include "torii/dns/name_hash.hpp"
#include "zonec/layout/answer_space.hpp"
#include "zonec/parallel/in_order.hpp"

namespace torii::zonec {

/// Longest probe the compiler accepts: beyond it, it draws another seed, and after some draws a larger table.
inline constexpr std::uint32_t kProbeMax = 24;

struct NameIndex {
  std::vector<image::Slot> slots;
  std::uint64_t seed{};
  std::uint32_t probe_max{};
  [[nodiscard]] std::uint32_t mask() const noexcept { return static_cast<std::uint32_t>(slots.size() - 1); }
};

namespace detail {

struct IndexEntry {
  std::uint32_t home;  // slot that its probes start at
  image::Slot slot;
};

/// The entries by home, those of one home in the order given.
template <class Hash, class GetRef>
std::vector<IndexEntry> entries_by_home(std::size_t count, std::uint64_t seed, std::size_t size, unsigned threads,
                                        const Hash& hash, const GetRef& ref) {
  // First into partitions of the table that fit the caches, then each by itself.
  const unsigned home_bits = static_cast<unsigned>(std::bit_width(size - 1));
  const unsigned shift = home_bits > 14 ? home_bits - std::min(home_bits - 14, 10U) : home_bits;
  const auto partitions = std::size_t{1} << (home_bits - shift);
  const auto ranges = (count + kRangeElements - 1) / kRangeElements;
  std::vector<std::uint64_t> hashes(count);
  std::vector<std::vector<std::uint32_t>> next(ranges);
  each(ranges, threads, [&](std::size_t range) {
    next[range].assign(partitions, 0);
    for (auto i = range * kRangeElements; i < std::min(count, (range + 1) * kRangeElements); ++i) {
      hashes[i] = hash(seed, i);
      ++next[range][(hashes[i] & (size - 1)) >> shift];
    }
  });
  std::vector<std::size_t> first(partitions + 1);
  std::uint32_t at = 0;
  for (std::size_t partition = 0; partition < partitions; ++partition) {
    first[partition] = at;
    for (auto& range : next) at += std::exchange(range[partition], at);
  }
  first[partitions] = at;
  std::vector<IndexEntry> entries(count);
  each(ranges, threads, [&](std::size_t range) {
    for (auto i = range * kRangeElements; i < std::min(count, (range + 1) * kRangeElements); ++i) {
      const auto home = static_cast<std::uint32_t>(hashes[i] & (size - 1));
      entries[next[range][home >> shift]++] = {home, {static_cast<std::uint32_t>(hashes[i] >> 32), ref(i)}};
    }
  });
  each(partitions, threads, [&](std::size_t partition) {
    const auto begin = entries.begin() + static_cast<std::ptrdiff_t>(first[partition]);
    const auto end = entries.begin() + static_cast<std::ptrdiff_t>(first[partition + 1]);
    std::stable_sort(begin, end, [](const IndexEntry& a, const IndexEntry& b) { return a.home < b.home; });
  });
  return entries;
}

/// Where each entry goes: calls `place(entry, slot)` with slots that ascend, some perhaps past the end of the table,
/// when the first `taken` slots are not free. Returns: how many lie past the end.
template <class Place>
std::uint32_t place_entries(const std::vector<IndexEntry>& entries, std::size_t size, std::uint32_t taken,
                            const Place& place) {
  std::uint64_t free = taken;
  for (const auto& entry : entries) {
    free = std::max<std::uint64_t>(free, entry.home);
    place(entry, free);
    ++free;
  }
  return free > size ? static_cast<std::uint32_t>(free - size) : 0;
}

}  // namespace detail

/// Builds the index over `count` entries; `hash(seed, i)` is entry i's hash, `ref(i)` what its slot holds. Both are
/// called by several threads.
template <class Hash, class GetRef>
NameIndex build_name_index(std::size_t count, std::uint64_t seed, const Hash& hash, const GetRef& ref,
                           unsigned threads = 1) {
  NameIndex index;
  auto size = std::bit_ceil(count + count / 2 + 1);  // load 1/3 to 2/3
  for (unsigned draw = 1;; ++draw) {
    const auto entries = detail::entries_by_home(count, seed, size, threads, hash, ref);
    // What would stand past the end goes round to the front, where those slots are then taken. The table is never full,
    // so this settles.
    std::uint32_t taken = 0;
    const auto nothing = [](const detail::IndexEntry&, std::uint64_t) {};
    for (std::uint32_t more = 0; (more = detail::place_entries(entries, size, taken, nothing)) != taken;) taken = more;
    index.seed = seed;
    index.slots.assign(size, image::Slot{});
    std::uint64_t longest = 0;
    detail::place_entries(entries, size, taken, [&](const detail::IndexEntry& entry, std::uint64_t at) {
      index.slots[at & (size - 1)] = entry.slot;
      longest = std::max(longest, at - entry.home);
    });
    index.probe_max = static_cast<std::uint32_t>(longest);
    if (longest <= kProbeMax) return index;
    seed = dns::fold_multiply(seed ^ dns::kHashKey0, dns::kHashKey1 + draw);
    if (draw % 4 == 0) size *= 2;
  }
}

/// Writes the table and gives its memory back.
inline image::Ref write_name_index(NameIndex& index, AnswerSpace& space) {
  const auto ref = space.allocate_table(index.slots.size() * sizeof(image::Slot));
  constexpr std::size_t kSlotsAtOnce = 4096;  // a power of two, so that they lie within one segment
  for (std::size_t i = 0; i < index.slots.size(); i += kSlotsAtOnce) {
    const auto count = std::min(kSlotsAtOnce, index.slots.size() - i);
    space.write_table(ref.octet() + i * sizeof(image::Slot),
                      {reinterpret_cast<const std::uint8_t*>(index.slots.data() + i), count * sizeof(image::Slot)});
  }
  return ref;
}

}  // namespace torii::zonec
