#include "server/answer/responder.hpp"

#include "server/answer/chain.hpp"

namespace torii::server {

using dns::RrType;
using image::Ref;

namespace {
constexpr std::uint16_t number(RrType type) noexcept { return static_cast<std::uint16_t>(type); }

/// Types behind whose RRsets zonec may have laid out more (image::kBlockAdditional).
constexpr bool may_have_additional(RrType type) noexcept {
  return type == RrType::MX || type == RrType::SRV || type == RrType::NAPTR || type == RrType::SVCB ||
         type == RrType::HTTPS;
}
}  // namespace

void Responder::account(Put result) noexcept {
  truncated = truncated || result == Put::NoRoom;
  damaged = damaged || result == Put::Damaged;
}

void Responder::require(Section section, Ref ref, Bases bases, Spelling spelling) noexcept {
  if (!stopped()) account(writer_.put_block(section, view_.block(ref), bases, query_.dnssec_ok, spelling));
}

void Responder::answer() noexcept {
  const auto& zone = staged_.zone;
  const std::size_t apex_at =
      zone.head->apex_labels == 0 ? 0 : dns::kHeaderOctets + query_.name_octets - zone.head->apex_octets;
  Subject subject{zone, query_.lookup(), staged_.first_hash, dns::kHeaderOctets, apex_at};
  LookupRoom room;
  while (step(subject) == Outcome::Follow && !stopped()) {
    const auto target = room.put(targets_.back());
    subject = Subject{target_zone_, target, first_hash(target_zone_, target), target_at_, target_apex_at_};
  }
  flush_authority();
  if (additional_ && !stopped()) add_optional();
}

Responder::Outcome Responder::step(const Subject& subject) noexcept {
  const auto at = walk(view_, subject.zone, subject.lookup, subject.first_hash);
  const Bases node_bases{subject.name_at + subject.lookup.at(at.label), subject.apex_at};
  if (targets_.empty()) source_at = subject.lookup.at(at.label);
  if (at.found == Found::Damaged) {
    damaged = true;
    return Outcome::Done;
  }
  // DS at a cut is the parent's to answer (RFC 4035 section 3.1.4.1).
  if (at.found == Found::Cut && (at.label != 0 || query_.qtype != number(RrType::DS))) {
    refer(subject, at);
    return Outcome::Done;
  }
  authoritative = true;
  if (at.found == Found::Dname) return follow_dname(subject, at);
  if (at.found != Found::Nothing) {
    const auto outcome = answer_from(subject, at.node, node_bases);
    if (outcome == Outcome::NoData) deny_type(subject, at.node);
    return outcome;
  }
  if (!at.node.is(image::kNodeWildcard)) {
    deny_name(subject, at);
    return Outcome::Done;
  }
  const auto source = view_.node(at.node.head->wildcard);
  if (!source) {
    damaged = true;
    return Outcome::Done;
  }
  const auto outcome = answer_from(subject, source, {subject.name_at, subject.apex_at});
  if (outcome == Outcome::NoData) queue_soa(subject);
  if (query_.dnssec_ok && !stopped()) prove_synthesis(subject, at, outcome == Outcome::NoData);
  return outcome;
}

Responder::Outcome Responder::answer_from(const Subject& subject, const image::NodeView& node, Bases bases) noexcept {
  const auto type = static_cast<RrType>(query_.qtype);
  if (type == RrType::ANY) {
    if (node.head->set_count == 0) return Outcome::NoData;
    answer_any(node, bases);
    return Outcome::Done;
  }
  // These two may stand beside a CNAME; where they do not, it is followed as for any type (RFC 4035 section 2.5).
  if (type == RrType::RRSIG && answer_signatures(subject, node, bases) == Outcome::Done) return Outcome::Done;
  if (type == RrType::NSEC && answer_nsec(subject, node, bases) == Outcome::Done) return Outcome::Done;
  if (const auto ref = node.find(query_.qtype)) {
    const auto ns_at = writer_.size();
    if (type == RrType::DNAME && is_sent_dname(subject, node)) return Outcome::Done;
    require(Section::Answer, ref, bases);
    if (type == RrType::NS && node.head->referral) {
      flush_authority();  // the proofs of an alias from a wildcard come before the addresses
      if (!stopped()) add_glue(view_.referral(node.head->referral), bases, ns_at);
    } else if (may_have_additional(type)) {
      additional_ = ref;
      additional_bases_ = bases;
      additional_self_ = ns_at;
    }
    return Outcome::Done;
  }
  if (!node.is(image::kNodeCname)) return Outcome::NoData;
  return follow_cname(subject, node.find(number(RrType::CNAME)), bases);
}

/// One of the RRsets there are. Source: RFC 8482 section 4.1.
void Responder::answer_any(const image::NodeView& node, Bases bases) noexcept {
  require(Section::Answer, node.sets[0].block, bases);
}

void Responder::put_signatures(Ref ref, Bases bases) noexcept {
  const auto block = view_.block(ref);
  if (!block) {
    damaged = true;
    return;
  }
  const auto& head = *block.head;
  if (head.signature_records == 0 || stopped()) return;
  const std::span all{block.relocations, std::size_t{head.relocations}};
  account(writer_.put_octets({block.octets + head.plain_octets, head.signature_octets},
                             all.subspan(head.plain_relocations), head.plain_octets, bases, writer_.size()));
  if (!stopped()) writer_.count(Section::Answer, head.signature_records);
}

Responder::Outcome Responder::answer_signatures(const Subject& subject, const image::NodeView& node,
                                                Bases bases) noexcept {
  const auto before = writer_.counted(Section::Answer);
  const auto sent = query_.dnssec_ok && is_sent_dname(subject, node) ? node.find(number(RrType::DNAME)) : Ref{};
  for (std::size_t i = 0; i < node.head->set_count; ++i)
    if (!sent || node.sets[i].block != sent) put_signatures(node.sets[i].block, bases);
  const auto denial = view_.block(node.head->denial);
  const bool own = denial && denial.head->owner_octets == node.head->name_octets && !node.is(image::kNodeUnproven) &&
                   std::equal(node.labels, node.labels + node.head->name_octets, denial.owner);
  if (own) put_signatures(node.head->denial, bases);
  return sent || writer_.counted(Section::Answer) > before || stopped() ? Outcome::Done : Outcome::NoData;
}

Responder::Outcome Responder::answer_nsec(const Subject& subject, const image::NodeView& node, Bases bases) noexcept {
  if (subject.zone.head->denial != image::Denial::Nsec) return Outcome::NoData;
  const auto block = view_.block(node.head->denial);
  if (!block || block.head->owner_octets != node.head->name_octets ||
      !std::equal(node.labels, node.labels + node.head->name_octets, block.owner))
    return Outcome::NoData;  // an empty non-terminal: its denial is the NSEC before it
  require(Section::Answer, node.head->denial, bases);
  return Outcome::Done;
}

void Responder::refer(const Subject& subject, const Walk& at) noexcept {
  const auto view = view_.referral(at.node.head->referral);
  if (!view) {
    damaged = true;
    return;
  }
  const Bases bases{subject.name_at + subject.lookup.at(at.label), subject.apex_at};
  const auto ns_at = writer_.size();
  referral = writer_.counted(Section::Answer) == 0;
  account(writer_.put_octets({view.ns, view.head->ns_octets}, {view.ns_relocations, view.head->ns_relocations}, 0,
                             bases, ns_at));
  if (stopped()) return;
  writer_.count(Section::Authority, view.head->ns_records);
  if (query_.dnssec_ok) {
    // DS, or the proof that there is none; TC without it (RFC 4035 section 3.1.4, RFC 5155 section 7.2.7).
    if (const auto ds = at.node.find(number(RrType::DS)))
      require(Section::Authority, ds, bases);
    else if (subject.zone.head->denial != image::Denial::None)
      queue_no_type_proof(subject, at.node);
    flush_authority();
  }
  if (!stopped()) add_glue(view, bases, ns_at);
}

/// What zonec laid out behind the answer's RRset, as far as it fits; it never sets TC.
void Responder::add_optional() noexcept {
  const auto view = view_.additional(additional_);
  if (!view) return;
  const auto before = writer_.size();
  add_glue(view, additional_bases_, additional_self_);
  if (!truncated) return;
  writer_.rewind(before);  // out of a pointer's reach: nothing of it was counted
  truncated = false;
}

/// The longest prefix of the glue ladder that fits. Source: RFC 9471 section 3: required glue or TC=1, the rest as
/// room allows.
void Responder::add_glue(const image::ReferralView& referral_view, Bases bases, std::size_t ns_at) noexcept {
  if (!referral_view) {
    damaged = true;
    return;
  }
  const auto& head = *referral_view.head;
  if (head.step_count == 0 && (head.flags & image::kReferralIncomplete) == 0) return;  // no host in the zone
  const bool signatures = query_.dnssec_ok;
  const bool interleaved = (head.flags & image::kReferralSignedGlue) != 0 && !signatures;
  std::span<const std::uint16_t> relocations{referral_view.glue_relocations, head.glue_relocations};
  const std::size_t room = writer_.room();
  if (!interleaved && head.glue_octets <= room) {  // as nearly always: all of it
    account(writer_.put_octets({referral_view.glue, head.glue_octets}, relocations, 0, bases, ns_at));
    if (stopped()) return;
    std::size_t all = 0;
    for (std::size_t i = 0; i < head.step_count; ++i)
      all += std::size_t{referral_view.steps[i].records} + referral_view.steps[i].signature_records;
    writer_.count(Section::Additional, all);
    truncated = truncated || (head.flags & image::kReferralIncomplete) != 0;
    return;
  }
  std::size_t from = 0;    // position of the run to copy next, in the glue octets
  std::size_t length = 0;  // of the run
  std::size_t used = 0;    // octets of runs already copied
  std::size_t records = 0;
  std::size_t done = 0;
  const auto copy_run = [&] {
    std::size_t count = 0;
    while (count < relocations.size() && relocations[count] < from + length) ++count;
    account(writer_.put_octets({referral_view.glue + from, length}, relocations.first(count), from, bases, ns_at));
    relocations = relocations.subspan(count);
    used += length;
    from += length;
    length = 0;
  };
  for (; done < head.step_count; ++done) {
    const auto& step = referral_view.steps[done];
    const std::size_t whole = std::size_t{step.octets} + step.signature_octets;
    if (from + length + whole > head.glue_octets) {
      damaged = true;
      return;
    }
    if (used + length + step.octets > room) break;
    if (interleaved) {
      length = step.octets;
      copy_run();
      from += step.signature_octets;
      while (!relocations.empty() && relocations.front() < from) relocations = relocations.subspan(1);
      records += step.records;
    } else if (used + length + whole > room || !signatures) {
      length += step.octets;
      records += step.records;
      if (signatures && step.signature_octets > 0) {  // the address without its signatures ends the ladder
        ++done;
        break;
      }
    } else {
      length += whole;
      records += std::size_t{step.records} + step.signature_records;
    }
    if (stopped()) return;
  }
  if (length > 0) copy_run();
  if (stopped()) return;
  writer_.count(Section::Additional, records);
  if (done < head.required_steps || (head.flags & image::kReferralIncomplete) != 0) truncated = true;
}

}  // namespace torii::server
