#include "zonec/finding_writer.hpp"

#include <boost/json.hpp>

namespace torii::zonec {
namespace {

namespace json = boost::json;

/// JSON is UTF-8; a path need not be. Octets that are no UTF-8 become U+FFFD.
std::string to_utf8(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t length = lead < 0x80                     ? 1
                               : (lead >= 0xC2 && lead < 0xE0) ? 2
                               : (lead & 0xF0U) == 0xE0        ? 3
                               : (lead >= 0xF0 && lead < 0xF5) ? 4
                                                               : 0;
    bool good = length > 0 && i + length <= text.size();
    for (std::size_t k = 1; good && k < length; ++k) good = (static_cast<unsigned char>(text[i + k]) & 0xC0U) == 0x80;
    if (good && length == 3) {
      const auto second = static_cast<unsigned char>(text[i + 1]);
      good = !(lead == 0xE0 && second < 0xA0) && !(lead == 0xED && second >= 0xA0);
    }
    if (good && length == 4) {
      const auto second = static_cast<unsigned char>(text[i + 1]);
      good = !(lead == 0xF0 && second < 0x90) && !(lead == 0xF4 && second >= 0x90);
    }
    if (good) {
      out.append(text.substr(i, length));
      i += length;
    } else {
      out += "\xEF\xBF\xBD";
      ++i;
    }
  }
  return out;
}

json::object place(const SourceFiles& files, Location where) {
  json::object out{{"file", to_utf8(files.path(where.file))}};
  if (where.line > 0) {
    out["line"] = where.line;
    out["column"] = where.column;
  }
  return out;
}

json::object to_json(const SourceFiles& files, const Diagnostic& diagnostic) {
  json::object out{{"code", diagnostic.code}, {"severity", std::string{severity_text(diagnostic.severity)}}};
  for (auto& member : place(files, diagnostic.where)) out[member.key()] = member.value();
  if (!diagnostic.owner.empty()) out["owner"] = diagnostic.owner;
  out["text"] = to_utf8(diagnostic.text);
  return out;
}

json::object to_json(const SourceFiles& files, const SizeFinding& finding) {
  const auto& facts = finding.facts;
  json::object out{{"policy", finding.policy->id},
                   {"severity", std::string{severity_text(finding.severity)}},
                   {"delegation", finding.delegation.text()},
                   {"limit", nullptr},
                   {"octets", nullptr},
                   {"over_by", nullptr},
                   {"qname_octets", facts.qname},
                   {"qname_ok_max", nullptr},
                   {"hosts", facts.hosts},
                   {"would_set_tc", finding.failure.would_set_tc},
                   {"profile", "full"}};
  if (finding.is_about_octets()) {
    out["limit"] = finding.failure.limit;
    out["octets"] = finding.failure.octets;
    out["over_by"] = finding.over_by();
  }
  if (const auto longest = finding.qname_ok_max()) out["qname_ok_max"] = *longest;
  if (!finding.failure.note.empty()) out["note"] = std::string{finding.failure.note};
  out["ledger"] = json::object{{"header", 12},
                               {"question", facts.qname + 4},
                               {"ns", facts.authority - facts.qname - 16},
                               {"proof", facts.proof},
                               {"glue_required", facts.required()},
                               {"glue_sibling", facts.sibling.total},
                               {"glue_authoritative", facts.glue_authoritative}};
  for (auto& member : place(files, finding.where)) out[member.key()] = member.value();
  out["text"] = finding.text();
  return out;
}

}  // namespace

void FindingWriter::write(const Diagnostic& diagnostic) {
  if (gave_up_) return;
  if (format_ == FindingFormat::Json) {
    line(json::serialize(to_json(files_, diagnostic)));
  } else {
    line(files_.text(diagnostic.where) + ": " + std::string{severity_text(diagnostic.severity)} + ": " +
         diagnostic.text + " [" + diagnostic.code + "]");
  }
  count_one(diagnostic.severity);
}

void FindingWriter::write(const SizeFinding& finding) {
  if (gave_up_) return;
  if (format_ == FindingFormat::Json) {
    line(json::serialize(to_json(files_, finding)));
  } else {
    line(finding.text() + " [" + std::string{severity_text(finding.severity)} + "]");
  }
  count_one(finding.severity);
}

void FindingWriter::count_one(Severity severity) {
  ++counts_.at(static_cast<std::size_t>(severity));
  if (count(Severity::Error) < kErrorsMax) return;
  gave_up_ = true;
  const auto text = std::to_string(kErrorsMax) + " errors, giving up";
  line(format_ == FindingFormat::Json
           ? json::serialize(json::object{{"code", "too-many-errors"}, {"severity", "error"}, {"text", text}})
           : "zonec: " + text + " [too-many-errors]");
}

void FindingWriter::line(const std::string& text) { out_ << text << '\n'; }

}  // namespace torii::zonec
