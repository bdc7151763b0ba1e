#include "server/answer/staged_query.hpp"

#include "server/answer/chain.hpp"
#include "server/answer/question_type.hpp"

namespace torii::server {
namespace {

constexpr std::size_t kReferralOctets = 160;  // most are no longer
constexpr std::size_t kProofOctets = 256;     // an NSEC3 with a signature of ECDSA

}  // namespace

void stage_query(const image::View& view, dns::Octets request, StagedQuery& staged) noexcept {
  auto& query = staged.query;
  staged.status = parse_query(request, query);
  if (staged.status != QueryStatus::Ok || query.qclass != static_cast<std::uint16_t>(dns::RrClass::IN) ||
      refuse_type(query.qtype))
    return;
  staged.has_zone_question = true;
  const auto name = query.lookup();
  staged.zone_found = find_answering_zone(view, name, query.qtype, staged.zone);
  if (staged.zone_found != image::Probe::Hit) return;
  staged.first_hash = first_hash(staged.zone, name);
  view.prefetch_slot(staged.zone, staged.first_hash);
}

void stage_node(const image::View& view, StagedQuery& staged) noexcept {
  if (staged.zone_found != image::Probe::Hit) return;
  const auto& zone = staged.zone;
  const auto name = staged.query.lookup();
  if (name.count() == zone.head->apex_labels) return;
  staged.candidate = view.candidate(zone, staged.first_hash);
  if (staged.candidate) return view.prefetch(staged.candidate, sizeof(image::Node) + 24);
  if (!staged.query.dnssec_ok || zone.head->denial != image::Denial::Nsec3) return;
  const auto next_closer = name.suffix(name.count() - zone.head->apex_labels - 1);
  staged.next_closer = dns::nsec3_hash(next_closer, zone.salt(), zone.head->nsec3_iterations);
  staged.is_hashed = true;
  view.prefetch_chain(zone, nsec3_position(zone, staged.next_closer));
}

void stage_answer(const image::View& view, StagedQuery& staged) noexcept {
  if (staged.is_hashed) {
    view.prefetch(find_nsec3_cover(view, staged.zone, staged.next_closer), kProofOctets);
    return;
  }
  const auto node = staged.candidate ? view.node(staged.candidate) : image::NodeView{};
  if (!node) return;
  if (!node.is(image::kNodeCut)) {
    if (const auto ref = node.find(staged.query.qtype)) view.prefetch(ref, kReferralOctets);
    return;
  }
  view.prefetch(node.head->referral, kReferralOctets);
  if (!staged.query.dnssec_ok) return;
  const auto ds = node.find(static_cast<std::uint16_t>(dns::RrType::DS));
  view.prefetch(ds ? ds : node.head->denial, kProofOctets);
}

}  // namespace torii::server
