#pragma once
/// Text for formats that want UTF-8: a path or a comment need not be.
#include <string>
#include <string_view>

namespace torii::zonec {

/// Octets that are no UTF-8 become U+FFFD.
[[nodiscard]] std::string to_utf8(std::string_view text);

/// For XML 1.0, in text and in attributes: markup escaped; what is no UTF-8, and characters that XML cannot have,
/// become U+FFFD. Source: XML 1.0 section 2.2.
[[nodiscard]] std::string to_xml(std::string_view text);

/// A path as a relative URI reference. Source: RFC 3986 section 2.1.
[[nodiscard]] std::string to_uri(std::string_view path);

}  // namespace torii::zonec
