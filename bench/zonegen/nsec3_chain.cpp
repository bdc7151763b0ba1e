#include "bench/zonegen/nsec3_chain.hpp"

#include <algorithm>
#include <stdexcept>

namespace torii::bench {

Nsec3Chain::Nsec3Chain(const Shape& shape) : shape_{shape} {
  const auto origin = dns::Name::from_text(shape.origin);
  if (!origin) throw std::invalid_argument{"origin '" + shape.origin + "' is no name"};
  origin_ = *origin;
}

void Nsec3Chain::add(std::string_view owner, std::string_view types) {
  std::array<std::uint8_t, 128> wire{};  // owners here are two short labels at most
  std::size_t size = 0;
  for (std::size_t at = 0; at < owner.size();) {
    const auto end = std::min(owner.find('.', at), owner.size());
    wire[size++] = static_cast<std::uint8_t>(end - at);
    for (; at < end; ++at) wire[size++] = static_cast<std::uint8_t>(owner[at]);
    ++at;
  }
  const auto name = dns::Name::join(std::span{wire}.first(size), origin_);
  if (!name) throw std::invalid_argument{"origin '" + shape_.origin + "' is too long"};
  auto place = static_cast<std::uint32_t>(std::find(bitmaps_.begin(), bitmaps_.end(), types) - bitmaps_.begin());
  if (place == bitmaps_.size()) bitmaps_.push_back(types);
  entries_.push_back({dns::nsec3_hash(*name, {}, 0), place});
}

void Nsec3Chain::write(TextOut& out, Signer& signer, std::uint64_t& records) {
  std::sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) { return a.hash < b.hash; });
  const auto text = [](const dns::Nsec3Hash& hash) {
    const auto label = dns::nsec3_label(hash);
    return std::string{label.begin(), label.end()};
  };
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const auto owner = text(entries_[i].hash);
    put_owner(out, owner, shape_.origin);
    out << '\t' << kNegativeTtl << "\tIN\tNSEC3\t1 " << (shape_.opt_out ? '1' : '0') << " 0 - "
        << text(entries_[(i + 1) % entries_.size()].hash) << ' ' << bitmaps_[entries_[i].types] << '\n';
    signer.put_signature(out, owner, "NSEC3", signer.origin_labels() + 1, kNegativeTtl);
    records += 2;
  }
}

}  // namespace torii::bench
