#include "bench/zonegen/registry.hpp"

#include <algorithm>

namespace torii::bench {
namespace {

constexpr std::uint8_t kStyles = 8;
/// Of twenty NS sets one has three hosts, one has four, the others two.
std::uint8_t host_count(std::uint64_t draw) noexcept { return draw == 0 ? 4 : draw == 1 ? 3 : 2; }

}  // namespace

Registry::Registry(const Shape& shape)
    : shape_{shape},
      name_key_{static_cast<std::uint32_t>(mix64(shape.seed))},
      hoster_key_{static_cast<std::uint32_t>(mix64(shape.seed) >> 32)},
      siblings_{std::clamp(shape.delegations / 1000, 1U, 500U)},
      hoster_ranks_{std::max(shape.hosters, 1U)},
      sibling_ranks_{siblings_} {}

Delegation Registry::delegation(std::uint32_t index) const noexcept {
  Random random{shape_.seed, Purpose::Delegation, index};
  Delegation out;
  const double at = random.unit();
  if (index < siblings_ || at < shape_.in_domain_share) {
    out.hosting = Hosting::InDomain;
    out.dual_stack = random.chance(shape_.dual_stack_share);
  } else if (at < shape_.in_domain_share + shape_.sibling_share) {
    out.hosting = Hosting::Sibling;
    out.provider = static_cast<std::uint32_t>(sibling_ranks_(random));
  } else {
    out.provider = static_cast<std::uint32_t>(hoster_ranks_(random));
  }
  if (out.hosting == Hosting::Hoster) out.hosts = hoster(out.provider).hosts;
  // A registrar turns DNSSEC on for all of a kind or for none, but that would tie DS to popularity; here it is a draw.
  if (shape_.denial != Denial::Unsigned && random.chance(shape_.ds_share)) out.ds = random.chance(0.05) ? 2 : 1;
  return out;
}

Hoster Registry::hoster(std::uint32_t number) const noexcept {
  Random random{shape_.seed, Purpose::Hoster, number};
  Hoster out;
  out.domain = label_of(number, hoster_key_);
  out.hosts = host_count(random.below(20));
  out.style = static_cast<std::uint8_t>(random.below(kStyles));
  return out;
}

std::string host_label(std::uint8_t style, std::uint32_t k) {
  const auto letter = static_cast<char>('a' + k);
  const auto digit = static_cast<char>('1' + k);
  switch (style) {
    case 1:
      return std::string{"dns"} + digit;
    case 2:
      return std::string{letter} + ".ns";
    case 3:
      return std::string{"ns"} + digit + ".dns";
    case 4:
      return std::string{"ns-"} + letter;
    case 5:
      return std::string{"pdns0"} + digit;
    default:
      return std::string{"ns"} + digit;
  }
}

}  // namespace torii::bench
