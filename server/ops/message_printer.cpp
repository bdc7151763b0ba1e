#include "server/ops/message_printer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>

#include "server/ops/option_text.hpp"
#include "torii/dns/presentation.hpp"

namespace torii::server {
namespace {

std::string opcode_text(unsigned opcode) {
  constexpr std::array<std::string_view, 7> kNames{"QUERY", "IQUERY", "STATUS", "", "NOTIFY", "UPDATE", "DSO"};
  if (opcode < kNames.size() && !kNames[opcode].empty()) return std::string{kNames[opcode]};
  return fmt::format("OPCODE{}", opcode);
}

std::string flags_text(std::uint16_t flags) {
  constexpr std::array<std::pair<std::uint16_t, std::string_view>, 7> kFlags{
      {{0x8000, "qr"}, {0x0400, "aa"}, {0x0200, "tc"}, {0x0100, "rd"}, {0x0080, "ra"}, {0x0020, "ad"}, {0x0010, "cd"}}};
  std::string text;
  for (const auto& [bit, name] : kFlags)
    if ((flags & bit) != 0) text += fmt::format(" {}", name);
  if ((flags & 0x0040U) != 0) text += " z";
  return text;
}

const MessageRecord* find_opt(const Message& message) {
  const auto opt =
      std::ranges::find_if(message.additional, [](const auto& record) { return record.type == dns::RrType::OPT; });
  return opt == message.additional.end() ? nullptr : &*opt;
}

/// Source: RFC 6891 section 6.1.2.
void append_options(std::string& out, dns::Octets rdata) {
  dns::WireReader reader{rdata};
  while (reader.left() > 0) {
    const auto code = reader.u16();
    const auto value = reader.octets(reader.u16());
    if (!reader.ok()) {
      out += "; malformed options\n";
      return;
    }
    append_option(out, code, value);
  }
}

void append_opt(std::string& out, const MessageRecord& opt) {
  // TTL: extended RCODE, version, DO and Z. CLASS: the sender's UDP payload size. Source: RFC 6891 section 6.1.3.
  out += fmt::format("\n;; OPT PSEUDOSECTION:\n; EDNS: version: {}, flags:{}; udp: {}\n", opt.ttl >> 16U & 0xFFU,
                     (opt.ttl & 0x8000U) != 0 ? " do" : "", static_cast<std::uint16_t>(opt.rr_class));
  append_options(out, opt.rdata);
}

void append_section(std::string& out, std::string_view title, const std::vector<MessageRecord>& records) {
  bool is_first = true;
  for (const auto& record : records) {
    if (record.type == dns::RrType::OPT) continue;
    if (is_first) out += fmt::format("\n;; {} SECTION:\n", title);
    is_first = false;
    dns::append_name(out, record.owner);
    out += fmt::format("\t{}\t", record.ttl);
    dns::append_class(out, record.rr_class);
    out += '\t';
    dns::append_type(out, record.type);
    out += '\t';
    dns::append_rdata(out, record.type, record.rdata);
    out += '\n';
  }
}

}  // namespace

std::string message_text(const Message& message) {
  const auto* opt = find_opt(message);
  const auto rcode = static_cast<std::uint16_t>((message.flags & 0xFU) | (opt != nullptr ? opt->ttl >> 24U << 4U : 0U));
  std::string out = fmt::format(";; ->>HEADER<<- opcode: {}, status: {}, id: {}\n",
                                opcode_text(message.flags >> 11U & 0xFU), rcode_text(rcode), message.id);
  out +=
      fmt::format(";; flags:{}; QUERY: {}, ANSWER: {}, AUTHORITY: {}, ADDITIONAL: {}\n", flags_text(message.flags),
                  message.question.size(), message.answer.size(), message.authority.size(), message.additional.size());
  if (opt != nullptr) append_opt(out, *opt);
  if (!message.question.empty()) out += "\n;; QUESTION SECTION:\n";
  for (const auto& question : message.question) {
    out += ';';
    dns::append_name(out, question.name);
    out += "\t\t";
    dns::append_class(out, question.rr_class);
    out += '\t';
    dns::append_type(out, question.type);
    out += '\n';
  }
  append_section(out, "ANSWER", message.answer);
  append_section(out, "AUTHORITY", message.authority);
  append_section(out, "ADDITIONAL", message.additional);
  return out;
}

}  // namespace torii::server
