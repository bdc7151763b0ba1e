#include "zonec/judge/portable.hpp"

#include <algorithm>

#include "zonec/judge/facts.hpp"

namespace torii::zonec {
namespace {

constexpr std::uint32_t kFrameOctets = 10;
constexpr std::size_t kLabelsOfEveryTarget = 34;  // PowerDNS points at no name of more

using Glue = ReferralPart::Glue;

bool is_asked(const Account& account, const AccountHost& host, Glue glue) noexcept {
  return glue == Glue::All || (glue == Glue::Required && is_required(account, host));
}

}  // namespace

PortableSizes::PortableSizes(EncoderSet enabled) : enabled_{enabled} {
  for (std::size_t i = 0; i < kEncoderCount; ++i) writers_.emplace_back(static_cast<Encoder>(i));
}

std::size_t PortableSizes::write(const Account& account, ReferralPart part, MessageWriter& writer,
                                 dns::NameView qname) const {
  writer.start(qname);
  writer.put(sets_->ns());
  if (part.proof)
    for (const auto& set : sets_->proof()) writer.put(set);
  for (const auto index : sets_->order()) {
    const auto& host = account.hosts[index];
    if (!is_asked(account, host, part.glue)) continue;
    for (const auto type : {dns::RrType::A, dns::RrType::AAAA}) {
      if ((type == dns::RrType::A ? host.a : host.aaaa) == 0) continue;
      writer.put(sets_->glue(index, type));
      if (part.proof) writer.put(sets_->glue_signatures(index, type));
    }
  }
  return writer.octets();
}

std::uint32_t PortableSizes::octets(const Account& account, ReferralPart part, Encoder encoder, dns::NameView qname) {
  if (sets_)
    sets_->reset(account, encoder);
  else
    sets_.emplace(account, encoder);
  auto& writer = writers_[static_cast<std::size_t>(encoder)];
  auto octets = write(account, part, writer, qname);
  if (order_matters(account, encoder, qname.label_count())) {
    for (const bool reverse : {false, true}) {
      sets_->canonical(reverse);
      octets = std::max(octets, write(account, part, writer, qname));
    }
  }
  return static_cast<std::uint32_t>(octets) + (part.opt ? kOptOctets : 0);
}

Portable PortableSizes::worst(const Account& account, ReferralPart part) {
  hosts_.clear();
  for (const auto& host : account.hosts) hosts_.push_back(host.name);
  Portable worst;
  for (const auto shape : {QnameShape::Long, QnameShape::Many}) {
    const auto qname = longest_qname(account.owner, hosts_, shape);
    const auto cased = other_case(qname);
    for (std::size_t i = 0; i < kEncoderCount; ++i) {
      const auto encoder = static_cast<Encoder>(i);
      if (!enabled_.has(encoder)) continue;
      const bool is_bind = encoder == Encoder::Bind918 || encoder == Encoder::Bind920;
      for (const bool other : {false, true}) {
        if (other && !(encoder == Encoder::BindCase || (is_bind && enabled_.has(Encoder::BindCase)))) continue;
        const auto octets = this->octets(account, part, encoder, other ? cased : qname);
        const bool first = octets == worst.octets && encoder < worst.encoder;
        if (octets > worst.octets || first) worst = {octets, encoder, shape, other};
      }
    }
  }
  return worst;
}

std::uint32_t portable_bound(const Account& account, ReferralPart part) noexcept {
  const auto owner = static_cast<std::uint32_t>(account.owner.size());
  const bool pointed_at = !account.owner.view().is_root() && account.owner.view().label_count() <= kLabelsOfEveryTarget;
  auto octets =
      static_cast<std::uint32_t>(dns::kHeaderOctets + dns::kNameOctetsMax + 4) + (part.opt ? kOptOctets : 0) + owner;
  for (const auto& host : account.hosts) {
    const auto name = static_cast<std::uint32_t>(host.name.size());
    octets += (pointed_at || owner == 1 ? 2 : owner) + kFrameOctets + name;
    if (!is_asked(account, host, part.glue)) continue;
    octets += host.a * (name + kFrameOctets + 4) + host.aaaa * (name + kFrameOctets + 16);
    if (!part.proof) continue;
    for (const auto* signatures : {&host.a_signatures, &host.aaaa_signatures})
      for (const auto rdata : *signatures) octets += name + kFrameOctets + rdata;
  }
  if (part.proof)
    for (const auto& record : account.proof)
      octets += static_cast<std::uint32_t>(record.owner.size()) + kFrameOctets + record.rdata_octets;
  return octets;
}

}  // namespace torii::zonec
