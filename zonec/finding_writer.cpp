#include "zonec/finding_writer.hpp"

#include <cerrno>

#include "zonec/emit/durable.hpp"

namespace torii::zonec {
namespace {

std::unique_ptr<FindingFormatter> make_formatter(std::ostream& out, const SourceFiles& files,
                                                 const FindingOptions& options) {
  switch (options.format) {
    case FindingFormat::Json:
      return make_json_formatter(out, files);
    case FindingFormat::Sarif:
      return make_sarif_formatter(out, files);
    case FindingFormat::Junit:
      return make_junit_formatter(out, files);
    case FindingFormat::Text:
      break;
  }
  return make_text_formatter(out, files, options.colour);
}

SizeDetail detail_of(const SizeFinding& finding, Account account) {
  constexpr std::uint32_t kPlainLimit = 512;
  SizeDetail detail{.account = std::move(account), .plan = {}, .servers = {}};
  if (!finding.is_about_octets()) return detail;
  const auto goal = goal_of(*finding.policy);
  // An encoder's size is not what the goal counts.
  if (goal.octets(finding.facts) == finding.failure.octets)
    detail.plan = propose_fixes(detail.account, goal, {.sets = true, .exact = false});
  OwnReply asked{.asking = finding.failure.limit <= kPlainLimit ? Asking::Plain
                           : detail.account.proof.empty()       ? Asking::Edns
                                                                : Asking::Dnssec,
                 .limit = finding.failure.limit};
  detail.servers = ask_servers(detail.account, {std::move(asked)});
  return detail;
}

}  // namespace

std::optional<FindingFormat> format_from_id(std::string_view id) noexcept {
  if (id == "text") return FindingFormat::Text;
  if (id == "json") return FindingFormat::Json;
  if (id == "sarif") return FindingFormat::Sarif;
  if (id == "junit") return FindingFormat::Junit;
  return std::nullopt;
}

struct FindingWriter::Record {
  Record(const std::string& path, const SourceFiles& files)
      : file{std::filesystem::absolute(path)},
        out{file.path(), std::ios::binary},
        formatter{make_json_formatter(out, files)} {
    if (!out) throw_system(file.path(), "cannot be written", errno);
  }
  PartFile file;
  std::ofstream out;
  std::unique_ptr<FindingFormatter> formatter;
};

FindingWriter::FindingWriter(std::ostream& out, const SourceFiles& files, FindingFormat format)
    : FindingWriter{out, files, FindingOptions{.format = format}} {}

FindingWriter::FindingWriter(std::ostream& out, const SourceFiles& files, const FindingOptions& options)
    : options_{options}, formatter_{make_formatter(out, files, options)} {
  if (!options.write_baseline.empty()) record_ = std::make_unique<Record>(options.write_baseline, files);
}

FindingWriter::~FindingWriter() = default;

template <class Finding>
bool FindingWriter::is_wanted(const Finding& finding, FindingChange& change) {
  if (!options_.baseline) return true;
  const auto verdict = options_.baseline->compare(finding);
  if (verdict.change == Baseline::Change::New) {
    change = {"new", "new"};
    return true;
  }
  if (verdict.change == Baseline::Change::Worse) {
    change = {"worse", verdict.before};
    return true;
  }
  if (finding.severity == Severity::Error) ++known_errors_;
  return false;
}

void FindingWriter::write(const Diagnostic& diagnostic) {
  if (gave_up_) return;
  if (record_) record_->formatter->write(diagnostic, {});
  FindingChange change;
  if (!is_wanted(diagnostic, change)) return;
  formatter_->write(diagnostic, change);
  count_one(diagnostic.severity);
}

void FindingWriter::write(const SizeFinding& finding, const std::function<Account()>& account) {
  if (gave_up_) return;
  if (record_) record_->formatter->write(finding, nullptr, {});
  FindingChange change;
  if (!is_wanted(finding, change)) return;
  if (account && options_.fixes > 0) {
    --options_.fixes;
    const auto detail = detail_of(finding, account());
    formatter_->write(finding, &detail, change);
  } else {
    formatter_->write(finding, nullptr, change);
  }
  count_one(finding.severity);
}

void FindingWriter::count_one(Severity severity) {
  ++counts_.at(static_cast<std::size_t>(severity));
  if (count(Severity::Error) < kErrorsMax || record_) return;
  gave_up_ = true;
  formatter_->give_up(std::to_string(kErrorsMax) + " errors, giving up");
}

void FindingWriter::finish() {
  if (finished_) return;
  finished_ = true;
  formatter_->finish();
  if (!record_) return;
  record_->out.close();
  if (!record_->out) throw_system(record_->file.path(), "cannot be written", errno);
  record_->file.commit();
}

std::string FindingWriter::against_baseline() const {
  return options_.baseline ? options_.baseline->summary(!gave_up_) : std::string{};
}

}  // namespace torii::zonec
