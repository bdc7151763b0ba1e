/// The sections with pictures, and those for the script.
#include "zonec/report/drawing.hpp"
#include "zonec/report/html_parts.hpp"
#include "zonec/report/text.hpp"
#include "zonec/report/writers.hpp"

namespace torii::zonec {
namespace {

const Distribution& of(const Report& report, Measure measure) { return report.sizes.at(index(measure)); }

std::string verdict(const Report& report) {
  const auto errors = report.by_worst_severity[4];
  const auto warnings = report.by_worst_severity[3];
  const auto all = counted(report.delegations, "delegation");
  if (errors + warnings == 0)
    return "<p class=\"verdict good\">Every delegation meets every rule of severity warning and error.</p>\n";
  std::string out = "<p class=\"verdict " + std::string{errors > 0 ? "bad" : "fair"} + "\">";
  if (errors > 0)
    out += grouped(errors) + " of " + all + (errors == 1 ? " misses" : " miss") + " a rule of severity error";
  if (errors > 0 && warnings > 0) out += ", " + grouped(warnings) + " more one of severity warning";
  if (errors == 0)
    out += grouped(warnings) + " of " + all + (warnings == 1 ? " misses" : " miss") +
           " a rule of severity warning, none an error";
  return out + ".</p>\n";
}

std::string tile(const std::string& figure, const std::string& what, const std::string& more) {
  return "<div class=\"tile\"><dt>" + what + "</dt><dd><b>" + figure + "</b><span>" + more + "</span></dd></div>\n";
}

std::string octets_words(std::uint64_t octets) { return counted(octets, "octet"); }

std::string delegation_link(const dns::Name& name) {
  return "<a class=\"name\" href=\"#d=" + link_text(name.text()) + "\">" + html_text(plain_name(name)) + "</a>";
}

std::string room_words(std::int64_t room) {
  return room >= 0 ? octets_words(static_cast<std::uint64_t>(room)) + " to spare"
                   : octets_words(static_cast<std::uint64_t>(-room)) + " over";
}

std::string miss_words(const Detail& detail) {
  std::string out;
  for (const auto& miss : detail.misses)
    if (miss.severity >= Severity::Notice)
      out += (out.empty() ? "; misses " : ", ") + html_text(miss.policy) + " (" +
             std::string{severity_text(miss.severity)} + ")";
  return out;
}

std::string worst_item(const Detail& detail, bool edns) {
  const auto room = edns ? detail.sizes.edns_room() : detail.sizes.plain_room();
  const auto segments = segments_of(detail, edns);
  std::uint64_t total = 0;
  for (const auto& segment : segments) total += segment.octets;
  return "<li>" + delegation_link(detail.account.owner) + " <b class=\"" + (room < 0 ? "over" : "spare") + "\">" +
         room_words(room) + "</b> <span>" + counted(detail.account.hosts.size(), "host") + "; " + octets_words(total) +
         " with all glue" + miss_words(detail) + "</span>\n" +
         octet_bar(segments, std::max<std::uint64_t>(1500, total), kBandLimits,
                   "Octets of the referral for " + plain_name(detail.account.owner) + ": " + std::to_string(total),
                   BarSize::Small) +
         "</li>\n";
}

/// Half of them behind a switch, as a telephone is not high.
std::string worst_list(const Report& report, const std::vector<std::size_t>& worst, bool edns) {
  constexpr std::size_t kOpen = 10;
  std::string out = "<ol class=\"worst\">\n";
  for (std::size_t i = 0; i < std::min(kOpen, worst.size()); ++i) out += worst_item(report.details[worst[i]], edns);
  out += "</ol>\n";
  if (worst.size() <= kOpen) return out;
  out += "<details><summary>" + grouped(worst.size() - kOpen) + " more</summary>\n<ol class=\"worst more10\" start=\"" +
         std::to_string(kOpen + 1) + "\">\n";
  for (std::size_t i = kOpen; i < worst.size(); ++i) out += worst_item(report.details[worst[i]], edns);
  return out + "</ol></details>\n";
}

std::string legend() {
  std::string out = "<ul class=\"legend\" aria-label=\"Colours of the bars\">\n";
  for (const auto style : styles())
    out += "<li><svg width=\"14\" height=\"14\" aria-hidden=\"true\"><rect class=\"" + std::string{style} +
           "\" width=\"14\" height=\"14\"/></svg>" + std::string{style_text(style)} + "</li>\n";
  return out + "</ul>\n";
}

/// Octets by part, divided by the delegations, as one bar.
std::string average_bar(const Report& report) {
  if (report.delegations == 0) return {};
  constexpr std::array<std::pair<Part, std::string_view>, 10> kOrder{{{Part::Header, "question"},
                                                                      {Part::Question, "question"},
                                                                      {Part::NsFrames, "frames"},
                                                                      {Part::NsName, "names"},
                                                                      {Part::Ds, "proof"},
                                                                      {Part::Denial, "proof"},
                                                                      {Part::Signature, "signature"},
                                                                      {Part::Opt, "opt"},
                                                                      {Part::GlueRequired, "glue"},
                                                                      {Part::Glue, "more"}}};
  std::vector<Segment> segments;
  std::uint64_t total = 0;
  std::string words;
  for (const auto& [part, style] : kOrder) {
    const auto octets =
        (report.part_octets.at(static_cast<std::size_t>(part)) + report.delegations / 2) / report.delegations;
    total += octets;
    if (!segments.empty() && segments.back().style == style)
      segments.back().octets += octets;
    else
      segments.push_back({style, octets, std::string{style_text(style)}});
  }
  for (const auto& segment : segments)
    if (segment.octets > 0) words += (words.empty() ? "" : ", ") + segment.title + " " + grouped(segment.octets);
  const auto scale = std::max<std::uint64_t>(1500, total);
  return "<h3>The average referral, " + edns_words(report) + ": " + octets_words(total) + "</h3>\n" +
         octet_bar(segments, scale, kBandLimits, "Average octets by part: " + words) + "<p class=\"words\">" + words +
         ".</p>\n" + legend();
}

}  // namespace

std::string section_summary(const Report& report) {
  const auto& plain = of(report, Measure::PlainAll);
  const auto& plain_required = of(report, Measure::PlainRequired);
  const auto& edns = of(report, Measure::EdnsRequired);
  const auto& severities = report.by_worst_severity;
  auto out = "<section aria-label=\"Summary\">\n" + verdict(report) + "<dl class=\"tiles\">\n";
  out += tile(share(plain_required.at_most(512), report.delegations), "No TC at 512, without EDNS",
              grouped(plain_required.at_most(512)) + " delegations; " + grouped(plain.at_most(512)) + " with all glue");
  out += tile(share(edns.at_most(1232), report.delegations), "No TC at 1232, " + edns_words(report),
              grouped(edns.at_most(1232)) + " delegations; largest " + octets_words(edns.most()));
  if (!report.worst_edns.empty()) {
    const auto& worst = report.details[report.worst_edns.front()];
    const auto room = worst.sizes.edns_room();
    out += tile((room < 0 ? "&minus;" : "") + grouped(static_cast<std::uint64_t>(std::abs(room))),
                "Least room at 1232, octets", delegation_link(worst.account.owner));
  }
  out += tile(grouped(severities[4]) + " / " + grouped(severities[3]) + " / " + grouped(severities[2]),
              "Errors / warnings / notices", "delegations by the gravest rule they miss");
  return out + "</dl>\n</section>\n";
}

std::string section_sizes(const Report& report) {
  constexpr std::array<std::string_view, kMeasures> kRows{"NS set alone",
                                                          "and the glue that must go",
                                                          "and all other glue",
                                                          "NS set, OPT, DS or its proof",
                                                          "and the glue that must go",
                                                          "and all other glue"};
  std::string out =
      "<section id=\"sizes\" aria-labelledby=\"h-sizes\">\n<h2 id=\"h-sizes\">Sizes</h2>\n"
      "<p>Each delegation's referral at the longest QNAME there can be, in octets of DNS message, with all glue. "
      "Lines: 512 (no EDNS), 1232 (DNS flag day 2020), 1400 (RFC 9715). A column is eight octets wide, and at least "
      "two pixels high.</p>\n";
  for (const auto measure : {Measure::PlainAll, Measure::EdnsAll}) {
    const auto& sizes = of(report, measure);
    const auto what = measure == Measure::PlainAll ? std::string{"without EDNS"} : edns_words(report);
    const auto words = octets_words(sizes.least()) + " at least, " + grouped(sizes.quantile(500)) + " in the middle, " +
                       grouped(sizes.most()) + " at most; highest column " + grouped(highest_column(sizes));
    out += "<figure><figcaption><b>" +
           std::string{measure == Measure::PlainAll ? "Without EDNS"
                       : report.is_signed           ? "With EDNS and DO"
                                                    : "With EDNS"} +
           "</b>: " + words + "</figcaption>\n" +
           histogram(sizes, "Number of delegations by size, " + what + ": " + words) + "</figure>\n";
  }
  std::string body;
  for (std::size_t i = 0; i < kMeasures; ++i) {
    if (i % 3 == 0)
      body += "<tr class=\"group\"><th scope=\"rowgroup\" colspan=\"5\">" +
              std::string{i == 0             ? "Without EDNS"
                          : report.is_signed ? "With EDNS and DO"
                                             : "With EDNS"} +
              "</th></tr>\n";
    body += "<tr><th scope=\"row\">" + std::string{kRows.at(i)} + "</th>";
    const auto bands = report.sizes.at(i).bands();
    for (std::size_t band = 0; band < bands.size(); ++band)
      body += "<td class=\"number\">" + grouped(bands.at(band)) + " <small>" +
              share(bands.at(band), report.delegations) + "</small></td>";
    body += "</tr>\n";
  }
  out += scrolling_table(
      "bands", "Delegations by size, counted with more and more of what belongs to a referral",
      "<tr><th scope=\"col\">what is counted</th><th scope=\"col\" class=\"number\">up to 512</th>"
      "<th scope=\"col\" class=\"number\">513 to 1232</th><th scope=\"col\" class=\"number\">1233 to 1400</th>"
      "<th scope=\"col\" class=\"number\">beyond</th></tr>",
      body);
  struct Row {
    Measure measure;
    std::uint32_t limit;
    std::string what;
  };
  const std::array<Row, 5> rows{{{Measure::PlainRequired, 512, "512, what must go"},
                                 {Measure::PlainAll, 512, "512, all glue"},
                                 {Measure::EdnsRequired, 1232, "1232, what must go"},
                                 {Measure::EdnsAll, 1232, "1232, all glue"},
                                 {Measure::EdnsRequired, 1400, "1400, what must go"}}};
  body.clear();
  constexpr std::uint32_t kOneMoreHost = 62;
  for (const auto& row : rows) {
    const auto& sizes = of(report, row.measure);
    body += "<tr><th scope=\"row\">" + row.what + "</th>";
    for (const auto per_mille : {1000U, 990U, 900U, 500U, 100U, 0U}) {
      const auto room = std::int64_t{row.limit} - sizes.quantile(per_mille);
      body += number_cell((room < 0 ? "&minus;" : "") + grouped(static_cast<std::uint64_t>(std::abs(room))));
    }
    body += number_cell(grouped(report.delegations - sizes.at_most(row.limit - kOneMoreHost))) + "</tr>\n";
  }
  out += scrolling_table("room", "Headroom: octets to spare below a limit (&minus;: over)",
                         "<tr><th scope=\"col\">limit, counted</th><th scope=\"col\" class=\"number\">least</th><th "
                         "scope=\"col\" class=\"number\">1 % have at most</th>"
                         "<th scope=\"col\" class=\"number\">10 %</th><th scope=\"col\" class=\"number\">half</th><th "
                         "scope=\"col\" class=\"number\">90 %</th><th scope=\"col\" class=\"number\">most</th>"
                         "<th scope=\"col\" class=\"number\">no room for one more host (62)</th></tr>",
                         body);
  return out + average_bar(report) + "</section>\n";
}

std::string section_worst(const Report& report) {
  std::string out =
      "<section id=\"worst\" aria-labelledby=\"h-worst\">\n<h2 id=\"h-worst\">Least room</h2>\n"
      "<p>The delegations nearest to a limit, or furthest over it, counted with the glue that must go. Each "
      "bar is the whole message, all glue included, with lines at 512, 1232 and 1400.</p>\n" +
      legend() + "<div class=\"columns\">\n<div>\n<h3>At 1232 " + edns_words(report) + "</h3>\n";
  out += worst_list(report, report.worst_edns, true) + "</div>\n<div>\n<h3>At 512 without EDNS</h3>\n";
  return out + worst_list(report, report.worst_plain, false) + "</div>\n</div>\n</section>\n";
}

std::string section_delegations(const Report& report) {
  std::string out =
      "<section id=\"delegations\" aria-labelledby=\"h-delegations\">\n<h2 id=\"h-delegations\">Delegations</h2>\n<p>";
  if (report.has_all_details)
    out += "All " + counted(report.delegations, "delegation") + " of the zone.";
  else
    out += "Of the zone's " + counted(report.delegations, "delegation") + ", " + grouped(report.details.size()) +
           " stand here: those with the least room, those that miss the gravest rules, and a sample at even distances. "
           "All figures above are of all delegations.";
  out +=
      "</p>\n<noscript><p class=\"note\">The list and the account of each delegation need JavaScript. All else on this "
      "page does not; <code>zonec report --json</code> has the same figures for programs.</p></noscript>\n"
      "<div id=\"explorer\" hidden>\n<form id=\"filter\" role=\"search\" aria-label=\"Delegations\">\n"
      "<label>Name or host contains<input type=\"search\" id=\"find\" autocomplete=\"off\" "
      "spellcheck=\"false\"></label>\n"
      "<label>Rule<select id=\"rule\"><option value=\"\">any</option></select></label>\n"
      "<label>Octets, all glue<select id=\"band\"><option value=\"\">any</option></select></label>\n"
      "<button type=\"reset\">Clear</button>\n</form>\n<p id=\"found\" role=\"status\"></p>\n"
      "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-labelledby=\"caption-list\"><table id=\"list\">\n"
      "<caption id=\"caption-list\">Delegations; a name opens its "
      "account</caption>\n<thead><tr></tr></thead><tbody></tbody></table></div>\n"
      "<p class=\"pages\"><button type=\"button\" id=\"before\">Previous</button> <span id=\"place\"></span> "
      "<button type=\"button\" id=\"after\">Next</button></p>\n</div>\n</section>\n";
  return out;
}

}  // namespace torii::zonec
