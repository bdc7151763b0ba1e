#pragma once
/// The served half of an image as the answering code sees it: bounds-checked access to its structures, no ownership.
///
/// A View is a table of segment addresses. Every reference is checked against its segment, and every structure with a
/// variable tail is checked as a whole when it is opened, so code that holds a `BlockView`, `NodeView` or
/// `ReferralView` may read all of it. What fails a check opens as an empty view, and the
/// caller answers SERVFAIL. Nothing here trusts that the image was written by zonec.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <optional>

#include "torii/dns/name.hpp"
#include "torii/dns/name_hash.hpp"
#include "torii/dns/wire.hpp"
#include "torii/image/format.hpp"

namespace torii::image {

struct BlockView {
  const Block* head = nullptr;
  const std::uint16_t* relocations = nullptr;
  const std::uint8_t* owner = nullptr;   // labels in front of the apex; head->owner_octets of them
  const std::uint8_t* octets = nullptr;  // plain, then signatures
  explicit operator bool() const noexcept { return head != nullptr; }
};

struct NodeView {
  const Node* head = nullptr;
  const std::uint8_t* labels = nullptr;
  const SetEntry* sets = nullptr;
  explicit operator bool() const noexcept { return head != nullptr; }
  [[nodiscard]] bool is(std::uint8_t flag) const noexcept { return (head->flags & flag) != 0; }
  /// The block of the RRset of `type`; Ref{} when there is none.
  [[nodiscard]] Ref find(std::uint16_t type) const noexcept {
    for (std::size_t i = 0; i < head->set_count; ++i)
      if (sets[i].type == type) return sets[i].block;
    return {};
  }
};

struct ReferralView {
  const Referral* head = nullptr;
  const LadderStep* steps = nullptr;
  const std::uint16_t* ns_relocations = nullptr;
  const std::uint16_t* glue_relocations = nullptr;
  const std::uint8_t* ns = nullptr;
  const std::uint8_t* glue = nullptr;
  explicit operator bool() const noexcept { return head != nullptr; }
};

struct ZoneView {
  const ZoneHeader* head = nullptr;
  const std::uint8_t* apex = nullptr;
  const std::uint8_t* salt_data = nullptr;
  explicit operator bool() const noexcept { return head != nullptr; }
  [[nodiscard]] dns::NameView apex_name() const noexcept { return dns::NameView::trusted(apex, head->apex_octets); }
  [[nodiscard]] dns::Octets salt() const noexcept { return {salt_data, head->salt_octets}; }
};

/// What a probe of an index came to.
enum class Probe : std::uint8_t { Miss, Hit, Damaged };

class View {
 public:
  /// Octets that must be readable behind the names to look up, so that they can be compared in words.
  static constexpr std::size_t kPadOctets = 8;

  View() noexcept = default;

  /// Appends a segment's payload; `octets` at an address that is a multiple of eight.
  void add_segment(dns::Octets octets) noexcept {
    if (count_ == kSegmentsMax) return;
    segments_[count_++] = octets;
    if (count_ > 1) return;
    const auto* super = get<Superblock>(kSuperblock);
    if (super != nullptr && super->magic == kSuperblockMagic && super->format_version == kFormatVersion) super_ = super;
  }
  [[nodiscard]] bool empty() const noexcept { return count_ == 0; }

  /// `octets` octets at `ref`; null when they do not lie within one segment.
  [[nodiscard]] const std::uint8_t* at(Ref ref, std::uint64_t octets) const noexcept {
    const auto place = find(ref.octet());
    return octets <= place.left ? place.data : nullptr;
  }

  template <class T>
  [[nodiscard]] const T* get(Ref ref) const noexcept {
    return reinterpret_cast<const T*>(at(ref, sizeof(T)));
  }

  /// Null when there is none of this format.
  [[nodiscard]] const Superblock* superblock() const noexcept { return super_; }

  [[nodiscard]] BlockView block(Ref ref) const noexcept {
    const auto place = find(ref.octet());
    const auto* head = place.head<Block>();
    if (!ref || head == nullptr) return {};
    const std::size_t tail =
        std::size_t{2} * head->relocations + head->owner_octets + head->plain_octets + head->signature_octets;
    if (head->plain_relocations > head->relocations || sizeof(Block) + tail > place.left) return {};
    const auto* relocations = reinterpret_cast<const std::uint16_t*>(head + 1);
    const auto* owner = reinterpret_cast<const std::uint8_t*>(relocations + head->relocations);
    return {head, relocations, owner, owner + head->owner_octets};
  }

