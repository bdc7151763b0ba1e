#include "zonec/scan/lexer.hpp"

#include <cstring>

namespace torii::zonec {

namespace {

enum class CharClass : std::uint8_t { Plain, Blank, Newline, Comment, Quote, Open, Close, Backslash, Nul };

constexpr auto kClasses = [] {
  std::array<CharClass, 256> classes{};
  classes[' '] = classes['\t'] = classes['\r'] = CharClass::Blank;
  classes['\n'] = CharClass::Newline;
  classes[';'] = CharClass::Comment;
  classes['"'] = CharClass::Quote;
  classes['('] = CharClass::Open;
  classes[')'] = CharClass::Close;
  classes['\\'] = CharClass::Backslash;
  classes[0] = CharClass::Nul;
  return classes;
}();

CharClass class_of(char c) noexcept { return kClasses[static_cast<std::uint8_t>(c)]; }

}  // namespace

TokenKind Lexer::next(Token& token) noexcept {
  if (again_) {
    again_ = false;
    token = last_;
    return TokenKind::Text;
  }
  for (;;) {
    switch (class_of(*at_)) {
      case CharClass::Blank:
        ++at_;
        continue;
      case CharClass::Newline:
        if (at_ == end_) return end_of_block(token);
        if (depth_ == 0) {
          token = here();
          return TokenKind::EndOfRecord;
        }
        ++at_;
        start_line();
        continue;
      case CharClass::Comment:
        // The newline behind the block is found at the latest.
        at_ = static_cast<const char*>(std::memchr(at_, '\n', static_cast<std::size_t>(end_ - at_) + 1));
        continue;
      case CharClass::Open:
        if (depth_++ == 0) opened_ = here();
        ++at_;
        continue;
      case CharClass::Close: {
        const auto where = here();
        ++at_;
        if (depth_ == 0) return bad(token, where, "closing parenthesis without an opening one");
        --depth_;
        continue;
      }
      case CharClass::Quote:
        return quoted(token);
      case CharClass::Nul: {
        const auto where = here();
        ++at_;
        return bad(token, where, "NUL octet: this is no text, or UTF-16");
      }
      case CharClass::Plain:
      case CharClass::Backslash:
        return word(token);
    }
  }
}

TokenKind Lexer::end_of_block(Token& token) noexcept {
  starved_ = more_;
  token = here();
  if (more_ || depth_ == 0) return TokenKind::EndOfRecord;
  depth_ = 0;
  return bad(token, opened_, kUnclosed);
}

TokenKind Lexer::word(Token& token) noexcept {
  token = here();
  const char* at = at_;  // a member would be written to memory octet by octet, as the text could be the lexer itself
  for (;;) {
    while (class_of(*at) == CharClass::Plain) ++at;
    if (*at != '\\') break;
    token.escaped = true;
    ++at;
    if (*at == '\n' || *at == 0) break;  // left to the decoder, which finds nothing after the backslash
    ++at;
  }
  at_ = at;
  token.end = at_;
  if (at_ == end_ && more_) starved_ = true;
  return TokenKind::Text;
}

TokenKind Lexer::quoted(Token& token) noexcept {
  const auto opening = here();
  token = opening;
  token.quoted = true;
  token.begin = ++at_;
  while (*at_ != '"') {
    if (*at_ == '\\') {
      token.escaped = true;
      ++at_;
      if (*at_ != '\n' && *at_ != 0) ++at_;
      continue;
    }
    if (*at_ == 0) {
      const auto where = here();
      ++at_;
      return bad(token, where, "NUL octet: this is no text, or UTF-16");
    }
    if (*at_ == '\n') {
      if (at_ != end_ || !more_) return bad(token, opening, "quoted string does not end on its line");
      starved_ = true;
      token = here();
      return TokenKind::EndOfRecord;
    }
    ++at_;
  }
  token.end = at_++;
  if (at_ == end_ && more_) starved_ = true;  // what follows at once may belong to it
  return TokenKind::Text;
}

}  // namespace torii::zonec
