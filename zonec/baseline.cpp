#include "zonec/baseline.hpp"

#include <boost/json.hpp>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <stdexcept>

#include "zonec/bounded_line.hpp"

namespace torii::zonec {
namespace {

/// One finding with a ledger of all the hosts that a referral can have takes about a tenth. Source: house rule.
constexpr std::size_t kLineOctetsMax = std::size_t{16} << 20U;

namespace json = boost::json;

constexpr char kBetween = '\x1F';

std::string key_of(std::string_view code, std::string_view name) {
  std::string out{code};
  out += kBetween;
  for (const auto c : name) out += static_cast<char>(dns::to_lower(static_cast<std::uint8_t>(c)));
  return out;
}

/// A string member, or nothing.
std::optional<std::string_view> find_text(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  const auto* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::nullopt : std::optional{std::string_view{text->data(), text->size()}};
}

struct Line {
  std::string key;
  Severity severity{};
  std::uint32_t over_by{};
};

/// Returns what is wrong; empty when `out` is set.
std::string read_line(const json::object& object, Line& out) {
  const auto policy = find_text(object, "policy");
  const auto code = policy ? policy : find_text(object, "code");
  if (!code) return "a finding has a \"policy\" or a \"code\"";
  const auto severity = find_text(object, "severity");
  const auto parsed = severity ? parse_severity(*severity) : std::nullopt;
  if (!parsed || !*parsed) return "\"severity\" is info, notice, warning or error";
  out.severity = **parsed;
  const auto name = find_text(object, policy ? "delegation" : "owner");
  if (policy && !name) return "a size finding has a \"delegation\"";
  const auto text = find_text(object, "text");
  out.key = name && !name->empty() ? key_of(*code, *name)
                                   : key_of(*code, std::string{kBetween} + std::string{text.value_or("")});
  out.over_by = 0;
  if (const auto* over = object.if_contains("over_by"); over != nullptr && !over->is_null()) {
    boost::system::error_code error;
    const auto value = over->to_number<std::uint32_t>(error);
    if (error) return "\"over_by\" is a number of octets";
    out.over_by = value;
  }
  return {};
}

}  // namespace

std::string finding_key(const Diagnostic& diagnostic) {
  return diagnostic.owner.empty() ? key_of(diagnostic.code, std::string{kBetween} + diagnostic.text)
                                  : key_of(diagnostic.code, diagnostic.owner);
}

std::string finding_key(const SizeFinding& finding) { return key_of(finding.policy->id, finding.delegation.text()); }

Baseline Baseline::read(const std::string& path) {
  std::ifstream in{path, std::ios::binary};
  if (!in) throw std::runtime_error{path + ": cannot be read: " + std::strerror(errno)};
  return read(in, path);
}

Baseline Baseline::read(std::istream& in, const std::string& path) {
  Baseline out;
  std::string text;
  for (std::uint64_t number = 1; read_bounded_line(in, text, kLineOctetsMax); ++number) {
    const auto wrong = [&](std::size_t column, const std::string& what) {
      return std::runtime_error{path + ":" + std::to_string(number) + ":" + std::to_string(column) + ": " + what +
                                "; a baseline is what --write-baseline or --format json has written"};
    };
    if (text.size() > kLineOctetsMax)
      throw wrong(1, "the line is longer than " + std::to_string(kLineOctetsMax >> 20U) + " MiB");
    if (text.ends_with('\r')) text.pop_back();
    if (text.empty()) continue;
    boost::system::error_code error;
    json::stream_parser parser;
    const auto used = parser.write_some(text, error);
    if (!error && used == text.size()) parser.finish(error);
    if (error) throw wrong(used + 1, "is no JSON object: " + error.message());
    if (used != text.size()) throw wrong(used + 1, "something follows the JSON object");
    const auto value = parser.release();
    if (!value.is_object()) throw wrong(1, "is no JSON object");
    if (find_text(value.get_object(), "code") == "too-many-errors")
      throw wrong(1, "that run gave up after too many errors, so it does not list all findings");
    Line line;
    if (const auto problem = read_line(value.get_object(), line); !problem.empty()) throw wrong(1, problem);
    auto& before = out.before_[line.key];
    if (before.count == 0 || line.severity > before.severity) before.severity = line.severity;
    before.over_by = std::max(before.over_by, line.over_by);
    ++before.count;
    ++out.before_count_;
  }
  if (in.bad()) throw std::runtime_error{path + ": cannot be read: " + std::strerror(errno)};
  return out;
}

Baseline::Verdict Baseline::compare(const Diagnostic& diagnostic) {
  return compare(finding_key(diagnostic), diagnostic.severity, 0);
}

Baseline::Verdict Baseline::compare(const SizeFinding& finding) {
  return compare(finding_key(finding), finding.severity, finding.is_about_octets() ? finding.over_by() : 0);
}

Baseline::Verdict Baseline::compare(const std::string& key, Severity severity, std::uint32_t over_by) {
  const auto at = before_.find(key);
  Verdict out{Change::Same};
  if (at == before_.end() || at->second.count == 0) {
    out = {Change::New, {}};
  } else {
    auto& before = at->second;
    --before.count;
    const auto text = before.over_by > 0 ? std::to_string(before.over_by) + " over before"
                                         : std::string{severity_text(before.severity)} + " before";
    if (severity != before.severity)
      out = {severity > before.severity ? Change::Worse : Change::Better,
             std::string{severity_text(before.severity)} + " before"};
    else if (over_by != before.over_by)
      out = {over_by > before.over_by ? Change::Worse : Change::Better, text};
  }
  ++counts_.at(static_cast<std::size_t>(out.change));
  return out;
}

std::string Baseline::summary(bool complete) const {
  const auto count = [&](Change change) { return counts_.at(static_cast<std::size_t>(change)); };
  const auto found = count(Change::Worse) + count(Change::Better) + count(Change::Same);
  auto out = std::to_string(count(Change::New)) + " new, " + std::to_string(count(Change::Worse)) + " worse, " +
             std::to_string(count(Change::Better)) + " better, ";
  if (complete) out += std::to_string(before_count_ - found) + " gone, ";
  return out + std::to_string(count(Change::Same)) + " as before";
}

}  // namespace torii::zonec
