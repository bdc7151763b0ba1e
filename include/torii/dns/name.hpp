#pragma once
/// Domain names in uncompressed wire format.
///
/// `NameView` refers to the octets of a name that is known to be well formed: labels of 1 to 63 octets, the root label
/// last, 255 octets at most. `Name` owns such octets in place, without a heap. The only ways to make either from
/// foreign octets are `NameView::parse` (wire), `Name::from_text` (presentation) and the appending functions, which
/// all refuse what is not a name. `NameView::trusted` is for octets that one of these has already accepted.
/// Comparison is case-insensitive for ASCII (RFC 4343) and canonical ordering is that of RFC 4034 section 6.1.
#include <algorithm>
#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "torii/dns/types.hpp"
#include "torii/dns/wire.hpp"

namespace torii::dns {

constexpr std::uint8_t to_lower(std::uint8_t octet) noexcept {
  return octet >= 'A' && octet <= 'Z' ? static_cast<std::uint8_t>(octet + 32) : octet;
}

/// Eight octets at once to lower case; only ASCII letters change.
constexpr std::uint64_t to_lower8(std::uint64_t word) noexcept {
  constexpr std::uint64_t kOnes = 0x0101010101010101ULL;
  const std::uint64_t low7 = word & (0x7F * kOnes);
  const std::uint64_t from_a = low7 + ((0x80 - 'A') * kOnes);        // high bit: octet >= 'A'
  const std::uint64_t past_z = low7 + ((0x80 - ('Z' + 1)) * kOnes);  // high bit: octet > 'Z'
  const std::uint64_t letter = (from_a & ~past_z & ~word) & (0x80 * kOnes);
  return word | (letter >> 2);
}

/// Copies `octets` to `out` (same length) with ASCII letters lowered. Length octets of labels (0 to 63) and
/// compression pointers (192 and up) are not letters, so a whole name can be lowered in one pass.
inline void lower_copy(Octets octets, std::uint8_t* out) noexcept {
  const auto lower8 = [&](std::size_t at) {
    std::uint64_t word = 0;
    std::memcpy(&word, octets.data() + at, 8);
    word = to_lower8(word);
    std::memcpy(out + at, &word, 8);
  };
  if (octets.size() < 8) {
    for (std::size_t i = 0; i < octets.size(); ++i) out[i] = to_lower(octets[i]);
    return;
  }
  for (std::size_t i = 0; i + 8 < octets.size(); i += 8) lower8(i);
  lower8(octets.size() - 8);  // over some octets again: no loop for the rest
}

class NameView {
 public:
  /// The root.
  constexpr NameView() noexcept : data_{kRoot.data()}, size_{1} {}
  /// The name at the start of `octets`; nothing when there is no well-formed uncompressed name there.
  static constexpr std::optional<NameView> parse(Octets octets) noexcept {
    std::size_t at = 0;
    while (at < octets.size()) {
      const std::size_t label = octets[at];
      if (label > kLabelOctetsMax) return std::nullopt;
      at += 1 + label;
      if (at > kNameOctetsMax) return std::nullopt;
      if (label == 0) return NameView{octets.data(), at};
    }
    return std::nullopt;
  }
  /// For octets that are already known to be exactly one name.
  static constexpr NameView trusted(const std::uint8_t* data, std::size_t size) noexcept {
    return NameView{data, size};
  }

