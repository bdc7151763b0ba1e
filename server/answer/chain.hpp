#pragma once
/// Searching the NSEC or NSEC3 chain for the link that covers a name which does not exist.
/// Source: RFC 4035 section 3.1.3.2, RFC 5155 section 7.2.
#include <algorithm>
#include <cstdint>

#include "torii/dns/nsec3_hash.hpp"
#include "torii/dns/sort_key.hpp"
#include "torii/image/view.hpp"

namespace torii::server {

/// First twelve octets of what a chain is ordered by, as in image::ChainEntry.
struct ChainKey {
  std::uint64_t high{};
  std::uint32_t low{};
};

/// Last entry that is not after the wanted one; the last of all when every entry is (the chain is a ring).
/// `tie(entry)` orders an entry whose first twelve octets equal the key's: true when it is not after the wanted one.
/// `position_hint`: where to look first. Null when the chain is empty or damaged.
template <class Entries, class Tie>
const image::ChainEntry* search_chain(const Entries& entries, std::uint32_t count, ChainKey key,
                                      std::uint32_t position_hint, const Tie& tie) noexcept {
  if (count == 0) return nullptr;
  bool damaged = false;
  const auto not_after = [&](std::uint32_t number) {
    const image::ChainEntry* entry = entries(number);
    if (entry == nullptr) {
      damaged = true;
      return false;
    }
    if (entry->high != key.high) return entry->high < key.high;
    if (entry->low != key.low) return entry->low < key.low;
    return static_cast<bool>(tie(*entry));
  };
  // Gallop from the hint: entries below `low` are not after the key, those from `high` on are.
  std::uint32_t low = 0;
  std::uint32_t high = count;
  std::uint32_t hint = std::min(position_hint, count - 1);
  for (std::uint32_t step = 1; low < high; step = step < count ? step * 2 : count) {
    if (not_after(hint)) {
      low = hint + 1;
      if (low >= high || high - low <= step) break;
      hint = std::min(hint + step, high - 1);
    } else {
      high = hint;
      if (high <= low || high - low <= step) break;
      hint = hint > low + step ? hint - step : low;
    }
  }
  while (low < high) {
    const std::uint32_t middle = low + (high - low) / 2;
    if (not_after(middle))
      low = middle + 1;
    else
      high = middle;
  }
  if (damaged) return nullptr;
  return entries(low == 0 ? count - 1 : low - 1);
}

/// The same in the chain of `zone`.
template <class Tie>
const image::ChainEntry* search_chain(const image::View& view, const image::ZoneView& zone, ChainKey key,
                                      std::uint32_t position_hint, const Tie& tie) noexcept {
  const std::uint32_t count = zone.head->chain_count;
  if (const auto* whole = view.whole_chain(zone); whole != nullptr)
    return search_chain([whole](std::uint32_t number) { return whole + number; }, count, key, position_hint, tie);
  return search_chain([&](std::uint32_t number) { return view.chain_entry(zone, number); }, count, key, position_hint,
                      tie);
}

/// Block of the NSEC that covers `name`, which is at or below the apex of `zone`.
inline image::Ref find_nsec_cover(const image::View& view, const image::ZoneView& zone, dns::NameView name) noexcept {
  const dns::SortKey key{name, zone.head->apex_labels};
  const ChainKey wanted{key.word(0), static_cast<std::uint32_t>(key.word(8) >> 32)};
  const auto tie = [&](const image::ChainEntry& entry) {
    const auto block = view.block(entry.block);
    if (!block) return false;
    // Labels of the owner in front of the apex, closed with a root label: orders as the names do.
    std::array<std::uint8_t, dns::kNameOctetsMax + 1> owner{};
    std::copy_n(block.owner, block.head->owner_octets, owner.begin());
    const auto parsed = dns::NameView::parse({owner.data(), std::size_t{block.head->owner_octets} + 1});
    if (!parsed) return false;
    const auto theirs = dns::SortKey{*parsed};
    return !std::ranges::lexicographical_compare(key.octets(), theirs.octets());
  };
  const auto* entry = search_chain(view, zone, wanted, zone.head->chain_count / 2, tie);
  return entry == nullptr ? image::Ref{} : entry->block;
}

/// Where in the chain `hash` is to be looked for first: hashes are uniform, so the position follows from the value.
inline std::uint32_t nsec3_position(const image::ZoneView& zone, const dns::Nsec3Hash& hash) noexcept {
  return static_cast<std::uint32_t>(std::uint64_t{dns::load_u32(hash.data())} * zone.head->chain_count >> 32);
}

/// A better place to look first: how far the entry at `position` is from `high` says how many entries lie between them.
/// From an error of some sqrt(count) each step leaves about the square root.
template <class Entries>
std::uint32_t interpolate(const Entries& entries, std::uint32_t count, std::uint64_t high,
                          std::uint32_t position) noexcept {
  constexpr int kStepsMax = 3;
  for (int i = 0; i < kStepsMax; ++i) {
    const image::ChainEntry* entry = entries(position);
    if (entry == nullptr) return position;
    const auto there = static_cast<std::int64_t>(entry->high >> 32);
    const auto wanted = static_cast<std::int64_t>(high >> 32);
    // Half of both factors: a damaged image may state any count, and the product stays below 2^63.
    const std::int64_t step = (wanted - there) * static_cast<std::int64_t>(count / 2) / (std::int64_t{1} << 31);
    if (step == 0) return position;
    position = static_cast<std::uint32_t>(std::clamp<std::int64_t>(position + step, 0, std::int64_t{count} - 1));
  }
  return position;
}

/// Block of the NSEC3 that covers (or matches) `hash`.
inline image::Ref find_nsec3_cover(const image::View& view, const image::ZoneView& zone,
                                   const dns::Nsec3Hash& hash) noexcept {
  ChainKey wanted{};
  for (std::size_t i = 0; i < 8; ++i) wanted.high = wanted.high << 8 | hash[i];
  for (std::size_t i = 8; i < 12; ++i) wanted.low = wanted.low << 8 | hash[i];
  const auto tie = [&](const image::ChainEntry& entry) {
    const auto block = view.block(entry.block);
    const auto label = dns::nsec3_label(hash);
    return block && block.head->owner_octets == 1 + label.size() &&
           !std::lexicographical_compare(label.begin(), label.end(), block.owner + 1, block.owner + 1 + label.size());
  };
  const auto entries = [&](std::uint32_t number) { return view.chain_entry(zone, number); };
  const std::uint32_t count = zone.head->chain_count;
  const auto position = count == 0 ? 0 : interpolate(entries, count, wanted.high, nsec3_position(zone, hash));
  const auto* entry = search_chain(view, zone, wanted, position, tie);
  return entry == nullptr ? image::Ref{} : entry->block;
}

/// Block of the NSEC3 that covers (or matches) the hash of `name`.
inline image::Ref find_nsec3_cover(const image::View& view, const image::ZoneView& zone, dns::NameView name) noexcept {
  return find_nsec3_cover(view, zone, dns::nsec3_hash(name, zone.salt(), zone.head->nsec3_iterations));
}

}  // namespace torii::server
