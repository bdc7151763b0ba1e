#include "zonec/model/record_sort.hpp"

#include <algorithm>
#include <cstring>
#include <tuple>
#include <utility>

#include "torii/dns/rdata.hpp"
#include "torii/dns/sort_key.hpp"
#include "zonec/parallel/in_order.hpp"

namespace torii::zonec {
namespace {

/// Where the names stand in an RDATA whose names are compared in lower case; they are neighbours in all such types.
struct NameRegion {
  std::size_t begin{};
  std::size_t end{};
};

NameRegion name_region(dns::RrType type, dns::Octets rdata) noexcept {
  NameRegion region{rdata.size(), 0};
  static_cast<void>(dns::for_each_rdata_name(type, rdata, [&](std::size_t offset, dns::NameView name, bool) {
    region.begin = std::min(region.begin, offset);
    region.end = std::max(region.end, offset + name.size());
  }));
  return region;
}

/// Sorts records whose keys hold the octets from `from` on.
void sort_keyed(std::span<BuiltRecord> records, std::size_t apex_labels, std::size_t from) {
  const auto by_key = [](const BuiltRecord& a, const BuiltRecord& b) { return a.key < b.key; };
  if (!std::is_sorted(records.begin(), records.end(), by_key)) std::sort(records.begin(), records.end(), by_key);
  for (std::size_t first = 0; first < records.size();) {
    const auto key = records[first].key;
    auto last = first + 1;
    bool same = true;  // records that follow each other in the input share the owner's octets
    for (; last < records.size() && records[last].key == key; ++last)
      same = same && records[last].owner == records[first].owner;
    // A key that ends in a zero octet may go on; a key of all zeros lies past the end of the name, as a label never
    // starts with a zero: these owners are equal.
    if (!same && key != 0) {
      const auto ties = records.subspan(first, last - first);
      for (auto& record : ties) record.key = dns::SortKey{record.name(), apex_labels}.word(from + 8);
      sort_keyed(ties, apex_labels, from + 8);
    }
    first = last;
  }
}

/// Records in one bucket on average.
constexpr std::size_t kBucketRecords = 8192;
constexpr std::size_t kBucketsMax = 4096;
constexpr std::size_t kSamplesPerBucket = 32;

/// Keys that cut the records into buckets of about the same size: evenly spaced among a sample.
std::vector<std::uint64_t> choose_splitters(std::span<std::vector<BuiltRecord>* const> parts, std::size_t total,
                                            std::size_t buckets) {
  std::vector<std::uint64_t> sample;
  const auto stride = std::max<std::size_t>(1, total / (buckets * kSamplesPerBucket));
  std::size_t at = 0;
  for (const auto* part : parts) {
    for (; at < part->size(); at += stride) sample.push_back((*part)[at].key);
    at -= part->size();
  }
  std::ranges::sort(sample);
  std::vector<std::uint64_t> splitters;
  for (std::size_t i = 1; i < buckets; ++i) splitters.push_back(sample[i * sample.size() / buckets]);
  splitters.erase(std::unique(splitters.begin(), splitters.end()), splitters.end());
  return splitters;
}

}  // namespace

void append_expanded(const BuiltRecord& group, std::vector<BuiltRecord>& records) {
  const Location first = group.place;
  const auto* at = group.hosts->octets;
  for (std::uint32_t i = 0; i < group.hosts->count; ++i) {
    const auto host = *dns::NameView::parse({at, group.hosts->octets + group.hosts->octet_count});
    auto record = group;
    record.type = static_cast<std::uint16_t>(dns::RrType::NS);
    record.rdata = at;
    record.rdata_size = static_cast<std::uint16_t>(host.size());
    record.place = Place{Location{first.file, first.line + i, i == 0 ? first.column : group.rdata_size}};
    records.push_back(record);
    at += host.size();
  }
}

dns::RrType BuiltRecord::group_type() const noexcept {
  return is_signature() ? dns::RrType{dns::load_u16(rdata)} : rr_type();
}

bool stands_before(Location a, Location b) noexcept {
  return std::tie(a.file, a.line, a.column) < std::tie(b.file, b.line, b.column);
}

void sort_by_owner(std::span<BuiltRecord> records, dns::NameView apex) {
  const auto apex_labels = apex.label_count();
  for (auto& record : records) record.key = first_sort_word(record.name(), apex_labels);
  sort_keyed(records, apex_labels, 0);
}

std::uint64_t first_sort_word(dns::NameView name, std::size_t apex_labels) noexcept {
  const dns::LabelOffsets labels{name};
  std::uint64_t word = 0;
  unsigned shift = 64;
  const auto put = [&](std::uint64_t octet) {
    shift -= 8;
    word |= octet << shift;
  };
  for (auto i = labels.count - std::min(apex_labels, labels.count); i > 0 && shift > 0; --i) {
    const auto* label = name.data() + labels.at[i - 1];
    for (std::size_t k = 1; k <= label[0] && shift > 0; ++k) {
      const auto octet = dns::to_lower(label[k]);
      put(octet <= 1 ? 1 : octet);
      if (octet <= 1 && shift > 0) put(octet + 1U);
    }
    if (shift > 0) put(0);
  }
  return word;
}

std::vector<BuiltRecord> merge_sorted(std::span<std::vector<BuiltRecord>* const> parts, dns::NameView apex,
                                      unsigned threads) {
  std::size_t total = 0;
  for (const auto* part : parts) total += part->size();
  std::vector<BuiltRecord> out(total);
  if (total == 0) return out;
  const auto splitters =
      choose_splitters(parts, total, std::clamp<std::size_t>(total / kBucketRecords, 1, kBucketsMax));
  const auto bucket_of = [&](std::uint64_t key) {
    return static_cast<std::size_t>(std::ranges::upper_bound(splitters, key) - splitters.begin());
  };
  // How many of each part fall into each bucket, and from that where each part's share of each bucket begins.
  const auto buckets = splitters.size() + 1;
  std::vector<std::vector<std::uint32_t>> at(parts.size());
  each(parts.size(), threads, [&](std::size_t i) {
    at[i].assign(buckets, 0);
    for (const auto& record : *parts[i]) ++at[i][bucket_of(record.key)];
  });
  std::vector<std::size_t> first(buckets + 1);
  std::size_t next = 0;
  for (std::size_t bucket = 0; bucket < buckets; ++bucket) {
    first[bucket] = next;
    for (auto& part : at) next += std::exchange(part[bucket], static_cast<std::uint32_t>(next));
  }
  first[buckets] = next;
  each(parts.size(), threads, [&](std::size_t i) {
    for (const auto& record : *parts[i]) out[at[i][bucket_of(record.key)]++] = record;
    *parts[i] = {};
  });
  const auto apex_labels = apex.label_count();
  each(buckets, threads, [&](std::size_t bucket) {
    sort_keyed(std::span{out}.subspan(first[bucket], first[bucket + 1] - first[bucket]), apex_labels, 0);
  });
  return out;
}

void sort_within_owner(std::span<BuiltRecord> records) {
  if (records.size() < 2) return;
  std::ranges::sort(records, [](const BuiltRecord& a, const BuiltRecord& b) {
    if (const auto x = a.group_type(), y = b.group_type(); x != y) return x < y;
    if (a.is_signature() != b.is_signature()) return b.is_signature();
    if (const int order = compare_rdata(a.rr_type(), a.data(), b.data()); order != 0) return order < 0;
    return stands_before(a.where(), b.where());
  });
}

int compare_rdata(dns::RrType type, dns::Octets a, dns::Octets b) noexcept {
  if (!dns::has_lower_case_form(type)) {
    const auto common = std::min(a.size(), b.size());
    const auto order = common == 0 ? 0 : std::memcmp(a.data(), b.data(), common);  // no null to memcmp, even for none
    return order != 0 ? order : (a.size() == b.size() ? 0 : (a.size() < b.size() ? -1 : 1));
  }
  const auto in_a = name_region(type, a);
  const auto in_b = name_region(type, b);
  const auto common = std::min(a.size(), b.size());
  for (std::size_t i = 0; i < common; ++i) {
    const int x = i >= in_a.begin && i < in_a.end ? dns::to_lower(a[i]) : a[i];
    const int y = i >= in_b.begin && i < in_b.end ? dns::to_lower(b[i]) : b[i];
    if (x != y) return x - y;
  }
  return a.size() == b.size() ? 0 : (a.size() < b.size() ? -1 : 1);
}

}  // namespace torii::zonec
