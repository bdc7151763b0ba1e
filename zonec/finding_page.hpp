#pragma once
#include <string_view>

namespace torii::zonec {

/// docs/findings.md as it was when this was built.
[[nodiscard]] std::string_view finding_page() noexcept;

}  // namespace torii::zonec
