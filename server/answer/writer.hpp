#pragma once
/// Writes a response: header, question, whole RRsets, and the OPT record whose room is kept from the start.
#include <array>
#include <cstring>
#include <span>

#include "torii/dns/types.hpp"
#include "torii/dns/wire.hpp"
#include "torii/image/view.hpp"

namespace torii::server {

enum class Section : std::uint8_t { Answer = 0, Authority = 1, Additional = 2 };

/// Where the bases of marks stand in the message being written. Offsets from its start.
struct Bases {
  std::size_t owner{};
  std::size_t apex{};
};

/// How an owner that is not in the message yet is written: so many octets of the block's owner labels, then a pointer
/// to `tail` (0: the root label). No octets: the owner is there, at Bases::owner.
struct Spelling {
  std::size_t octets{};
  std::size_t tail{};
};

/// Result of adding something: added, left out for want of room, or the image is damaged.
enum class Put : std::uint8_t { Done, NoRoom, Damaged };

class ResponseWriter {
 public:
  /// `limit`: octets the response may have; `reserved` of them are kept for what `take` adds at the end.
  ResponseWriter(std::span<std::uint8_t> out, std::size_t limit, std::size_t reserved) noexcept
      : out_{out.data()}, limit_{limit < out.size() ? limit : out.size()}, reserved_{reserved} {}

  /// Starts over with the request's header and question, `octets` of them.
  void start(dns::Octets request, std::size_t octets) noexcept {
    std::memcpy(out_, request.data(), octets);
    std::memset(out_ + 2, 0, dns::kHeaderOctets - 2);
    out_[5] = octets > dns::kHeaderOctets ? 1 : 0;  // QDCOUNT
    size_ = octets;
    counts_ = {};
  }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::size_t room() const noexcept {
    return limit_ >= size_ + reserved_ ? limit_ - size_ - reserved_ : 0;
  }
  [[nodiscard]] const std::uint8_t* data() const noexcept { return out_; }
  [[nodiscard]] std::uint8_t* at(std::size_t offset) noexcept { return out_ + offset; }

  /// Copies `octets` of laid-out RRs and turns their marks into pointers. `self`: offset of the block's start.
  /// `first` is the position of `octets` in the list's counting. Relocations at or past the end are left for later.
  Put put_octets(dns::Octets octets, std::span<const std::uint16_t> relocations, std::size_t first, Bases bases,
                 std::size_t self) noexcept {
    if (octets.size() > room()) return Put::NoRoom;
    std::uint8_t* const to = out_ + size_;
    std::memcpy(to, octets.data(), octets.size());
    const std::array<std::size_t, 4> base{bases.owner, bases.apex, self, 0};
    std::size_t targets = 0;  // all of them, ORed
    const std::size_t position_end = octets.size() < 2 ? 0 : octets.size() - 1;
    for (const std::size_t position : relocations) {
      const std::size_t at = position - first;  // below `first`: a huge number
      if (at >= position_end) return Put::Damaged;
      const std::size_t value = dns::load_u16(to + at);
      const std::size_t target = base[value >> 14] + (value & dns::kPointerMax);
      targets |= target;
      dns::store_u16(to + at, static_cast<std::uint16_t>(0xC000U | target));
    }
    if (targets > dns::kPointerMax) return Put::NoRoom;  // out of a pointer's reach (RFC 1035 section 4.1.4)
    size_ += octets.size();
    return Put::Done;
  }

  /// Adds an RRset, with its signatures when `signatures`. With a spelling, the first RR's owner is written out, and
  /// the others point to it.
  Put put_block(Section section, const image::BlockView& block, Bases bases, bool signatures,
                Spelling spelling) noexcept {
    if (!block) return Put::Damaged;
    const auto& head = *block.head;
    const bool root_owner = (head.flags & image::kBlockRootOwner) != 0;
    const std::size_t octets = std::size_t{head.plain_octets} + (signatures ? head.signature_octets : 0U);
    const std::size_t relocations = signatures ? head.relocations : head.plain_relocations;
    const std::span all{block.relocations, relocations};
    const auto before = size_;
    Put result = Put::Done;
    if (spelling.octets == 0 || root_owner) {
      if (bases.owner > dns::kPointerMax && !root_owner) return Put::NoRoom;
      result = put_octets({block.octets, octets}, all, 0, bases, before);
    } else {
      if (octets < 2 || relocations < 1 || spelling.octets > head.owner_octets) return Put::Damaged;
      bases.owner = before;
      result = put_spelled({block.owner, spelling.octets}, spelling.tail);
      if (result == Put::Done) result = put_octets({block.octets + 2, octets - 2}, all.subspan(1), 2, bases, size_ - 2);
    }
    if (result != Put::Done) {
      size_ = before;
      return result;
    }
    count(section, head.plain_records + (signatures ? head.signature_records : 0U));
    return Put::Done;
  }

  /// Raw octets, uncounted; the caller has built whole RRs. False when there is no room.
  bool put_raw(dns::Octets octets) noexcept {
    if (octets.size() > room()) return false;
    if (!octets.empty()) std::memcpy(out_ + size_, octets.data(), octets.size());
    size_ += octets.size();
    return true;
  }
  /// Room for `octets`, for the caller to fill; null when there is none.
  [[nodiscard]] std::uint8_t* claim(std::size_t octets) noexcept {
    if (octets > room()) return nullptr;
    std::uint8_t* const at = out_ + size_;
    size_ += octets;
    return at;
  }
  void count(Section section, std::size_t records) noexcept { counts_[static_cast<std::size_t>(section)] += records; }
  [[nodiscard]] std::size_t counted(Section section) const noexcept {
    return counts_[static_cast<std::size_t>(section)];
  }
  /// Goes back to `size` octets; the caller takes care of counts.
  void rewind(std::size_t size) noexcept { size_ = size; }
  /// From now on `reserved` octets are kept for the end.
  void keep(std::size_t reserved) noexcept { reserved_ = reserved; }

  /// Sets flags and counts. Source: RFC 1035 section 4.1.1.
  void finish(std::uint16_t flags) noexcept {
    dns::store_u16(out_ + 2, flags);
    for (std::size_t i = 0; i < counts_.size(); ++i)
      dns::store_u16(out_ + 6 + 2 * i, static_cast<std::uint16_t>(counts_[i]));
  }

 private:
  Put put_spelled(dns::Octets labels, std::size_t tail_at) noexcept {
    if (tail_at > dns::kPointerMax || !put_raw(labels)) return Put::NoRoom;
    std::array<std::uint8_t, 2> tail{};
    if (tail_at == 0) return put_raw({tail.data(), 1}) ? Put::Done : Put::NoRoom;  // the root
    dns::store_u16(tail.data(), static_cast<std::uint16_t>(0xC000U | tail_at));
    return put_raw(tail) ? Put::Done : Put::NoRoom;
  }

  std::uint8_t* out_;
  std::size_t limit_;
  std::size_t reserved_;
  std::size_t size_ = 0;
  std::array<std::size_t, 3> counts_{};
};

}  // namespace torii::server
