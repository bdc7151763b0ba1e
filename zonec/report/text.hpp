#pragma once
/// Zone data on its way into HTML, SVG and JSON. A name can hold any octet; NameView::text leaves printable ASCII, and
/// what that may still mean to a browser is taken from it here.
#include <cstdint>
#include <string>
#include <string_view>

#include "torii/dns/name.hpp"

namespace torii::zonec {

/// Without the final dot, but "." for the root.
[[nodiscard]] std::string plain_name(dns::NameView name);
/// For text and for attributes in double quotes. Octets outside printable ASCII become U+FFFD.
[[nodiscard]] std::string html_text(std::string_view text);
/// For the part of a link behind `#`.
[[nodiscard]] std::string link_text(std::string_view text);
/// JSON that can stand inside a `<script>` element: no `<`, `>` nor `&`.
[[nodiscard]] std::string script_json(std::string_view json);
/// 1234567 as "1 234 567", with a narrow no-break space.
[[nodiscard]] std::string grouped(std::uint64_t number);
/// `part` of `whole` in percent, three digits behind the point; for SVG.
[[nodiscard]] std::string percent(std::uint64_t part, std::uint64_t whole);
/// "12.3 %", ">99.9 %", "<0.1 %"; never 0 or 100 unless it is.
[[nodiscard]] std::string share(std::uint64_t part, std::uint64_t whole);

}  // namespace torii::zonec
