#include "zonec/judge/own_reply.hpp"

#include <array>

#include "torii/referral/budget.hpp"

namespace torii::zonec {
namespace {

constexpr std::uint32_t kPlainLimit = 512;

std::uint32_t octets_of(const std::vector<std::uint16_t>& signatures) noexcept {
  std::uint32_t octets = 0;
  for (const auto rdata : signatures)
    octets += static_cast<std::uint32_t>(referral::kPointerOctets + referral::kRrFrameOctets) + rdata;
  return octets;
}

struct Step {
  OwnReply::LeftOut set;
  std::uint32_t octets{};
  std::uint32_t signatures{};
  bool required{};
};

std::vector<Step> ladder(const Account& account, bool with_signatures) {
  std::vector<Step> steps;
  for (const auto i : glue_order(account)) {
    const auto& host = account.hosts[i];
    const bool required = is_required(account, host);
    const auto put = [&](dns::RrType type, std::size_t octets, const std::vector<std::uint16_t>& signatures) {
      if (octets > 0)
        steps.push_back(
            {{i, type}, static_cast<std::uint32_t>(octets), with_signatures ? octets_of(signatures) : 0, required});
    };
    put(dns::RrType::A, host.a * referral::kAOctets, host.a_signatures);
    put(dns::RrType::AAAA, host.aaaa * referral::kAaaaOctets, host.aaaa_signatures);
  }
  return steps;
}

}  // namespace

std::string_view asking_id(Asking asking) noexcept {
  constexpr std::array<std::string_view, 3> kIds{"plain", "edns", "dnssec"};
  return kIds.at(static_cast<std::size_t>(asking));
}

OwnReply own_reply(const Account& account, const SizeFacts& facts, Asking asking, std::uint32_t limit) {
  OwnReply out{.asking = asking, .limit = limit};
  const auto authority =
      facts.authority + (asking == Asking::Plain ? 0 : kOptOctets) + (asking == Asking::Dnssec ? facts.proof : 0);
  const auto steps = ladder(account, asking == Asking::Dnssec);
  out.needed = out.sent = authority;
  for (const auto& step : steps) out.needed += step.octets + step.signatures;
  const auto over = out.fits() ? 0 : out.needed - limit;
  if (facts.qname >= facts.owner + over) out.qname_ok_max = facts.qname - over;
  out.tc = authority > limit;
  std::size_t done = 0;
  for (bool go_on = !out.tc; go_on && done < steps.size();) {
    const auto& step = steps[done];
    if (out.sent + step.octets > limit) break;
    ++done;
    // The address without its signatures ends the ladder.
    go_on = out.sent + step.octets + step.signatures <= limit;
    out.sent += step.octets + (go_on ? step.signatures : 0);
  }
  for (auto i = done; i < steps.size(); ++i) {
    out.tc = out.tc || steps[i].required;
    out.left_out.push_back(steps[i].set);
  }
  return out;
}

std::vector<OwnReply> own_replies(const Account& account, const SizeFacts& facts,
                                  const std::vector<std::uint32_t>& limits) {
  std::vector<OwnReply> out;
  for (const auto limit : limits) {
    if (limit <= kPlainLimit) {
      out.push_back(own_reply(account, facts, Asking::Plain, limit));
      continue;
    }
    out.push_back(own_reply(account, facts, Asking::Edns, limit));
    auto dnssec = own_reply(account, facts, Asking::Dnssec, limit);
    if (dnssec.needed != out.back().needed) out.push_back(std::move(dnssec));
  }
  return out;
}

}  // namespace torii::zonec