  [[nodiscard]] NodeView node(Ref ref) const noexcept {
    const auto place = find(ref.octet());
    const auto* head = place.head<Node>();
    if (!ref || head == nullptr) return {};
    const std::size_t labels = (std::size_t{head->name_octets} + 7) / 8 * 8;
    if (sizeof(Node) + labels + sizeof(SetEntry) * head->set_count > place.left) return {};
    const auto* name = reinterpret_cast<const std::uint8_t*>(head + 1);
    return {head, name, reinterpret_cast<const SetEntry*>(name + labels)};
  }

  [[nodiscard]] ReferralView referral(Ref ref) const noexcept {
    const auto place = find(ref.octet());
    const auto* head = place.head<Referral>();
    if (!ref || head == nullptr) return {};
    const std::uint64_t tail = std::uint64_t{head->step_count} * sizeof(LadderStep) +
                               2 * (std::uint64_t{head->ns_relocations} + head->glue_relocations) + head->ns_octets +
                               head->glue_octets;
    if (sizeof(Referral) + tail > place.left) return {};
    ReferralView view{.head = head};
    view.steps = reinterpret_cast<const LadderStep*>(head + 1);
    view.ns_relocations = reinterpret_cast<const std::uint16_t*>(view.steps + head->step_count);
    view.glue_relocations = view.ns_relocations + head->ns_relocations;
    view.ns = reinterpret_cast<const std::uint8_t*>(view.glue_relocations + head->glue_relocations);
    view.glue = view.ns + head->ns_octets;
    return view;
  }

  /// Optional additional RRsets behind the block at `ref`, which must be there; null when there are none.
  [[nodiscard]] ReferralView additional(Ref ref) const noexcept {
    const auto found = block(ref);
    if (!found || (found.head->flags & kBlockAdditional) == 0) return {};
    const std::size_t octets = sizeof(Block) + std::size_t{2} * found.head->relocations + found.head->owner_octets +
                               found.head->plain_octets + found.head->signature_octets;
    return referral({ref.unit + static_cast<std::uint32_t>((octets + 7) / 8)});
  }

  /// Looks up the node of `labels` (lower case, in front of the zone's apex, kPadOctets readable behind them) whose
  /// hash is `hash`.
  Probe find_node(const ZoneView& zone, std::uint64_t hash, dns::Octets labels, NodeView& found) const noexcept {
    const auto* head = zone.head;
    for (std::uint32_t i = 0; i <= std::min(head->index_probe_max, kProbeBound); ++i) {
      const auto slot_number = static_cast<std::uint32_t>(hash + i) & head->index_mask;
      const auto* slot = slot_at(head->index, slot_number);
      if (slot == nullptr) return Probe::Damaged;
      if (!slot->ref) return Probe::Miss;
      if (slot->fingerprint != static_cast<std::uint32_t>(hash >> 32)) continue;
      const auto candidate = node(slot->ref);
      if (!candidate) return Probe::Damaged;
      if (candidate.head->name_octets == labels.size() && are_equal(labels, candidate.labels)) {
        found = candidate;
        return Probe::Hit;
      }
    }
    return Probe::Miss;
  }

  /// What the index has under `hash`, going by the fingerprint alone; Ref{} when there is no such name.
  [[nodiscard]] Ref candidate(const ZoneView& zone, std::uint64_t hash) const noexcept {
    const auto* head = zone.head;
    for (std::uint32_t i = 0; i <= std::min(head->index_probe_max, kProbeBound); ++i) {
      const auto* slot = slot_at(head->index, static_cast<std::uint32_t>(hash + i) & head->index_mask);
      if (slot == nullptr || !slot->ref) return {};
      if (slot->fingerprint == static_cast<std::uint32_t>(hash >> 32)) return slot->ref;
    }
    return {};
  }

  /// Ask for memory that will be read soon; where there is none, nothing happens.
  void prefetch(Ref ref, std::size_t octets) const noexcept {
    const auto place = find(ref.octet());
    for (std::size_t at = 0; at < octets && at < place.left; at += kLineOctets) ask_for(place.data + at);
    if (octets <= place.left && octets > 0) ask_for(place.data + octets - 1);
  }
  void prefetch_slot(const ZoneView& zone, std::uint64_t hash) const noexcept {
    ask_for(slot_at(zone.head->index, static_cast<std::uint32_t>(hash) & zone.head->index_mask));
  }
  void prefetch_chain(const ZoneView& zone, std::uint32_t number) const noexcept { ask_for(chain_entry(zone, number)); }

