/// Findings as lines for people.
#include "zonec/finding_format.hpp"

namespace torii::zonec {
namespace {

constexpr std::size_t kFixesShown = 3;
constexpr std::size_t kBarColumns = 64;
constexpr std::uint32_t kPlainLimit = 512;

Ink ink_of(Severity severity) noexcept {
  return severity == Severity::Error ? Ink::Red : severity == Severity::Warning ? Ink::Yellow : Ink::Cyan;
}

class TextFormatter final : public FindingFormatter {
 public:
  TextFormatter(std::ostream& out, const SourceFiles& files, Colour colour)
      : out_{out}, files_{files}, colour_{colour} {}

  void write(const Diagnostic& diagnostic, const FindingChange& change) override {
    out_ << colour_.paint(Ink::Bold, files_.text(diagnostic.where)) << ": "
         << colour_.paint(ink_of(diagnostic.severity), severity_text(diagnostic.severity)) << ": " << diagnostic.text
         << " [" << diagnostic.code << ']' << after(change) << '\n';
  }

  void write(const SizeFinding& finding, const SizeDetail* detail, const FindingChange& change) override {
    out_ << finding.text() << " [" << colour_.paint(ink_of(finding.severity), severity_text(finding.severity)) << ']'
         << after(change) << '\n';
    if (detail == nullptr) return;
    if (colour_.is_on() && finding.is_about_octets()) {
      const auto asking = finding.failure.limit <= kPlainLimit ? Asking::Plain
                          : detail->account.proof.empty()      ? Asking::Edns
                                                               : Asking::Dnssec;
      out_ << "  " << octet_bar(detail->account, asking, finding.failure.limit, kBarColumns, colour_) << '\n';
    }
    out_ << fix_plan_text(detail->plan, kFixesShown, "  ", colour_);
  }

  void give_up(const std::string& text) override { out_ << "zonec: " << text << " [too-many-errors]\n"; }

 private:
  static std::string after(const FindingChange& change) { return change.id.empty() ? "" : " (" + change.text + ")"; }
  std::ostream& out_;
  const SourceFiles& files_;
  Colour colour_;
};

}  // namespace

std::unique_ptr<FindingFormatter> make_text_formatter(std::ostream& out, const SourceFiles& files, Colour colour) {
  return std::make_unique<TextFormatter>(out, files, colour);
}

}  // namespace torii::zonec
