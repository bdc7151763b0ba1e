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
  View() noexcept = default;

  /// Appends a segment's payload; `octets` at an address that is a multiple of eight.
  void add_segment(dns::Octets octets) noexcept {
    if (count_ < kSegmentsMax) segments_[count_++] = octets;
  }
  [[nodiscard]] bool empty() const noexcept { return count_ == 0; }

  /// `octets` octets at `ref`; null when they do not lie within one segment.
  [[nodiscard]] const std::uint8_t* at(Ref ref, std::uint64_t octets) const noexcept {
    return at_octet(ref.octet(), octets);
  }

  template <class T>
  [[nodiscard]] const T* get(Ref ref) const noexcept {
    return reinterpret_cast<const T*>(at(ref, sizeof(T)));
  }

  [[nodiscard]] const Superblock* superblock() const noexcept {
    const auto* block = get<Superblock>(kSuperblock);
    return block != nullptr && block->magic == kSuperblockMagic && block->format_version == kFormatVersion ? block
                                                                                                           : nullptr;
  }

  [[nodiscard]] BlockView block(Ref ref) const noexcept {
    const auto* head = ref ? get<Block>(ref) : nullptr;
    if (head == nullptr) return {};
    const std::size_t tail =
        std::size_t{2} * head->relocations + head->owner_octets + head->plain_octets + head->signature_octets;
    if (head->plain_relocations > head->relocations || at(ref, sizeof(Block) + tail) == nullptr) return {};
    const auto* relocations = reinterpret_cast<const std::uint16_t*>(head + 1);
    const auto* owner = reinterpret_cast<const std::uint8_t*>(relocations + head->relocations);
    return {head, relocations, owner, owner + head->owner_octets};
  }

  [[nodiscard]] NodeView node(Ref ref) const noexcept {
    const auto* head = ref ? get<Node>(ref) : nullptr;
    if (head == nullptr) return {};
    const std::size_t labels = (std::size_t{head->name_octets} + 7) / 8 * 8;
    if (at(ref, sizeof(Node) + labels + sizeof(SetEntry) * head->set_count) == nullptr) return {};
    const auto* name = reinterpret_cast<const std::uint8_t*>(head + 1);
    return {head, name, reinterpret_cast<const SetEntry*>(name + labels)};
  }

  [[nodiscard]] ReferralView referral(Ref ref) const noexcept {
    const auto* head = ref ? get<Referral>(ref) : nullptr;
    if (head == nullptr) return {};
    const std::uint64_t tail = std::uint64_t{head->step_count} * sizeof(LadderStep) +
                               2 * (std::uint64_t{head->ns_relocations} + head->glue_relocations) + head->ns_octets +
                               head->glue_octets;
    if (at(ref, sizeof(Referral) + tail) == nullptr) return {};
    ReferralView view{.head = head};
    view.steps = reinterpret_cast<const LadderStep*>(head + 1);
    view.ns_relocations = reinterpret_cast<const std::uint16_t*>(view.steps + head->step_count);
    view.glue_relocations = view.ns_relocations + head->ns_relocations;
    view.ns = reinterpret_cast<const std::uint8_t*>(view.glue_relocations + head->glue_relocations);
    view.glue = view.ns + head->ns_octets;
    return view;
  }

  [[nodiscard]] ZoneView zone(Ref ref) const noexcept {
    const auto* head = ref ? get<ZoneHeader>(ref) : nullptr;
    if (head == nullptr || head->magic != kZoneMagic) return {};
    if (at(ref, sizeof(ZoneHeader) + head->apex_octets + head->salt_octets) == nullptr) return {};
    const auto* apex = reinterpret_cast<const std::uint8_t*>(head + 1);
    const auto parsed = dns::NameView::parse({apex, head->apex_octets});
    if (!parsed || parsed->size() != head->apex_octets || parsed->label_count() != head->apex_labels) return {};
    return {head, apex, apex + head->apex_octets};
  }

  /// Looks up the node of `labels` (lower case, in front of the zone's apex) whose hash is `hash`.
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
      if (candidate.head->name_octets == labels.size() && std::equal(labels.begin(), labels.end(), candidate.labels)) {
        found = candidate;
        return Probe::Hit;
      }
    }
    return Probe::Miss;
  }

  /// The zone whose apex is exactly `name` (lower case).
  Probe find_zone(const Superblock& super, dns::NameView name, ZoneView& found) const noexcept {
    const auto hash = dns::hash_name(super.seed, name);
    for (std::uint32_t i = 0; i <= std::min(super.zone_probe_max, kProbeBound); ++i) {
      const auto* slot = slot_at(super.zone_index, static_cast<std::uint32_t>(hash + i) & super.zone_mask);
      if (slot == nullptr) return Probe::Damaged;
      if (!slot->ref) return Probe::Miss;
      if (slot->fingerprint != static_cast<std::uint32_t>(hash >> 32)) continue;
      const auto candidate = zone(slot->ref);
      if (!candidate) return Probe::Damaged;
      if (candidate.apex_name() == name) {
        found = candidate;
        return Probe::Hit;
      }
    }
    return Probe::Miss;
  }

  /// Entry `number` of a zone's chain; null when out of bounds.
  [[nodiscard]] const ChainEntry* chain_entry(const ZoneView& zone, std::uint32_t number) const noexcept {
    return reinterpret_cast<const ChainEntry*>(
        at_octet(zone.head->chain.octet() + std::uint64_t{number} * sizeof(ChainEntry), sizeof(ChainEntry)));
  }

 private:
  [[nodiscard]] const std::uint8_t* at_octet(std::uint64_t address, std::uint64_t octets) const noexcept {
    const auto number = address >> kSegmentBits;
    if (number >= count_) return nullptr;
    const auto segment = segments_[number];
    const auto offset = address & (kSegmentOctetsMax - 1);
    if (offset > segment.size() || octets > segment.size() - offset) return nullptr;
    return segment.data() + offset;
  }
  [[nodiscard]] const Slot* slot_at(Ref table, std::uint32_t number) const noexcept {
    return reinterpret_cast<const Slot*>(at_octet(table.octet() + std::uint64_t{number} * sizeof(Slot), sizeof(Slot)));
  }

  std::array<dns::Octets, kSegmentsMax> segments_{};
  std::uint32_t count_ = 0;
};

}  // namespace torii::image