  [[nodiscard]] constexpr Octets octets() const noexcept { return {data_, size_}; }
  [[nodiscard]] constexpr const std::uint8_t* data() const noexcept { return data_; }
  /// Wire length in octets with the root label: 1 for the root, 4 for "jp.".
  [[nodiscard]] constexpr std::size_t size() const noexcept { return size_; }
  [[nodiscard]] constexpr bool is_root() const noexcept { return size_ == 1; }
  /// First label without its length octet; empty for the root.
  [[nodiscard]] constexpr Octets first_label() const noexcept { return {data_ + 1, data_[0]}; }
  /// The name without its first label; the root stays the root.
  [[nodiscard]] constexpr NameView parent() const noexcept {
    const std::size_t skip = is_root() ? 0 : std::size_t{1} + data_[0];
    return {data_ + skip, size_ - skip};
  }
  /// Labels without the root label.
  [[nodiscard]] constexpr std::size_t label_count() const noexcept {
    std::size_t count = 0;
    for (std::size_t at = 0; data_[at] != 0; at += std::size_t{1} + data_[at]) ++count;
    return count;
  }
  /// The suffix that has `labels` labels; the whole name when it has no more than that.
  [[nodiscard]] constexpr NameView suffix(std::size_t labels) const noexcept {
    auto name = *this;
    for (std::size_t have = label_count(); have > labels; --have) name = name.parent();
    return name;
  }
  [[nodiscard]] constexpr bool is_wildcard() const noexcept { return size_ > 2 && data_[0] == 1 && data_[1] == '*'; }
  /// True when this name is `ancestor` or below it.
  [[nodiscard]] constexpr bool is_at_or_below(NameView ancestor) const noexcept {
    if (ancestor.size_ > size_) return false;
    std::size_t at = 0;
    while (size_ - at > ancestor.size_) at += std::size_t{1} + data_[at];
    return size_ - at == ancestor.size_ && NameView{data_ + at, size_ - at} == ancestor;
  }
  [[nodiscard]] constexpr bool is_below(NameView ancestor) const noexcept {
    return size_ > ancestor.size_ && is_at_or_below(ancestor);
  }
  friend constexpr bool operator==(NameView a, NameView b) noexcept {
    if (a.size_ != b.size_) return false;
    // Names that are equal are nearly always written alike.
    if (!std::is_constant_evaluated() && std::memcmp(a.data_, b.data_, a.size_) == 0) return true;
    for (std::size_t i = 0; i < a.size_; ++i)
      if (to_lower(a.data_[i]) != to_lower(b.data_[i])) return false;
    return true;
  }
  /// Presentation format with the final dot, special octets escaped. Source: RFC 1035 section 5.1, RFC 4343
  /// section 2.1.
  [[nodiscard]] std::string text() const;

 private:
  static constexpr std::array<std::uint8_t, 1> kRoot{0};
  constexpr NameView(const std::uint8_t* data, std::size_t size) noexcept : data_{data}, size_{size} {}
  const std::uint8_t* data_;
  std::size_t size_;
};

/// Offsets of the labels of a name, leftmost first; `count` excludes the root label.
struct LabelOffsets {
  std::array<std::uint8_t, kLabelsMax + 1> at;  // the first count + 1 are set; the last is the root label's
  std::size_t count = 0;
  /// No name yet: `read` sets it.
  constexpr LabelOffsets() noexcept {}  // NOLINT: `at` stays uninitialised on purpose
  explicit constexpr LabelOffsets(NameView name) noexcept {
    const auto octets = name.octets();
    for (std::size_t i = 0; octets[i] != 0; i += std::size_t{1} + octets[i]) at[count++] = static_cast<std::uint8_t>(i);
    at[count] = static_cast<std::uint8_t>(octets.size() - 1);
  }
  /// Finds the labels of the name at the start of `octets`. Returns the name's octets; 0 when no well-formed
  /// uncompressed name is there, as NameView::parse says.
  constexpr std::size_t read(Octets octets) noexcept {
    const std::size_t end = octets.size() < kNameOctetsMax ? octets.size() : kNameOctetsMax;
    std::size_t from = 0;
    for (std::size_t number = 0; from < end; ++number) {
      at[number] = static_cast<std::uint8_t>(from);
      const std::size_t label = octets[from];
      if (label == 0) {
        count = number;
        return from + 1;
      }
      if (label > kLabelOctetsMax) return 0;
      from += 1 + label;
    }
    return 0;
  }
};

/// Canonical DNS name order. Source: RFC 4034 section 6.1 (labels from the right, lower case, as unsigned octets).
constexpr std::strong_ordering canonical_order(NameView a, NameView b) noexcept {
  const LabelOffsets la{a};
  const LabelOffsets lb{b};
  for (std::size_t i = 1; i <= la.count && i <= lb.count; ++i) {
    const auto* pa = a.data() + la.at[la.count - i];
    const auto* pb = b.data() + lb.at[lb.count - i];
    const std::size_t na = *pa++;
    const std::size_t nb = *pb++;
    for (std::size_t k = 0; k < na && k < nb; ++k)
      if (const auto order = to_lower(pa[k]) <=> to_lower(pb[k]); order != 0) return order;
    if (const auto order = na <=> nb; order != 0) return order;
  }
  return la.count <=> lb.count;
}

/// A name that owns its octets, in place.
class Name {
 public:
  constexpr Name() noexcept = default;
  constexpr explicit Name(NameView view) noexcept : size_{static_cast<std::uint8_t>(view.size())} {
    std::copy_n(view.data(), view.size(), octets_.data());
  }
  /// Nothing when `text` is no name. A name without a final dot is taken below `origin`.
  /// Source: RFC 1035 section 5.1 for escapes (`\X`, `\DDD`), RFC 4343 section 2.1.
  static std::optional<Name> from_text(std::string_view text, NameView origin = NameView{});

