#pragma once
/// What a registry's zone holds, delegation by delegation, each computed from its index: which hosters serve it,
/// whether its hosts lie in it, how many DS records it has. Nothing is kept but the Zipf tables, whatever the size.
///
/// Delegations 0 to `sibling_hosters` - 1 have hosts of their own with glue, and serve some of the others as sibling
/// domains. All other facts are draws.
#include <cstdint>
#include <string>

#include "bench/zonegen/names.hpp"
#include "bench/zonegen/random.hpp"

namespace torii::bench {

enum class Denial : std::uint8_t { Unsigned, Nsec, Nsec3 };

struct Shape {
  std::uint64_t seed = 1;
  std::uint32_t delegations = 1'000'000;
  std::string origin = "test.";
  std::uint32_t hosters = 5'000;  ///< distinct NS sets outside the zone
  double in_domain_share = 0.14;  ///< of the delegations: hosts in the delegation itself, with glue
  double dual_stack_share = 0.5;  ///< of these: AAAA beside A
  double sibling_share = 0.04;    ///< of the delegations: hosts in another delegation of the zone
  double ds_share = 0;            ///< of the delegations; 0 in an unsigned zone
  Denial denial = Denial::Unsigned;
  bool opt_out = true;          ///< NSEC3 records for names with DS only (RFC 5155 section 6)
  std::uint8_t algorithm = 13;  ///< 13: 64 octets a signature; 8: 160 octets (1280 bits)
  bool canonical = true;        ///< text in canonical order; otherwise in the order of the indices
  std::uint32_t serial = 2026010100;
};

enum class Hosting : std::uint8_t { Hoster, Sibling, InDomain };

struct Delegation {
  Hosting hosting = Hosting::Hoster;
  std::uint32_t provider = 0;  ///< hoster's number, or sibling's index
  std::uint8_t hosts = 2;
  bool dual_stack = false;
  std::uint8_t ds = 0;
};

/// A hoster's hosts: `hosts` of them, in one or two domains outside the zone.
struct Hoster {
  Label domain;
  std::uint8_t hosts = 2;
  std::uint8_t style = 0;  ///< of the hosts' first labels
};

class Registry {
 public:
  explicit Registry(const Shape& shape);

  [[nodiscard]] const Shape& shape() const noexcept { return shape_; }
  [[nodiscard]] Label label(std::uint32_t index) const noexcept { return label_of(index, name_key_); }
  [[nodiscard]] Delegation delegation(std::uint32_t index) const noexcept;
  [[nodiscard]] Hoster hoster(std::uint32_t number) const noexcept;
  [[nodiscard]] std::uint32_t sibling_hosters() const noexcept { return siblings_; }

 private:
  Shape shape_;
  std::uint32_t name_key_;
  std::uint32_t hoster_key_;
  std::uint32_t siblings_;
  Zipf hoster_ranks_;
  Zipf sibling_ranks_;
};

/// The first label of host `k` (0, 1, ...) in a style: "ns1", "dns1", "a.ns", ...
[[nodiscard]] std::string host_label(std::uint8_t style, std::uint32_t k);

}  // namespace torii::bench
