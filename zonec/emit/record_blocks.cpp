#include "zonec/emit/record_blocks.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <utility>

#include "torii/dns/sort_key.hpp"
#include "torii/image/records.hpp"
#include "zonec/parallel/in_order.hpp"

namespace torii::zonec {
namespace {

using Buffer = std::vector<std::uint8_t>;

void put(Buffer& out, dns::Octets octets) { out.insert(out.end(), octets.begin(), octets.end()); }

void put_u16(Buffer& out, std::uint32_t value) {
  out.push_back(static_cast<std::uint8_t>(value >> 8));
  out.push_back(static_cast<std::uint8_t>(value));
}

void put_varint(Buffer& out, std::size_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<std::uint8_t>(value | 0x80U));
  out.push_back(static_cast<std::uint8_t>(value));
}

/// True when `octets` end with exactly those of `tail`, case included.
bool ends_with(dns::Octets octets, dns::Octets tail) {
  return octets.size() >= tail.size() && std::ranges::equal(octets.last(tail.size()), tail);
}

std::uint8_t code_of(dns::RrType type) {
  const auto found = std::ranges::find(image::kTypeCodes, type);
  return found == image::kTypeCodes.end() ? std::uint8_t{0}
                                          : static_cast<std::uint8_t>(found - image::kTypeCodes.begin());
}

class Packer {
 public:
  Packer(const Zone& zone, const HostSetNumbers& numbers, std::size_t octets_max)
      : zone_{zone}, numbers_{numbers}, octets_max_{octets_max}, apex_labels_{zone.apex.view().label_count()} {}

  void add(const Owner& owner) {
    if (owner.rrset_count == 0 && owner.strays == kNone) return;
    entry_.clear();
    put_entry(owner);
    if (!block_.octets.empty() && block_.octets.size() + entry_.size() > octets_max_) {
      end_block();
      entry_.clear();
      put_entry(owner);  // anew, as it leans on what is in its own block only
    }
    if (block_.octets.empty()) block_.owner = owner.name();
    put(block_.octets, entry_);
    key_ = next_key_;
  }
  std::vector<RecordBlock> finish() {
    end_block();
    return std::move(blocks_);
  }

 private:
  void end_block() {
    if (!block_.octets.empty()) blocks_.push_back(std::move(block_));
    block_ = {};
    block_.octets.reserve(octets_max_);
    key_.clear();
    ttls_ = {};
  }

  void put_entry(const Owner& owner) {
    const dns::SortKey sort_key{owner.name(), apex_labels_};
    const auto key = sort_key.octets();
    const auto shared = static_cast<std::size_t>(std::ranges::mismatch(key_, key).in1 - key_.begin());
    const auto rest = key.subspan(shared);
    entry_.push_back(
        static_cast<std::uint8_t>(std::min<std::size_t>(shared, 15) << 4 | std::min<std::size_t>(rest.size(), 15)));
    if (shared >= 15) put_varint(entry_, shared);
    if (rest.size() >= 15) put_varint(entry_, rest.size());
    put(entry_, rest);
    next_key_.assign(key.begin(), key.end());
    std::size_t last = 0;  // where the last RRset begins
    for (const auto& set : zone_.rrsets_of(owner)) {
      last = entry_.size();
      put_set(owner, set.type, set.ttl, zone_.rdata_of(set), zone_.host_set_of(set));
      if (!set.is_signed()) continue;
      last = entry_.size();
      put_set(owner, dns::RrType::RRSIG, zone_.signature_ttl(set), zone_.signatures_of(set));
    }
    if (owner.strays != kNone) {
      last = entry_.size();
      put_set(owner, dns::RrType::RRSIG, zone_.stray_ttl(owner), zone_.strays_of(owner));
    }
    entry_[last] |= image::kSetLast;
  }

  void put_set(const Owner& owner, dns::RrType type, std::uint32_t ttl, std::span<const dns::Octets> rdata,
               std::uint32_t host_set = kNone) {
    const auto code = code_of(type);
    const auto number = host_set == kNone ? kNone : numbers_.number(host_set);
    auto first = code;
    if (ttls_[code] == ttl) first |= image::kSetSameTtl;
    if (number != kNone) first |= image::kSetShared;
    if (number == kNone && rdata.size() > 1) first |= image::kSetSeveral;
    entry_.push_back(first);
    if (code == 0) put_u16(entry_, static_cast<std::uint16_t>(type));
    if (ttls_[code] != ttl) {
      put_u16(entry_, ttl >> 16);
      put_u16(entry_, ttl & 0xFFFFU);
      ttls_[code] = ttl;
    }
    if (number != kNone) return put_varint(entry_, number);
    if (rdata.size() > 1) put_varint(entry_, rdata.size());
    for (const auto octets : rdata) put_rdata(owner, type, octets);
  }

