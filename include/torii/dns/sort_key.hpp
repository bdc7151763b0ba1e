#pragma once
/// Names as octet strings whose plain order (memcmp, then length) is the canonical order of RFC 4034 section 6.1.
///
/// Labels from the right; each octet in lower case, with 0x00 written 0x01 0x01 and 0x01 written 0x01 0x02; each label
/// ended by 0x00. So a label that is a prefix of another sorts first, and a name sorts before all below it.
/// At most 504 octets for a name of 255: four labels with 250 octets of content, each doubled, and four ends.
#include <array>
#include <cstdint>
#include <cstring>
#include <optional>

#include "torii/dns/name.hpp"

namespace torii::dns {

inline constexpr std::size_t kSortKeyOctetsMax = 504;

class SortKey {
 public:
  /// The key of `name` without its last `skip_labels` labels: of a name relative to its zone's apex.
  explicit constexpr SortKey(NameView name, std::size_t skip_labels = 0) noexcept {
    const LabelOffsets labels{name};
    for (std::size_t i = labels.count - (skip_labels < labels.count ? skip_labels : labels.count); i > 0; --i) {
      const auto* label = name.data() + labels.at[i - 1];
      for (std::size_t k = 1; k <= label[0]; ++k) {
        const std::uint8_t octet = to_lower(label[k]);
        if (octet <= 1) {
          octets_[size_++] = 1;
          octets_[size_++] = static_cast<std::uint8_t>(octet + 1);
        } else {
          octets_[size_++] = octet;
        }
      }
      octets_[size_++] = 0;
    }
  }
  [[nodiscard]] constexpr Octets octets() const noexcept { return {octets_.data(), size_}; }
  /// Octets `from` to `from + 8` as a big-endian number, zeros past the end: orders like the key, up to ties.
  [[nodiscard]] constexpr std::uint64_t word(std::size_t from) const noexcept {
    std::uint64_t value = 0;
    for (std::size_t i = from; i < from + 8; ++i) value = value << 8 | (i < size_ ? octets_[i] : 0U);
    return value;
  }

  /// The relative name that `key` was made from, below `suffix`; nothing when `key` is no such key.
  static constexpr std::optional<Name> decode(Octets key, NameView suffix) noexcept {
    // Labels come out right to left, so the name is built from the end of a buffer.
    std::array<std::uint8_t, kNameOctetsMax> out{};
    std::size_t start = out.size();
    std::size_t at = 0;
    while (at < key.size()) {
      std::array<std::uint8_t, kLabelOctetsMax> label{};
      std::size_t length = 0;
      while (at < key.size() && key[at] != 0) {
        std::uint8_t octet = key[at++];
        if (octet == 1) {
          if (at >= key.size() || key[at] < 1 || key[at] > 2) return std::nullopt;
          octet = static_cast<std::uint8_t>(key[at++] - 1);
        }
        if (length == label.size()) return std::nullopt;
        label[length++] = octet;
      }
      if (at++ >= key.size() || length == 0 || start < length + 1) return std::nullopt;
      start -= length;
      for (std::size_t i = 0; i < length; ++i) out[start + i] = label[i];
      out[--start] = static_cast<std::uint8_t>(length);
    }
    return Name::join(Octets{out.data() + start, out.size() - start}, suffix);
  }

 private:
  std::array<std::uint8_t, kSortKeyOctetsMax + 8> octets_;  // the first size_ are set
  std::size_t size_ = 0;
};

}  // namespace torii::dns
