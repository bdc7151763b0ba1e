#pragma once
/// Writes findings where a person or a program reads them, in one of the forms of finding_format.hpp; counts them,
/// holds them against a baseline, and finds fixes for the first of them.
#include <array>
#include <cstdint>
#include <fstream>
#include <functional>
#include <memory>
#include <ostream>
#include <string>

#include "zonec/baseline.hpp"
#include "zonec/finding_format.hpp"

namespace torii::zonec {

/// Findings that get fixes, unless the operator asks for another number: each may take a millisecond.
inline constexpr std::size_t kFindingsWithFixes = 100;

struct FindingOptions {
  FindingFormat format = FindingFormat::Text;
  Colour colour{};
  std::size_t fixes = kFindingsWithFixes;
  std::shared_ptr<Baseline> baseline{};  // only what is new or worse is written
  std::string write_baseline{};          // a file that gets all findings, when the run has ended
};

class FindingWriter {
 public:
  FindingWriter(std::ostream& out, const SourceFiles& files, FindingFormat format);
  /// Throws PublishError: the baseline to write cannot be.
  FindingWriter(std::ostream& out, const SourceFiles& files, const FindingOptions& options);
  ~FindingWriter();
  FindingWriter(const FindingWriter&) = delete;
  FindingWriter& operator=(const FindingWriter&) = delete;

  void begin_input(const std::string& path) { formatter_->begin_input(path); }
  void begin_zone(const dns::Name& apex, const PolicySettings& settings) { formatter_->begin_zone(apex, settings); }

  void write(const Diagnostic& diagnostic);
  /// `account`: describes the delegation, if that is to be told.
  void write(const SizeFinding& finding, const std::function<Account()>& account = {});
  /// Ends what is written, and puts the baseline into place. Later findings are lost. Throws PublishError.
  void finish();

  /// kErrorsMax errors were written. A last line has said so, and nothing more is written. Never with a baseline to
  /// write, which has to be whole.
  [[nodiscard]] bool gave_up() const noexcept { return gave_up_; }
  /// Written, that is with a baseline new or worse.
  [[nodiscard]] std::uint64_t count(Severity severity) const { return counts_.at(static_cast<std::size_t>(severity)); }
  [[nodiscard]] bool has_errors() const { return count(Severity::Error) > 0; }
  /// Errors that the baseline has too.
  [[nodiscard]] bool has_known_errors() const noexcept { return known_errors_ > 0; }
  /// "3 new, ..."; empty without a baseline.
  [[nodiscard]] std::string against_baseline() const;

 private:
  struct Record;  // of the baseline to be
  template <class Finding>
  [[nodiscard]] bool is_wanted(const Finding& finding, FindingChange& change);
  void count_one(Severity severity);

  FindingOptions options_;
  std::unique_ptr<FindingFormatter> formatter_;
  std::unique_ptr<Record> record_;
  std::array<std::uint64_t, 4> counts_{};
  std::uint64_t known_errors_ = 0;
  bool gave_up_ = false;
  bool finished_ = false;
};

}  // namespace torii::zonec
