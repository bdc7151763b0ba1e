#pragma once
/// Several threads scan one file: its text is cut into parts at ends of records, and each part scanned on its own.
///
/// A part may be cut off where a record ends (outside quotes and parentheses) and a record with an owner of its own
/// begins. What a record may depend on is then $ORIGIN and $TTL, which the cutting follows. Whatever else could make a
/// part differ from the same text scanned in one go ends the parts, and the scanner goes on alone from there:
/// $INCLUDE and $GENERATE, a TTL taken from the record before, anything worth a diagnostic. So records, diagnostics
/// and their order are those of one thread, and only good text is fast.
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "zonec/scan/scanner.hpp"

namespace torii::zonec {

class PartScan {
 public:
  /// Starts where `frame` stands, at the start of an entry.
  PartScan(Scanner& scanner, Scanner::Frame& frame);
  /// Scans parts as far as there are some, and leaves scanner and frame where they would be had they scanned alone.
  /// Returns: whether the end of the text was reached, rather than something that parts are no good for.
  bool run();

 private:
  /// What is known before a text: all that a part may depend on.
  struct Past {
    std::uint32_t line{};
    std::optional<dns::Name> origin;
    std::optional<dns::Name> owner;  // of the last record, where the text may begin with a blank
    std::optional<std::uint32_t> default_ttl;
  };
  struct Piece {
    std::vector<char> text;  // followed by a newline that is not part of it
    Past past;
    std::unique_ptr<RecordPart> records;
    std::uint64_t record_count{};
    std::optional<dns::Name> last_owner;
    std::optional<std::uint32_t> last_ttl;
    bool good{};
    [[nodiscard]] std::size_t size() const noexcept { return text.size() - 1; }
  };
  /// How far a part may go in a text, and what is known there.
  struct Cut {
    std::size_t at{};  // 0: nowhere
    Past past;
  };

  void loop(unsigned thread);
  std::unique_ptr<Piece> next_piece();
  void scan(Piece& piece, unsigned thread) const;
  void accept_ready();
  void leave();
  [[nodiscard]] Cut find_cut(bool at_end);
  [[nodiscard]] Cut find_cut_plain(bool at_end) const;
  [[nodiscard]] Cut find_cut_lexed(bool at_end);
  bool apply_directive(const char* begin, const char* end, Past& past);

  Scanner& scanner_;
  Scanner::Frame& frame_;
  std::vector<Diagnostic> directive_diagnostics_;
  RecordSink no_sink_ = [](const ScannedRecord&) {};
  std::unique_ptr<Scanner> directives_;

  std::mutex mutex_;
  std::condition_variable moved_;
  std::vector<char> rest_;                       // text not cut off yet, always at the start of an entry
  Past past_;                                    // before `rest_`
  bool read_all_ = false;                        // the source has nothing more
  bool stopped_ = false;                         // no further part is cut off
  std::vector<std::unique_ptr<Piece>> waiting_;  // scanned or under way, by number modulo size
  std::size_t next_ = 0;
  std::size_t accepted_ = 0;
};

}  // namespace torii::zonec
