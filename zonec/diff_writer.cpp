#include "zonec/diff_writer.hpp"

#include <array>
#include <boost/json.hpp>
#include <string_view>

#include "torii/dns/presentation.hpp"

namespace torii::zonec {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, kSubjects> kSubjectTexts{"apex", "delegation", "glue", "other"};

std::string_view subject_text(Subject subject) { return kSubjectTexts.at(static_cast<std::size_t>(subject)); }

std::string_view change_text(const OwnerChange& change) {
  const bool is_cut = change.subject == Subject::Delegation;
  const auto there = [&](Standing standing) {
    return is_cut ? standing == Standing::Cut : standing != Standing::Absent;
  };
  if (!there(change.before)) return "added";
  if (!there(change.after)) return "removed";
  return change.removed.empty() && change.added.empty() && change.before == change.after ? "fit" : "changed";
}

void append_record(std::string& out, char sign, dns::NameView owner, const RecordView& record) {
  out += sign;
  dns::append_name(out, owner);
  out += '\t' + std::to_string(record.ttl) + "\tIN\t";
  dns::append_type(out, record.type);
  out += '\t';
  dns::append_rdata(out, record.type, record.rdata);
  out += '\n';
}

/// "NS, DS": the types of the records that came or went, each once.
std::string types_text(const OwnerChange& change) {
  std::vector<std::string> types;
  for (const auto* records : {&change.removed, &change.added}) {
    for (const auto& record : *records) {
      auto text = dns::type_text(record.type);
      if (std::ranges::find(types, text) == types.end()) types.push_back(std::move(text));
    }
  }
  std::string out;
  for (const auto& type : types) out += (out.empty() ? "" : ", ") + type;
  return out;
}

std::string joined(const std::vector<std::string_view>& ids) {
  std::string out;
  for (const auto id : ids) out += (out.empty() ? "" : ", ") + std::string{id};
  return out;
}

json::array records_json(const std::vector<RecordView>& records) {
  json::array out;
  for (const auto& record : records)
    out.push_back(json::object{{"type", dns::type_text(record.type)},
                               {"ttl", record.ttl},
                               {"rdata", dns::rdata_text(record.type, record.rdata)}});
  return out;
}

json::value octets_json(std::optional<std::uint32_t> octets) {
  return octets ? json::value(*octets) : json::value(nullptr);
}

json::object count_json(const DiffCounts::Count& count) {
  return {{"added", count.added}, {"removed", count.removed}, {"changed", count.changed}};
}

json::value side_json(const DiffSide& side) {
  if (side.zone == nullptr) return nullptr;
  json::object out{{"source", side.source},
                   {"serial", side.zone->serial.value},
                   {"records", side.zone->record_count},
                   {"delegations", side.zone->delegation_count}};
  if (side.generation) out["generation"] = *side.generation;
  return out;
}

std::string side_text(const DiffSide& side) {
  if (side.zone == nullptr) return side.source + ": no such zone";
  return side.source + (side.generation ? ", generation " + std::to_string(*side.generation) : std::string{}) +
         ": serial " + std::to_string(side.zone->serial.value) + ", " + std::to_string(side.zone->record_count) +
         " records, " + std::to_string(side.zone->delegation_count) + " delegations";
}

std::string serial_text(dns::Serial before, dns::Serial after) {
  const auto out = "serial " + std::to_string(before.value) + " -> " + std::to_string(after.value);
  if (before == after) return out + " (the same)";
  if (precedes(before, after)) return out + " (advances by " + std::to_string(after.value - before.value) + ")";
  if (precedes(after, before)) return out + " (goes back by " + std::to_string(before.value - after.value) + ")";
  return out + " (undefined, RFC 1982 section 3.2)";
}

const Zone& one_of(const DiffSide& before, const DiffSide& after) {
  return before.zone != nullptr ? *before.zone : *after.zone;
}

}  // namespace

void DiffWriter::begin(const DiffSide& before, const DiffSide& after) {
  before_ = before;
  after_ = after;
  written_ = left_out_ = 0;
  if (json_) return;
  const auto name = one_of(before, after).apex.text();
  out_ << "--- " << name << ' ' << side_text(before) << "\n+++ " << name << ' ' << side_text(after) << '\n';
}

void DiffWriter::write(const OwnerChange& change) {
  if (limit_ && written_ >= *limit_) {
    ++left_out_;
    return;
  }
  ++written_;
  json_ ? write_json(change) : write_text(change);
}

