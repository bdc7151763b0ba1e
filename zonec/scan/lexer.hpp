#pragma once
/// Tokens of a master file: words and quoted strings, with white space, comments and parentheses taken care of.
/// Source: RFC 1035 section 5.1.
///
/// The lexer walks over a block of text that is followed by a newline (BlockBuffer). When it meets the end of the block
/// before the end of the input, in the middle of a record, it is `starved()`: whoever drives it goes back to the start
/// of the record with more text. Tokens are views of the text; escapes in them are not decoded.
#include <array>
#include <cassert>
#include <cstdint>
#include <string_view>

namespace torii::zonec {

struct Token {
  const char* begin{};
  const char* end{};
  const char* line_begin{};
  std::uint32_t line{};
  bool quoted{};
  bool escaped{};  // has a backslash somewhere
  [[nodiscard]] std::string_view text() const noexcept {
    assert(begin <= end);
    return {begin, size()};
  }
  [[nodiscard]] std::size_t size() const noexcept { return static_cast<std::size_t>(end - begin); }
  /// An unquoted token of exactly this text.
  [[nodiscard]] bool is(std::string_view word) const noexcept { return !quoted && text() == word; }
  /// Counts octets from 1; for a quoted string, that of the opening quote.
  [[nodiscard]] std::uint32_t column() const noexcept {
    return static_cast<std::uint32_t>(begin - line_begin) + (quoted ? 0U : 1U);
  }
};

enum class TokenKind : std::uint8_t { Text, EndOfRecord, Bad };

class Lexer {
 public:
  /// Continues at `at` in text that ends at `end`, where a newline stands; `more` when the input goes on after it.
  void set_text(const char* at, const char* end, bool more) noexcept {
    at_ = at;
    end_ = end;
    line_begin_ = at;
    more_ = more;
    starved_ = false;
    depth_ = 0;
    again_ = false;
  }
  void set_line(std::uint32_t line) noexcept { line_ = line; }

  [[nodiscard]] const char* position() const noexcept { return at_; }
  [[nodiscard]] std::uint32_t line() const noexcept { return line_; }
  [[nodiscard]] bool starved() const noexcept { return starved_; }
  [[nodiscard]] bool is_at_end() const noexcept { return at_ == end_ && !more_; }
  [[nodiscard]] bool is_at_blank() const noexcept { return *at_ == ' ' || *at_ == '\t' || *at_ == '\r'; }

  /// The next token of the record. EndOfRecord stays until `next_line`. After Bad, `fault()` and `token` tell what.
  TokenKind next(Token& token) noexcept;
  /// Lets the next call of `next` give `token`, the last one, again.
  void put_back(const Token& token) noexcept {
    again_ = true;
    last_ = token;
  }
  /// Why the last token was Bad.
  [[nodiscard]] const char* fault() const noexcept { return fault_; }
  /// The last token was Bad because the input ended within parentheses.
  [[nodiscard]] bool is_unclosed() const noexcept { return fault_ == kUnclosed; }
  /// Steps over the newline at which the record ended.
  void next_line() noexcept {
    if (at_ == end_) return;
    ++at_;
    start_line();
  }
  /// The place where the lexer stands, as an empty token.
  [[nodiscard]] Token here() const noexcept { return {at_, at_, line_begin_, line_, false, false}; }

 private:
  static constexpr const char* kUnclosed = "parenthesis is never closed";
  void start_line() noexcept {
    ++line_;
    line_begin_ = at_;
  }
  TokenKind end_of_block(Token& token) noexcept;
  TokenKind word(Token& token) noexcept;
  TokenKind quoted(Token& token) noexcept;
  TokenKind bad(Token& token, const Token& where, const char* fault) noexcept {
    fault_ = fault;
    token = where;
    return TokenKind::Bad;
  }

  const char* at_{};
  const char* end_{};
  const char* line_begin_{};
  std::uint32_t line_ = 1;
  std::uint32_t depth_ = 0;  // open parentheses
  bool more_ = false;
  bool starved_ = false;
  bool again_ = false;
  Token last_;    // valid with again_
  Token opened_;  // the outermost open parenthesis
  const char* fault_{};
};

}  // namespace torii::zonec
