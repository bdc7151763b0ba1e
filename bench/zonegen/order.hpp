#pragma once
/// The order of delegations in the text: canonical (RFC 4034 section 6.1), or that of their indices.
#include <cstdint>
#include <vector>

#include "bench/zonegen/registry.hpp"

namespace torii::bench {

class Order {
 public:
  explicit Order(const Registry& registry);
  /// Index of the delegation that comes at `position`.
  [[nodiscard]] std::uint32_t at(std::uint32_t position) const noexcept {
    return sorted_.empty() ? position : sorted_[position].index;
  }

 private:
  struct Entry {
    std::uint64_t prefix;  ///< the label's first eight octets
    std::uint32_t index;
  };
  std::vector<Entry> sorted_;
};

}  // namespace torii::bench
