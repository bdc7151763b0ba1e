// $GENERATE, with the meaning that BIND gives it: range, owner template, [TTL] [class] type, RDATA template.
//
// In a template `$` stands for the number, `${offset,width,base}` for the number with a format, `\$` and `$$` for a
// dollar sign. Bases: d, o, x, X, and n, N for hex digits as labels, lowest first (for ip6.arpa). BIND takes exactly
// one token as RDATA template, and the inside of a quoted string as several; we also take the rest of the line.
// BIND lets an offset last for every later plain `$` of the template, against its manual; here it is for its own `${}`.
#include <algorithm>
#include <charconv>

#include "zonec/scan/scanner.hpp"

namespace torii::zonec {

namespace {

constexpr std::uint64_t kNumberMax = 0x7FFF'FFFF;
constexpr std::uint64_t kWidthMax = 255;

struct Modifier {
  std::int64_t offset = 0;
  std::uint64_t width = 0;
  char base = 'd';
};

/// The text between the braces: offset[,width[,base]].
bool parse_modifier(std::string_view text, Modifier& modifier) noexcept {
  const auto comma = text.find(',');
  auto offset = text.substr(0, comma);
  const bool is_negative = !offset.empty() && offset[0] == '-';
  if (is_negative || (!offset.empty() && offset[0] == '+')) offset.remove_prefix(1);
  std::uint64_t magnitude = 0;
  if (!parse_number(offset, kNumberMax, magnitude)) return false;
  modifier.offset = is_negative ? -static_cast<std::int64_t>(magnitude) : static_cast<std::int64_t>(magnitude);
  if (comma == std::string_view::npos) return true;
  text.remove_prefix(comma + 1);
  const auto second = text.find(',');
  if (!parse_number(text.substr(0, second), kWidthMax, modifier.width)) return false;
  if (second == std::string_view::npos) return true;
  const auto base = text.substr(second + 1);
  if (base.size() != 1 || std::string_view{"doxXnN"}.find(base[0]) == std::string_view::npos) return false;
  modifier.base = base[0];
  return true;
}

/// Hex digits lowest first, as labels; `width` counts the dots as well.
void append_nibbles(std::string& out, std::uint64_t value, std::uint64_t width, bool upper) {
  const std::string_view digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
  do {
    out += digits[value & 15];
    value >>= 4;
    if (width > 0) --width;
    if (width > 0 || value != 0) {
      out += '.';
      if (width > 0) --width;
    }
  } while (width > 0 || value != 0);
}

/// Returns: false when number plus offset is below zero in a base other than ten (BIND prints 32 bits of two's
/// complement there, which nobody can mean).
bool append_number(std::string& out, std::uint64_t number, const Modifier& modifier) {
  const auto value = static_cast<std::int64_t>(number) + modifier.offset;
  if (value < 0 && modifier.base != 'd') return false;
  if (modifier.base == 'n' || modifier.base == 'N') {
    append_nibbles(out, static_cast<std::uint64_t>(value), modifier.width, modifier.base == 'N');
    return true;
  }
  std::array<char, 24> digits{};
  const int base = modifier.base == 'd' ? 10 : modifier.base == 'o' ? 8 : 16;
  auto* const end = std::to_chars(digits.data(), digits.data() + digits.size(), value, base).ptr;
  if (modifier.base == 'X')
    std::transform(digits.data(), end, digits.data(), [](char c) { return c >= 'a' ? static_cast<char>(c - 32) : c; });
  const auto size = static_cast<std::uint64_t>(end - digits.data());
  const char* const first_digit = digits.data() + (value < 0 ? 1 : 0);
  out.append(static_cast<const char*>(digits.data()), first_digit);  // the sign comes before the zeros
  if (size < modifier.width) out.append(modifier.width - size, '0');
  out.append(first_digit, static_cast<const char*>(end));
  return true;
}

/// Returns: null, or what is wrong with the template.
const char* expand(std::string_view pattern, std::uint64_t number, std::string& out) {
  out.clear();
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '\\') {
      // Other escapes are left to the scanner of what comes out; a dollar is an ordinary character there.
      if (i + 1 == pattern.size() || pattern[i + 1] != '$') out += '\\';
      if (i + 1 < pattern.size()) out += pattern[++i];
      continue;
    }
    if (pattern[i] != '$') {
      out += pattern[i];
      continue;
    }
    if (i + 1 < pattern.size() && pattern[i + 1] == '$') {
      out += '$';
      ++i;
      continue;
    }
    Modifier modifier;
    if (i + 1 < pattern.size() && pattern[i + 1] == '{') {
      const auto close = pattern.find('}', i);
      if (close == std::string_view::npos || !parse_modifier(pattern.substr(i + 2, close - i - 2), modifier))
        return "expected ${offset,width,base} with base d, o, x, X, n or N";
      i = close;
    }
    if (!append_number(out, number, modifier)) return "number plus offset is below zero";
  }
  return nullptr;
}

}  // namespace

