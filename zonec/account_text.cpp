/// Accounts of delegations for people.
#include <algorithm>
#include <array>

#include "zonec/account_report.hpp"
#include "zonec/model/findings.hpp"
#include "zonec/planned_cut.hpp"

namespace torii::zonec {
namespace {

struct Letter {
  char letter{};
  Ink ink{};
  std::string_view meaning;
};
enum class Stripe : std::uint8_t { Question, Ns, Proof, Required, Optional, Opt };
constexpr std::array<Letter, 6> kLetters{{
    {'q', Ink::Dim, "header and question"},
    {'n', Ink::Blue, "NS RRset"},
    {'p', Ink::Magenta, "DS or its proof"},
    {'g', Ink::Cyan, "required glue"},
    {'s', Ink::Green, "other addresses"},
    {'o', Ink::Dim, "OPT"},
}};

Stripe stripe_of(Part part) noexcept {
  switch (part) {
    case Part::Header:
    case Part::Question:
      return Stripe::Question;
    case Part::NsFrames:
    case Part::NsName:
      return Stripe::Ns;
    case Part::Ds:
    case Part::Denial:
    case Part::Signature:
      return Stripe::Proof;
    case Part::GlueRequired:
      return Stripe::Required;
    case Part::Glue:
      return Stripe::Optional;
    case Part::Opt:
      break;
  }
  return Stripe::Opt;
}

Ink ink_of(Severity severity) noexcept {
  return severity == Severity::Error ? Ink::Red : severity == Severity::Warning ? Ink::Yellow : Ink::Dim;
}

std::string right(std::size_t value, std::size_t width) {
  auto text = std::to_string(value);
  return text.size() < width ? std::string(width - text.size(), ' ') + text : text;
}

std::string counted(std::size_t count, std::string_view one) {
  return std::to_string(count) + " " + std::string{one} + (count == 1 ? "" : "s");
}

std::string set_text(const Account& account, const OwnReply::LeftOut& set) {
  return short_text(account.hosts[set.host].name) + (set.type == dns::RrType::A ? " A" : " AAAA");
}

std::string line_text(const AccountReport& report, const LedgerLine& line) {
  const auto& account = report.account;
  const auto* host = line.host == kNoHost ? nullptr : &account.hosts[line.host];
  switch (line.part) {
    case Part::Header:
      return "header";
    case Part::Question:
      return "question, QNAME " + std::to_string(report.facts.qname);
    case Part::NsFrames:
      return counted(line.records, "NS record") + " without the host's name";
    case Part::NsName: {
      auto out = "name of " + short_text(host->name) + ", " + std::string{relation_word(host->relation)};
      const bool bare = host->relation != HostRelation::Unrelated && host->a == 0 && host->aaaa == 0;
      return bare ? out + ", no address" : out;
    }
    case Part::Ds:
      return "DS record, with DO";
    case Part::Denial:
      return type_text(line.type) + " record that proves there is no DS, with DO";
    case Part::Signature:
      return "RRSIG, with DO";
    case Part::GlueRequired:
    case Part::Glue: {
      auto out = short_text(host->name) + (line.type == dns::RrType::A ? " A" : " AAAA");
      if (line.records > 1) out += ", " + counted(line.records, "record");
      const auto& signatures = line.type == dns::RrType::A ? host->a_signatures : host->aaaa_signatures;
      if (!signatures.empty()) out += ", signatures with DO";
      return out + (line.part == Part::GlueRequired ? ", required" : ", may be left out");
    }
    case Part::Opt:
      break;
  }
  return "OPT, above 512";
}

std::string verdict(const AccountReport& report, const OwnReply& at, const Colour& colour) {
  if (at.fits()) return colour.paint(Ink::Green, "fits, " + std::to_string(at.limit - at.needed) + " to spare");
  auto out = colour.paint(at.tc ? Ink::Red : Ink::Yellow, std::to_string(at.needed - at.limit) + " over");
  if (!at.authority_fits()) return out + ", the authority section does not fit, TC";
  out += at.tc ? ", TC" : ", no TC";
  if (at.left_out.empty()) return out + "; signatures of addresses are left out";
  constexpr std::size_t kNamed = 6;
  out += "; left out: ";
  for (std::size_t i = 0; i < at.left_out.size() && i < kNamed; ++i)
    out += (i > 0 ? ", " : "") + set_text(report.account, at.left_out[i]);
  if (at.left_out.size() > kNamed) out += " and " + std::to_string(at.left_out.size() - kNamed) + " more";
  return out;
}

std::string limits_text(const AccountReport& report, const Colour& colour) {
  constexpr std::size_t kBarColumns = 64;
  std::string out;
  for (const auto& at : report.replies) {
    out += colour.paint(Ink::Bold, "limit " + std::to_string(at.limit) + (at.asking == Asking::Dnssec ? ", DO" : "")) +
           ": " + std::to_string(at.needed) + " octets, " + verdict(report, at, colour);
    out += at.qname_ok_max ? "; all fits for QNAMEs up to " + std::to_string(*at.qname_ok_max) + "\n"
                           : "; all fits for no QNAME\n";
    out += "  " + octet_bar(report.account, at.asking, at.limit, kBarColumns, colour) + "\n";
  }
  return out + "  " + bar_legend(colour) + "\n";
}

constexpr std::size_t kFixesShown = 3;

std::string servers_text(const AccountReport& report) {
  std::vector<std::vector<std::string>> lines{{"what a client sees"}};
  for (const auto& at : report.replies)
    lines.front().push_back(std::to_string(at.limit) + (at.asking == Asking::Dnssec ? ", DO" : ""));
  for (const auto& reply : report.servers) {
    const auto id = std::string{server_id(reply.kind)};
    if (lines.back().front() != id) lines.push_back({id});
    const auto& seen = reply.seen;
    auto text = std::to_string(seen.octets) + (seen.tc ? " TC" : "");
    if (!seen.left_out.empty()) text += " -" + std::to_string(seen.left_out.size());
    lines.back().push_back(text + (seen.is_chance ? "?" : ""));
  }
  return aligned(lines) +
         "octets of the response; -n: so many address RRsets are left out; ?: which, or how many, chance decides\n";
}

std::string policies_text(const AccountReport& report, const Colour& colour) {
  std::string out;
  for (const auto& standing : report.standings) {
    const auto& id = standing.policy->id;
    if (!standing.passed) continue;
    out += "  " + colour.paint(Ink::Green, "passed") + "  " + id + ": " + std::to_string(standing.octets) + " of " +
           std::to_string(standing.limit) + ", " + std::to_string(standing.limit - standing.octets) + " to spare\n";
  }
  for (const auto& diagnostic : report.diagnostics)
    out += colour.paint(ink_of(diagnostic.severity), severity_text(diagnostic.severity)) + ": " + diagnostic.text +
           " [" + diagnostic.code + "]\n";
  for (const auto& finding : report.findings) {
    out += finding.text() + " [" + colour.paint(ink_of(finding.severity), severity_text(finding.severity)) + "]\n";
    const auto at = std::ranges::find(report.standings, finding.policy, &PolicyStanding::policy);
    if (at != report.standings.end()) out += fix_plan_text(at->fixes, kFixesShown, "  ", colour);
  }
  return out;
}

std::string fix_line(const Fix& fix, std::uint32_t limit) {
  auto out = std::to_string(fix.octets_saved()) + " fewer, " + std::to_string(fix.octets_after);
  out += fix.suffices ? ", fits" : ", still " + std::to_string(fix.octets_after - limit) + " over";
  out += ": " + fix_text(fix);
  auto costs = cost_text(fix.costs);
  for (const auto& id : fix.breaks) costs += (costs.empty() ? "but misses " : "; but misses ") + id;
  return costs.empty() ? out : out + " (" + costs + ")";
}

std::string set_lines(const FixSet& set, std::string_view indent, std::string_view what) {
  auto out = std::string{indent} + std::string{what} + ", " + counted(set.objects, "change") + ", " +
             std::to_string(set.octets_after) + " octets" + (set.is_smallest ? "" : " (there may be a smaller one)") +
             ":\n";
  constexpr std::size_t kNamed = 5;
  for (std::size_t i = 0; i < set.fixes.size(); ++i) {
    const auto& fix = set.fixes[i];
    if (i == kNamed && set.fixes.size() > kNamed + 1) {
      out += std::string{indent} + "  - and " + std::to_string(set.fixes.size() - kNamed) + " more\n";
      break;
    }
    out += std::string{indent} + "  - " + fix_text(fix);
    if (const auto costs = cost_text(fix.costs); !costs.empty()) out += " (" + costs + ")";
    out += "\n";
  }
  return out;
}

}  // namespace

std::string octet_bar(const Account& account, Asking asking, std::uint32_t limit, std::size_t width,
                      const Colour& colour) {
  std::array<std::uint64_t, kLetters.size()> octets{};
  std::uint64_t needed = 0;
  for (const auto& line : ledger_of(account)) {
    const auto stripe = stripe_of(line.part);
    if (stripe == Stripe::Opt && asking == Asking::Plain) continue;
    if (stripe == Stripe::Proof && asking != Asking::Dnssec) continue;
    auto count = line.octets;
    if (line.part == Part::Glue && asking != Asking::Dnssec) {  // signatures come with DO alone
      const auto& host = account.hosts[line.host];
      count = line.type == dns::RrType::A ? host.a * 16 : host.aaaa * 28;
    }
    octets.at(static_cast<std::size_t>(stripe)) += count;
    needed += count;
  }
  const auto scale = std::max<std::uint64_t>(std::max<std::uint64_t>(needed, limit), 1);
  const auto column = [&](std::uint64_t at) { return static_cast<std::size_t>((at * width + scale / 2) / scale); };
  std::string out = "[";
  std::uint64_t sum = 0;
  std::size_t done = 0;
  const auto mark = needed > limit ? column(limit) : width;
  const auto put = [&](std::size_t to, char letter, Ink ink) {
    while (done < to) {
      const auto until = done < mark ? std::min(to, mark) : to;
      out += colour.paint(ink, std::string(until - done, letter));
      done = until;
      if (done == mark && mark < width) out += colour.paint(Ink::Red, "|");
    }
  };
  for (std::size_t i = 0; i < kLetters.size(); ++i) {
    sum += octets.at(i);
    put(column(sum), kLetters.at(i).letter, kLetters.at(i).ink);
  }
  put(width, '.', Ink::Dim);
  return out + "]";
}

std::string bar_legend(const Colour& colour) {
  std::string out;
  for (const auto& letter : kLetters)
    out += (out.empty() ? "" : ", ") + colour.paint(letter.ink, std::string(1, letter.letter)) + " " +
           std::string{letter.meaning};
  return out + ", . free, | limit";
}

std::string fix_plan_text(const FixPlan& plan, std::size_t most, std::string_view indent, const Colour& colour) {
  std::string out;
  for (std::size_t i = 0; i < plan.fixes.size() && i < most; ++i) {
    const auto& fix = plan.fixes[i];
    out += std::string{indent} + colour.paint(Ink::Bold, "fix " + std::to_string(i + 1)) + ": " +
           fix_line(fix, plan.limit) + "\n";
  }
  if (plan.gentle) out += set_lines(*plan.gentle, indent, "together, without fewer servers or addresses");
  if (plan.any) out += set_lines(*plan.any, indent, "together");
  return out;
}

std::string report_text(const AccountReport& report, const Colour& colour) {
  std::string out;
  for (const auto& line : ledger_of(report.account)) {
    const auto& letter = kLetters.at(static_cast<std::size_t>(stripe_of(line.part)));
    out += right(line.octets, 7) + "  " + colour.paint(letter.ink, line_text(report, line)) + "\n";
  }
  const auto plain = own_reply(report.account, report.facts, Asking::Plain, 512).needed;
  out += "\n" + std::to_string(plain) + " octets without EDNS at QNAME " + std::to_string(report.facts.qname) +
         ", of long labels or of many; each QNAME octet less saves one\n\n";
  out += limits_text(report, colour) + "\n" + servers_text(report);
  const auto policies = policies_text(report, colour);
  if (!policies.empty()) out += "\n" + policies;
  return out;
}

}  // namespace torii::zonec
