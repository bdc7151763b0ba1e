#pragma once
/// What the scanner hands on: one record at a time, with the place it came from, and the diagnostics on the way.
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "torii/dns/name.hpp"
#include "torii/dns/types.hpp"

namespace torii::zonec {

/// A place in the input. `file` indexes the run's SourceFiles; lines and columns count from 1; line 0 means
/// the file as a whole.
struct Location {
  std::uint32_t file{};
  std::uint32_t line{};
  std::uint32_t column{};
};

/// Names of the files read in this run (`-` is standard input), in order of first use.
class SourceFiles {
 public:
  std::uint32_t add(std::string path) {
    paths_.push_back(std::move(path));
    return static_cast<std::uint32_t>(paths_.size() - 1);
  }
  [[nodiscard]] const std::string& path(std::uint32_t file) const { return paths_.at(file); }
  /// `file:line:column`, or `file` alone for line 0.
  [[nodiscard]] std::string text(Location where) const {
    return where.line == 0 ? path(where.file)
                           : path(where.file) + ":" + std::to_string(where.line) + ":" + std::to_string(where.column);
  }

 private:
  std::vector<std::string> paths_;
};

/// One RR as scanned. The views live until the callback returns.
struct ScannedRecord {
  dns::NameView owner;  // case as written
  dns::RrType type{};
  dns::RrClass rr_class{};
  std::uint32_t ttl{};  // seconds, already through RFC 2181 section 8
  dns::Octets rdata;    // wire format, names uncompressed, case as written; 65535 octets at most
  Location where;
};

/// Takes the records of one part of a text, by one thread. Parts are scanned at the same time.
class RecordPart {
 public:
  RecordPart() = default;
  RecordPart(const RecordPart&) = delete;
  RecordPart& operator=(const RecordPart&) = delete;
  RecordPart(RecordPart&&) = delete;
  RecordPart& operator=(RecordPart&&) = delete;
  virtual ~RecordPart() = default;
  virtual void take(const ScannedRecord& record) = 0;
  /// No record follows. Called by the thread that called `take`.
  virtual void end() = 0;
};

/// Where the parts of a text come together.
class RecordParts {
 public:
  RecordParts() = default;
  RecordParts(const RecordParts&) = delete;
  RecordParts& operator=(const RecordParts&) = delete;
  RecordParts(RecordParts&&) = delete;
  RecordParts& operator=(RecordParts&&) = delete;
  virtual ~RecordParts() = default;
  /// A new part, to be filled by thread `thread` of the scan (from 0). Called by several threads at the same time.
  [[nodiscard]] virtual std::unique_ptr<RecordPart> open(unsigned thread) = 0;
  /// The parts that count, ended, in the order of the text; one call at a time, not always from the same thread.
  virtual void accept(std::unique_ptr<RecordPart> part) = 0;
};

enum class Severity : std::uint8_t { Info, Notice, Warning, Error };

/// A message about the input. `code` is stable and kebab-case ("cname-and-other-data").
struct Diagnostic {
  Severity severity{};
  std::string code;
  Location where;
  std::string text;
  std::string owner{};  // the name it is about, where there is one: presentation format, for machine-readable output
};

/// Errors collected before giving up. Source: house rule, so that one run shows more than one mistake.
inline constexpr std::size_t kErrorsMax = 20;

}  // namespace torii::zonec
