#pragma once
/// The scanner behind scan.hpp: records and directives, on top of the lexer and the RDATA reader.
///
/// One `Frame` stands for one file being read; $INCLUDE stacks them. A record or directive ("entry") is scanned from
/// the block buffer in one go. If the block ends inside it, everything the entry has changed is either kept because
/// scanning it again sets it to the same value (owner, last TTL, origin) or taken back (diagnostics); side effects (the
/// sink, $INCLUDE, $GENERATE, defaults) come only after the entry has been read to its end.
#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "zonec/scan/lexer.hpp"
#include "zonec/scan/rdata_text.hpp"
#include "zonec/scan/reporter.hpp"
#include "zonec/scan/scan.hpp"
#include "zonec/scan/source.hpp"

namespace torii::zonec {

class Scanner {
 public:
  Scanner(const ScanOptions& options, SourceFiles& files, const RecordSink& sink, std::vector<Diagnostic>& diagnostics)
      : options_{options}, files_{files}, sink_{sink}, reporter_{diagnostics} {}
  ScanResult scan_file(const std::string& path);
  /// From now on long stretches of text are scanned in parts, by several threads. `flush` is called before, so that the
  /// records the sink was given so far come first.
  void use_parts(RecordParts& parts, std::function<void()> flush) {
    parts_ = &parts;
    flush_ = std::move(flush);
  }
  /// From any source: tests and fuzzers hand text over in odd pieces.
  ScanResult scan_source(std::unique_ptr<ByteSource> source, const std::string& name);

 private:
  struct Frame {
    Lexer lexer;
    BlockBuffer buffer;
    FileIdentity identity;
    std::string path;
    std::uint32_t file{};
    std::optional<dns::Name> origin;
    std::optional<dns::Name> owner;  // of the last record
    std::size_t entries_alone{};     // to be scanned before parts are tried again
    std::size_t part_stops{};        // how often parts came to an end before the text did
    explicit Frame(std::unique_ptr<ByteSource> source) : buffer{std::move(source)} {}
  };
  /// What stands between owner and RDATA.
  struct Header {
    std::optional<std::uint32_t> ttl;  // as given
    dns::RrType type{};
    Token type_token;
  };
  /// One number in a $GENERATE template: ${offset,width,base}.
  struct Generate {
    std::uint64_t start{};
    std::uint64_t stop{};
    std::uint64_t step = 1;
    std::string owner;
    std::string rdata;
    Header header;
    Token where;
  };

  friend class PartScan;

  // part_scan.cpp
  [[nodiscard]] bool parts_pay(Frame& frame);
  void scan_parts(Frame& frame);

  // scanner.cpp
  ScanResult finish();
  void run(Frame& frame);
  bool refill(Frame& frame, const char* entry_start);
  void scan_entry(Frame& frame);
  bool read_entry(Frame& frame);
  bool read_record(Frame& frame, const Token& first, bool is_blank_owner);
  bool read_header(Frame& frame, Token token, Header& header);
  bool read_class(const Token& token, dns::RrClass rr_class);
  bool settle_ttl(const Header& header, dns::Octets rdata, std::uint32_t& ttl);
  void recover(Frame& frame);
  bool lexer_fault(Frame& frame, const Token& token) { return reporter_.error(token, "syntax", frame.lexer.fault()); }
  bool want(Frame& frame, Token& token, std::string_view expected);
  bool want_end(Frame& frame);
  bool read_name(const Token& token, const dns::Name* origin, std::optional<dns::Name>& name);
  bool read_ttl(const Token& token, std::uint32_t& ttl);
  void deliver(const dns::Name& owner, dns::RrType type, std::uint32_t ttl, Location where);

  // directives.cpp
  bool read_directive(Frame& frame, const Token& directive);
  bool read_include(Frame& frame);
  bool include(Frame& frame, const Token& path_token, const std::string& path, const std::optional<dns::Name>& origin);

  // generate.cpp
  bool read_generate(Frame& frame, const Token& directive);
  bool read_range(const Token& token, Generate& generate);
  bool read_templates(Frame& frame, Generate& generate);
  bool run_generate(Frame& frame, const Generate& generate);
  bool generate_one(Frame& frame, const Generate& generate, std::uint64_t number);

  const ScanOptions& options_;
  SourceFiles& files_;
  const RecordSink& sink_;
  Reporter reporter_;
  RdataBuffer rdata_;
  Lexer no_lexer_;
  RdataReader rdata_reader_{no_lexer_, reporter_, rdata_};
  std::vector<Frame*> frames_;                // outermost first
  std::optional<std::uint32_t> default_ttl_;  // $TTL
  std::optional<std::uint32_t> last_ttl_;
  bool warned_last_ttl_ = false;
  bool is_part_ = false;     // what came before this text is not known
  bool lacks_past_ = false;  // and something would depend on it
  RecordParts* parts_ = nullptr;
  std::function<void()> flush_;
  ScanResult result_;
  std::string generated_owner_;
  std::string generated_rdata_;
};

}  // namespace torii::zonec
