#pragma once
/// What does not change from page to page, word for word as the browser reads it.
#include <string_view>

namespace torii::zonec {

extern const std::string_view kPageStyle;
extern const std::string_view kPageScript;

}  // namespace torii::zonec