bool Scanner::read_range(const Token& token, Generate& generate) {
  const auto text = token.text();
  const auto dash = text.find('-');
  const auto slash = text.find('/');
  const bool has_step = slash != std::string_view::npos;
  if (token.quoted || dash == std::string_view::npos || (has_step && slash < dash) ||
      !parse_number(text.substr(0, dash), kNumberMax, generate.start) ||
      !parse_number(text.substr(dash + 1, has_step ? slash - dash - 1 : slash), kNumberMax, generate.stop) ||
      (has_step && !parse_number(text.substr(slash + 1), kNumberMax, generate.step)) || generate.step == 0 ||
      generate.start > generate.stop)
    return reporter_.error(token, "generate", "expected a range start-stop or start-stop/step, found " + quote(token));
  const auto count = (generate.stop - generate.start) / generate.step + 1;
  if (count > options_.generate_max)
    return reporter_.error(token, "generate",
                           "range " + quote(token) + " makes " + std::to_string(count) + " records; at most " +
                               std::to_string(options_.generate_max) + " are allowed");
  return true;
}

bool Scanner::read_generate(Frame& frame, const Token& directive) {
  Generate generate;
  generate.where = directive;
  Token token;
  if (!want(frame, token, "a range start-stop[/step]") || !read_range(token, generate)) return false;
  if (!want(frame, token, "an owner template")) return false;
  if (token.quoted) return reporter_.error(token, "generate", "expected an owner template without quotes");
  generate.owner = token.text();
  if (!want(frame, token, "a TTL, a class or an RR type") || !read_header(frame, token, generate.header)) return false;
  if (!read_templates(frame, generate)) return false;
  return run_generate(frame, generate);
}

/// The RDATA template, to the end of the record.
bool Scanner::read_templates(Frame& frame, Generate& generate) {
  Token token;
  if (!want(frame, token, "an RDATA template")) return false;
  const bool first_is_quoted = token.quoted;
  for (std::size_t count = 0;; ++count) {
    if (count > 0) generate.rdata += ' ';
    const bool keep_quotes = token.quoted && count > 0;
    if (keep_quotes) generate.rdata += '"';
    generate.rdata += token.text();
    if (keep_quotes) generate.rdata += '"';
    switch (frame.lexer.next(token)) {
      case TokenKind::EndOfRecord:
        return !frame.lexer.starved();
      case TokenKind::Bad:
        return lexer_fault(frame, token);
      case TokenKind::Text:
        break;
    }
    // The inside of a lone quoted string is the RDATA (BIND); among several tokens, quotes are quotes.
    if (count == 0 && first_is_quoted) generate.rdata = '"' + generate.rdata + '"';
  }
}

bool Scanner::run_generate(Frame& frame, const Generate& generate) {
  const auto where = reporter_.location(generate.where);
  bool ok = true;
  for (auto number = generate.start; ok && number <= generate.stop; number += generate.step) {
    reporter_.pin(where, "$GENERATE at " + std::to_string(number) + ": ");
    ok = generate_one(frame, generate, number);
  }
  reporter_.unpin();
  return ok;
}

bool Scanner::generate_one(Frame& frame, const Generate& generate, std::uint64_t number) {
  for (const auto& [pattern, out] :
       {std::pair{&generate.owner, &generated_owner_}, std::pair{&generate.rdata, &generated_rdata_}})
    if (const char* wrong = expand(*pattern, number, *out)) return reporter_.error(generate.where, "generate", wrong);
  Token owner_token;
  owner_token.begin = generated_owner_.data();
  owner_token.end = owner_token.begin + generated_owner_.size();
  const dns::Name* const origin = frame.origin ? &*frame.origin : nullptr;
  std::optional<dns::Name> owner;
  if (!read_name(owner_token, origin, owner)) return false;
  generated_rdata_ += '\n';  // where the lexer stops
  Lexer lexer;
  lexer.set_text(generated_rdata_.data(), generated_rdata_.data() + generated_rdata_.size() - 1, false);
  auto* const outer_lexer = rdata_reader_.set_lexer(&lexer);
  const bool ok = rdata_reader_.read(generate.header.type, origin);
  rdata_reader_.set_lexer(outer_lexer);
  std::uint32_t ttl = 0;
  if (!ok || !settle_ttl(generate.header, rdata_.octets(), ttl)) return false;
  deliver(*owner, generate.header.type, ttl, reporter_.location(generate.where));
  return true;
}

}  // namespace torii::zonec
