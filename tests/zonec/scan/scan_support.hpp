#pragma once
/// Scans text and gives back what the sink and the diagnostics got, as lines that a test can compare.
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "torii/dns/presentation.hpp"
#include "zonec/scan/scanner.hpp"

namespace torii::zonec {

struct Scanned {
  std::vector<std::string> records;      // owner TTL type RDATA, in presentation format
  std::vector<std::string> places;       // file:line:column of each record
  std::vector<std::string> diagnostics;  // file:line:column: severity: text
  std::vector<std::string> codes;
  ScanResult result;
};

class Collector {
 public:
  Collector() {
    sink_ = [this](const ScannedRecord& record) {
      std::string line;
      dns::append_name(line, record.owner);
      line += ' ' + std::to_string(record.ttl) + ' ' + dns::type_text(record.type) + ' ';
      dns::append_rdata(line, record.type, record.rdata);
      scanned_.records.push_back(std::move(line));
      scanned_.places.push_back(files_.text(record.where));
    };
  }
  Scanned file(const std::string& path, const ScanOptions& options) {
    return take(scan_file(path, options, files_, sink_, diagnostics_));
  }
  Scanned text(std::string_view text, const std::string& name, const ScanOptions& options) {
    return take(scan_text(text, name, options, files_, sink_, diagnostics_));
  }
  Scanned source(std::unique_ptr<ByteSource> source, const ScanOptions& options) {
    return take(
        std::make_unique<Scanner>(options, files_, sink_, diagnostics_)->scan_source(std::move(source), "zone"));
  }

 private:
  Scanned take(ScanResult result) {
    for (const auto& diagnostic : diagnostics_) {
      const char* const severity = diagnostic.severity == Severity::Error     ? "error"
                                   : diagnostic.severity == Severity::Warning ? "warning"
                                                                              : "notice";
      scanned_.diagnostics.push_back(files_.text(diagnostic.where) + ": " + severity + ": " + diagnostic.text);
      scanned_.codes.push_back(diagnostic.code);
    }
    scanned_.result = result;
    return std::move(scanned_);
  }

  Scanned scanned_;
  SourceFiles files_;
  std::vector<Diagnostic> diagnostics_;
  RecordSink sink_;
};

/// With $TTL 60 and the origin "example." unless the text says otherwise.
inline ScanOptions example_origin() {
  ScanOptions options;
  options.origin = dns::Name::from_text("example.");
  return options;
}

inline Scanned scan(std::string_view text, const ScanOptions& options = example_origin()) {
  return Collector{}.text(text, "zone", options);
}

/// Hands its text over a few octets at a time.
class PieceSource final : public ByteSource {
 public:
  PieceSource(std::string_view text, std::size_t piece) noexcept : rest_{text}, piece_{piece} {}
  std::size_t read(std::span<char> out) override {
    const auto count = std::min({out.size(), rest_.size(), piece_});
    std::copy_n(rest_.begin(), count, out.begin());
    rest_.remove_prefix(count);
    return count;
  }

 private:
  std::string_view rest_;
  std::size_t piece_;
};

}  // namespace torii::zonec
