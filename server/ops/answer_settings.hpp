#pragma once
/// From what an operator chose to what the answering code reads. Spans point into `settings`, which must outlive it.
#include "server/answer/respond.hpp"
#include "server/ops/settings.hpp"

namespace torii::server {

/// Without the secrets of cookies, which are loaded apart (cookie_secrets.hpp).
[[nodiscard]] inline AnswerSettings answer_settings(const Settings& settings) noexcept {
  const auto octets = [](const std::string& text) noexcept {
    return dns::Octets{reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};  // NOLINT: text is octets
  };
  AnswerSettings answer;
  answer.udp_octets_max = settings.udp.payload_octets_max;
  answer.nsid = octets(settings.answer.nsid);
  answer.chaos_version = octets(settings.answer.chaos_version);
  answer.chaos_identity = octets(settings.answer.chaos_identity);
  answer.cookies_required = settings.cookies.mode == CookieMode::Require;
  answer.extended_errors = settings.answer.extended_errors;
  answer.report_agent = octets(settings.answer.report_agent);
  return answer;
}

}  // namespace torii::server
