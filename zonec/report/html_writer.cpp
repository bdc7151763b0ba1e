#include <openssl/evp.h>

#include <vector>

#include "zonec/report/drawing.hpp"
#include "zonec/report/html_parts.hpp"
#include "zonec/report/page/page.hpp"
#include "zonec/report/text.hpp"
#include "zonec/report/writers.hpp"

namespace torii::zonec {
namespace {

/// What CSP calls the source of one inline element: 'sha256-...'. Source: CSP Level 3 section 6.7.3.
std::string csp_hash(std::string_view content) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (EVP_Digest(content.data(), content.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1)
    throw std::runtime_error{"OpenSSL does not give SHA-256"};
  std::vector<unsigned char> text(4 * ((size + 2) / 3) + 1);
  const auto length = EVP_EncodeBlock(text.data(), digest.data(), static_cast<int>(size));
  return "'sha256-" + std::string{text.begin(), text.begin() + length} + "'";
}

std::string page_head(const std::string& title) {
  return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src " +
         csp_hash(kPageStyle) + "; script-src " + csp_hash(kPageScript) +
         "; base-uri 'none'; form-action 'none'\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
         "<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" "
         "content=\"no-referrer\">\n<title>" +
         title + "</title>\n<style>" + std::string{kPageStyle} + "</style>\n</head>\n<body>\n";
}

std::string page_header(const Report& report, std::string_view note) {
  const auto zone = html_text(plain_name(report.zone));
  auto out =
      std::string{
          "<a class=\"skip\" href=\"#main\">Skip to the report</a>\n<header class=\"page\">\n<div>\n"
          "<p class=\"kind\">Referral sizes</p>\n<h1>"} +
      (report.zone.view().is_root() ? std::string{"The root zone"} : zone) + "</h1>\n<p class=\"facts\">serial " +
      std::to_string(report.serial) + " &middot; " + counted(report.delegations, "delegation") + " &middot; " +
      counted(report.records, "record") + " &middot; " + (report.is_signed ? "signed" : "not signed");
  if (!note.empty()) out += " &middot; " + html_text(note);
  out +=
      "</p>\n</div>\n<button type=\"button\" id=\"theme\" hidden>Theme: system</button>\n</header>\n"
      "<nav aria-label=\"Sections\">\n<ul>\n";
  constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kSections{{{"sizes", "Sizes"},
                                                                                    {"worst", "Least room"},
                                                                                    {"policies", "Policies"},
                                                                                    {"levers", "What to change"},
                                                                                    {"dnssec", "DNSSEC"},
                                                                                    {"hosts", "Hosts"},
                                                                                    {"delegations", "Delegations"},
                                                                                    {"reading", "How to read this"}}};
  for (const auto& [id, text] : kSections)
    out += "<li><a href=\"#" + std::string{id} + "\">" + std::string{text} + "</a></li>\n";
  return out + "</ul>\n</nav>\n";
}

}  // namespace

std::string scrolling_table(std::string_view id, std::string_view caption, std::string_view head,
                            std::string_view body) {
  const auto name = "caption-" + std::string{id};
  return "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-labelledby=\"" + name +
         "\"><table>\n<caption id=\"" + name + "\">" + std::string{caption} + "</caption>\n<thead>" +
         std::string{head} + "</thead>\n<tbody>\n" + std::string{body} + "</tbody>\n</table></div>\n";
}

std::string number_cell(std::string_view text) { return "<td class=\"number\">" + std::string{text} + "</td>"; }

std::string edns_words(const Report& report) { return report.is_signed ? "with EDNS and DO" : "with EDNS"; }

std::string counted(std::uint64_t count, std::string_view one) {
  return grouped(count) + " " + std::string{one} + (count == 1 ? "" : "s");
}

std::string report_html(const Report& report, std::string_view note) {
  const auto zone = html_text(plain_name(report.zone));
  auto out = page_head("Referral sizes of " + (report.zone.view().is_root() ? std::string{"the root zone"} : zone));
  out += page_header(report, note);
  out += "<main id=\"main\">\n";
  out += section_summary(report);
  out += section_sizes(report);
  out += section_worst(report);
  out += section_policies(report);
  out += section_levers(report);
  out += section_dnssec(report);
  out += section_hosts(report);
  out += section_delegations(report);
  out += section_reading(report);
  out +=
      "</main>\n<dialog id=\"detail\" aria-labelledby=\"detail-name\"></dialog>\n"
      "<script type=\"application/json\" id=\"data\">";
  out += script_json(report_json(report, note));
  out += "</script>\n<script>" + std::string{kPageScript} + "</script>\n</body>\n</html>\n";
  return out;
}

}  // namespace torii::zonec
