#pragma once
/// Counts allocations: link torii_counting_new, which replaces the global operator new.
#include <cstdint>

namespace torii::testing {
[[nodiscard]] std::uint64_t allocation_count() noexcept;
}
