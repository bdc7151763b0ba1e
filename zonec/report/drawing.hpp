#pragma once
/// The pictures of a report: bars that show where the octets of a referral go, and histograms of sizes.
///
/// SVG with horizontal positions in percent, so that a picture follows the width of the page and its text does not
/// shrink with it. Colours come from classes: report.css in a page, the same rules inside a file of its own.
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "zonec/report/report.hpp"

namespace torii::zonec {

/// A stretch of the message.
struct Segment {
  std::string_view style;  // class: "question", "frames", "names", "proof", "signature", "glue", "more", "opt"
  std::uint64_t octets{};
  std::string title;  // plain text
};

/// Word for a segment's class in legends: "NS records", "host names", ...
[[nodiscard]] std::string_view style_text(std::string_view style) noexcept;
[[nodiscard]] std::span<const std::string_view> styles() noexcept;

/// In the order of the message; without EDNS neither proof nor OPT nor signatures of addresses.
[[nodiscard]] std::vector<Segment> segments_of(const Detail& detail, bool edns);

/// A bar by itself has figures on its stretches and at its lines; one among many has neither.
enum class BarSize : std::uint8_t { Large, Small };

/// `scale`: octets that the whole width stands for. `limits`: lines.
[[nodiscard]] std::string octet_bar(std::span<const Segment> segments, std::uint64_t scale,
                                    std::span<const std::uint32_t> limits, std::string_view label,
                                    BarSize size = BarSize::Large);
/// Sizes from 256 to 1536 octets, eight to a column, and one column for all beyond.
[[nodiscard]] std::string histogram(const Distribution& sizes, std::string_view label);

/// Delegations in its highest column.
[[nodiscard]] std::uint64_t highest_column(const Distribution& sizes);

/// The bars of one delegation, without EDNS and with, as a file of its own.
[[nodiscard]] std::string octet_bar_file(const Detail& detail, bool is_signed);

}  // namespace torii::zonec