void DiffWriter::write_text(const OwnerChange& change) {
  std::string out = "@ " + std::string{subject_text(change.subject)} + ' ' + change.owner.text() + ' ' +
                    std::string{change_text(change)};
  if (change_text(change) == "changed") out += ": " + types_text(change);
  if (change.octets_before && change.octets_after) {
    out += "; " + std::to_string(*change.octets_before);
    if (*change.octets_after != *change.octets_before) out += " -> " + std::to_string(*change.octets_after);
    out += " octets";
  } else if (change.octets_before || change.octets_after) {
    out += "; " + std::to_string(change.octets_after ? *change.octets_after : *change.octets_before) + " octets";
  }
  if (!change.fit.failed.empty()) out += "; now fails " + joined(change.fit.failed);
  if (!change.fit.healed.empty()) out += "; no longer fails " + joined(change.fit.healed);
  out += '\n';
  for (const auto& record : change.removed) append_record(out, '-', change.owner, record);
  for (const auto& record : change.added) append_record(out, '+', change.owner, record);
  out_ << out;
}

void DiffWriter::write_json(const OwnerChange& change) {
  json::object out{{"kind", "change"},
                   {"zone", before_.zone->apex.text()},
                   {"owner", change.owner.text()},
                   {"subject", std::string{subject_text(change.subject)}},
                   {"change", std::string{change_text(change)}},
                   {"removed", records_json(change.removed)},
                   {"added", records_json(change.added)}};
  if (change.subject == Subject::Delegation) {
    json::array failed;
    json::array healed;
    for (const auto id : change.fit.failed) failed.emplace_back(id);
    for (const auto id : change.fit.healed) healed.emplace_back(id);
    out["octets_before"] = octets_json(change.octets_before);
    out["octets_after"] = octets_json(change.octets_after);
    out["now_fails"] = std::move(failed);
    out["no_longer_fails"] = std::move(healed);
  }
  out_ << json::serialize(out) << '\n';
}

void DiffWriter::end(const DiffCounts& counts) { json_ ? end_json(counts) : end_text(counts); }

void DiffWriter::end_text(const DiffCounts& counts) {
  if (left_out_ > 0) out_ << "= " << left_out_ << " more changes are not listed (--limit)\n";
  out_ << "= " << serial_text(before_.zone->serial, after_.zone->serial) << '\n';
  const auto line = [&](std::string_view what, const DiffCounts::Count& count, std::string_view changed) {
    if (count.added + count.removed + count.changed == 0) return;
    out_ << "= " << what << ": " << count.added << " added, " << count.removed << " removed";
    if (!changed.empty()) out_ << ", " << count.changed << ' ' << changed;
    out_ << '\n';
  };
  const auto owners = [&](Subject subject) { return counts.owners.at(static_cast<std::size_t>(subject)); };
  line("delegations", owners(Subject::Delegation), "changed");
  line("DS records", counts.ds, "");
  line("glue owners", owners(Subject::Glue), "changed");
  line("apex", owners(Subject::Apex), "changed");
  line("other owners", owners(Subject::Other), "changed");
  line("records", counts.records, "with another TTL");
  line("of these RRSIG, NSEC, NSEC3 and ZONEMD", counts.made_by_signer, "with another TTL");
  if (counts.failed + counts.healed > 0)
    out_ << "= fit: " << counts.failed << " policies newly failed, " << counts.healed << " no longer failed\n";
  if (counts.is_equal()) out_ << "= no difference\n";
}

void DiffWriter::end_json(const DiffCounts& counts) {
  json::object owners;
  for (std::size_t i = 0; i < kSubjects; ++i) owners[kSubjectTexts.at(i)] = count_json(counts.owners.at(i));
  out_ << json::serialize(json::object{{"kind", "summary"},
                                       {"zone", one_of(before_, after_).apex.text()},
                                       {"before", side_json(before_)},
                                       {"after", side_json(after_)},
                                       {"equal", counts.is_equal()},
                                       {"owners", std::move(owners)},
                                       {"ds", count_json(counts.ds)},
                                       {"records", count_json(counts.records)},
                                       {"made_by_signer", count_json(counts.made_by_signer)},
                                       {"now_fails", counts.failed},
                                       {"no_longer_fails", counts.healed},
                                       {"left_out", left_out_}})
       << '\n';
}

void DiffWriter::whole_zone(const DiffSide& before, const DiffSide& after) {
  if (!json_) {
    begin(before, after);
    out_ << "= the zone was " << (before.zone == nullptr ? "added" : "removed") << '\n';
    return;
  }
  out_ << json::serialize(json::object{{"kind", "summary"},
                                       {"zone", one_of(before, after).apex.text()},
                                       {"before", side_json(before)},
                                       {"after", side_json(after)},
                                       {"equal", false}})
       << '\n';
}

}  // namespace torii::zonec
