#include "zonec/report/drawing.hpp"

#include <algorithm>

#include "zonec/report/text.hpp"

namespace torii::zonec {
namespace {

constexpr std::array<std::string_view, 8> kStyles{"question",  "frames", "names", "proof",
                                                  "signature", "opt",    "glue",  "more"};
constexpr std::uint32_t kAxisFrom = 256;
constexpr std::uint32_t kAxisTo = 1536;
constexpr std::uint32_t kColumnOctets = 8;
constexpr std::uint32_t kColumns = (kAxisTo - kAxisFrom) / kColumnOctets;

std::string number(std::uint64_t value) { return std::to_string(value); }

std::string octets_text(std::uint64_t octets) { return number(octets) + (octets == 1 ? " octet" : " octets"); }

std::string title_of(const Detail& detail, const LedgerLine& line) {
  const auto host = line.host == kNoHost ? std::string{} : plain_name(detail.account.hosts[line.host].name);
  const auto records = number(line.records);
  switch (line.part) {
    case Part::Header:
      return "header";
    case Part::Question:
      return "question, QNAME of " + octets_text(detail.facts.qname);
    case Part::NsFrames:
      return records + (line.records == 1 ? " NS record" : " NS records") + " without host names";
    case Part::NsName:
      return "name of " + host;
    case Part::Ds:
      return "DS";
    case Part::Denial:
      return line.type == dns::RrType::NSEC ? "NSEC" : "NSEC3";
    case Part::Signature:
      return "RRSIG";
    case Part::Opt:
      return "OPT (EDNS)";
    case Part::GlueRequired:
    case Part::Glue:
      break;
  }
  auto text = host + (line.type == dns::RrType::A ? " A" : " AAAA");
  if (line.records > 1) text += ", " + records + " records";
  return text + (line.part == Part::GlueRequired ? ", required glue" : ", glue that may be left out");
}

std::string_view style_of(Part part) noexcept {
  switch (part) {
    case Part::Header:
    case Part::Question:
      return "question";
    case Part::NsFrames:
      return "frames";
    case Part::NsName:
      return "names";
    case Part::Ds:
    case Part::Denial:
      return "proof";
    case Part::Signature:
      return "signature";
    case Part::GlueRequired:
      return "glue";
    case Part::Glue:
      return "more";
    case Part::Opt:
      return "opt";
  }
  return "question";
}

/// Keeps the labels of limits that stand close together apart.
std::string_view anchor_of(std::uint32_t limit) noexcept {
  return limit == kBandLimits[1] ? "end" : limit == kBandLimits[2] ? "start" : "middle";
}

/// At `limit` on an axis of `scale` octets that starts at `from`.
std::string limit_line(std::uint32_t limit, std::uint32_t from, std::uint64_t scale, std::uint64_t top,
                       std::uint64_t bottom, bool label) {
  const auto at = limit - from;
  if (at > scale) return {};
  const auto x = percent(at, scale);
  auto out = "<line class=\"limit\" x1=\"" + x + "\" x2=\"" + x + "\" y1=\"" + number(top) + "\" y2=\"" +
             number(bottom) + "\"/>";
  if (label)
    out += "<text class=\"limit\" x=\"" + x + "\" y=\"" + number(top - 3) + "\" text-anchor=\"" +
           std::string{anchor_of(limit)} + "\">" + number(limit) + "</text>";
  return out;
}

/// What all neighbours of one class add up to, in their middle, where there is room for it.
std::string figures(std::span<const Segment> segments, std::uint64_t scale, std::uint64_t y) {
  std::string out;
  std::uint64_t at = 0;
  for (std::size_t i = 0; i < segments.size();) {
    std::uint64_t octets = 0;
    const auto first = i;
    for (; i < segments.size() && segments[i].style == segments[first].style; ++i) octets += segments[i].octets;
    if (octets * 1000 >= scale * 65) {
      // On a plate of its own colour, so that seams between records do not cross it.
      const auto text = number(octets);
      const auto half = text.size() * 4 + 2;
      out += "<svg class=\"plate\" x=\"" + percent(2 * at + octets, 2 * scale) + "\" y=\"" + number(y) +
             "\" aria-hidden=\"true\"><rect class=\"" + std::string{segments[first].style} + "\" x=\"-" + number(half) +
             "\" y=\"-13\" width=\"" + number(2 * half) +
             "\" height=\"17\"/><text class=\"figure\" text-anchor=\"middle\">" + text + "</text></svg>";
    }
    at += octets;
  }
  return out;
}

/// Rectangles and lines of a bar; the top of it at `y`.
std::string bar_body(std::span<const Segment> segments, std::uint64_t scale, std::span<const std::uint32_t> limits,
                     std::uint64_t y, std::uint64_t height, bool labels) {
  std::string out;
  std::uint64_t at = 0;
  for (const auto& segment : segments) {
    if (segment.octets == 0) continue;
    out += "<rect class=\"" + std::string{segment.style} + "\" x=\"" + percent(at, scale) + "\" y=\"" + number(y) +
           "\" width=\"" + percent(segment.octets, scale) + "\" height=\"" + number(height) + "\"><title>" +
           html_text(segment.title) + ": " + octets_text(segment.octets) + "</title></rect>";
    at += segment.octets;
  }
  if (labels) out += figures(segments, scale, y + height / 2 + 4);
  for (const auto limit : limits) out += limit_line(limit, 0, scale, y - 4, y + height + 4, labels);
  return out;
}

/// The last one is for all beyond the axis.
std::vector<std::uint64_t> columns_of(const Distribution& sizes) {
  std::vector<std::uint64_t> columns(kColumns + 1);
  for (const auto& [octets, count] : sizes.points()) {
    const auto column = octets <= kAxisFrom ? 0 : (octets - kAxisFrom - 1) / kColumnOctets;
    columns[std::min(column, kColumns)] += count;
  }
  return columns;
}

std::uint64_t total_of(std::span<const Segment> segments) {
  std::uint64_t total = 0;
  for (const auto& segment : segments) total += segment.octets;
  return total;
}

}  // namespace

std::string_view style_text(std::string_view style) noexcept {
  constexpr std::array<std::string_view, 8> kTexts{"header and question", "NS records", "host names",
                                                   "DS or its proof",     "signatures", "OPT",
                                                   "required glue",       "other glue"};
  const auto at = std::ranges::find(kStyles, style) - kStyles.begin();
  return kTexts.at(static_cast<std::size_t>(at));
}

std::span<const std::string_view> styles() noexcept { return kStyles; }

std::vector<Segment> segments_of(const Detail& detail, bool edns) {
  std::vector<Segment> out;
  std::vector<Segment> glue;
  for (const auto& line : detail.ledger) {
    const bool is_glue = line.part == Part::GlueRequired || line.part == Part::Glue;
    const bool only_edns =
        line.part == Part::Ds || line.part == Part::Denial || line.part == Part::Signature || line.part == Part::Opt;
    if (only_edns && !edns) continue;
    auto octets = std::uint64_t{line.octets};
    if (is_glue && !edns) octets = line.records * (line.type == dns::RrType::A ? 16U : 28U);
    (is_glue ? glue : out).push_back({style_of(line.part), octets, title_of(detail, line)});
  }
  // OPT is sent last, but no server drops it, so here it stands with what must go.
  std::ranges::move(glue, std::back_inserter(out));
  return out;
}

std::string octet_bar(std::span<const Segment> segments, std::uint64_t scale, std::span<const std::uint32_t> limits,
                      std::string_view label, BarSize size) {
  const bool large = size == BarSize::Large;
  return "<svg class=\"bar\" width=\"100%\" height=\"" + std::string{large ? "50" : "22"} +
         "\" role=\"img\" aria-label=\"" + html_text(label) + "\">" +
         bar_body(segments, scale, limits, large ? 18 : 4, large ? 26 : 14, large) + "</svg>";
}

std::uint64_t highest_column(const Distribution& sizes) {
  const auto columns = columns_of(sizes);
  return *std::ranges::max_element(columns);
}

std::string histogram(const Distribution& sizes, std::string_view label) {
  const auto columns = columns_of(sizes);
  const auto most = *std::ranges::max_element(columns);
  constexpr std::uint64_t kTop = 22;
  constexpr std::uint64_t kBase = 162;
  constexpr std::uint64_t kWide = kColumns + 3;  // of column widths; the one for all beyond is three wide
  std::string out =
      "<svg class=\"histogram\" width=\"100%\" height=\"186\" role=\"img\" aria-label=\"" + html_text(label) + "\">";
  const auto x_of = [&](std::uint64_t octets) { return percent(octets - kAxisFrom, kWide * kColumnOctets); };
  for (std::uint32_t i = 0; i <= kColumns; ++i) {
    const auto count = columns[i];
    if (count == 0) continue;
    const bool beyond = i == kColumns;
    const auto from = kAxisFrom + i * kColumnOctets;
    const auto upto = from + kColumnOctets;
    std::size_t band = 0;
    while (band < kBandLimits.size() && from >= kBandLimits.at(band)) ++band;
    // Tenths of a pixel; a single delegation among a million is still seen.
    const auto tall = std::max<std::uint64_t>(25, count * (kBase - kTop) * 10 / most);
    const auto tenths = [](std::uint64_t value) { return number(value / 10) + "." + number(value % 10); };
    const auto x = beyond ? percent(kColumns + 1, kWide) : percent(i, kWide);
    out += "<rect class=\"band" + number(band) + "\" x=\"" + x + "\" y=\"" + tenths(kBase * 10 - tall) + "\" width=\"" +
           percent(beyond ? 2 : 1, kWide) + "\" height=\"" + tenths(tall) + "\"><title>" +
           (beyond ? "more than " + number(kAxisTo) : number(from + 1) + " to " + number(upto)) +
           " octets: " + grouped(count) + "</title></rect>";
  }
  out += "<line class=\"axis\" x1=\"0\" x2=\"100%\" y1=\"" + number(kBase) + "\" y2=\"" + number(kBase) + "\"/>";
  for (const auto limit : kBandLimits) out += limit_line(limit, kAxisFrom, kWide * kColumnOctets, 18, kBase, true);
  for (const std::uint32_t octets : {300U, 700U, 1000U, 1500U})
    out += "<text class=\"tick\" x=\"" + x_of(octets) + "\" y=\"178\" text-anchor=\"middle\">" + number(octets) +
           "</text>";
  return out + "</svg>";
}

std::string octet_bar_file(const Detail& detail, bool is_signed) {
  constexpr std::uint64_t kScale = 1500;
  const auto plain = segments_of(detail, false);
  const auto edns = segments_of(detail, true);
  const auto scale = std::max({kScale, total_of(plain), total_of(edns)});
  const auto name = html_text(plain_name(detail.account.owner));
  std::string out =
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"760\" height=\"224\" viewBox=\"0 0 760 224\" role=\"img\" "
      "aria-labelledby=\"t\">\n<title id=\"t\">Octets of the referral for " +
      name + ": " + number(total_of(plain)) + " without EDNS, " + number(total_of(edns)) +
      " with</title>\n<style>svg{overflow:visible}text{font:13px "
      "system-ui,sans-serif;fill:#1a1f27}.limit{stroke:#1a1f27;stroke-dasharray:3 "
      "2;"
      "font-size:12px}text.limit{stroke:none}text.figure{fill:#fff}rect{stroke:#fff;stroke-width:.7}.page,.plate rect{"
      "stroke:none}.page{fill:#fff}.question{fill:#5b6470}.frames{fill:#0b4f8a}.names{fill:#2b78bd}.proof{"
      "fill:#6d2f94}.signature{fill:#a352c4}.opt{fill:#137057}.glue{fill:#b14a00}.more{fill:#8c6a00}</style>\n"
      "<rect class=\"page\" width=\"760\" height=\"224\"/>\n";
  const auto add = [&](std::span<const Segment> segments, std::uint64_t y, std::string_view what) {
    out += "<text x=\"16\" y=\"" + number(y - 26) + "\">" + name + ", " + std::string{what} + ": " +
           number(total_of(segments)) + " octets</text>\n<svg x=\"16\" width=\"728\" height=\"206\">" +
           bar_body(segments, scale, kBandLimits, y, 28, true) + "</svg>\n";
  };
  add(plain, 48, "without EDNS");
  add(edns, 128, is_signed ? "with EDNS and DO" : "with EDNS");
  std::uint64_t x = 16;
  std::uint64_t y = 182;
  for (const auto style : kStyles) {
    const auto has = std::ranges::any_of(edns, [&](const Segment& one) { return one.style == style; });
    if (!has) continue;
    const auto wide = 36 + style_text(style).size() * 7;
    if (x + wide > 760) {
      x = 16;
      y += 22;
    }
    out += "<rect class=\"" + std::string{style} + "\" x=\"" + number(x) + "\" y=\"" + number(y) +
           "\" width=\"12\" height=\"12\"/>" + "<text x=\"" + number(x + 17) + "\" y=\"" + number(y + 11) + "\">" +
           std::string{style_text(style)} + "</text>\n";
    x += wide;
  }
  return out + "</svg>\n";
}

}  // namespace torii::zonec
