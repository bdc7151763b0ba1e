/// The sections that are tables.
#include "zonec/report/drawing.hpp"
#include "zonec/report/html_parts.hpp"
#include "zonec/report/text.hpp"
#include "zonec/report/writers.hpp"

namespace torii::zonec {
namespace {

std::string head_row(std::initializer_list<std::string_view> columns) {
  std::string out = "<tr>";
  bool first = true;
  for (const auto column : columns) {
    out += std::string{first ? "<th scope=\"col\">" : "<th scope=\"col\" class=\"number\">"} + std::string{column} +
           "</th>";
    first = false;
  }
  return out + "</tr>";
}

std::string row_head(std::string_view text) { return "<tr><th scope=\"row\">" + std::string{text} + "</th>"; }

/// One bar of four bands, as wide as the cell.
std::string band_bar(const Bands& bands, std::uint64_t total, std::string_view label) {
  std::string out =
      "<svg class=\"bands\" width=\"100%\" height=\"14\" role=\"img\" aria-label=\"" + html_text(label) + "\">";
  std::uint64_t at = 0;
  for (std::size_t i = 0; i < bands.size(); ++i) {
    if (bands.at(i) > 0)
      out += "<rect class=\"band" + std::to_string(i) + "\" x=\"" + percent(at, total) + "\" width=\"" +
             percent(bands.at(i), total) + "\" height=\"14\"/>";
    at += bands.at(i);
  }
  return out + "</svg>";
}

std::string names_of(const SharedSet& set) {
  std::string out;
  for (const auto& host : set.hosts) out += (out.empty() ? "" : ", ") + html_text(plain_name(host));
  return out;
}

}  // namespace

std::string section_policies(const Report& report) {
  std::string body;
  std::string off;
  for (const auto& policy : report.policies) {
    const auto words = html_text(policy.meaning) + " (" + html_text(policy.source) + ")";
    if (policy.is_off) {
      off += "<dt><code>" + html_text(policy.id) + "</code></dt><dd>" + words + "</dd>\n";
      continue;
    }
    body += "<tr><th scope=\"row\"><code>" + html_text(policy.id) + "</code><small>" + words + "</small></th>" +
            number_cell(policy.limit > 0 ? grouped(policy.limit) : "&ndash;") + number_cell(grouped(policy.passed));
    for (std::size_t i = 4; i-- > 0;) {
      const auto count = grouped(policy.missed.at(i));
      body += policy.missed.at(i) == 0
                  ? number_cell("0")
                  : number_cell("<b class=\"" + std::string{worst_severity_text(i + 1)} + "\">" + count + "</b>");
    }
    body += "<td>";
    if (policy.missed_in_all() > 0)
      body += "<a href=\"#p=" + link_text(policy.id) + "\">list<span class=\"hidden\"> what misses " +
              html_text(policy.id) + "</span></a>";
    body += "</td></tr>\n";
  }
  auto out =
      "<section id=\"policies\" aria-labelledby=\"h-policies\">\n<h2 id=\"h-policies\">Policies</h2>\n" +
      scrolling_table("policies", "Rules, and how many delegations pass or miss them, by severity of the finding",
                      head_row({"rule", "limit", "pass", "error", "warning", "notice", "info",
                                "<span class=\"hidden\">in the list below</span>"}),
                      body);
  if (!off.empty())
    out += "<details><summary>Rules that are off</summary>\n<dl class=\"words\">\n" + off + "</dl></details>\n";
  return out + "</section>\n";
}

std::string section_levers(const Report& report) {
  std::string out = "<section id=\"levers\" aria-labelledby=\"h-levers\">\n<h2 id=\"h-levers\">What to change</h2>\n";
  if (report.failing() == 0)
    return out +
           "<p>No delegation misses a rule of severity warning or error, so there is nothing to "
           "heal.</p>\n</section>\n";
  out +=
      "<p>" + counted(report.failing(), "delegation") + (report.failing() == 1 ? " misses" : " miss") +
      " a rule of severity warning or error. One change to one host heals a delegation when it misses none "
      "afterwards; every figure is of referrals computed anew with the change. A host of the same name stands in all "
      "delegations that use it. New names are proposals: the shortest label that is free here.</p>\n";
  if (report.levers.empty()) return out + "<p>No single change that was tried saves an octet.</p>\n</section>\n";
  std::string body;
  for (const auto& lever : report.levers)
    body += row_head(html_text(lever_text(lever))) + number_cell(grouped(lever.failing)) +
            number_cell(grouped(lever.healed) +
                        (lever.examined < lever.failing ? " of " + grouped(lever.examined) + " tried" : "")) +
            number_cell(grouped(lever.saved_most)) + "</tr>\n";
  return out +
         scrolling_table("levers", "Single changes, those that heal most first",
                         head_row({"change", "failing delegations with it", "healed", "octets saved, at most"}), body) +
         "</section>\n";
}

std::string section_dnssec(const Report& report) {
  const auto& cost = report.dnssec;
  std::string out = "<section id=\"dnssec\" aria-labelledby=\"h-dnssec\">\n<h2 id=\"h-dnssec\">DNSSEC</h2>\n";
  if (!report.is_signed)
    return out +
           "<p>The zone is not signed: no referral carries DS or a proof. What signing would cost: <code>zonec table "
           "--assume-signature</code>.</p>\n</section>\n";
  std::string body;
  for (const auto& [what, sizes] :
       {std::pair{"DS and its signatures", &cost.ds}, std::pair{"proof that there is no DS", &cost.denial}})
    body += row_head(what) +
            number_cell(grouped(sizes->total()) + " <small>" + share(sizes->total(), report.delegations) + "</small>") +
            number_cell(sizes->total() > 0 ? grouped(sizes->least()) : "&ndash;") +
            number_cell(sizes->total() > 0 ? grouped(sizes->quantile(500)) : "&ndash;") +
            number_cell(sizes->total() > 0 ? grouped(sizes->most()) : "&ndash;") + "</tr>\n";
  out += scrolling_table("proof", "Octets that DO adds to a referral",
                         head_row({"what", "delegations", "least", "half", "most"}), body);
  out += "<div class=\"columns\">\n";
  const auto counts = [&](std::string_view id, std::string_view caption, std::string_view what, const auto& map,
                          const auto& text) {
    std::string rows;
    for (const auto& [number, count] : map) rows += row_head(text(number)) + number_cell(grouped(count)) + "</tr>\n";
    if (!rows.empty()) out += scrolling_table(id, caption, head_row({what, "records"}), rows);
  };
  counts("signatures", "Signatures in referrals", "algorithm of the zone", cost.signature_algorithms,
         key_algorithm_text);
  counts("children", "DS records by the child's key", "algorithm of the key", cost.child_algorithms,
         key_algorithm_text);
  counts("digests", "DS records by digest", "digest", cost.digest_types, ds_digest_text);
  out += "</div>\n";
  body.clear();
  for (const auto& planned : cost.what_if) {
    const auto bands = planned.sizes.bands();
    const auto total = planned.sizes.total();
    body += row_head(html_text(planned.name)) + number_cell(grouped(planned.signature_octets)) +
            number_cell(grouped(planned.sizes.quantile(500))) + number_cell(grouped(planned.sizes.most())) +
            number_cell(share(bands[0] + bands[1], total)) + number_cell(share(bands[0] + bands[1] + bands[2], total)) +
            "<td class=\"wide\">" +
            band_bar(bands, total,
                     "up to 512: " + share(bands[0], total) + ", to 1232: " + share(bands[1], total) +
                         ", to 1400: " + share(bands[2], total) + ", beyond: " + share(bands[3], total)) +
            "</td></tr>\n";
  }
  return out +
         scrolling_table(
             "whatif",
             "If each signature were of another algorithm: referrals with the glue that must go, with EDNS and DO",
             head_row({"signature", "its octets", "half have", "most", "fit 1232", "fit 1400", "bands"}), body) +
         "<ul class=\"legend\" aria-label=\"Colours of the bands\"><li><svg width=\"14\" height=\"14\" "
         "aria-hidden=\"true\"><rect class=\"band0\" width=\"14\" height=\"14\"/></svg>up to 512</li>"
         "<li><svg width=\"14\" height=\"14\" aria-hidden=\"true\"><rect class=\"band1\" width=\"14\" "
         "height=\"14\"/></svg>513 to 1232</li>"
         "<li><svg width=\"14\" height=\"14\" aria-hidden=\"true\"><rect class=\"band2\" width=\"14\" "
         "height=\"14\"/></svg>1233 to 1400</li>"
         "<li><svg width=\"14\" height=\"14\" aria-hidden=\"true\"><rect class=\"band3\" width=\"14\" "
         "height=\"14\"/></svg>beyond</li></ul>\n</section>\n";
}

std::string section_hosts(const Report& report) {
  constexpr std::array<std::string_view, 4> kRelations{"in-domain: at or below the delegation",
                                                       "sibling: below another delegation of the zone",
                                                       "sibling, the zone's own data", "unrelated: outside the zone"};
  std::string out =
      "<section id=\"hosts\" aria-labelledby=\"h-hosts\">\n<h2 id=\"h-hosts\">Hosts</h2>\n<div class=\"columns\">\n";
  std::uint64_t records = 0;
  for (const auto count : report.hosts_by_relation) records += count;
  std::string body;
  for (std::size_t i = 0; i < kRelations.size(); ++i)
    body += row_head(kRelations.at(i)) +
            number_cell(grouped(report.hosts_by_relation.at(i)) + " <small>" +
                        share(report.hosts_by_relation.at(i), records) + "</small>") +
            number_cell(grouped(report.delegations_by_relation.at(i)) + " <small>" +
                        share(report.delegations_by_relation.at(i), report.delegations) + "</small>") +
            "</tr>\n";
  body += row_head("of several kinds") + number_cell("&ndash;") +
          number_cell(grouped(report.delegations_of_several_relations) + " <small>" +
                      share(report.delegations_of_several_relations, report.delegations) + "</small>") +
          "</tr>\n";
  out += scrolling_table("relations", "Where the hosts stand (RFC 9499 section 7)",
                         head_row({"hosts", "NS records", "delegations, all hosts so"}), body);
  body.clear();
  for (const auto& [hosts, count] : report.hosts_per_delegation)
    body += row_head(grouped(hosts)) +
            number_cell(grouped(count) + " <small>" + share(count, report.delegations) + "</small>") +
            "<td class=\"wide\">" + band_bar({count, 0, 0, 0}, report.delegations, share(count, report.delegations)) +
            "</td></tr>\n";
  out +=
      scrolling_table("counts", "Hosts a delegation", head_row({"hosts", "delegations", "share"}), body) + "</div>\n";
  body.clear();
  for (const auto& set : report.shared_sets)
    body += row_head(names_of(set)) + number_cell(grouped(set.delegations)) + "</tr>\n";
  out += "<p>" + counted(report.distinct_sets, "distinct set") + " of hosts.</p>\n";
  if (!body.empty())
    out += scrolling_table("sets", "Sets that most delegations share", head_row({"hosts", "delegations"}), body);
  return out + "</section>\n";
}

std::string section_reading(const Report& report) {
  return "<section id=\"reading\" aria-labelledby=\"h-reading\">\n<h2 id=\"h-reading\">How to read this</h2>\n<dl "
         "class=\"words\">\n"
         "<dt>Referral</dt><dd>What this zone's servers answer about a name at or below a delegation: its NS records, "
         "and the addresses (glue) "
         "of those hosts that the zone knows.</dd>\n"
         "<dt>Longest QNAME</dt><dd>The name asked for is part of the answer, and anyone can ask for a name of 255 "
         "octets. A shorter one saves "
         "an octet for each it lacks.</dd>\n"
         "<dt>Glue that must go</dt><dd>Addresses of hosts at or below the delegation, and where delegations lead back "
         "to each other those of "
         "siblings. If any does not fit, the server sets TC, and the resolver asks again over TCP (RFC 9471 section "
         "3.1).</dd>\n"
         "<dt>512, 1232, 1400</dt><dd>Octets without EDNS (RFC 1035 section 4.2.1); what the DNS flag day of 2020 "
         "settled on; the most that "
         "RFC 9715 recommends.</dd>\n"
         "<dt>DS or its proof</dt><dd>" +
         std::string{report.is_signed ? "This zone is signed: with DO a referral carries DS, or NSEC or NSEC3 records "
                                        "that prove there is none, "
                                        "and their signatures. If they do not fit, TC (RFC 4035 section 3.1.4)."
                                      : "In a signed zone a referral with DO carries DS, or a proof that there is "
                                        "none. This zone is not signed."} +
         "</dd>\n<dt>Room</dt><dd>Octets to spare: the smaller of 512 less the size without EDNS, and 1232 less the "
         "size " +
         edns_words(report) + ", both with the glue that must go.</dd>\n</dl>\n</section>\n";
}

}  // namespace torii::zonec
