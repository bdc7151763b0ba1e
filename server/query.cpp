#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
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

/// Source: RFC 1035 section 4.1, RFC 6891 section 6.1.2, RFC 5001 section 2.1.
std::vector<std::uint8_t> build_query(const Question& question, const Flags& flags) {
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
  put_u16(out, flags.nsid ? 4U : 0U);
  if (flags.nsid) {
    put_u16(out, 3);
    put_u16(out, 0);
  }
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
  const auto opened = image::Snapshot::open(settings.image);
  if (const auto* error = std::get_if<image::ImageError>(&opened)) {
    print_errors({"toriid query: " + error->text});
    return ExitStatus::System;
  }
  const auto request = build_query(*question, flags);
  const auto answer = answer_settings(settings);
  const auto transport = flags.tcp ? Transport::Tcp : Transport::Udp;
  std::vector<std::uint8_t> buffer(flags.tcp ? dns::kMessageOctetsMax
                                             : std::max<std::size_t>(512, settings.udp.payload_octets_max));
  AnswerReport report;
  const auto size = respond(std::get<std::shared_ptr<const image::Snapshot>>(opened)->view(), answer, transport,
                            request, buffer, report);
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
  command->add_flag("--tcp", flags->tcp, "as over TCP");
  command->add_flag("--hex", flags->hex, "the octets, too");
  return [flags] { return query(*flags); };
}

}  // namespace torii::server
