#pragma once
/// Writes findings where a person or a program reads them: text lines, or JSON Lines with one object a finding.
#include <array>
#include <cstdint>
#include <ostream>
#include <string>

#include "zonec/judge/policy.hpp"
#include "zonec/scan/record.hpp"

namespace torii::zonec {

enum class FindingFormat : std::uint8_t { Text, Json };

class FindingWriter {
 public:
  FindingWriter(std::ostream& out, const SourceFiles& files, FindingFormat format)
      : out_{out}, files_{files}, format_{format} {}

  /// Text: `file:line:column: severity: text [code]`.
  void write(const Diagnostic& diagnostic);
  /// Text: the line of `SizeFinding::text`, and its severity in brackets.
  void write(const SizeFinding& finding);
  /// kErrorsMax errors were written. A last line has said so, and nothing more is written.
  [[nodiscard]] bool gave_up() const noexcept { return gave_up_; }
  [[nodiscard]] std::uint64_t count(Severity severity) const { return counts_.at(static_cast<std::size_t>(severity)); }
  [[nodiscard]] bool has_errors() const { return count(Severity::Error) > 0; }

 private:
  void count_one(Severity severity);
  void line(const std::string& text);

  std::ostream& out_;
  const SourceFiles& files_;
  FindingFormat format_;
  std::array<std::uint64_t, 4> counts_{};
  bool gave_up_ = false;
};

}  // namespace torii::zonec
