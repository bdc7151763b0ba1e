#pragma once
/// Asking `respond()` and reading what it says with a parser that shares no code with the server: names are
/// decompressed here by the book (RFC 1035 section 4.1.4), and everything comes out as text.
#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "server/answer/respond.hpp"
#include "server/answer/staged_query.hpp"
#include "torii/dns/presentation.hpp"
#include "torii/dns/rdata.hpp"
#include "torii/dns/rr_table.hpp"

namespace torii::testing {

struct Asked {
  std::string name;
  dns::RrType type = dns::RrType::A;
  bool edns = false;
  bool dnssec_ok = false;
  std::uint16_t udp_octets = 1232;
  server::Transport transport = server::Transport::Udp;
  std::uint16_t rr_class = 1;
  std::vector<std::uint8_t> options = {};
  std::uint8_t version = 0;
};

inline void put_u16(std::vector<std::uint8_t>& out, std::size_t value) {
  out.push_back(static_cast<std::uint8_t>(value >> 8));
  out.push_back(static_cast<std::uint8_t>(value));
}

inline std::vector<std::uint8_t> make_query(const Asked& asked) {
  std::vector<std::uint8_t> query;
  query.reserve(512);
  for (const unsigned word : {0x1234U, 0x0100U, 1U, 0U, 0U, 0U}) put_u16(query, word);
  const auto name = dns::Name::from_text(asked.name);
  if (!name) throw std::runtime_error{"not a name: " + asked.name};
  query.insert(query.end(), name->view().octets().begin(), name->view().octets().end());
  put_u16(query, static_cast<std::uint16_t>(asked.type));
  put_u16(query, asked.rr_class);
  if (asked.edns || asked.dnssec_ok) {
    query[11] = 1;
    query.push_back(0);
    put_u16(query, 41);
    put_u16(query, asked.udp_octets);
    query.push_back(0);
    query.push_back(asked.version);
    put_u16(query, asked.dnssec_ok ? 0x8000 : 0);
    put_u16(query, asked.options.size());
    query.insert(query.end(), asked.options.begin(), asked.options.end());
  }
  return query;
}

/// A response as text: RRs are "owner TTL type rdata", sections are sets.
struct Heard {
  std::size_t octets{};
  std::uint16_t flags{};
  int rcode = -1;
  bool well_formed{};
  std::multiset<std::string> answer;
  std::multiset<std::string> authority;
  std::multiset<std::string> additional;  // without OPT
  std::vector<std::string> answer_order;
  bool has_opt{};
  std::vector<std::uint8_t> opt_rdata;
  std::string question;
  std::size_t question_octets{};  // QNAME, QTYPE and QCLASS, from octet 12 on
  [[nodiscard]] bool aa() const { return (flags & 0x0400) != 0; }
  [[nodiscard]] bool tc() const { return (flags & 0x0200) != 0; }
};

namespace detail {

/// Decompresses the name at `at`; advances `at` past it. Empty when malformed.
inline std::optional<dns::Name> read_name(dns::Octets message, std::size_t& at) {
  std::vector<std::uint8_t> name;
  std::size_t read = at;
  std::size_t lowest = at;
  bool jumped = false;
  for (;;) {
    if (read >= message.size()) return std::nullopt;
    const std::size_t length = message[read];
    if (length >= 0xC0) {
      if (read + 1 >= message.size()) return std::nullopt;
      const std::size_t target = (length & 0x3F) << 8 | message[read + 1];
      if (!jumped) at = read + 2;
      jumped = true;
      if (target >= lowest || target < dns::kHeaderOctets) return std::nullopt;  // only ever backwards
      lowest = read = target;
      continue;
    }
    if (length > 63 || read + 1 + length > message.size()) return std::nullopt;
    name.insert(name.end(), message.begin() + static_cast<std::ptrdiff_t>(read),
                message.begin() + static_cast<std::ptrdiff_t>(read + 1 + length));
    read += 1 + length;
    if (length == 0) break;
  }
  if (!jumped) at = read;
  const auto view = dns::NameView::parse(name);
  return view ? std::optional{dns::Name{*view}} : std::nullopt;
}

/// RDATA with its names decompressed. RFC 3597 section 4: only the types of RFC 1035 may have compressed ones.
inline std::optional<std::vector<std::uint8_t>> expand_rdata(dns::Octets message, std::size_t at, std::size_t length,
                                                             dns::RrType type) {
  using dns::RrType;
  std::vector<std::uint8_t> out;
  const auto end = at + length;
  std::size_t names = 0;
  std::size_t fixed = 0;
  if (type == RrType::NS || type == RrType::CNAME || type == RrType::PTR) names = 1;
  if (type == RrType::SOA) names = 2;
  if (type == RrType::MX) names = 1, fixed = 2;
  if (names == 0) return std::vector<std::uint8_t>((message.data() + at), (message.data() + at) + length);
  if (fixed > length) return std::nullopt;
  out.insert(out.end(), (message.data() + at), (message.data() + at) + fixed);
  at += fixed;
  for (; names > 0; --names) {
    const auto name = read_name(message, at);
    if (!name || at > end) return std::nullopt;
    out.insert(out.end(), name->view().octets().begin(), name->view().octets().end());
  }
  out.insert(out.end(), (message.data() + at), (message.data() + at) + (end - at));
  return out;
}

}  // namespace detail

/// Parses a response strictly; `well_formed` is false when anything is off, octets left over included.
inline Heard read_response(dns::Octets message) {
  Heard heard;
  heard.octets = message.size();
  if (message.size() < dns::kHeaderOctets) return heard;
  heard.flags = dns::load_u16(&message[2]);
  heard.rcode = heard.flags & 15;
  std::size_t at = dns::kHeaderOctets;
  for (int questions = dns::load_u16(&message[4]); questions > 0; --questions) {
    const auto name = detail::read_name(message, at);
    if (!name || at + 4 > message.size()) return heard;
    heard.question = name->text();
    at += 4;
    heard.question_octets = at - dns::kHeaderOctets;
  }
  const std::array<std::multiset<std::string>*, 3> sections{&heard.answer, &heard.authority, &heard.additional};
  for (std::size_t section = 0; section < 3; ++section) {
    for (int left = dns::load_u16(&message[6 + 2 * section]); left > 0; --left) {
      const auto owner = detail::read_name(message, at);
      if (!owner || at + 10 > message.size()) return heard;
      const auto type = static_cast<dns::RrType>(dns::load_u16((message.data() + at)));
      const auto ttl = dns::load_u32(&message[at + 4]);
      const std::size_t length = dns::load_u16(&message[at + 8]);
      at += 10;
      if (length > message.size() - at) return heard;
      if (type == dns::RrType::OPT) {
        heard.has_opt = true;
        heard.rcode |= static_cast<int>(ttl >> 24) << 4;
        heard.opt_rdata.assign((message.data() + at), (message.data() + at) + length);
      } else {
        std::vector<std::uint8_t> rdata;
        if (length > 0) {
          const auto expanded = detail::expand_rdata(message, at, length, type);
          if (!expanded) return heard;
          rdata = *expanded;
        }
        std::string text = owner->text() + ' ' + std::to_string(ttl) + ' ' + dns::type_text(type) + ' ';
        dns::append_rdata(text, type, rdata);
        if (section == 0) heard.answer_order.push_back(text);
        sections[section]->insert(std::move(text));
      }
      at += length;
    }
  }
  heard.well_formed = at == message.size();
  return heard;
}

/// respond() in the steps in which the UDP side takes a batch.
inline std::size_t respond_in_stages(const image::View& view, const server::AnswerSettings& settings,
                                     server::Transport transport, dns::Octets request, std::span<std::uint8_t> response,
                                     server::AnswerReport& report, const server::Client& client = {}) {
  server::StagedQuery staged;
  server::stage_query(view, request, staged);
  server::stage_node(view, staged);
  server::stage_answer(view, staged);
  return server::respond(view, settings, transport, request, response, report, client, staged).value;
}

inline std::vector<std::uint8_t> respond_to(const image::View& view, dns::Octets query,
                                            server::Transport transport = server::Transport::Udp,
                                            const server::AnswerSettings& settings = {}) {
  std::vector<std::uint8_t> response(transport == server::Transport::Tcp ? 65535 : 4096);
  server::AnswerReport report;
  const auto octets = server::respond(view, settings, transport, query, response, report);
  response.resize(octets.value);
  return response;
}

inline Heard ask(const image::View& view, const Asked& asked, const server::AnswerSettings& settings = {}) {
  return read_response(respond_to(view, make_query(asked), asked.transport, settings));
}

using Lines = std::multiset<std::string>;

}  // namespace torii::testing
