#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <charconv>
#include <span>
#include <variant>

#include "server/answer/respond.hpp"
#include "server/ops/answer_settings.hpp"
#include "server/ops/config.hpp"
#include "server/ops/message_printer.hpp"
#include "server/subcommands.hpp"
#include "torii/dns/rr_table.hpp"
#include "torii/image/snapshot.hpp"

namespace torii::server {
namespace {

struct Flags {
  std::string config;
  std::string image;
  std::string name;
  std::string type = "A";
  std::string rr_class = "IN";
  unsigned bufsize = 1232;
  bool no_edns = false;
  bool dnssec_ok = false;
  bool nsid = false;
  std::vector<std::string> options;  ///< CODE or CODE:HEX
  bool tcp = false;
  bool hex = false;
};

struct Question {
  dns::Name name;
  dns::RrType type{};
  dns::RrClass rr_class{};
};

void put_u16(std::vector<std::uint8_t>& out, unsigned value) {
  out.push_back(static_cast<std::uint8_t>(value >> 8U));
  out.push_back(static_cast<std::uint8_t>(value));
}

int digit_of(char c) noexcept {
  constexpr std::string_view kDigits = "0123456789abcdef0123456789ABCDEF";
  const auto at = kDigits.find(c);
  return at == std::string_view::npos ? -1 : static_cast<int>(at % 16);
}

/// Adds the EDNS option that `text` describes: CODE or CODE:HEX, as in dig's +ednsopt. False when it is neither.
bool put_option(std::vector<std::uint8_t>& out, std::string_view text) {
  const auto colon = text.find(':');
  const auto code = text.substr(0, colon);
  const auto hex = colon == std::string_view::npos ? std::string_view{} : text.substr(colon + 1);
  std::uint16_t number = 0;
  const auto parsed = std::from_chars(code.data(), code.data() + code.size(), number);
  if (parsed.ec != std::errc{} || parsed.ptr != code.data() + code.size() || hex.size() % 2 != 0) return false;
  put_u16(out, number);
  put_u16(out, static_cast<unsigned>(hex.size() / 2));
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const int high = digit_of(hex[i]);
    const int low = digit_of(hex[i + 1]);
    if (high < 0 || low < 0) return false;
    out.push_back(static_cast<std::uint8_t>(high * 16 + low));
  }
  return true;
}

/// RDATA of OPT.
Outcome<std::vector<std::uint8_t>> build_options(const Flags& flags) {
  std::vector<std::uint8_t> out;
  if (flags.nsid) put_option(out, "3");
  for (const auto& text : flags.options)
    if (!put_option(out, text))
      return fmt::format("'{}' is no EDNS option (CODE, or CODE:HEX as in 10:0102030405060708)", text);
  if (out.size() > dns::kMessageOctetsMax / 2) return std::string{"the EDNS options are too long"};
  return out;
}

/// Source: RFC 1035 section 4.1, RFC 6891 section 6.1.2.
std::vector<std::uint8_t> build_query(const Question& question, const Flags& flags, dns::Octets options) {
  std::vector<std::uint8_t> out;
  for (const unsigned word : {0U, 0U, 1U, 0U, 0U, flags.no_edns ? 0U : 1U}) put_u16(out, word);
  const auto name = question.name.view().octets();
  out.insert(out.end(), name.begin(), name.end());
  put_u16(out, static_cast<std::uint16_t>(question.type));
  put_u16(out, static_cast<std::uint16_t>(question.rr_class));
  if (flags.no_edns) return out;
  out.push_back(0);  // the root owns OPT
  put_u16(out, static_cast<std::uint16_t>(dns::RrType::OPT));
  put_u16(out, flags.bufsize);
  put_u16(out, 0);  // extended RCODE and version
  put_u16(out, flags.dnssec_ok ? 0x8000U : 0U);
  put_u16(out, static_cast<unsigned>(options.size()));
  out.insert(out.end(), options.begin(), options.end());
  return out;
}

Outcome<Question> read_question(const Flags& flags) {
  const auto name = dns::Name::from_text(flags.name);
  if (!name) return fmt::format("'{}' is no domain name", flags.name);
  const auto type = dns::type_from_text(flags.type);
  if (!type) return fmt::format("'{}' is no RR type (a mnemonic, or TYPEnnn)", flags.type);
  const auto rr_class = dns::class_from_text(flags.rr_class);
  if (!rr_class) return fmt::format("'{}' is no class (IN, CH, or CLASSnnn)", flags.rr_class);
  return Question{*name, *type, *rr_class};
}

void print_hex(dns::Octets message) {
  for (std::size_t i = 0; i < message.size(); ++i)
    fmt::print("{}{:02x}", i == 0 ? "" : i % 16 == 0 ? "\n" : " ", message[i]);
  fmt::print("\n");
}

ExitStatus query(const Flags& flags) {
  Settings settings;
  if (!flags.config.empty()) {
    if (const auto errors = apply_config_file(flags.config, settings); !errors.empty()) {
      print_errors(errors);
      return ExitStatus::Usage;
    }
  }
  if (!flags.image.empty()) settings.image = flags.image;
  const auto question = read_question(flags);
  if (!question || settings.image.empty()) {
    print_errors({"toriid query: " + (question ? std::string{"which image? --image DIR"} : question.error())});
    return ExitStatus::Usage;
  }
  const auto options = build_options(flags);
  if (!options) {
    print_errors({"toriid query: " + options.error()});
    return ExitStatus::Usage;
  }
  const auto opened = image::Snapshot::open(settings.image);
  if (const auto* error = std::get_if<image::ImageError>(&opened)) {
    print_errors({"toriid query: " + error->text});
    return ExitStatus::System;
  }
  const auto request = build_query(*question, flags, *options);
  const auto answer = answer_settings(settings);
  const auto transport = flags.tcp ? Transport::Tcp : Transport::Udp;
  std::vector<std::uint8_t> buffer(flags.tcp ? dns::kMessageOctetsMax
                                             : std::max<std::size_t>(512, settings.udp.payload_octets_max));
  Client client;  // no address: cookies stay out of it
  client.idle_tenths =
      static_cast<std::uint16_t>(std::min<std::int64_t>(settings.tcp.idle_timeout.count() / 100, 0xFFFF));
  AnswerReport report;
  const auto size = respond(std::get<std::shared_ptr<const image::Snapshot>>(opened)->view(), answer, transport,
                            request, buffer, report, client);
  const dns::Octets response = std::span{buffer}.first(size.value);
  if (response.empty()) {
    fmt::print(";; no response\n");
    return ExitStatus::Ok;
  }
  if (flags.hex) print_hex(response);
  const auto message = parse_message(response);
  if (!message) {
    print_errors({"toriid query: the response is malformed: " + message.error()});
    return ExitStatus::System;
  }
  fmt::print("{}\n;; MSG SIZE  query: {}, response: {} ({})\n", message_text(*message), request.size(), response.size(),
             flags.tcp ? "TCP" : "UDP");
  return ExitStatus::Ok;
}

}  // namespace