  void put_rdata(const Owner& owner, dns::RrType type, dns::Octets rdata) {
    if (type == dns::RrType::A || type == dns::RrType::AAAA) return put(entry_, rdata);
    const auto apex = zone_.apex.view().octets();
    if (image::is_one_name(type)) {
      auto tail = image::kNameWhole;
      auto labels = rdata;
      if (ends_with(rdata, owner.name().octets())) {
        tail = image::kNameAtOwner;
        labels = rdata.first(rdata.size() - owner.name_size);
      } else if (ends_with(rdata, apex)) {
        tail = image::kNameAtApex;
        labels = rdata.first(rdata.size() - apex.size());
      }
      put_varint(entry_, labels.size() << 2 | tail);
      return put(entry_, labels);
    }
    const bool has_apex = type == dns::RrType::RRSIG && rdata.size() >= image::kSignerAt + apex.size() &&
                          std::ranges::equal(rdata.subspan(image::kSignerAt, apex.size()), apex);
    if (!has_apex) {
      put_varint(entry_, rdata.size() << 1);
      return put(entry_, rdata);
    }
    put_varint(entry_, (rdata.size() - apex.size()) << 1 | 1U);
    put(entry_, rdata.first(image::kSignerAt));
    put(entry_, rdata.subspan(image::kSignerAt + apex.size()));
  }

  const Zone& zone_;
  const HostSetNumbers& numbers_;
  std::size_t octets_max_;
  std::size_t apex_labels_;
  std::vector<RecordBlock> blocks_;
  RecordBlock block_;
  Buffer entry_;
  Buffer key_;  // of the last owner in the block
  Buffer next_key_;
  std::array<std::optional<std::uint32_t>, image::kTypeCodes.size()> ttls_{};
};

}  // namespace

HostSetNumbers::HostSetNumbers(const Zone& zone) : zone_{zone}, numbers_(zone.host_sets.size(), kNone) {
  for (std::uint32_t set = 0; set < zone.host_sets.size(); ++set) {
    if (zone.host_sets[set].users < 2) continue;
    numbers_[set] = count();
    sets_.push_back(set);
  }
}

std::vector<std::uint8_t> HostSetNumbers::page(std::uint32_t first) const {
  Buffer out;
  for (auto number = first; number < std::min(count(), first + image::kHostSetsInPage); ++number) {
    const auto& set = zone_.host_sets[sets_[number]];
    const auto hosts = std::span{zone_.rdata}.subspan(set.first_rdata, set.count);
    std::size_t octets = 0;
    for (const auto host : hosts) octets += host.size();
    put_varint(out, octets);
    for (const auto host : hosts) put(out, host);
  }
  return out;
}

void pack_records(const Zone& zone, const HostSetNumbers& numbers, std::size_t octets_max, unsigned threads,
                  const std::function<void(RecordBlock&&)>& take) {
  const auto& others = zone.nsec3_owners;
  // NSEC3 owners stand between the names of the zone, in the one canonical order that the file has.
  const auto others_before = [&](std::size_t index) {
    if (index == 0) return others.begin();
    if (index >= zone.owners.size()) return others.end();
    return std::ranges::lower_bound(
        others, zone.owners[index].name(), [](dns::NameView a, dns::NameView b) { return canonical_order(a, b) < 0; },
        &Owner::name);
  };
  each_range(
      zone.owners.size(), threads,
      [&](std::uint32_t first, std::uint32_t last) {
        Packer packer{zone, numbers, octets_max};
        auto other = others_before(first);
        const auto others_end = others_before(last);
        for (auto i = first; i < last; ++i) {
          const auto& owner = zone.owners[i];
          for (; other != others_end && canonical_order(other->name(), owner.name()) < 0; ++other) packer.add(*other);
          packer.add(owner);
        }
        for (; other != others_end; ++other) packer.add(*other);
        return packer.finish();
      },
      [&](std::vector<RecordBlock>&& blocks) {
        for (auto& block : blocks) take(std::move(block));
      });
}

}  // namespace torii::zonec
