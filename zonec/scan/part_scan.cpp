#include "zonec/scan/part_scan.hpp"

#include <algorithm>
#include <cstring>
#include <exception>
#include <thread>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace torii::zonec {
namespace {

/// Pieces that may wait for each thread until all before them are accepted.
constexpr std::size_t kPiecesAhead = 4;
/// After so many ends of parts within one file the rest is scanned alone: it is a text that parts are no good for.
constexpr std::size_t kPartStopsMax = 64;

/// Octets that can make an end of line something else than the end of a record, or begin a directive.
constexpr bool is_special(char c) noexcept {
  return c == '"' || c == '(' || c == ')' || c == ';' || c == '\\' || c == '$' || c == 0;
}
/// A line that begins so begins a record with an owner of its own.
constexpr bool begins_owner(char c) noexcept {
  return !is_special(c) && c != ' ' && c != '\t' && c != '\r' && c != '\n';
}

bool has_special(const char* at, const char* end) noexcept {
#ifdef __SSE2__
  for (; end - at >= 16; at += 16) {
    const __m128i octets = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const auto is = [&](char c) { return _mm_cmpeq_epi8(octets, _mm_set1_epi8(c)); };
    const __m128i quotes = _mm_or_si128(is('"'), is(';'));
    const __m128i brackets = _mm_or_si128(is('('), is(')'));
    const __m128i others = _mm_or_si128(_mm_or_si128(is('\\'), is('$')), is(0));
    if (_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quotes, brackets), others)) != 0) return true;
  }
#endif
  return std::any_of(at, end, is_special);
}

std::uint32_t count_lines(const char* at, const char* end) noexcept {
  std::uint32_t lines = 0;
#ifdef __SSE2__
  const __m128i newline = _mm_set1_epi8('\n');
  for (; end - at >= 16; at += 16) {
    const __m128i octets = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    lines += static_cast<std::uint32_t>(
        __builtin_popcount(static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(octets, newline)))));
  }
#endif
  return lines + static_cast<std::uint32_t>(std::count(at, end, '\n'));
}

/// The owner of the record that begins at `line`, as written.
std::string_view owner_text(const char* line, const char* end) noexcept {
  const auto* at = line;
  while (at < end && *at != ' ' && *at != '\t' && *at != '\r' && *at != '\n') ++at;
  return {line, static_cast<std::size_t>(at - line)};
}

/// Start of the last line before `line`, which is not the first of the text.
const char* line_before(const char* begin, const char* line) noexcept {
  --line;
  while (line > begin && line[-1] != '\n') --line;
  return line;
}

/// What parentheses are open after the line at `at`, and where the line ends. Reads as the lexer does.
const char* walk_line(const char* at, const char* end, std::uint32_t& depth) noexcept {
  const auto escape = [&] {
    ++at;
    if (at < end && *at != '\n' && *at != 0) ++at;
  };
  while (at < end && *at != '\n') {
    switch (*at) {
      case ';': {
        const auto* newline = static_cast<const char*>(std::memchr(at, '\n', static_cast<std::size_t>(end - at)));
        return newline == nullptr ? end : newline;
      }
      case '(':
        ++depth;
        ++at;
        break;
      case ')':
        if (depth > 0) --depth;
        ++at;
        break;
      case '\\':
        escape();
        break;
      case '"':
        ++at;
        while (at < end && *at != '"' && *at != '\n' && *at != 0) {
          if (*at == '\\')
            escape();
          else
            ++at;
        }
        if (at < end && *at != '\n') ++at;
        break;
      default:
        ++at;
    }
  }
  return at;
}

}  // namespace

bool Scanner::parts_pay(Frame& frame) {
  if (parts_ == nullptr || options_.threads < 2 || frame.part_stops > kPartStopsMax || reporter_.has_errors())
    return false;
  if (frame.entries_alone > 0) {
    --frame.entries_alone;
    return false;
  }
  // Without an origin the next SOA would set it. A short rest is not worth starting threads.
  const auto here = static_cast<std::size_t>(frame.buffer.end() - frame.lexer.position());
  return frame.origin && (frame.buffer.more() || here > options_.part_octets);
}

void Scanner::scan_parts(Frame& frame) {
  flush_();
  const auto records = result_.records;
  const bool reached_end = std::make_unique<PartScan>(*this, frame)->run();
  if (reached_end) return;
  // Many parts between two stops are worth more tries.
  if (result_.records - records < 1000) ++frame.part_stops;
  frame.entries_alone = 1;
}

