// Any text may be given to the scanner. Laws:
// - a scanned record is well formed, and printed and scanned again it has the same octets;
// - the text read in pieces gives the same records and the same diagnostics, and so does the text scanned in parts by
//   several threads;
// - an error is never without a diagnostic, and there are never more than the bound.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/part_records.hpp"
#include "torii/dns/presentation.hpp"
#include "zonec/scan/scanner.hpp"

namespace {

using namespace torii;
using namespace torii::zonec;

void require(bool holds, const char* law) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", law);
  __builtin_trap();
}

/// Gives one to seven octets at a time.
class DripSource final : public ByteSource {
 public:
  explicit DripSource(std::string_view text) noexcept : rest_{text} {}
  std::size_t read(std::span<char> out) override {
    const auto count = std::min({out.size(), rest_.size(), 1 + turn_++ % 7});
    std::copy_n(rest_.begin(), count, out.begin());
    rest_.remove_prefix(count);
    return count;
  }

 private:
  std::string_view rest_;
  std::size_t turn_ = 0;
};

struct Scanned {
  std::string records;  // everything that the sink was given
  std::vector<std::string> lines;
  std::vector<std::vector<std::uint8_t>> rdata;
  std::string diagnostics;
  ScanResult result;
};

Scanned scan(std::unique_ptr<ByteSource> source, bool with_lines) {
  Scanned scanned;
  ScanOptions options;
  options.allow_include = false;
  options.generate_max = 8;
  options.origin = dns::Name::from_text("example.");
  SourceFiles files;
  std::vector<Diagnostic> diagnostics;
  const RecordSink sink = [&](const ScannedRecord& record) {
    require(dns::check_rdata(record.type, record.rdata), "scanned RDATA is well formed");
    require(dns::NameView::parse(record.owner.octets())->size() == record.owner.size(), "the owner is a name");
    const auto line = testing::line_of(files, record);
    scanned.records += line;
    if (!with_lines) return;
    scanned.lines.push_back(line.substr(line.find(' ') + 1));
    scanned.rdata.emplace_back(record.rdata.begin(), record.rdata.end());
  };
  scanned.result = Scanner{options, files, sink, diagnostics}.scan_source(std::move(source), "fuzz");
  std::size_t errors = 0;
  for (const auto& diagnostic : diagnostics) {
    scanned.diagnostics += files.text(diagnostic.where) + ' ' + diagnostic.code + ' ' + diagnostic.text + '\n';
    if (diagnostic.severity == Severity::Error) ++errors;
  }
  require(errors <= kErrorsMax, "errors are bounded");
  require(scanned.result.ok == (errors == 0), "ok says that there is no error");
  return scanned;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto whole = scan(memory_source(text), true);
  for (std::size_t i = 0; i < whole.lines.size(); ++i) {
    const auto again = scan(memory_source(whole.lines[i]), true);
    if (!again.result.ok) std::fprintf(stderr, "%s%s", whole.lines[i].c_str(), again.diagnostics.c_str());
    require(again.result.ok && again.rdata.size() == 1, "a printed record can be scanned");
    require(again.rdata[0] == whole.rdata[i] && again.lines[0] == whole.lines[i], "printed and scanned is the same");
  }
  ScanOptions options;
  options.allow_include = false;
  options.generate_max = 8;
  options.origin = dns::Name::from_text("example.");
  const auto alone = testing::scan_whole(memory_source(text), options, "fuzz");
  require(alone.records == whole.records && alone.diagnostics == whole.diagnostics, "both ways to scan are one");
  options.threads = 2;
  options.part_octets = 1 + size / 5;
  require(testing::scan_whole(memory_source(text), options, "fuzz") == alone, "parts give the same");
  constexpr std::size_t kDripMax = 4096;  // every piece scans the open record again
  if (size > kDripMax) return 0;
  const auto dripped = scan(std::make_unique<DripSource>(text), false);
  require(dripped.records == whole.records, "pieces give the same records");
  require(dripped.diagnostics == whole.diagnostics, "pieces give the same diagnostics");
  return 0;
}
