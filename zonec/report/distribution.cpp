#include <algorithm>
#include <numeric>

#include "zonec/report/report.hpp"

namespace torii::zonec {

std::string_view measure_id(Measure measure) noexcept {
  constexpr std::array<std::string_view, kMeasures> kIds{"plain-authority", "plain-required", "plain-all",
                                                         "edns-authority",  "edns-required",  "edns-all"};
  return kIds.at(index(measure));
}

void Distribution::add(std::uint32_t octets) {
  if (octets >= counts_.size()) counts_.resize(octets + std::size_t{1});
  ++counts_[octets];
  ++total_;
}

std::uint64_t Distribution::at_most(std::uint32_t octets) const noexcept {
  const auto end = std::min<std::size_t>(counts_.size(), octets + std::size_t{1});
  return std::accumulate(counts_.begin(), counts_.begin() + static_cast<std::ptrdiff_t>(end), std::uint64_t{0});
}

Bands Distribution::bands() const noexcept {
  Bands out{};
  std::uint64_t before = 0;
  for (std::size_t i = 0; i < kBandLimits.size(); ++i) {
    const auto upto = at_most(kBandLimits.at(i));
    out.at(i) = upto - before;
    before = upto;
  }
  out.back() = total_ - before;
  return out;
}

std::uint32_t Distribution::quantile(std::uint32_t per_mille) const noexcept {
  if (total_ == 0) return 0;
  const auto rank = std::max<std::uint64_t>(1, (total_ * per_mille + 999) / 1000);
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    seen += counts_[i];
    if (seen >= rank) return static_cast<std::uint32_t>(i);
  }
  return most();
}

std::uint32_t Distribution::most() const noexcept {
  return counts_.empty() ? 0 : static_cast<std::uint32_t>(counts_.size() - 1);
}

std::vector<std::pair<std::uint32_t, std::uint64_t>> Distribution::points() const {
  std::vector<std::pair<std::uint32_t, std::uint64_t>> out;
  for (std::size_t i = 0; i < counts_.size(); ++i)
    if (counts_[i] > 0) out.emplace_back(static_cast<std::uint32_t>(i), counts_[i]);
  return out;
}

}  // namespace torii::zonec
