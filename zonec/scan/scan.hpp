#pragma once
/// The master-file scanner: zone text in, records in wire format out.
///
/// It reads RFC 1035 section 5 whole, `$TTL` (RFC 2308), `$INCLUDE`, `$GENERATE` as BIND has it, RFC 3597 forms and TTL
/// units, for every type of the RR table. Input is streamed: a file, standard input or a gzip stream of any size is
/// read in blocks, and a record is never copied more than from the block into its RDATA. Memory is bounded by the
/// longest record text (kRecordTextMax) times the depth of $INCLUDE, and a few parts of text for each thread.
///
/// Errors are diagnostics with file, line and column (in octets, from 1) of the offending token. After an error
/// scanning goes on at the next record, and stops for good after kErrorsMax errors. Nothing here throws for bad input.
///
/// Defaults that a file may rely on:
/// - owner: a line that starts with white space continues the last owner of the same file;
/// - TTL: the record's, else $TTL (RFC 2308 section 4), else the last one given (RFC 1035 section 5.1, with one
/// warning);
///   a SOA without any takes its own MINIMUM, which then is the default (with a warning), as BIND does;
/// - class: IN, the only class that is accepted;
/// - origin: `ScanOptions::origin`, else the owner of the first SOA if it is absolute, else relative names are errors
///   until $ORIGIN.
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "torii/dns/name.hpp"
#include "zonec/scan/record.hpp"

namespace torii::zonec {

/// Longest text of one record or one line, comments included. Unit: octets. A record of 65535 octets of RDATA all
/// written as `\DDD` takes a quarter of this; more is most likely a parenthesis that is never closed.
inline constexpr std::size_t kRecordTextMax = std::size_t{1} << 20U;

/// Warnings kept in one scan; further ones are counted in a last one.
inline constexpr std::size_t kScanWarningsMax = 100;

struct ScanOptions {
  std::optional<dns::Name> origin;
  std::uint32_t include_depth_max = 16;
  bool allow_include = true;
  std::uint64_t generate_max = std::uint64_t{1} << 24U;  // records from one $GENERATE
  unsigned threads = 1;                             // that scan one file's parts, where it is read into RecordParts
  std::size_t part_octets = std::size_t{1} << 20U;  // of text in a part, about
};

struct ScanResult {
  bool ok = false;          // no error of any kind
  bool unreadable = false;  // some input could not be read to its end (missing file, broken gzip)
  std::uint64_t records = 0;
  std::uint64_t octets = 0;  // of text, after decompression, files read by $INCLUDE counted too
};

/// Called for each record in the order of the text. The record's views end with the call.
using RecordSink = std::function<void(const ScannedRecord&)>;

/// Scans `path`, `-` for standard input; gzip is known by its magic. Files read are added to `files`; diagnostics are
/// appended. Records before an error have been delivered, so a caller that sees `!ok` drops them.
[[nodiscard]] ScanResult scan_file(const std::string& path, const ScanOptions& options, SourceFiles& files,
                                   const RecordSink& sink, std::vector<Diagnostic>& diagnostics);

/// The same, by several threads where the file is long: records come in parts. What the parts hold one after the other,
/// and all diagnostics, are what one thread would have found. Parts before an error have been accepted.
[[nodiscard]] ScanResult scan_file(const std::string& path, const ScanOptions& options, SourceFiles& files,
                                   RecordParts& parts, std::vector<Diagnostic>& diagnostics);

/// Scans text in memory under the given name. $INCLUDE, if allowed, is relative to the folder of that name.
[[nodiscard]] ScanResult scan_text(std::string_view text, const std::string& name, const ScanOptions& options,
                                   SourceFiles& files, const RecordSink& sink, std::vector<Diagnostic>& diagnostics);

}  // namespace torii::zonec
