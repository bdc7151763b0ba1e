#include "zonec/scan/reporter.hpp"

#include "torii/dns/presentation_codec.hpp"

namespace torii::zonec {

bool Reporter::error(Location where, std::string_view code, std::string text) {
  ++errors_;
  if (errors_ > kErrorsMax) return false;
  if (pinned_) text.insert(0, pin_prefix_);
  diagnostics_.push_back({Severity::Error, std::string{code}, where, std::move(text)});
  return false;
}

void Reporter::warning(const Token& token, std::string_view code, std::string text) {
  ++warnings_;
  if (warnings_ > kScanWarningsMax) return;
  if (pinned_) text.insert(0, pin_prefix_);
  diagnostics_.push_back({Severity::Warning, std::string{code}, location(token), std::move(text)});
}

void Reporter::finish() {
  if (warnings_ > kScanWarningsMax)
    diagnostics_.push_back(
        {Severity::Warning, "more-warnings", Location{file_, 0, 0},
         std::to_string(warnings_ - kScanWarningsMax) + " further warnings of the scanner not shown"});
  if (gave_up())
    diagnostics_.push_back({Severity::Notice, "too-many-errors", Location{file_, 0, 0},
                            "gave up after " + std::to_string(kErrorsMax) + " errors"});
}

std::string quote(const Token& token) {
  constexpr std::size_t kShown = 60;
  std::string out = "\"";
  const auto text = token.text();
  for (const char c : text.substr(0, kShown)) {
    const auto octet = static_cast<std::uint8_t>(c);
    if (octet < 0x20 || octet >= 0x7F) {  // so that the message stays plain ASCII, whatever the input
      dns::detail::append_decimal_escape(out, octet);
    } else {
      out += c;
    }
  }
  if (text.size() > kShown) out += "...";
  out += '"';
  return out;
}

}  // namespace torii::zonec
