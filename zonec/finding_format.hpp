#pragma once
/// The forms in which findings are written. One formatter writes one run: `finish` ends it.
#include <boost/json/fwd.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>

#include "zonec/account_report.hpp"

namespace torii::zonec {

enum class FindingFormat : std::uint8_t {
  Text,   // lines for people
  Json,   // JSON Lines, one object a finding
  Sarif,  // SARIF 2.1.0 (OASIS), for code-review tools
  Junit,  // JUnit XML, for pipelines
};
/// "text", "json", "sarif", "junit"
[[nodiscard]] std::optional<FindingFormat> format_from_id(std::string_view id) noexcept;

/// What is known of a delegation besides the finding.
struct SizeDetail {
  Account account;
  FixPlan plan;
  std::vector<ServerReply> servers;  // at the finding's limit
};

/// How a finding stands to a baseline; empty without one: "new", "worse".
struct FindingChange {
  std::string_view id{};
  std::string text{};  // for people
};

class FindingFormatter {
 public:
  FindingFormatter() = default;
  FindingFormatter(const FindingFormatter&) = delete;
  FindingFormatter& operator=(const FindingFormatter&) = delete;
  virtual ~FindingFormatter() = default;
  /// Findings of another input follow.
  virtual void begin_input(const std::string& path) { static_cast<void>(path); }
  /// The input holds this zone; `settings` outlive the formatter.
  virtual void begin_zone(const dns::Name& apex, const PolicySettings& settings) {
    static_cast<void>(apex);
    static_cast<void>(settings);
  }
  virtual void write(const Diagnostic& diagnostic, const FindingChange& change) = 0;
  /// `detail` may be null.
  virtual void write(const SizeFinding& finding, const SizeDetail* detail, const FindingChange& change) = 0;
  /// The run ends before everything was looked at.
  virtual void give_up(const std::string& text) = 0;
  virtual void finish() {}
};

[[nodiscard]] std::unique_ptr<FindingFormatter> make_text_formatter(std::ostream& out, const SourceFiles& files,
                                                                    Colour colour);
[[nodiscard]] std::unique_ptr<FindingFormatter> make_json_formatter(std::ostream& out, const SourceFiles& files);
[[nodiscard]] std::unique_ptr<FindingFormatter> make_sarif_formatter(std::ostream& out, const SourceFiles& files);
[[nodiscard]] std::unique_ptr<FindingFormatter> make_junit_formatter(std::ostream& out, const SourceFiles& files);

/// The record of a finding, without its place, its text and what comes of the account.
[[nodiscard]] boost::json::object finding_json(const SizeFinding& finding);

/// What a finding is recognised by in another run: code and name, not place or text. Unit separator between the parts.
[[nodiscard]] std::string finding_key(const Diagnostic& diagnostic);
[[nodiscard]] std::string finding_key(const SizeFinding& finding);

}  // namespace torii::zonec