PartScan::PartScan(Scanner& scanner, Scanner::Frame& frame)
    : scanner_{scanner},
      frame_{frame},
      directives_{std::make_unique<Scanner>(scanner.options_, scanner.files_, no_sink_, directive_diagnostics_)},
      rest_(frame.lexer.position(), frame.buffer.end()),
      past_{frame.lexer.line(), frame.origin, frame.owner, scanner.default_ttl_},
      waiting_(kPiecesAhead * scanner.options_.threads) {}

bool PartScan::run() {
  std::vector<std::thread> others;
  std::vector<std::exception_ptr> errors(scanner_.options_.threads);
  const auto guarded = [&](unsigned thread) {
    try {
      loop(thread);
    } catch (...) {
      errors[thread] = std::current_exception();
      const std::scoped_lock lock{mutex_};
      stopped_ = true;
      moved_.notify_all();
    }
  };
  for (unsigned i = 1; i < scanner_.options_.threads; ++i) others.emplace_back(guarded, i);
  guarded(0);
  for (auto& other : others) other.join();
  for (const auto& error : errors)
    if (error) std::rethrow_exception(error);
  leave();
  return read_all_ && rest_.empty();
}

void PartScan::loop(unsigned thread) {
  std::unique_lock lock{mutex_};
  for (;;) {
    moved_.wait(lock, [&] { return stopped_ || next_ < accepted_ + waiting_.size(); });
    if (stopped_) return;
    auto piece = next_piece();
    if (!piece) {
      stopped_ = true;
      moved_.notify_all();
      return;
    }
    const auto number = next_++;
    lock.unlock();
    scan(*piece, thread);
    lock.lock();
    if (!piece->good) stopped_ = true;
    waiting_[number % waiting_.size()] = std::move(piece);
    accept_ready();
    moved_.notify_all();
  }
}

/// Accepts pieces in order, up to one that is under way or no good.
void PartScan::accept_ready() {
  for (;; ++accepted_) {
    auto& piece = waiting_[accepted_ % waiting_.size()];
    if (!piece || !piece->good) return;
    scanner_.result_.records += piece->record_count;
    if (piece->last_owner) frame_.owner = std::move(piece->last_owner);
    if (piece->last_ttl) scanner_.last_ttl_ = piece->last_ttl;
    scanner_.parts_->accept(std::move(piece->records));
    piece.reset();
  }
}

/// Gives what was read but not accepted back to the frame.
void PartScan::leave() {
  std::vector<char> text;
  const Past* past = &past_;
  for (auto number = accepted_; number < next_; ++number) {
    const auto& piece = *waiting_[number % waiting_.size()];
    if (number == accepted_) past = &piece.past;
    text.insert(text.end(), piece.text.begin(), piece.text.end() - 1);
  }
  frame_.origin = past->origin;
  scanner_.default_ttl_ = past->default_ttl;
  const auto line = past->line;
  if (accepted_ < next_) read_all_ = false;
  text.insert(text.end(), rest_.begin(), rest_.end());
  frame_.buffer.put_back(std::move(text));
  frame_.lexer.set_text(frame_.buffer.begin(), frame_.buffer.end(), frame_.buffer.more());
  frame_.lexer.set_line(line);
}

/// The next part of the text; null when there is none to be cut off.
std::unique_ptr<PartScan::Piece> PartScan::next_piece() {
  const auto wanted = scanner_.options_.part_octets;
  for (auto size = wanted; size <= std::max(wanted, 2 * kRecordTextMax); size *= 2) {
    while (!read_all_ && rest_.size() < size) read_all_ = !frame_.buffer.read_on(rest_, size - rest_.size());
    if (rest_.empty()) return nullptr;
    // What a source gave before it failed is scanned alone, and not past the last whole entry.
    auto cut = find_cut(read_all_ && frame_.buffer.error().empty());
    if (cut.at > 0) {
      auto piece = std::make_unique<Piece>();
      piece->text.reserve(rest_.capacity());
      piece->text.assign(rest_.begin() + static_cast<std::ptrdiff_t>(cut.at), rest_.end());
      std::swap(piece->text, rest_);  // the smaller part is copied
      piece->text.resize(cut.at + 1);
      piece->text.back() = '\n';
      piece->past = std::exchange(past_, std::move(cut.past));
      return piece;
    }
    if (read_all_ || rest_.size() < size) return nullptr;
  }
  return nullptr;
}

