#include "server/answer/respond.hpp"

#include <algorithm>

#include "server/answer/edns.hpp"
#include "server/answer/lookup.hpp"
#include "server/answer/query.hpp"
#include "server/answer/question_type.hpp"
#include "server/answer/responder.hpp"
#include "server/answer/writer.hpp"

namespace torii::server {
namespace {

using dns::OctetCount;
using dns::Rcode;
using dns::RrClass;
using dns::RrType;

constexpr std::uint16_t kFlagResponse = 0x8000;
constexpr std::uint16_t kFlagAuthoritative = 0x0400;
constexpr std::uint16_t kFlagTruncated = 0x0200;
constexpr std::uint16_t kFlagRecursionDesired = 0x0100;

/// No more than a header: for what cannot be parsed or is not ours to do.
OctetCount answer_header(dns::Octets request, std::span<std::uint8_t> response, const Query& query, Rcode rcode,
                         AnswerReport& report) noexcept {
  std::copy_n(request.begin(), 2, response.begin());
  std::fill_n(response.begin() + 2, dns::kHeaderOctets - 2, std::uint8_t{0});
  const auto flags = kFlagResponse | static_cast<unsigned>(query.opcode) << 11 |
                     (query.recursion_desired ? kFlagRecursionDesired : 0U) | static_cast<unsigned>(rcode);
  dns::store_u16(&response[2], static_cast<std::uint16_t>(flags));
  report.rcode = rcode;
  report.responded = true;
  return OctetCount{dns::kHeaderOctets};
}

/// What a query that is not answered from a zone is told.
Rcode error_of(QueryStatus status) noexcept {
  if (status == QueryStatus::NotImp) return Rcode::NotImp;
  if (status == QueryStatus::NotAuth) return Rcode::NotAuth;
  return status == QueryStatus::BadVersion ? Rcode::BADVERS : Rcode::FormErr;
}

/// Compares a lower-case wire name with one written as text labels.
bool is_name(dns::NameView name, std::string_view wire) noexcept {
  return std::ranges::equal(name.octets(), wire, {}, {}, [](char c) { return static_cast<std::uint8_t>(c); });
}

using namespace std::string_view_literals;

/// TXT in class CH: who we are, where the operator lets us say it. Source: RFC 4892.
Rcode answer_chaos(const Query& query, const AnswerSettings& settings, ResponseWriter& writer) noexcept {
  const auto name = query.name();
  dns::Octets text;
  if (is_name(name, "\7version\4bind\0"sv) || is_name(name, "\7version\6server\0"sv)) text = settings.chaos_version;
  if (is_name(name, "\x8hostname\4bind\0"sv) || is_name(name, "\2id\6server\0"sv)) text = settings.chaos_identity;
  if (text.empty() || text.size() > 255) return Rcode::Refused;
  if (query.qtype != static_cast<std::uint16_t>(RrType::TXT) && query.qtype != static_cast<std::uint16_t>(RrType::ANY))
    return Rcode::NoError;
  std::array<std::uint8_t, 13> fixed{0xC0, 12, 0, 16, 0, 3};  // owner, TXT, CH, TTL 0
  dns::store_u16(&fixed[10], static_cast<std::uint16_t>(text.size() + 1));
  fixed[12] = static_cast<std::uint8_t>(text.size());
  if (writer.put_raw(fixed) && writer.put_raw(text)) writer.count(Section::Answer, 1);
  return Rcode::NoError;
}

/// What the error means, where its RCODE does not tell. Source: RFC 8914 section 4.
ExtendedError explain_refusal(const Query& query, const image::View& view) noexcept {
  if (query.qclass == static_cast<std::uint16_t>(RrClass::CH)) return ExtendedError::Prohibited;
  if (query.qclass != static_cast<std::uint16_t>(RrClass::IN)) return ExtendedError::NotAuthoritative;
  if (refuse_type(query.qtype)) return ExtendedError::Prohibited;
  return view.empty() ? ExtendedError::NotReady : ExtendedError::NotAuthoritative;
}

ExtendedError explain(Rcode rcode, const Query& query, const image::View& view) noexcept {
  switch (rcode) {
    case Rcode::NoError:
    case Rcode::NXDomain:
      return ExtendedError::None;
    case Rcode::Refused:
      return explain_refusal(query, view);
    case Rcode::NotImp:
      return ExtendedError::NotSupported;
    case Rcode::ServFail:
      return ExtendedError::InvalidData;
    case Rcode::FormErr:
      return ExtendedError::InvalidQueryType;
    default:
      return ExtendedError::None;
  }
}

struct Outcome {
  Rcode rcode = Rcode::NoError;
  bool authoritative{};
  bool truncated{};
  bool referral{};
  bool negative{};
  std::size_t source_at{};
};

AnswerKind kind_of(const Outcome& outcome, bool has_answer) noexcept {
  if (outcome.rcode == Rcode::NXDomain) return AnswerKind::NxDomain;
  if (outcome.rcode != Rcode::NoError && outcome.rcode != Rcode::YXDomain) return AnswerKind::Error;
  if (outcome.referral) return AnswerKind::Referral;
  return outcome.negative && !has_answer ? AnswerKind::NoData : AnswerKind::Positive;
}

/// Questions that no zone answers.
Rcode answer_otherwise(const AnswerSettings& settings, const Query& query, ResponseWriter& writer) noexcept {
  if (query.qclass == static_cast<std::uint16_t>(RrClass::CH)) return answer_chaos(query, settings, writer);
  if (query.qclass != static_cast<std::uint16_t>(RrClass::IN)) return Rcode::Refused;
  return refuse_type(query.qtype).value_or(Rcode::Refused);
}

Outcome answer_question(const image::View& view, const AnswerSettings& settings, const StagedQuery& staged,
                        ResponseOpt& opt, ResponseWriter& writer) noexcept {
  if (!staged.has_zone_question) return {.rcode = answer_otherwise(settings, staged.query, writer)};
  if (staged.zone_found == image::Probe::Miss) return {.rcode = Rcode::Refused};
  if (staged.zone_found == image::Probe::Damaged) return {.rcode = Rcode::ServFail};
  opt.found(view, staged.zone, staged.zone.head->apex_labels == staged.query.labels.count, writer);
  Responder responder{view, staged, writer};
  responder.answer();
  if (responder.damaged) return {.rcode = Rcode::ServFail};
  return {responder.rcode,    responder.authoritative, responder.truncated,
          responder.referral, responder.negative,      responder.source_at};
}

inline OctetCount answer_staged(const image::View& view, const AnswerSettings& settings, Transport transport,
                                dns::Octets request, std::span<std::uint8_t> response, AnswerReport& report,
                                const Client& client, const StagedQuery& staged) noexcept {
  report = AnswerReport{};
  const auto& query = staged.query;
  auto status = staged.status;
  report.qtype = static_cast<RrType>(query.qtype);
  report.edns = query.edns;
  report.dnssec_ok = query.dnssec_ok;
  switch (status) {
    case QueryStatus::Silent:
      return OctetCount{0};
    case QueryStatus::FormErr:
    case QueryStatus::NotImp:
    case QueryStatus::NotAuth:
      if (!query.edns) return answer_header(request, response, query, error_of(status), report);
      break;
    case QueryStatus::BadVersion:
    case QueryStatus::CookieOnly:
    case QueryStatus::Ok:
      break;
  }
  const std::size_t limit =
      transport == Transport::Tcp
          ? dns::kMessageOctetsMax
          : std::min<std::size_t>(query.udp_octets, std::max<std::size_t>(settings.udp_octets_max, 512));
  ResponseOpt opt{query, settings, client, transport, request, std::min(limit, response.size())};
  report.cookie = opt.cookie();
  if (status == QueryStatus::CookieOnly && report.cookie == CookieState::None)
    status = QueryStatus::FormErr;  // cookies are off
  ResponseWriter writer{response, limit, opt.octets()};
  writer.start(request, query.question_end());
  Outcome outcome;
  if (status == QueryStatus::CookieOnly) {  // RFC 7873 section 5.4
    outcome.rcode = report.cookie == CookieState::Bad ? Rcode::BADCOOKIE : Rcode::NoError;
  } else if (status != QueryStatus::Ok) {
    outcome.rcode = error_of(status);
  } else if (settings.cookies_required && transport == Transport::Udp && report.cookie != CookieState::None &&
             report.cookie != CookieState::Valid) {
    outcome.rcode = Rcode::BADCOOKIE;  // the cookie beside it is good for the next try (RFC 7873 section 5.2.3)
  } else {
    outcome = answer_question(view, settings, staged, opt, writer);
    if (outcome.rcode == Rcode::ServFail) writer.start(request, query.question_end());
  }
  const auto before_opt = writer.size();
  if (status == QueryStatus::FormErr)
    opt.put_bare(outcome.rcode, writer);
  else if (!opt.put(outcome.rcode, query.edns ? explain(outcome.rcode, query, view) : ExtendedError::None, writer))
    outcome.truncated = true;  // RFC 8914 section 3
  const auto flags = kFlagResponse | static_cast<unsigned>(query.opcode) << 11 |
                     (outcome.authoritative ? kFlagAuthoritative : 0U) | (outcome.truncated ? kFlagTruncated : 0U) |
                     (query.recursion_desired ? kFlagRecursionDesired : 0U) |
                     (static_cast<unsigned>(outcome.rcode) & 15U);
  writer.finish(static_cast<std::uint16_t>(flags));
  report.rcode = outcome.rcode;
  report.responded = true;
  report.truncated = outcome.truncated;
  report.referral = outcome.referral;
  report.kind = kind_of(outcome, writer.counted(Section::Answer) > 0);
  report.name_octets = static_cast<std::uint8_t>(query.name_octets);
  report.source_at = static_cast<std::uint8_t>(outcome.source_at);
  report.opt_octets = static_cast<std::uint16_t>(writer.size() - before_opt);
  return OctetCount{writer.size()};
}

}  // namespace

OctetCount respond(const image::View& view, const AnswerSettings& settings, Transport transport, dns::Octets request,
                   std::span<std::uint8_t> response, AnswerReport& report, const Client& client) noexcept {
  StagedQuery staged;
  stage_query(view, request, staged);
  return answer_staged(view, settings, transport, request, response, report, client, staged);
}

OctetCount respond(const image::View& view, const AnswerSettings& settings, Transport transport, dns::Octets request,
                   std::span<std::uint8_t> response, AnswerReport& report, const Client& client,
                   const StagedQuery& staged) noexcept {
  return answer_staged(view, settings, transport, request, response, report, client, staged);
}

}  // namespace torii::server
