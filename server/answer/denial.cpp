// Negative answers and the proofs that go with answers: RFC 2308, RFC 4035 section 3.1.3, RFC 5155 section 7.2.
#include <array>

#include "server/answer/chain.hpp"
#include "server/answer/responder.hpp"

namespace torii::server {

using image::Denial;
using image::Ref;

void Responder::queue_soa(const Subject& subject) noexcept {
  negative = true;
  if (targets_.empty()) source_at = subject.lookup.name.size() - subject.zone.head->apex_octets;
  const auto ref = subject.zone.head->negative_soa;
  pending_.push_back({ref, {subject.apex_at, subject.apex_at}, {}});
}

/// Queues an NSEC or NSEC3 once. Its owner is spelled as far as it is no suffix of the subject.
void Responder::queue_proof(const Subject& subject, Ref ref) noexcept {
  if (!ref) return;
  for (const auto& queued : pending_)
    if (queued.block == ref) return;
  const auto block = view_.block(ref);
  if (!block) {
    damaged = true;
    return;
  }
  const auto& lookup = subject.lookup;
  // The longest suffix that the owner shares with the subject: both walked label by label from the left, in step.
  const std::size_t in_front = lookup.name.size() - subject.zone.head->apex_octets;  // octets before the apex
  const std::size_t owner_octets = block.head->owner_octets;
  std::size_t shared = 0;
  std::size_t label = 0;
  // Most owners share nothing, and their last octet tells.
  const bool may_share =
      owner_octets > 0 && in_front > 0 && block.owner[owner_octets - 1] == lookup.name.data()[in_front - 1];
  for (std::size_t at = 0; may_share && at < owner_octets && shared == 0; at += std::size_t{1} + block.owner[at]) {
    const std::size_t left = owner_octets - at;
    while (lookup.at(label) < in_front && in_front - lookup.at(label) > left) ++label;
    const std::size_t start = lookup.at(label);
    if (start < in_front && in_front - start == left &&
        std::equal(block.owner + at, block.owner + owner_octets, lookup.name.data() + start))
      shared = left;
  }
  const std::size_t shared_at = shared > 0 ? subject.name_at + in_front - shared : subject.apex_at;
  Pending pending{ref, {shared_at, subject.apex_at}, {}};
  if (shared < owner_octets) pending.spelling = {owner_octets - shared, shared_at};
  pending_.push_back(pending);
}

void Responder::flush_authority() noexcept {
  for (const auto& queued : pending_) require(Section::Authority, queued.block, queued.bases, queued.spelling);
  pending_.clear();
}

/// The name of `node` has no such type (or, at a cut, no DS).
void Responder::queue_no_type_proof(const Subject& subject, const image::NodeView& node) noexcept {
  if (node.is(image::kNodeUnproven)) queue_proof(subject, node.head->wildcard);  // the closest provable encloser
  queue_proof(subject, node.head->denial);
}

void Responder::deny_type(const Subject& subject, const image::NodeView& node) noexcept {
  queue_soa(subject);
  if (query_.dnssec_ok) queue_no_type_proof(subject, node);
}

/// Block of the NSEC3 that covers the next closer name.
Ref Responder::find_nsec3_next_closer(const Subject& subject, const Walk& at) const noexcept {
  const std::size_t label = at.label - 1;
  const bool is_staged = staged_.is_hashed && subject.zone.head == staged_.zone.head && targets_.empty() &&
                         label + 1 + staged_.zone.head->apex_labels == subject.lookup.count();
  return is_staged ? find_nsec3_cover(view_, subject.zone, staged_.next_closer)
                   : find_nsec3_cover(view_, subject.zone, subject.lookup.suffix(label));
}

/// NSEC: the link that covers the name. NSEC3: closest encloser, and the cover of the next closer name.
void Responder::queue_next_closer(const Subject& subject, const Walk& at) noexcept {
  const auto& zone = subject.zone;
  if (zone.head->denial == Denial::Nsec) return queue_proof(subject, find_nsec_cover(view_, zone, subject.lookup.name));
  if (zone.head->denial != Denial::Nsec3) return;
  if (at.node.is(image::kNodeUnproven)) {
    queue_no_type_proof(subject, at.node);
  } else {
    queue_proof(subject, at.node.head->denial);
    queue_proof(subject, find_nsec3_next_closer(subject, at));
  }
}

/// Whether "*" below an empty non-terminal without NSEC3 exists: it is an empty non-terminal, or a cut, itself.
bool Responder::has_unproven_wildcard(const Subject& subject, const Walk& at) const noexcept {
  constexpr std::array<std::uint8_t, 2> kStar{1, '*'};
  const auto star = dns::Name::join(kStar, subject.lookup.suffix(at.label));
  if (!star) return false;
  const LookupRoom room{*star};
  const auto found = walk(view_, subject.zone, room.name(), first_hash(subject.zone, room.name())).found;
  return found == Found::Exact || found == Found::Cut;
}

void Responder::deny_name(const Subject& subject, const Walk& at) noexcept {
  // An empty wildcard is a source of synthesis too, of NODATA (RFC 4592 section 2.2.1).
  const bool no_data = at.node.is(image::kNodeUnproven) && has_unproven_wildcard(subject, at);
  if (!no_data) rcode = dns::Rcode::NXDomain;
  queue_soa(subject);
  if (!query_.dnssec_ok) return;
  queue_next_closer(subject, at);
  if (no_data) return;
  const auto& encloser = subject.zone.head->denial == Denial::Nsec3 ? at.proven : at.node;
  if (encloser && !encloser.is(image::kNodeWildcard) && !encloser.is(image::kNodeUnproven))
    queue_proof(subject, encloser.head->wildcard);
}

/// The answer was made from the wildcard below `at.node`: prove that nothing closer exists, and for NODATA that the
/// wildcard lacks the type. Source: RFC 4035 sections 3.1.3.3 and 3.1.3.4, RFC 5155 sections 7.2.5 and 7.2.6.
void Responder::prove_synthesis(const Subject& subject, const Walk& at, bool no_data) noexcept {
  const auto& zone = subject.zone;
  if (zone.head->denial == Denial::None) return;
  if (zone.head->denial == Denial::Nsec3 && !no_data)
    queue_proof(subject, find_nsec3_next_closer(subject, at));
  else
    queue_next_closer(subject, at);
  if (!no_data) return;
  if (const auto source = view_.node(at.node.head->wildcard)) queue_proof(subject, source.head->denial);
}

}  // namespace torii::server
