#pragma once
/// Scanning in parts, for tests that hold it against scanning in one go.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "torii/dns/presentation.hpp"
#include "zonec/scan/scanner.hpp"

namespace torii::testing {

inline std::string line_of(const zonec::SourceFiles& files, const zonec::ScannedRecord& record) {
  auto line = files.text(record.where) + ' ';
  dns::append_name(line, record.owner);
  line += ' ' + std::to_string(record.ttl) + " IN " + dns::type_text(record.type) + ' ';
  dns::append_rdata(line, record.type, record.rdata);
  return line + '\n';
}

/// Puts the records of all parts together as lines of text.
class PartRecords final : public zonec::RecordParts {
 public:
  explicit PartRecords(const zonec::SourceFiles& files) : files_{files} {}
  [[nodiscard]] std::unique_ptr<zonec::RecordPart> open(unsigned) override { return std::make_unique<Part>(files_); }
  void accept(std::unique_ptr<zonec::RecordPart> part) override {
    lines += static_cast<Part&>(*part).lines;
    ++count;
  }
  std::string lines;
  std::size_t count = 0;

 private:
  struct Part final : zonec::RecordPart {
    explicit Part(const zonec::SourceFiles& from) : files{from} {}
    void take(const zonec::ScannedRecord& record) override { lines += line_of(files, record); }
    void end() override {}
    const zonec::SourceFiles& files;
    std::string lines;
  };
  const zonec::SourceFiles& files_;
};

struct WholeScan {
  std::string records;
  std::string diagnostics;
  zonec::ScanResult result;
  std::size_t parts = 0;
  friend bool operator==(const WholeScan& a, const WholeScan& b) {
    return a.records == b.records && a.diagnostics == b.diagnostics && a.result.ok == b.result.ok &&
           a.result.unreadable == b.result.unreadable && a.result.records == b.result.records &&
           a.result.octets == b.result.octets;
  }
};

/// `options.threads` 1: in one go.
inline WholeScan scan_whole(std::unique_ptr<zonec::ByteSource> source, const zonec::ScanOptions& options,
                            const std::string& name = "test.zone") {
  WholeScan scan;
  zonec::SourceFiles files;
  std::vector<zonec::Diagnostic> diagnostics;
  PartRecords parts{files};
  std::unique_ptr<zonec::RecordPart> part;
  const zonec::RecordSink sink = [&](const zonec::ScannedRecord& record) {
    if (!part) part = parts.open(0);
    part->take(record);
  };
  const auto flush = [&] {
    if (part) parts.accept(std::exchange(part, nullptr));
  };
  zonec::Scanner scanner{options, files, sink, diagnostics};
  scanner.use_parts(parts, flush);
  scan.result = scanner.scan_source(std::move(source), name);
  flush();
  scan.records = parts.lines;
  scan.parts = parts.count;
  for (const auto& diagnostic : diagnostics)
    scan.diagnostics += files.text(diagnostic.where) + ' ' + diagnostic.code + ' ' + diagnostic.text + '\n';
  return scan;
}

}  // namespace torii::testing
