#include "zonec/judge/qname.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace torii::zonec {
namespace {

/// What a label is made of: letters and digits first, then every other octet, for owners that have a host at each.
constexpr std::array<std::uint8_t, 256 - 26> filler_octets() {
  std::array<std::uint8_t, 256 - 26> octets{};
  std::size_t count = 0;
  for (std::uint8_t c = 'x'; c <= 'z'; ++c) octets[count++] = c;
  for (std::uint8_t c = 'a'; c < 'x'; ++c) octets[count++] = c;
  for (std::uint8_t c = '0'; c <= '9'; ++c) octets[count++] = c;
  octets[count++] = '-';
  octets[count++] = '_';
  for (unsigned c = 0; c < 256; ++c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const bool digit = c >= '0' && c <= '9';
    if (!letter && !digit && c != '-' && c != '_') octets[count++] = static_cast<std::uint8_t>(c);
  }
  return octets;
}

/// The label left of `owner` in `host`, length octet first; nothing when `host` is not below `owner`.
std::optional<dns::Octets> label_left_of(dns::NameView owner, dns::NameView host) {
  if (!host.is_below(owner)) return std::nullopt;
  auto name = host;
  while (name.parent().size() > owner.size()) name = name.parent();
  return dns::Octets{name.data(), std::size_t{1} + name.data()[0]};
}

bool same_label(dns::Octets a, dns::Octets b) {
  return std::ranges::equal(a, b, [](auto x, auto y) { return dns::to_lower(x) == dns::to_lower(y); });
}

}  // namespace

dns::Name longest_qname(dns::NameView owner, std::span<const dns::NameView> hosts, QnameShape shape) {
  static constexpr auto kFiller = filler_octets();
  const std::size_t room = dns::kNameOctetsMax - owner.size();
  if (room < 2) return dns::Name{owner};
  std::array<std::uint8_t, dns::kNameOctetsMax> prefix{};
  const std::size_t whole = shape == QnameShape::Long ? dns::kLabelOctetsMax + 1 : 2;
  // Labels from the left, the odd one first. A lone octet cannot be a label: it goes to, or is taken from, another.
  std::size_t at = 0;
  std::size_t last = 0;  // where the label left of `owner` begins
  while (at < room) {
    const std::size_t left = room - at;
    std::size_t octets = left % whole != 0 ? left % whole : whole;
    if (octets == 1) octets = shape == QnameShape::Long ? whole - 1 : whole + 1;
    last = at;
    prefix[at] = static_cast<std::uint8_t>(octets - 1);
    std::fill_n(prefix.begin() + static_cast<std::ptrdiff_t>(at) + 1, octets - 1, kFiller[0]);
    at += octets;
  }
  const dns::Octets left_label{prefix.data() + last, std::size_t{1} + prefix[last]};
  for (const auto filler : kFiller) {
    std::fill_n(prefix.begin() + static_cast<std::ptrdiff_t>(last) + 1, prefix[last], filler);
    const bool taken = std::ranges::any_of(hosts, [&](dns::NameView host) {
      const auto theirs = label_left_of(owner, host);
      return theirs && same_label(*theirs, left_label);
    });
    if (!taken) break;
  }
  return *dns::Name::join(dns::Octets{prefix.data(), room}, owner);
}

dns::Name other_case(dns::NameView name) noexcept {
  std::array<std::uint8_t, dns::kNameOctetsMax> octets{};
  std::size_t at = 0;
  while (at < name.size()) {
    const std::size_t label = name.data()[at];
    octets[at] = name.data()[at];
    for (std::size_t i = at + 1; i <= at + label; ++i) {
      const std::uint8_t lower = dns::to_lower(name.data()[i]);
      const bool is_letter = lower >= 'a' && lower <= 'z';
      octets[i] = is_letter ? static_cast<std::uint8_t>(name.data()[i] ^ 0x20U) : name.data()[i];
    }
    at += 1 + label;
  }
  return dns::Name{dns::NameView::trusted(octets.data(), name.size())};
}

}  // namespace torii::zonec
