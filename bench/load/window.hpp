#pragma once
/// The queries that one socket or connection has outstanding. A message ID names a slot and how often it was used, so
/// an answer that comes after its query was given up is told from the answer to the slot's next query.
#include <bit>
#include <cstdint>
#include <vector>

namespace torii::bench {

/// Monotonic time. Unit: nanoseconds.
using Nanoseconds = std::int64_t;

class Window {
 public:
  struct Slot {
    Nanoseconds sent_at = 0;
    std::uint32_t query = 0;
    std::uint16_t id = 0;
    bool busy = false;
  };

  explicit Window(std::size_t slots)
      : slots_(slots), slot_bits_{static_cast<unsigned>(std::bit_width(slots - 1))}, mask_{(1U << slot_bits_) - 1} {
    for (std::size_t i = 0; i < slots; ++i) {
      slots_[i].id = static_cast<std::uint16_t>(i);
      free_.push_back(static_cast<std::uint16_t>(i));
    }
  }
  [[nodiscard]] std::size_t free() const noexcept { return free_.size(); }
  [[nodiscard]] std::size_t outstanding() const noexcept { return slots_.size() - free_.size(); }

  /// A free slot for query number `query`; there must be one. Returns the message ID.
  std::uint16_t take(std::uint32_t query, Nanoseconds now) noexcept {
    auto& slot = slots_[free_.back()];
    free_.pop_back();
    slot.id = static_cast<std::uint16_t>(slot.id + (1U << slot_bits_));
    slot.query = query;
    slot.sent_at = now;
    slot.busy = true;
    return slot.id;
  }
  /// The slot that waits for this ID; none when none does.
  [[nodiscard]] const Slot* find(std::uint16_t id) const noexcept {
    const auto at = id & mask_;
    if (at >= slots_.size()) return nullptr;
    const auto& slot = slots_[at];
    return slot.busy && slot.id == id ? &slot : nullptr;
  }
  void release(std::uint16_t id) noexcept {
    const auto at = id & mask_;
    slots_[at].busy = false;
    free_.push_back(static_cast<std::uint16_t>(at));
  }
  /// Gives up what was sent before `before`. Returns how many.
  std::size_t expire(Nanoseconds before) noexcept {
    std::size_t count = 0;
    for (const auto& slot : slots_) {
      if (!slot.busy || slot.sent_at >= before) continue;
      release(slot.id);
      ++count;
    }
    return count;
  }

 private:
  std::vector<Slot> slots_;
  std::vector<std::uint16_t> free_;
  unsigned slot_bits_;
  unsigned mask_;
};

}  // namespace torii::bench
