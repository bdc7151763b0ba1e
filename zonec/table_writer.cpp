#include <boost/json.hpp>

#include "zonec/table.hpp"

namespace torii::zonec {
namespace {

namespace json = boost::json;
using Line = std::vector<std::string>;

std::string_view order_text(referral::GlueOrder order) noexcept {
  switch (order) {
    case referral::GlueOrder::AaaaFirst:
      return "aaaa";
    case referral::GlueOrder::AFirst:
      return "a";
    case referral::GlueOrder::Pairs:
      break;
  }
  return "pairs";
}

std::string legend(const TableSubject& subject) {
  std::string first = "all AAAA fit";
  if (subject.order == referral::GlueOrder::AFirst) first = "all A fit";
  if (subject.order == referral::GlueOrder::Pairs) first = "the A and AAAA of one host fit";
  if (subject.policy.empty()) return "ok: everything fits; part: " + first + "; over: not even that\n";
  return "ok: " + subject.policy + " holds and everything fits; part: it holds; over: it does not\n";
}

std::string heading(const Table& table) {
  const auto& subject = table.subject;
  std::string out = short_text(subject.cut.delegation) + " in the zone " + short_text(subject.cut.zone) + ", hosts ";
  const auto shown = std::min<std::size_t>(subject.hosts.size(), 3);
  for (std::size_t i = 0; i < shown; ++i) out += (i > 0 ? ", " : "") + short_text(subject.hosts[i]);
  if (shown < subject.hosts.size()) out += ", ...";
  out += ": QNAME " + std::to_string(subject.qname) + ", limit " + std::to_string(subject.limit);
  out += subject.opt > 0 ? ", OPT " + std::to_string(subject.opt) : std::string{", no EDNS"};
  if (subject.opt > 0 && subject.proof > 0) out += ", DS or its proof " + std::to_string(subject.proof);
  return out + "\n" + legend(subject);
}

/// "A 4/5": how many of how many fit.
std::string fitting(std::string_view kind, std::size_t fit, std::size_t all) {
  return std::string{kind} + " " + std::to_string(fit) + "/" + std::to_string(all);
}

std::string cell_text(const TableCell& cell) {
  auto out = std::string{verdict_text(cell.verdict)} + " " + std::to_string(cell.octets);
  if (cell.verdict != Verdict::Part) return out;
  if (cell.fit.aaaa < cell.aaaa) out += " " + fitting("AAAA", cell.fit.aaaa, cell.aaaa);
  if (cell.fit.a < cell.a) out += " " + fitting("A", cell.fit.a, cell.a);
  return out;
}

/// The octets without any glue, of a row's first cell that there is.
std::string without_glue(const std::vector<std::optional<TableCell>>& row) {
  for (const auto& cell : row)
    if (cell) return std::to_string(cell->without_glue);
  return "-";
}

std::string matrix(const Table& table) {
  std::vector<Line> lines{{"hosts", "no glue"}};
  for (const auto& column : table.columns) lines.front().push_back("AAAA/A " + column.text());
  std::size_t hosts = 0;
  for (const auto& row : table.cells) {
    for (const auto& cell : row)
      if (cell) hosts = cell->hosts;
    Line line{std::to_string(hosts), without_glue(row)};
    for (const auto& cell : row) line.push_back(cell ? cell_text(*cell) : "-");
    lines.push_back(std::move(line));
  }
  return aligned(lines);
}

std::string row_id(const TableCell& cell) {
  return std::to_string(cell.hosts) + "/" + std::to_string(cell.aaaa) + "/" + std::to_string(cell.a);
}

/// The form of JPRS's table.
std::string list(const Table& table) {
  const auto order = table.subject.order;
  const char* first = order == referral::GlueOrder::AaaaFirst ? "all AAAA"
                      : order == referral::GlueOrder::AFirst  ? "all A"
                                                              : "a pair";
  std::vector<Line> lines{{"NS/AAAA/A", "no glue", first, "fitting", "AAAA", "A", "octets", "verdict"}};
  for (const auto& row : table.cells)
    for (const auto& cell : row)
      if (cell)
        lines.push_back({row_id(*cell), std::to_string(cell->without_glue), std::to_string(cell->with_first),
                         std::to_string(cell->fit.octets), std::to_string(cell->fit.aaaa), std::to_string(cell->fit.a),
                         std::to_string(cell->octets), std::string{verdict_text(cell->verdict)}});
  return aligned(lines);
}

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string{"\"\""} : std::string{c};
  return out + '"';
}

json::object to_json(const TableCell& cell) {
  return {{"hosts", cell.hosts},
          {"aaaa", cell.aaaa},
          {"a", cell.a},
          {"octets_without_glue", cell.without_glue},
          {"octets_with_first", cell.with_first},
          {"octets_with_all", cell.with_all},
          {"octets_fitting", cell.fit.octets},
          {"aaaa_fitting", cell.fit.aaaa},
          {"a_fitting", cell.fit.a},
          {"verdict", std::string{verdict_text(cell.verdict)}},
          {"octets", cell.octets}};
}

}  // namespace

std::string table_text(const Table& table) {
  return heading(table) + "\n" + (table.columns.empty() ? list(table) : matrix(table));
}

std::string table_csv(const Table& table) {
  const auto& subject = table.subject;
  std::string out =
      "zone,delegation,qname_octets,limit,policy,first,hosts,aaaa,a,octets_without_glue,octets_with_first,"
      "octets_with_all,octets_fitting,aaaa_fitting,a_fitting,verdict,octets\n";
  const auto subject_fields = csv_field(short_text(subject.cut.zone)) + "," +
                              csv_field(short_text(subject.cut.delegation)) + "," + std::to_string(subject.qname) +
                              "," + std::to_string(subject.limit) + "," + subject.policy + "," +
                              std::string{order_text(subject.order)};
  for (const auto& row : table.cells) {
    for (const auto& cell : row) {
      if (!cell) continue;
      out += subject_fields;
      for (const auto number : {cell->hosts, cell->aaaa, cell->a, cell->without_glue, cell->with_first, cell->with_all,
                                cell->fit.octets, cell->fit.aaaa, cell->fit.a})
        out += "," + std::to_string(number);
      out += "," + std::string{verdict_text(cell->verdict)} + "," + std::to_string(cell->octets) + "\n";
    }
  }
  return out;
}

std::string table_json(const Table& table) {
  const auto& subject = table.subject;
  json::array hosts;
  for (const auto& host : subject.hosts) hosts.emplace_back(host.text());
  json::array cells;
  for (const auto& row : table.cells)
    for (const auto& cell : row)
      if (cell) cells.push_back(to_json(*cell));
  json::object out{{"zone", subject.cut.zone.text()},
                   {"delegation", subject.cut.delegation.text()},
                   {"hosts", std::move(hosts)},
                   {"qname_octets", subject.qname},
                   {"limit", subject.limit},
                   {"opt_octets", subject.opt},
                   {"proof_octets", subject.opt > 0 ? subject.proof : 0},
                   {"policy", nullptr},
                   {"first", std::string{order_text(subject.order)}},
                   {"cells", std::move(cells)}};
  if (!subject.policy.empty()) out["policy"] = subject.policy;
  return json::serialize(out) + "\n";
}

}  // namespace torii::zonec
