// Aliases: CNAME and DNAME, followed within the zones of the image.
// Source: RFC 1034 section 3.6.2, RFC 6672 section 3.2, RFC 6604 section 3.
#include "server/answer/responder.hpp"

namespace torii::server {

using dns::Name;
using dns::NameView;
using dns::RrType;

namespace {

constexpr std::size_t kRrFixedOctets = 10;  // type, class, TTL, RDLENGTH

struct Target {
  Name name;              // case as in the zone
  bool points_to_apex{};  // the block ends it in a mark to the apex
  std::uint32_t ttl{};
};

/// Reads the target out of a CNAME's block: its labels stand in one piece, then a zero octet or a mark to the apex.
std::optional<Target> read_target(const image::BlockView& block, NameView apex) noexcept {
  if (!block) return std::nullopt;
  const std::size_t owner = (block.head->flags & image::kBlockRootOwner) != 0 ? 1 : 2;
  dns::WireReader reader{dns::Octets{block.octets, block.head->plain_octets}};
  reader.octets(owner);
  reader.u32();
  Target target;
  target.ttl = reader.u32();
  dns::WireReader rdata{reader.octets(reader.u16())};
  const auto all = rdata;
  std::size_t spelled = 0;
  for (;;) {
    const std::size_t length = rdata.u8();
    if (!rdata.ok()) return std::nullopt;
    if (length == 0 || length == (image::kBaseApex << 6)) {
      target.points_to_apex = length != 0;
      auto from = all;
      const auto joined = Name::join(from.octets(spelled), target.points_to_apex ? apex : NameView{});
      if (!joined) return std::nullopt;
      target.name = *joined;
      return target;
    }
    if (length > dns::kLabelOctetsMax) return std::nullopt;
    rdata.octets(length);
    spelled += 1 + length;
  }
}

}  // namespace

/// Makes `target` the next subject when the image has a zone for it and the chain neither loops nor grows too long.
bool Responder::aim(const Name& target) noexcept {
  if (targets_.full()) return false;
  Name lower = target;
  lower.lower();
  if (lower == Name{query_.name()}) return false;
  for (const auto& earlier : targets_)
    if (earlier == lower) return false;
  const LookupRoom room{lower};
  const auto probe = find_answering_zone(view_, room.name(), query_.qtype, target_zone_);
  if (probe == image::Probe::Damaged) damaged = true;
  if (probe != image::Probe::Hit) return false;
  targets_.push_back(lower);
  return true;
}

/// Whether the DNAME at `owner` in `zone` has answered for an earlier name of the chain: the walk of each name below it
/// ends there.
bool Responder::has_substituted(const image::ZoneView& zone, NameView owner) const noexcept {
  const auto went_through = [&](NameView earlier) {
    if (earlier.size() <= owner.size() || !earlier.is_at_or_below(owner)) return false;
    image::ZoneView found;
    const LookupRoom room{earlier};
    return find_answering_zone(view_, room.name(), query_.qtype, found) == image::Probe::Hit && found.head == zone.head;
  };
  if (targets_.size() > 0 && went_through(query_.name())) return true;
  for (const auto& target : targets_)
    if (&target != &targets_.back() && went_through(target.view())) return true;
  return false;
}

/// Whether the subject's node has a DNAME RRset that the answer holds already, as an alias led back to its owner.
bool Responder::is_sent_dname(const Subject& subject, const image::NodeView& node) const noexcept {
  const auto name = subject.lookup.name.octets();
  return !targets_.empty() && node.find(static_cast<std::uint16_t>(RrType::DNAME)) &&
         node.head->name_octets <= name.size() &&
         std::equal(node.labels, node.labels + node.head->name_octets, name.begin()) &&
         has_substituted(subject.zone, subject.lookup.suffix(0));
}

/// A CNAME RR whose target is spelled out.
void Responder::put_cname(std::size_t owner_at, std::uint32_t ttl, const Name& target) noexcept {
  std::array<std::uint8_t, 2 + kRrFixedOctets> fixed{};
  dns::store_u16(fixed.data(), static_cast<std::uint16_t>(0xC000U | owner_at));
  dns::store_u16(&fixed[2], static_cast<std::uint16_t>(RrType::CNAME));
  dns::store_u16(&fixed[4], static_cast<std::uint16_t>(dns::RrClass::IN));
  dns::store_u32(&fixed[6], ttl);
  dns::store_u16(&fixed[10], static_cast<std::uint16_t>(target.size()));
  const auto before = writer_.size();
  target_at_ = before + fixed.size();
  if (owner_at > dns::kPointerMax || !writer_.put_raw(fixed) || !writer_.put_raw(target.view().octets())) {
    writer_.rewind(before);
    truncated = true;
    return;
  }
  writer_.count(Section::Answer, 1);
}

Responder::Outcome Responder::follow_cname(const Subject& subject, image::Ref ref, Bases bases) noexcept {
  const auto block = view_.block(ref);
  const auto target = read_target(block, subject.zone.apex_name());
  if (!target) {
    damaged = true;
    return Outcome::Done;
  }
  const bool follow = query_.qtype != static_cast<std::uint16_t>(RrType::CNAME) && aim(target->name);
  const bool same_zone = follow && target_zone_.head == subject.zone.head;
  if (same_zone || !follow || !target->points_to_apex) {
    target_at_ = writer_.size() + ((block.head->flags & image::kBlockRootOwner) != 0 ? 1U : 2U) + kRrFixedOctets;
    require(Section::Answer, ref, bases);
  } else {
    // The target continues in another zone, whose names count from its own apex: spell it in one piece.
    put_cname(bases.owner, target->ttl, target->name);
    if (!stopped() && query_.dnssec_ok) put_signatures(ref, bases);
  }
  if (!follow || stopped()) return Outcome::Done;
  if (same_zone && target->points_to_apex)
    target_apex_at_ = subject.apex_at;
  else
    target_apex_at_ =
        target_zone_.head->apex_labels == 0 ? 0 : target_at_ + target->name.size() - target_zone_.head->apex_octets;
  return Outcome::Follow;
}

Responder::Outcome Responder::follow_dname(const Subject& subject, const Walk& at) noexcept {
  const auto ref = at.node.find(static_cast<std::uint16_t>(RrType::DNAME));
  const auto block = view_.block(ref);
  if (!block) {
    damaged = true;
    return Outcome::Done;
  }
  const std::size_t node_offset = subject.lookup.at(at.label);
  // No RRset twice in one answer (RFC 2181 section 5): a chain may come back to a DNAME with another name below it.
  if (!has_substituted(subject.zone, subject.lookup.suffix(at.label)))
    require(Section::Answer, ref, {subject.name_at + node_offset, subject.apex_at});
  if (stopped()) return Outcome::Done;
  const std::size_t owner = (block.head->flags & image::kBlockRootOwner) != 0 ? 1 : 2;
  dns::WireReader reader{dns::Octets{block.octets, block.head->plain_octets}};
  reader.octets(owner);
  reader.u32();
  const auto ttl = reader.u32();
  const auto target = NameView::parse(reader.octets(reader.u16()));
  if (!reader.ok() || !target) {
    damaged = true;
    return Outcome::Done;
  }
  // The labels in front of the DNAME's owner, as they were asked for, in front of its target.
  const auto prefix = subject.lookup.name.octets().first(node_offset);
  const auto name = Name::join(prefix, *target);
  if (!name) {
    rcode = dns::Rcode::YXDomain;  // RFC 6672 section 2.2
    return Outcome::Done;
  }
  put_cname(subject.name_at, ttl, *name);
  if (stopped() || query_.qtype == static_cast<std::uint16_t>(RrType::CNAME) ||
      query_.qtype == static_cast<std::uint16_t>(RrType::ANY) || !aim(*name))
    return Outcome::Done;
  target_apex_at_ =
      target_zone_.head->apex_labels == 0 ? 0 : target_at_ + name->size() - target_zone_.head->apex_octets;
  return Outcome::Follow;
}

}  // namespace torii::server
