#pragma once
/// Collects the scan's diagnostics, bounded, and can take back those of a record that is scanned again.
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "zonec/scan/lexer.hpp"
#include "zonec/scan/record.hpp"
#include "zonec/scan/scan.hpp"

namespace torii::zonec {

class Reporter {
 public:
  explicit Reporter(std::vector<Diagnostic>& diagnostics) noexcept : diagnostics_{diagnostics} {}

  /// Returns: false always, so that a parser can say `return reporter.error(...)`.
  bool error(const Token& token, std::string_view code, std::string text) {
    return error(location(token), code, std::move(text));
  }
  bool error(Location where, std::string_view code, std::string text);
  void warning(const Token& token, std::string_view code, std::string text);

  /// Nothing more is worth reading.
  [[nodiscard]] bool gave_up() const noexcept { return errors_ >= kErrorsMax; }
  [[nodiscard]] bool has_errors() const noexcept { return errors_ > 0; }
  /// A last diagnostic with the number of warnings that were left out.
  void finish();

  /// Where tokens are from now on. Returns: the file before.
  std::uint32_t set_file(std::uint32_t file) noexcept { return std::exchange(file_, file); }
  /// While it is set, every diagnostic stands at `where` and begins with `prefix` ($GENERATE).
  void pin(Location where, std::string prefix) {
    pinned_ = true;
    pin_where_ = where;
    pin_prefix_ = std::move(prefix);
  }
  void unpin() noexcept { pinned_ = false; }
  [[nodiscard]] Location location(const Token& token) const noexcept {
    return pinned_ ? pin_where_ : Location{file_, token.line, token.column()};
  }

  struct Mark {
    std::size_t diagnostics{};
    std::size_t errors{};
    std::size_t warnings{};
  };
  [[nodiscard]] Mark mark() const noexcept { return {diagnostics_.size(), errors_, warnings_}; }
  void take_back(const Mark& mark) {
    diagnostics_.resize(mark.diagnostics);
    errors_ = mark.errors;
    warnings_ = mark.warnings;
  }

 private:
  std::vector<Diagnostic>& diagnostics_;
  std::size_t errors_ = 0;
  std::size_t warnings_ = 0;
  std::uint32_t file_ = 0;
  bool pinned_ = false;
  Location pin_where_;
  std::string pin_prefix_;
};

/// A token as it appears in a message: quoted, cut at a readable length, control characters shown as escapes.
[[nodiscard]] std::string quote(const Token& token);

}  // namespace torii::zonec
