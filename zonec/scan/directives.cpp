// $ORIGIN, $TTL, $INCLUDE. Source: RFC 1035 section 5.1, RFC 2308 section 4.
#include "zonec/scan/scanner.hpp"

namespace torii::zonec {

bool Scanner::read_directive(Frame& frame, const Token& directive) {
  const auto name = directive.text();
  Token token;
  if (equals_ignoring_case(name, "$ORIGIN")) {
    std::optional<dns::Name> origin;
    if (!want(frame, token, "a domain name") || !read_name(token, frame.origin ? &*frame.origin : nullptr, origin) ||
        !want_end(frame))
      return false;
    frame.origin = origin;
    return true;
  }
  if (equals_ignoring_case(name, "$TTL")) {
    std::uint32_t ttl = 0;
    if (!want(frame, token, "a TTL") || !read_ttl(token, ttl) || !want_end(frame)) return false;
    default_ttl_ = ttl;
    return true;
  }
  if (equals_ignoring_case(name, "$INCLUDE")) return read_include(frame);
  if (equals_ignoring_case(name, "$GENERATE")) return read_generate(frame, directive);
  return reporter_.error(directive, "unknown-directive",
                         "expected $ORIGIN, $TTL, $INCLUDE or $GENERATE, found " + quote(directive));
}

bool Scanner::read_include(Frame& frame) {
  Token path_token;
  if (!want(frame, path_token, "a file name")) return false;
  std::vector<std::uint8_t> octets(path_token.size());
  std::size_t size = 0;
  if (const char* wrong = decode_text(path_token, octets.data(), octets.size(), size))
    return reporter_.error(path_token, "syntax", std::string{wrong} + ": " + quote(path_token));
  std::string path{octets.begin(), octets.begin() + static_cast<std::ptrdiff_t>(size)};
  if (path.empty()) return reporter_.error(path_token, "syntax", "expected a file name, found an empty string");
  auto origin = frame.origin;
  Token token;
  switch (frame.lexer.next(token)) {
    case TokenKind::EndOfRecord:
      break;
    case TokenKind::Text:
      if (!read_name(token, frame.origin ? &*frame.origin : nullptr, origin) || !want_end(frame)) return false;
      break;
    case TokenKind::Bad:
      return lexer_fault(frame, token);
  }
  if (frame.lexer.starved()) return false;
  if (!options_.allow_include) return reporter_.error(path_token, "include", "$INCLUDE is not allowed here");
  // Relative to the folder of the file that includes, so that a zone can be checked from any working folder.
  const auto slash = frame.path.rfind('/');
  if (path[0] != '/' && slash != std::string::npos) path.insert(0, frame.path, 0, slash + 1);
  return include(frame, path_token, path, origin);
}

bool Scanner::include(Frame& frame, const Token& path_token, const std::string& path,
                      const std::optional<dns::Name>& origin) {
  if (frames_.size() > options_.include_depth_max)
    return reporter_.error(path_token, "include",
                           "$INCLUDE is nested deeper than " + std::to_string(options_.include_depth_max) + " files");
  auto opened = open_source(path == "-" ? "./-" : path);
  if (opened.source == nullptr) {
    result_.unreadable = true;
    return reporter_.error(path_token, "unreadable", path + ": " + opened.error);
  }
  for (const auto* outer : frames_)
    if (opened.identity != FileIdentity{} && outer->identity == opened.identity)
      return reporter_.error(path_token, "include", path + " is being read already: $INCLUDE goes round in a circle");
  // The included file has its own origin and owner; those of this one stay as they are (RFC 1035 section 5.1).
  const auto inner = std::make_unique<Frame>(std::move(opened.source));
  inner->identity = opened.identity;
  inner->path = path;
  inner->file = files_.add(path);
  inner->origin = origin;
  run(*inner);
  static_cast<void>(frame);
  return true;
}

}  // namespace torii::zonec
