#include "bench/zonegen/order.hpp"

#include <algorithm>

namespace torii::bench {

Order::Order(const Registry& registry) {
  if (!registry.shape().canonical) return;
  const auto count = registry.shape().delegations;
  sorted_.reserve(count);
  for (std::uint32_t index = 0; index < count; ++index) {
    const auto label = registry.label(index);
    std::uint64_t prefix = 0;
    for (std::size_t i = 0; i < 8; ++i)
      prefix = prefix << 8 | (i < label.text().size() ? static_cast<std::uint8_t>(label.text()[i]) : 0U);
    sorted_.push_back({prefix, index});
  }
  std::sort(sorted_.begin(), sorted_.end(), [&](const Entry& a, const Entry& b) {
    if (a.prefix != b.prefix) return a.prefix < b.prefix;
    return registry.label(a.index).text() < registry.label(b.index).text();
  });
}

}  // namespace torii::bench