PartScan::Cut PartScan::find_cut(bool at_end) {
  // The octet behind the part matters, too: it decides whether a part may end before it.
  if (has_special(rest_.data(), rest_.data() + rest_.size())) return find_cut_lexed(at_end);
  return find_cut_plain(at_end);
}

/// In a text without anything special, every end of a line ends a record.
PartScan::Cut PartScan::find_cut_plain(bool at_end) const {
  const auto* begin = rest_.data();
  const auto* end = begin + rest_.size();
  const auto* cut = end;
  if (!at_end) {
    cut = end - 1;
    while (cut > begin && cut[-1] != '\n') --cut;
    // Records of one owner stay together as far as the text tells: see HostListPool.
    while (cut > begin) {
      const auto* before = line_before(begin, cut);
      if (begins_owner(*cut) && owner_text(before, cut) != owner_text(cut, end)) break;
      cut = before;
    }
  }
  auto past = past_;
  past.line += count_lines(begin, cut);
  past.owner.reset();
  return {static_cast<std::size_t>(cut - begin), std::move(past)};
}

PartScan::Cut PartScan::find_cut_lexed(bool at_end) {
  const auto* const begin = rest_.data();
  const auto* const end = begin + rest_.size();
  Cut cut;
  auto past = past_;
  past.owner.reset();
  std::uint32_t depth = 0;
  std::string_view owner;  // of the last record, as written
  for (const auto* at = begin; at < end;) {
    const auto* const entry = at;
    if (depth == 0 && (begins_owner(*at) || *at == '$')) {
      const auto next = owner_text(at, end);
      if (at > begin && next != owner) cut = {static_cast<std::size_t>(at - begin), past};
      owner = next;
    }
    const bool is_directive = depth == 0 && *at == '$';
    at = walk_line(at, end, depth);
    if (at == end && !at_end) return cut;
    if (is_directive && (depth > 0 || !apply_directive(entry, at, past))) return cut;
    if (at == end) break;
    ++at;
    ++past.line;
  }
  if (at_end) cut = {rest_.size(), past};
  return cut;
}

/// Carries out $ORIGIN and $TTL; false for what has to be left to the scanner.
bool PartScan::apply_directive(const char* begin, const char* end, Past& past) {
  const std::string_view text{begin, static_cast<std::size_t>(end - begin)};
  const auto word = text.substr(0, text.find_first_of(" \t\r"));
  if (!equals_ignoring_case(word, "$ORIGIN") && !equals_ignoring_case(word, "$TTL")) return false;
  std::vector<char> entry(begin, end);
  entry.push_back('\n');
  Scanner::Frame frame{memory_source({})};
  frame.origin = past.origin;
  frame.lexer.set_text(entry.data(), entry.data() + entry.size() - 1, false);
  directives_->default_ttl_ = past.default_ttl;
  directives_->scan_entry(frame);
  if (!directive_diagnostics_.empty()) return false;
  past.origin = frame.origin;
  past.default_ttl = directives_->default_ttl_;
  return true;
}

void PartScan::scan(Piece& piece, unsigned thread) const {
  piece.records = scanner_.parts_->open(thread);
  const RecordSink sink = [&](const ScannedRecord& record) { piece.records->take(record); };
  std::vector<Diagnostic> diagnostics;
  const auto scanner = std::make_unique<Scanner>(scanner_.options_, scanner_.files_, sink, diagnostics);
  Scanner::Frame frame{memory_source({})};
  frame.origin = piece.past.origin;
  frame.owner = piece.past.owner;
  frame.lexer.set_text(piece.text.data(), piece.text.data() + piece.size(), false);
  frame.lexer.set_line(piece.past.line);
  scanner->is_part_ = true;
  scanner->default_ttl_ = piece.past.default_ttl;
  scanner->reporter_.set_file(frame_.file);
  scanner->rdata_reader_.set_lexer(&frame.lexer);
  while (!frame.lexer.is_at_end()) {
    scanner->scan_entry(frame);
    if (!diagnostics.empty() || scanner->lacks_past_) return;
    frame.lexer.next_line();
  }
  piece.record_count = scanner->result_.records;
  piece.last_owner = std::move(frame.owner);
  piece.last_ttl = scanner->last_ttl_;
  piece.records->end();
  piece.good = true;
}

}  // namespace torii::zonec