Run add_query(CLI::App& app) {
  auto* command = app.add_subcommand("query", "Print the response that the server would send, like dig");
  auto flags = std::make_shared<Flags>();
  command->add_option("NAME", flags->name, "QNAME; below the root, with or without the final dot")->required();
  command->add_option("TYPE", flags->type, "QTYPE: a mnemonic or TYPEnnn; A when left out");
  command->add_option("--image", flags->image, "folder of the image that zonec publishes");
  command->add_option("--config", flags->config, "the server's configuration file, for the settings of answers");
  command->add_option("--class", flags->rr_class, "QCLASS");
  command->add_option("--bufsize", flags->bufsize, "UDP payload size in the query's OPT")->check(CLI::Range(0, 65535));
  command->add_flag("--no-edns", flags->no_edns, "a query without OPT");
  command->add_flag("--do", flags->dnssec_ok, "set DO: DNSSEC records wanted");
  command->add_flag("--nsid", flags->nsid, "ask for the name server identifier");
  command->add_option("--option", flags->options, "an EDNS option, CODE or CODE:HEX; may be repeated");
  command->add_flag("--tcp", flags->tcp, "as over TCP");
  command->add_flag("--hex", flags->hex, "the octets, too");
  return [flags] { return query(*flags); };
}

}  // namespace torii::server
