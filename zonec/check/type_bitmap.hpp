#pragma once
/// The type bitmaps of NSEC and NSEC3. Source: RFC 4034 section 4.1.2.
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "torii/dns/types.hpp"
#include "torii/dns/wire.hpp"
#include "zonec/model/zone.hpp"

namespace torii::zonec {

/// A set of types in ascending order, and its encoding.
class TypeSet {
 public:
  void clear() noexcept { types_.clear(); }
  /// In any order, each type once or more often.
  void add(dns::RrType type);
  [[nodiscard]] const std::vector<dns::RrType>& types() const noexcept { return types_; }
  [[nodiscard]] bool has(dns::RrType type) const noexcept;
  static TypeSet decode(dns::Octets bitmap);
  /// True when `bitmap`, which is well formed, says exactly this set.
  [[nodiscard]] bool is_encoded_by(dns::Octets bitmap) const noexcept;

 private:
  std::vector<dns::RrType> types_;
};

/// "lacks AAAA; has TXT, which is not there": how `said` differs from `expected`.
[[nodiscard]] std::string difference_text(const TypeSet& expected, const TypeSet& said);

/// The types that the NSEC or NSEC3 record of `owner` has to name, without NSEC and NSEC3 themselves and RRSIG.
/// Source: RFC 4034 section 4.1.2, RFC 5155 section 7.1: at a delegation only NS and DS are the zone's.
void collect_types(const Zone& zone, const Owner& owner, TypeSet& types);

}  // namespace torii::zonec