  /// The zone whose apex is exactly `name` (lower case, of `labels` labels), whose hash is `hash`.
  Probe find_zone(const Superblock& super, std::uint64_t hash, dns::NameView name, std::size_t labels,
                  ZoneView& found) const noexcept {
    for (std::uint32_t i = 0; i <= std::min(super.zone_probe_max, kProbeBound); ++i) {
      const auto* slot = slot_at(super.zone_index, static_cast<std::uint32_t>(hash + i) & super.zone_mask);
      if (slot == nullptr) return Probe::Damaged;
      if (!slot->ref) return Probe::Miss;
      if (slot->fingerprint != static_cast<std::uint32_t>(hash >> 32)) continue;
      const auto candidate = unchecked_zone(slot->ref);
      if (!candidate) return Probe::Damaged;
      // An apex with the octets and labels of a good name is one: no need to parse it.
      if (candidate.head->apex_octets == name.size() && candidate.head->apex_labels == labels &&
          std::memcmp(candidate.apex, name.data(), name.size()) == 0) {
        found = candidate;
        return Probe::Hit;
      }
    }
    return Probe::Miss;
  }

  /// Entry `number` of a zone's chain; null when out of bounds.
  [[nodiscard]] const ChainEntry* chain_entry(const ZoneView& zone, std::uint32_t number) const noexcept {
    return find(zone.head->chain.octet() + std::uint64_t{number} * sizeof(ChainEntry)).head<ChainEntry>();
  }
  /// All entries of a zone's chain, when they lie within one segment; else null, and each is to be asked for.
  [[nodiscard]] const ChainEntry* whole_chain(const ZoneView& zone) const noexcept {
    const auto place = find(zone.head->chain.octet());
    return std::uint64_t{zone.head->chain_count} * sizeof(ChainEntry) <= place.left
               ? reinterpret_cast<const ChainEntry*>(place.data)
               : nullptr;
  }

 private:
  static constexpr std::size_t kLineOctets = 64;  // of a cache line
  static void ask_for(const void* line) noexcept {
    __builtin_prefetch(line);
    // Without this GCC 12 takes a function that only prefetches for one without effect, and leaves its calls out.
    asm volatile("");  // NOLINT(hicpp-no-assembler)
  }
  /// Nothing is known of the apex but that its octets are there.
  [[nodiscard]] ZoneView unchecked_zone(Ref ref) const noexcept {
    const auto place = find(ref.octet());
    const auto* head = place.head<ZoneHeader>();
    if (!ref || head == nullptr || head->magic != kZoneMagic) return {};
    if (sizeof(ZoneHeader) + head->apex_octets + head->salt_octets > place.left) return {};
    const auto* apex = reinterpret_cast<const std::uint8_t*>(head + 1);
    return {head, apex, apex + head->apex_octets};
  }
  /// `padded` has kPadOctets more behind it; `stored` is followed by zeros up to a multiple of eight.
  static bool are_equal(dns::Octets padded, const std::uint8_t* stored) noexcept {
    const auto word = [](const std::uint8_t* from) {
      std::uint64_t value = 0;
      std::memcpy(&value, from, sizeof value);
      return value;
    };
    std::size_t at = 0;
    for (; at + 8 < padded.size(); at += 8)
      if (word(padded.data() + at) != word(stored + at)) return false;
    const auto mask = ~std::uint64_t{0} >> (8 * (at + 8 - padded.size()) & 63);
    return padded.empty() || ((word(padded.data() + at) ^ word(stored + at)) & mask) == 0;
  }
  /// An address, and how many octets of its segment follow: none where there is nothing.
  struct Place {
    const std::uint8_t* data;
    std::uint64_t left;
    template <class T>
    [[nodiscard]] const T* head() const noexcept {
      return sizeof(T) <= left ? reinterpret_cast<const T*>(data) : nullptr;
    }
  };
  [[nodiscard]] Place find(std::uint64_t address) const noexcept {
    const auto number = address >> kSegmentBits;
    if (number >= kSegmentsMax) return {nullptr, 0};
    const auto segment = segments_[number];  // those there are not have no octets
    const auto offset = address & (kSegmentOctetsMax - 1);
    if (offset > segment.size()) return {nullptr, 0};
    return {segment.data() + offset, segment.size() - offset};
  }
  [[nodiscard]] const Slot* slot_at(Ref table, std::uint32_t number) const noexcept {
    return find(table.octet() + std::uint64_t{number} * sizeof(Slot)).head<Slot>();
  }

  std::array<dns::Octets, kSegmentsMax> segments_{};
  std::uint32_t count_ = 0;
  const Superblock* super_ = nullptr;
};

}  // namespace torii::image
