#include "zonec/layout/block.hpp"

#include <algorithm>
#include <utility>

#include "torii/dns/rdata.hpp"

namespace torii::zonec {
namespace {

/// Largest RRset or signature set that can be in a response: 65,535 less header, longest question and OPT.
constexpr std::size_t kSetOctetsMax = dns::kMessageOctetsMax - dns::kHeaderOctets - (dns::kNameOctetsMax + 4) - 11;

}  // namespace

BlockEncoder::BlockEncoder(dns::NameView owner, dns::NameView apex) : owner_{owner}, apex_{apex} {
  std::size_t offset = 0;
  // What a wildcard owns is sent with QNAME as its owner, in which nothing below the apex stands where it does here.
  places_.reserve(16);
  octets_.reserve(256);
  for (auto name = owner_.view(); name.size() > apex.size() && !owner.is_wildcard(); name = name.parent()) {
    places_.push_back({name, Mark::to(image::kBaseOwner, offset), 0});
    offset += std::size_t{1} + name.data()[0];
  }
  offset = 0;
  for (auto name = apex_.view(); !name.is_root(); name = name.parent()) {
    places_.push_back({name, Mark::to(image::kBaseApex, offset), 0});
    offset += std::size_t{1} + name.data()[0];
  }
}

const BlockEncoder::Place* BlockEncoder::find_place(dns::NameView name) const noexcept {
  for (const auto& place : places_)
    if (place.name == name) return &place;
  return nullptr;
}

void BlockEncoder::put_u16(std::uint16_t value) {
  octets_.resize(octets_.size() + 2);
  dns::store_u16(octets_.data() + octets_.size() - 2, value);
}

void BlockEncoder::put_mark(Mark mark) {
  if (octets_.size() <= dns::kMessageOctetsMax) relocations_.push_back(static_cast<std::uint16_t>(octets_.size()));
  put_u16(mark.value);
}

void BlockEncoder::put_owner() {
  if (owner_.view().is_root())
    octets_.push_back(0);
  else
    put_mark(Mark::to(image::kBaseOwner, 0));
}

void BlockEncoder::put_name(dns::NameView name, bool compress, bool remember) {
  for (; !name.is_root(); name = name.parent()) {
    if (const auto* place = find_place(name); place != nullptr) {
      if (compress) return put_mark(place->mark);
    } else if (remember && octets_.size() <= kSelfAddendMax) {
      places_.push_back({name, Mark::to(image::kBaseSelf, octets_.size()), octets_.size()});
    }
    const auto label = name.octets().first(std::size_t{1} + name.data()[0]);
    octets_.insert(octets_.end(), label.begin(), label.end());
  }
  octets_.push_back(0);
}

/// Makes `name`, whose octets stand (or will) at `at` in one piece, and its suffixes known.
void BlockEncoder::remember_name(dns::NameView name, std::size_t at) {
  for (; !name.is_root() && at <= kSelfAddendMax; name = name.parent()) {
    if (find_place(name) == nullptr) places_.push_back({name, Mark::to(image::kBaseSelf, at), octets_.size()});
    at += std::size_t{1} + name.data()[0];
  }
}

void BlockEncoder::put_rest(dns::RrType type, std::uint32_t ttl, dns::Octets rdata) {
  put_u16(static_cast<std::uint16_t>(type));
  put_u16(static_cast<std::uint16_t>(dns::RrClass::IN));
  put_u16(static_cast<std::uint16_t>(ttl >> 16));
  put_u16(static_cast<std::uint16_t>(ttl));
  const auto length_at = octets_.size();
  put_u16(0);
  std::size_t copied = 0;
  const auto copy_until = [&](std::size_t end) {
    const auto part = rdata.subspan(copied, end - copied);
    octets_.insert(octets_.end(), part.begin(), part.end());
    copied = end;
  };
  static_cast<void>(
      dns::for_each_rdata_name(type, rdata, [&](std::size_t offset, dns::NameView name, bool compressible) {
        if (!compressible && !points_into_rdata_) return;
        copy_until(offset);
        if (!compressible) return remember_name(name, octets_.size());
        put_name(name, true, true);
        copied = offset + name.size();
      }));
  copy_until(rdata.size());
  dns::store_u16(octets_.data() + length_at, static_cast<std::uint16_t>(octets_.size() - length_at - 2));
}

void BlockEncoder::put_record(dns::RrType type, std::uint32_t ttl, dns::Octets rdata) {
  put_owner();
  put_rest(type, ttl, rdata);
}

void BlockEncoder::put_record_at(dns::NameView name, dns::RrType type, std::uint32_t ttl, dns::Octets rdata) {
  put_name(name, true, true);
  put_rest(type, ttl, rdata);
}

void BlockEncoder::put_record_beside(dns::NameView name, dns::RrType type, std::uint32_t ttl, dns::Octets rdata) {
  const bool points = std::exchange(points_into_rdata_, false);
  put_name(name, true, false);
  put_rest(type, ttl, rdata);
  points_into_rdata_ = points;
}

void BlockEncoder::put_alias(std::uint32_t ttl, dns::Octets rdata) {
  auto places = std::move(places_);
  places_.clear();
  // Only the apex itself, and only for targets at or below it.
  const auto target = dns::NameView::parse(rdata);
  if (target && !apex_.view().is_root() && target->is_at_or_below(apex_))
    places_.push_back({apex_, Mark::to(image::kBaseApex, 0), 0});
  put_record(dns::RrType::CNAME, ttl, rdata);
  places_ = std::move(places);
}

void BlockEncoder::rewind(std::size_t size) {
  octets_.resize(size);
  while (!relocations_.empty() && relocations_.back() >= size) relocations_.pop_back();
  std::erase_if(places_, [&](const Place& place) { return place.written_at >= size && place.written_at > 0; });
}

bool LaidOutBlock::fits() const noexcept {
  return plain_octets <= kSetOctetsMax && octets.size() - plain_octets <= kSetOctetsMax &&
         octets.size() <= dns::kMessageOctetsMax;
}

LaidOutBlock lay_out_rrset(const Zone& zone, dns::NameView owner, const RRset& set, std::optional<std::uint32_t> ttl) {
  BlockEncoder encoder{owner, zone.apex};
  LaidOutBlock block;
  block.flags = owner.is_root() ? image::kBlockRootOwner : std::uint8_t{0};
  std::vector<dns::Octets> rdata(zone.rdata_of(set).begin(), zone.rdata_of(set).end());
  if (set.type == dns::RrType::NS) {
    const auto name = [](dns::Octets octets) { return dns::NameView::trusted(octets.data(), octets.size()); };
    std::ranges::stable_sort(rdata, [&](auto a, auto b) { return canonical_order(name(a), name(b)) < 0; });
    rdata.erase(std::unique(rdata.begin(), rdata.end(), [&](auto a, auto b) { return name(a) == name(b); }),
                rdata.end());
  }
  for (const auto octets : rdata) {
    if (set.type == dns::RrType::CNAME)
      encoder.put_alias(ttl.value_or(set.ttl), octets);
    else
      encoder.put_record(set.type, ttl.value_or(set.ttl), octets);
    if (encoder.overflow()) break;
  }
  block.plain_octets = encoder.size();
  block.plain_records = static_cast<std::uint16_t>(rdata.size());
  block.plain_relocations = encoder.relocations().size();
  for (const auto octets : zone.signatures_of(set)) {
    encoder.put_record(dns::RrType::RRSIG, ttl.value_or(zone.signature_ttl(set)), octets);
    if (encoder.overflow()) break;
  }
  block.signature_records = static_cast<std::uint16_t>(zone.signatures_of(set).size());
  block.octets = encoder.octets();
  block.relocations = encoder.relocations();
  return block;
}

}  // namespace torii::zonec
