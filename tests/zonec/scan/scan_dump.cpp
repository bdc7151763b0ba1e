// Scans a master file and prints its records as absolute one-line text, for scripts that compare it with other tools.
// usage: scan_dump FILE [ORIGIN]; exit status 0 without errors.
#include <cstdio>
#include <exception>
#include <string>

#include "torii/dns/presentation.hpp"
#include "zonec/scan/scan.hpp"

int main(int argc, char** argv) try {
  using namespace torii;
  using namespace torii::zonec;
  if (argc < 2) return 2;
  ScanOptions options;
  if (argc > 2) options.origin = dns::Name::from_text(argv[2]);
  SourceFiles files;
  std::vector<Diagnostic> diagnostics;
  std::string line;
  const auto print = [&](const ScannedRecord& record) {
    line.clear();
    dns::append_name(line, record.owner);
    line += '\t' + std::to_string(record.ttl) + "\tIN\t";
    dns::append_type(line, record.type);
    line += '\t';
    dns::append_rdata(line, record.type, record.rdata);
    line += '\n';
    std::fputs(line.c_str(), stdout);
  };
  const auto result = scan_file(argv[1], options, files, print, diagnostics);
  for (const auto& diagnostic : diagnostics)
    std::fprintf(stderr, "%s: %s\n", files.text(diagnostic.where).c_str(), diagnostic.text.c_str());
  return result.ok ? 0 : 2;
} catch (const std::exception& failure) {
  std::fprintf(stderr, "scan_dump: %s\n", failure.what());
  return 3;
}
