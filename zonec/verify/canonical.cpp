#include "zonec/verify/canonical.hpp"

#include <algorithm>
#include <cstring>

#include "torii/dns/rdata.hpp"

namespace torii::zonec {

using dns::RrType;

CanonicalRecords::CanonicalRecords(dns::NameView owner, RrType type, std::uint32_t ttl) noexcept
    : type_{type}, lowers_{dns::has_lower_case_form(type)}, size_{owner.size() + 8} {
  auto* end = std::ranges::copy(owner.octets(), head_.begin()).out;
  dns::store_u16(end, static_cast<std::uint16_t>(type));
  dns::store_u16(end + 2, static_cast<std::uint16_t>(dns::RrClass::IN));
  dns::store_u32(end + 4, ttl);
}

void CanonicalRecords::append(dns::Octets rdata, std::vector<std::uint8_t>& out) const {
  const auto at = out.size();
  out.resize(at + size_ + 2 + rdata.size());
  auto* to = out.data() + at;
  std::memcpy(to, head_.data(), size_);
  to += size_;
  dns::store_u16(to, static_cast<std::uint16_t>(rdata.size()));
  to += 2;
  if (!lowers_) {
    if (!rdata.empty()) std::memcpy(to, rdata.data(), rdata.size());
  } else if (type_ == RrType::NS || type_ == RrType::CNAME || type_ == RrType::PTR || type_ == RrType::DNAME) {
    dns::lower_copy(rdata, to);  // one name and nothing else
  } else {
    dns::canonical_rdata(type_, rdata, to);
  }
}

std::optional<dns::Name> signed_owner(dns::NameView owner, std::uint8_t labels) noexcept {
  const auto own = owner.label_count() - (owner.is_wildcard() ? 1U : 0U);
  if (labels > own) return std::nullopt;
  if (labels == own) return dns::Name{owner};
  const auto encloser = owner.suffix(labels);
  std::array<std::uint8_t, dns::kNameOctetsMax> octets{1, '*'};
  std::ranges::copy(encloser.octets(), octets.begin() + 2);  // fits: at least one label is gone
  return dns::Name{dns::NameView::trusted(octets.data(), encloser.size() + 2)};
}

}  // namespace torii::zonec
