#include "zonec/scan/scanner.hpp"

#include "torii/dns/presentation.hpp"

namespace torii::zonec {

ScanResult scan_file(const std::string& path, const ScanOptions& options, SourceFiles& files, const RecordSink& sink,
                     std::vector<Diagnostic>& diagnostics) {
  return std::make_unique<Scanner>(options, files, sink, diagnostics)->scan_file(path);
}

ScanResult scan_file(const std::string& path, const ScanOptions& options, SourceFiles& files, RecordParts& parts,
                     std::vector<Diagnostic>& diagnostics) {
  std::unique_ptr<RecordPart> part;  // of what is not scanned in parts
  const RecordSink sink = [&](const ScannedRecord& record) {
    if (!part) part = parts.open(0);
    part->take(record);
  };
  const auto flush = [&] {
    if (!part) return;
    part->end();
    parts.accept(std::move(part));
  };
  const auto scanner = std::make_unique<Scanner>(options, files, sink, diagnostics);
  scanner->use_parts(parts, flush);
  const auto result = scanner->scan_file(path);
  flush();
  return result;
}

ScanResult scan_text(std::string_view text, const std::string& name, const ScanOptions& options, SourceFiles& files,
                     const RecordSink& sink, std::vector<Diagnostic>& diagnostics) {
  return std::make_unique<Scanner>(options, files, sink, diagnostics)->scan_source(memory_source(text), name);
}

ScanResult Scanner::scan_file(const std::string& path) {
  const auto file = files_.add(path);
  reporter_.set_file(file);
  auto opened = open_source(path);
  if (opened.source == nullptr) {
    result_.unreadable = true;
    reporter_.error(Location{file, 0, 0}, "unreadable", opened.error);
    return finish();
  }
  Frame frame{std::move(opened.source)};
  frame.identity = opened.identity;
  frame.path = path;
  frame.file = file;
  frame.origin = options_.origin;
  run(frame);
  return finish();
}

ScanResult Scanner::scan_source(std::unique_ptr<ByteSource> source, const std::string& name) {
  Frame frame{std::move(source)};
  frame.path = name;
  frame.file = files_.add(name);
  frame.origin = options_.origin;
  reporter_.set_file(frame.file);
  run(frame);
  return finish();
}

ScanResult Scanner::finish() {
  reporter_.finish();
  result_.ok = !reporter_.has_errors();
  return result_;
}

void Scanner::run(Frame& frame) {
  frames_.push_back(&frame);
  auto* const outer_lexer = rdata_reader_.set_lexer(&frame.lexer);
  const auto outer_file = reporter_.set_file(frame.file);
  frame.buffer.refill(frame.buffer.end());
  // A byte order mark is no part of the text (RFC 3629 section 6).
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  while (frame.buffer.more() && frame.buffer.octets() < kMark.size()) frame.buffer.refill(frame.buffer.begin());
  const bool has_mark = std::string_view{frame.buffer.begin(), frame.buffer.end()}.substr(0, kMark.size()) == kMark;
  frame.entries_alone = options_.part_octets / 4096;  // the SOA is among them, as a rule
  frame.lexer.set_text(frame.buffer.begin() + (has_mark ? kMark.size() : 0), frame.buffer.end(), frame.buffer.more());
  while (!reporter_.gave_up()) {
    if (parts_pay(frame)) scan_parts(frame);
    const char* const start = frame.lexer.position();
    if (frame.lexer.is_at_end()) break;
    const auto line = frame.lexer.line();
    const auto mark = reporter_.mark();
    scan_entry(frame);
    if (!frame.lexer.starved()) {
      frame.lexer.next_line();
      continue;
    }
    reporter_.take_back(mark);
    frame.lexer.set_line(line);
    if (!refill(frame, start)) break;
  }
  if (!frame.buffer.error().empty()) {
    result_.unreadable = true;
    reporter_.error(Location{frame.file, 0, 0}, "unreadable", frame.buffer.error());
  }
  result_.octets += frame.buffer.octets();
  reporter_.set_file(outer_file);
  rdata_reader_.set_lexer(outer_lexer);
  frames_.pop_back();
}

/// Returns: false when the entry is longer than an entry may be.
bool Scanner::refill(Frame& frame, const char* entry_start) {
  const auto kept = static_cast<std::size_t>(frame.buffer.end() - entry_start);
  if (kept > kRecordTextMax)
    return reporter_.error(
        Location{frame.file, frame.lexer.line(), 1}, "record-too-long",
        "record is longer than " + std::to_string(kRecordTextMax) + " octets of text: is a parenthesis not closed?");
  frame.buffer.refill(entry_start);
  frame.lexer.set_text(frame.buffer.begin(), frame.buffer.end(), frame.buffer.more());
  // What a source gave before it failed is not scanned past the last whole entry.
  return frame.buffer.error().empty();
}

void Scanner::scan_entry(Frame& frame) {
  if (!read_entry(frame) && !frame.lexer.starved()) recover(frame);
}

/// Goes to the end of the record, that is over the newlines inside its parentheses.
void Scanner::recover(Frame& frame) {
  Token token;
  for (;;) {
    switch (frame.lexer.next(token)) {
      case TokenKind::EndOfRecord:
        return;
      case TokenKind::Bad:
        if (frame.lexer.is_unclosed()) lexer_fault(frame, token);
        break;
      case TokenKind::Text:
        break;
    }
  }
}

bool Scanner::read_entry(Frame& frame) {
  const bool is_blank_owner = frame.lexer.is_at_blank();
  Token token;
  switch (frame.lexer.next(token)) {
    case TokenKind::EndOfRecord:
      return true;  // an empty line, or only a comment
    case TokenKind::Bad:
      return lexer_fault(frame, token);
    case TokenKind::Text:
      break;
  }
  if (frame.lexer.starved()) return false;  // the token may go on in the next block
  if (!token.quoted && token.begin[0] == '$') {
    if (!is_blank_owner) return read_directive(frame, token);
    return reporter_.error(token, "syntax",
                           "a directive starts in the first column, found " + quote(token) + " after blanks");
  }
  return read_record(frame, token, is_blank_owner);
}

bool Scanner::want(Frame& frame, Token& token, std::string_view expected) {
  switch (frame.lexer.next(token)) {
    case TokenKind::Text:
      return !frame.lexer.starved();
    case TokenKind::EndOfRecord:
      return reporter_.error(token, "syntax", "expected " + std::string{expected} + ", found the end of the line");
    case TokenKind::Bad:
      break;
  }
  return lexer_fault(frame, token);
}

bool Scanner::want_end(Frame& frame) {
  Token token;
  switch (frame.lexer.next(token)) {
    case TokenKind::EndOfRecord:
      return !frame.lexer.starved();
    case TokenKind::Text:
      return reporter_.error(token, "syntax", "expected the end of the line, found " + quote(token));
    case TokenKind::Bad:
      break;
  }
  return lexer_fault(frame, token);
}

bool Scanner::read_name(const Token& token, const dns::Name* origin, std::optional<dns::Name>& name) {
  std::array<std::uint8_t, dns::kNameOctetsMax + 1> octets;  // NOLINT: the first `size` are set
  std::size_t size = 0;
  if (const char* wrong = decode_name(token, origin, octets.data(), size)) {
    if (wrong == kNoOriginFault) return reporter_.error(token, "no-origin", quote(token) + " is a " + wrong);
    return reporter_.error(token, "bad-name", std::string{wrong} + ": " + quote(token));
  }
  name.emplace(dns::NameView::trusted(octets.data(), size));
  return true;
}

bool Scanner::read_ttl(const Token& token, std::uint32_t& ttl) {
  if (token.quoted || !parse_period(token.text(), ttl))
    return reporter_.error(token, "bad-ttl",
                           "expected a TTL: seconds below 2^32, or a period such as 1h30m, found " + quote(token));
  if (ttl >= 0x8000'0000U) {  // RFC 2181 section 8
    reporter_.warning(token, "ttl-too-large", "TTL " + std::to_string(ttl) + " is above 2147483647 and counts as 0");
    ttl = 0;
  }
  return true;
}

bool Scanner::read_class(const Token& token, dns::RrClass rr_class) {
  if (rr_class == dns::RrClass::IN) return true;
  return reporter_.error(token, "bad-class", "expected class IN, found " + quote(token));
}

/// `[TTL] [class] type` or `[class] [TTL] type`. Source: RFC 1035 section 5.1.
bool Scanner::read_header(Frame& frame, Token token, Header& header) {
  bool has_class = false;
  for (;;) {
    const auto text = token.text();
    if (!token.quoted && text[0] >= '0' && text[0] <= '9') {
      if (header.ttl)
        return reporter_.error(token, "syntax", "expected a class or a type after the TTL, found " + quote(token));
      std::uint32_t ttl = 0;
      if (!read_ttl(token, ttl)) return false;
      header.ttl = ttl;
    } else if (const auto type = token.quoted ? std::nullopt : dns::type_from_text(text)) {
      if (dns::is_meta_type(*type))
        return reporter_.error(token, "meta-type",
                               quote(token) + " is a query type or pseudo-type: a zone has no such record");
      header.type = *type;
      header.type_token = token;
      return true;
    } else if (const auto rr_class = token.quoted ? std::nullopt : dns::class_from_text(text)) {
      if (has_class)
        return reporter_.error(token, "syntax", "expected a TTL or a type after the class, found " + quote(token));
      has_class = true;
      if (!read_class(token, *rr_class)) return false;
    } else {
      return reporter_.error(token, "unknown-type",
                             header.ttl || has_class ? "expected an RR type, found " + quote(token)
                                                     : "expected a TTL, a class or an RR type, found " + quote(token));
    }
    if (!want(frame, token, "an RR type")) return false;
  }
}

bool Scanner::read_record(Frame& frame, const Token& first, bool is_blank_owner) {
  Token token = first;
  if (is_blank_owner) {
    if (!frame.owner)
      return reporter_.error(token, "no-owner",
                             "the line starts with white space, but there is no owner before it in this file");
  } else {
    if (!read_name(token, frame.origin ? &*frame.origin : nullptr, frame.owner)) return false;
    if (!want(frame, token, "a TTL, a class or an RR type")) return false;
  }
  Header header;
  if (!read_header(frame, token, header)) return false;
  if (!frame.origin && header.type == dns::RrType::SOA) frame.origin = frame.owner;
  if (!rdata_reader_.read(header.type, frame.origin ? &*frame.origin : nullptr)) return false;
  if (frame.lexer.starved()) return false;
  std::uint32_t ttl = 0;
  if (!settle_ttl(header, rdata_.octets(), ttl)) return false;
  deliver(*frame.owner, header.type, ttl, reporter_.location(first));
  return true;
}

/// Source: RFC 1035 section 5.1, RFC 2308 section 4; the order of preference and the SOA's rule are BIND's.
bool Scanner::settle_ttl(const Header& header, dns::Octets rdata, std::uint32_t& ttl) {
  if (header.ttl) {
    ttl = *header.ttl;
    last_ttl_ = ttl;
    return true;
  }
  if (default_ttl_) {
    ttl = *default_ttl_;
    return true;
  }
  lacks_past_ = is_part_;
  if (last_ttl_) {
    ttl = *last_ttl_;
    if (!warned_last_ttl_)
      reporter_.warning(header.type_token, "ttl-from-last-record",
                        "no TTL and no $TTL: the last record's TTL is used from here on (RFC 1035 section 5.1)");
    warned_last_ttl_ = true;
    return true;
  }
  if (header.type == dns::RrType::SOA) {
    const auto minimum = dns::load_u32(rdata.data() + rdata.size() - 4);
    ttl = minimum < 0x8000'0000U ? minimum : 0;
    default_ttl_ = ttl;
    reporter_.warning(header.type_token, "ttl-from-soa",
                      "no TTL and no $TTL: the SOA's MINIMUM is used for all records");
    return true;
  }
  return reporter_.error(header.type_token, "no-ttl", "the record has no TTL: give one, or $TTL before it");
}

void Scanner::deliver(const dns::Name& owner, dns::RrType type, std::uint32_t ttl, Location where) {
  ++result_.records;
  sink_(ScannedRecord{owner, type, dns::RrClass::IN, ttl, rdata_.octets(), where});
}

}  // namespace torii::zonec