  [[nodiscard]] constexpr NameView view() const noexcept { return NameView::trusted(octets_.data(), size_); }
  // NOLINTNEXTLINE(google-explicit-constructor): a name is usable wherever a view of one is
  constexpr operator NameView() const noexcept { return view(); }
  [[nodiscard]] constexpr std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::string text() const { return view().text(); }
  /// Lowers the ASCII letters.
  constexpr Name& lower() noexcept {
    for (std::size_t i = 0; i < size_; ++i) octets_[i] = to_lower(octets_[i]);
    return *this;
  }
  /// `prefix` (labels without a root label) put before `suffix`; nothing when that is longer than 255 octets.
  static constexpr std::optional<Name> join(Octets prefix, NameView suffix) noexcept {
    if (prefix.size() + suffix.size() > kNameOctetsMax) return std::nullopt;
    Name name;
    for (std::size_t i = 0; i < prefix.size(); ++i) name.octets_[i] = prefix[i];
    for (std::size_t i = 0; i < suffix.size(); ++i) name.octets_[prefix.size() + i] = suffix.data()[i];
    name.size_ = static_cast<std::uint8_t>(prefix.size() + suffix.size());
    return name;
  }
  friend constexpr bool operator==(const Name& a, const Name& b) noexcept { return a.view() == b.view(); }

 private:
  std::array<std::uint8_t, kNameOctetsMax> octets_{};
  std::uint8_t size_ = 1;
};

inline std::string NameView::text() const {
  if (is_root()) return ".";
  std::string out;
  out.reserve(size_);
  for (std::size_t at = 0; data_[at] != 0; at += std::size_t{1} + data_[at]) {
    for (std::size_t k = 1; k <= data_[at]; ++k) {
      const std::uint8_t octet = data_[at + k];
      if (octet <= 0x20 || octet >= 0x7F) {
        const std::array<char, 4> escape{'\\', static_cast<char>('0' + octet / 100),
                                         static_cast<char>('0' + octet / 10 % 10), static_cast<char>('0' + octet % 10)};
        out.append(escape.data(), escape.size());
      } else {
        if (std::string_view{"\"$().;@\\"}.find(static_cast<char>(octet)) != std::string_view::npos) out += '\\';
        out += static_cast<char>(octet);
      }
    }
    out += '.';
  }
  return out;
}

inline std::optional<Name> Name::from_text(std::string_view text, NameView origin) {
  if (text.empty()) return std::nullopt;
  if (text == "@") return Name{origin};
  if (text == ".") return Name{};
  std::array<std::uint8_t, kNameOctetsMax> octets{};
  std::size_t size = 0;      // octets written, the open label's length octet included
  std::size_t label_at = 0;  // where the open label's length octet stands
  bool open = false;
  bool absolute = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '.') {
      if (!open) return std::nullopt;  // empty label
      octets[label_at] = static_cast<std::uint8_t>(size - label_at - 1);
      open = false;
      absolute = i + 1 == text.size();
      continue;
    }
    auto octet = static_cast<std::uint8_t>(c);
    if (c == '\\') {
      const auto digit = [&](std::size_t k) { return k < text.size() && text[k] >= '0' && text[k] <= '9'; };
      if (digit(i + 1)) {
        if (!digit(i + 2) || !digit(i + 3)) return std::nullopt;
        const int number = (text[i + 1] - '0') * 100 + (text[i + 2] - '0') * 10 + (text[i + 3] - '0');
        if (number > 255) return std::nullopt;
        octet = static_cast<std::uint8_t>(number);
        i += 3;
      } else {
        if (i + 1 >= text.size()) return std::nullopt;
        octet = static_cast<std::uint8_t>(text[++i]);
      }
    }
    if (!open) {
      if (size + 1 >= kNameOctetsMax) return std::nullopt;
      label_at = size++;
      open = true;
    }
    if (size - label_at > kLabelOctetsMax || size + 1 >= kNameOctetsMax + 1) return std::nullopt;
    if (size >= kNameOctetsMax - 1) return std::nullopt;  // room for the root label
    octets[size++] = octet;
  }
  if (open) octets[label_at] = static_cast<std::uint8_t>(size - label_at - 1);
  return join(Octets{octets.data(), size}, absolute ? NameView{} : origin);
}

}  // namespace torii::dns
