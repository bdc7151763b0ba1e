#include "zonec/model/assemble.hpp"

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <string>

#include "zonec/model/arena.hpp"
#include "zonec/model/host_lists.hpp"
#include "zonec/model/rdata.hpp"
#include "zonec/parallel/in_order.hpp"

namespace torii::zonec {
namespace {

using dns::RrType;

/// Labels that two lower-case names share from the right.
std::size_t common_labels(dns::NameView a, dns::NameView b) noexcept {
  const dns::LabelOffsets la{a};
  const dns::LabelOffsets lb{b};
  std::size_t shared = 0;
  while (shared < la.count && shared < lb.count) {
    const auto* pa = a.data() + la.at[la.count - shared - 1];
    const auto* pb = b.data() + lb.at[lb.count - shared - 1];
    if (*pa != *pb || !std::equal(pa + 1, pa + 1 + *pa, pb + 1)) break;
    ++shared;
  }
  return shared;
}

/// First record of the next owner.
std::size_t owner_end(std::span<const BuiltRecord> records, std::size_t first) noexcept {
  auto last = first + 1;
  while (last < records.size() &&
         (records[last].owner == records[first].owner || records[last].name() == records[first].name())) {
    ++last;
  }
  return last;
}

/// What one range of records makes. Indexes count from the range's own first owner, RRset and so on; those into host
/// sets are marked by RRset::first_rdata being below the zone's shared RDATA, all others lie above it.
struct Piece {
  std::vector<Owner> owners;
  std::vector<Owner> nsec3_owners;
  std::vector<RRset> rrsets;
  std::vector<dns::Octets> rdata;
  std::vector<SignatureSet> signature_sets;
  std::vector<std::vector<std::uint8_t>> arenas;
  Findings findings;
  std::uint64_t record_count{};
  std::uint64_t delegation_count{};
  std::uint64_t mixed_ttls{};
};

/// Assembles one range of records: whole children of the apex with all that is below them, so that no cut, DNAME or
/// empty non-terminal reaches from one range into another.
class Assembler {
 public:
  /// `shared`: the RDATA of the zone's host sets. Of the zone only these sets and the apex are looked at, as other
  /// ranges are joined to it meanwhile.
  Assembler(const Zone& zone, std::span<const dns::Octets> shared)
      : zone_{zone}, shared_rdata_{shared}, shared_{static_cast<std::uint32_t>(shared.size())} {}

  Piece run(std::span<BuiltRecord> records) {
    constexpr std::size_t kPrefetchAhead = 12;
    piece_.owners.reserve(records.size());
    piece_.rrsets.reserve(records.size());
    for (std::size_t first = 0; first < records.size();) {
      if (first + kPrefetchAhead < records.size()) __builtin_prefetch(records[first + kPrefetchAhead].owner - 1);
      const auto last = owner_end(records, first);
      add_owner(one_owner(records.subspan(first, last - first)));
      first = last;
    }
    piece_.arenas = std::move(arena_).release();
    return std::move(piece_);
  }

 private:
  [[nodiscard]] std::uint32_t rank() const noexcept { return static_cast<std::uint32_t>(piece_.owners.size()); }

  /// One owner's records in order; a group is taken apart unless it is all the NS records there are.
  std::span<BuiltRecord> one_owner(std::span<BuiltRecord> records) {
    const auto is_ns = [](const BuiltRecord& record) { return record.rr_type() == RrType::NS; };
    if (records.size() == 1) return records;
    if (std::ranges::any_of(records, &BuiltRecord::is_group) && std::ranges::count_if(records, is_ns) > 1) {
      expanded_.clear();
      for (const auto& record : records) {
        if (record.is_group())
          append_expanded(record, expanded_);
        else
          expanded_.push_back(record);
      }
      records = expanded_;
    }
    sort_within_owner(records);
    return records;
  }

  void add_owner(std::span<const BuiltRecord> group) {
    const auto name = group.front().name();
    Owner owner;
    owner.name_data = arena_.copy(name.octets());
    owner.name_size = static_cast<std::uint8_t>(name.size());
    bool has_ns = false;
    bool has_nsec3 = false;
    bool only_nsec3 = true;
    for (const auto& record : group) {
      has_ns = has_ns || record.rr_type() == RrType::NS;
      has_nsec3 = has_nsec3 || record.rr_type() == RrType::NSEC3;
      only_nsec3 = only_nsec3 && record.group_type() == RrType::NSEC3;
      owner.has_cname = owner.has_cname || record.rr_type() == RrType::CNAME;
      owner.has_dname = owner.has_dname || record.rr_type() == RrType::DNAME;
    }
    if (has_nsec3 && only_nsec3 && name.parent() == zone_.apex.view()) {
      owner.kind = OwnerKind::Nsec3;
      add_rrsets(owner, group);
      piece_.nsec3_owners.push_back(owner);
      return;
    }
    classify(owner, has_ns);
    if (owner.kind != OwnerKind::BelowCut && owner.kind != OwnerKind::BelowDname) add_empty_non_terminals(owner);
    add_rrsets(owner, group);
    if (owner.kind == OwnerKind::Cut) ++piece_.delegation_count;
    const bool closes = owner.kind == OwnerKind::Cut || (owner.kind == OwnerKind::Authoritative && owner.has_dname);
    if (closes) barrier_ = rank();
    piece_.owners.push_back(owner);
  }

  void classify(Owner& owner, bool has_ns) const {
    if (barrier_ != kNoOwner && owner.name().is_below(piece_.owners[barrier_].name())) {
      owner.kind = piece_.owners[barrier_].kind == OwnerKind::Cut ? OwnerKind::BelowCut : OwnerKind::BelowDname;
      owner.cut = barrier_;
    } else {
      owner.kind = has_ns && owner.name_size != zone_.apex.size() ? OwnerKind::Cut : OwnerKind::Authoritative;
    }
  }

  /// Every ancestor of `owner` that no record made. What lies below a cut or a DNAME makes none.
  void add_empty_non_terminals(const Owner& owner) {
    const auto name = owner.name();
    const auto labels = name.label_count();
    if (labels <= zone_.apex.view().label_count() + 1) return;
    const auto before = piece_.owners.empty() ? zone_.apex.view() : piece_.owners.back().name();
    for (auto have = common_labels(name, before) + 1; have < labels; ++have) {
      const auto ancestor = name.suffix(have);
      Owner empty;
      empty.name_data = ancestor.data();
      empty.name_size = static_cast<std::uint8_t>(ancestor.size());
      empty.kind = OwnerKind::EmptyNonTerminal;
      empty.first_rrset = static_cast<std::uint32_t>(piece_.rrsets.size());
      piece_.owners.push_back(empty);
    }
  }

  std::uint32_t add_rdata(const BuiltRecord& record) {
    const auto data = record.data();
    piece_.rdata.emplace_back(arena_.copy(data), data.size());
    ++piece_.record_count;
    return shared_ + static_cast<std::uint32_t>(piece_.rdata.size() - 1);
  }

  /// The signatures without duplicates, as a set; kNone when there are none.
  std::uint32_t add_signatures(std::span<const BuiltRecord> records, std::uint32_t before = kNone) {
    if (records.empty()) return before;
    if (before == kNone) {
      before = static_cast<std::uint32_t>(piece_.signature_sets.size());
      piece_.signature_sets.push_back(
          {static_cast<std::uint32_t>(shared_ + piece_.rdata.size()), 0, records.front().ttl, records.front().place});
    }
    auto& set = piece_.signature_sets[before];
    if (std::ranges::any_of(records, [&](const BuiltRecord& record) { return record.ttl != set.ttl; }))
      ++piece_.mixed_ttls;
    for (std::size_t i = 0; i < records.size(); ++i) {
      if (stands_before(records[i].where(), set.where)) set.where = records[i].place;
      // RFC 2181 section 5.2 does not bind RRSIGs to each other, but RFC 4034 section 3 binds each to its RRset's TTL.
      set.ttl = std::min(set.ttl, records[i].ttl);
      if (is_duplicate(records, i)) continue;
      add_rdata(records[i]);
      ++set.count;
    }
    return before;
  }

  void add_rrsets(Owner& owner, std::span<const BuiltRecord> group) {
    owner.first_rrset = static_cast<std::uint32_t>(piece_.rrsets.size());
    strays_.clear();
    for (std::size_t first = 0; first < group.size();) {
      auto last = first;
      while (last < group.size() && group[last].group_type() == group[first].group_type()) ++last;
      auto signatures = first;
      while (signatures < last && !group[signatures].is_signature()) ++signatures;
      const auto data = group.subspan(first, signatures - first);
      const auto rrsigs = group.subspan(signatures, last - signatures);
      if (data.empty())
        strays_.push_back(rrsigs);
      else
        add_rrset(data, rrsigs);
      first = last;
    }
    owner.rrset_count = static_cast<std::uint16_t>(piece_.rrsets.size() - owner.first_rrset);
    for (const auto& rrsigs : strays_) owner.strays = add_signatures(rrsigs, owner.strays);
  }

  void add_rrset(std::span<const BuiltRecord> data, std::span<const BuiltRecord> signatures) {
    RRset set;
    set.type = data.front().rr_type();
    set.where = data.front().place;
    if (data.front().is_group()) {
      const auto& hosts = zone_.host_sets[data.front().hosts->host_set];
      set.first_rdata = hosts.first_rdata;
      set.rdata_count = hosts.count;
      set.ttl = data.front().ttl;
      piece_.record_count += hosts.count;
    } else {
      set.first_rdata = static_cast<std::uint32_t>(shared_ + piece_.rdata.size());
      std::size_t octets = 0;
      for (std::size_t i = 0; i < data.size(); ++i) {
        if (stands_before(data[i].where(), set.where)) set.where = data[i].place;
        if (is_duplicate(data, i)) continue;
        add_rdata(data[i]);
        octets += 12 + data[i].rdata_size;  // owner as a pointer, type, class, TTL, RDLENGTH: RFC 1035 section 4.1.3
      }
      set.rdata_count = static_cast<std::uint32_t>(shared_ + piece_.rdata.size()) - set.first_rdata;
      set.ttl = lowest_ttl(data);
      check_octets(set, data.front().name(), octets);
      if (set.type == RrType::NS) share_hosts(set, data.front().name());
    }
    set.signatures = add_signatures(signatures);
    piece_.rrsets.push_back(set);
  }

  /// NS records that did not stand together may be a set that others have, all the same.
  void share_hosts(RRset& set, dns::NameView owner) {
    const auto first = set.first_rdata - shared_;
    const auto hosts = std::span<const dns::Octets>{piece_.rdata}.subspan(first);
    if (std::ranges::any_of(hosts, [&](dns::Octets host) { return target_of(host).is_at_or_below(owner); })) return;
    const auto found = find_host_set(zone_.host_sets, shared_rdata_, hosts);
    if (found == kNone) return;
    piece_.rdata.resize(first);
    set.first_rdata = zone_.host_sets[found].first_rdata;
  }

  void check_octets(const RRset& set, dns::NameView name, std::size_t octets) {
    if (dns::kHeaderOctets + name.size() + 4 + octets <= dns::kMessageOctetsMax) return;
    piece_.findings.add(rank(), Severity::Error, "rrset-too-large", set.where, name,
                        name.text() + " " + type_text(set.type) + ": " + std::to_string(octets) +
                            " octets of records fit no DNS message (65535 octets at most)");
  }

  bool is_duplicate(std::span<const BuiltRecord> same_type, std::size_t i) {
    if (i == 0) return false;
    const auto& record = same_type[i];
    if (compare_rdata(record.rr_type(), record.data(), same_type[i - 1].data()) != 0) return false;
    piece_.findings.add(rank(), Severity::Warning, "duplicate-record", record.where(), record.name(),
                        record.name().text() + " " + type_text(record.rr_type()) +
                            ": the same record is given more than once; this one is dropped");
    return true;
  }

  std::uint32_t lowest_ttl(std::span<const BuiltRecord> data) {
    const auto [low, high] = std::ranges::minmax(data, {}, &BuiltRecord::ttl);
    if (low.ttl != high.ttl) {
      ++piece_.mixed_ttls;
      auto where = data.front().where();
      for (const auto& record : data)
        if (record.ttl != low.ttl && (where.line == 0 || stands_before(where, record.where()))) where = record.where();
      piece_.findings.add(rank(), Severity::Warning, "ttl-mismatch", where, data.front().name(),
                          data.front().name().text() + " " + type_text(data.front().rr_type()) + ": TTLs from " +
                              std::to_string(low.ttl) + " to " + std::to_string(high.ttl) + " in one RRset; " +
                              std::to_string(low.ttl) + " is used (RFC 2181 section 5.2)");
    }
    return low.ttl;
  }

  const Zone& zone_;
  std::span<const dns::Octets> shared_rdata_;
  const std::uint32_t shared_;
  Arena arena_;
  Piece piece_;
  std::vector<BuiltRecord> expanded_;
  std::vector<std::span<const BuiltRecord>> strays_;
  OwnerIndex barrier_ = kNoOwner;  // the cut or DNAME whose descendants are being read
};

template <class T>
void append(std::vector<T>& to, const std::vector<T>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

/// Puts a range's work behind what is in the zone.
void join(Zone& zone, Piece&& piece, std::uint32_t shared, Findings& findings) {
  const auto owner_base = static_cast<std::uint32_t>(zone.owners.size());
  const auto rrset_base = static_cast<std::uint32_t>(zone.rrsets.size());
  const auto rdata_base = static_cast<std::uint32_t>(zone.rdata.size()) - shared;
  const auto signature_base = static_cast<std::uint32_t>(zone.signature_sets.size());
  if (zone.rdata.size() + piece.rdata.size() >= kNone || zone.owners.size() + piece.owners.size() >= kNone)
    throw std::length_error{"the zone has more than 4294967295 records"};
  for (auto* owners : {&piece.owners, &piece.nsec3_owners}) {
    for (auto& owner : *owners) {
      owner.first_rrset += rrset_base;
      if (owner.cut != kNoOwner) owner.cut += owner_base;
      if (owner.strays != kNone) owner.strays += signature_base;
    }
  }
  for (auto& set : piece.rrsets) {
    if (set.first_rdata < shared)
      ++zone.host_sets[zone.host_set_at[set.first_rdata]].users;
    else
      set.first_rdata += rdata_base;
    if (set.signatures != kNone) set.signatures += signature_base;
  }
  for (auto& set : piece.signature_sets) set.first_rdata += rdata_base;
  append(zone.owners, piece.owners);
  append(zone.nsec3_owners, piece.nsec3_owners);
  append(zone.rrsets, piece.rrsets);
  append(zone.rdata, piece.rdata);
  append(zone.signature_sets, piece.signature_sets);
  std::ranges::move(piece.arenas, std::back_inserter(zone.arenas));
  findings.merge(std::move(piece.findings), owner_base);
  zone.record_count += piece.record_count;
  zone.delegation_count += piece.delegation_count;
  zone.mixed_ttls += piece.mixed_ttls;
}

/// Records of one range, about: large enough that a range costs nothing, small enough to be in the caches.
constexpr std::size_t kRangeRecords = 32768;

/// Where ranges begin, and the end: where another child of the apex does. A DNAME at the apex is above all.
std::vector<std::size_t> cut_ranges(const Zone& zone, std::span<const BuiltRecord> records) {
  std::vector<std::size_t> starts{0};
  const auto child_labels = zone.apex.view().label_count() + 1;
  const auto apex_end = owner_end(records, 0);
  const auto has_dname =
      std::ranges::any_of(records.first(apex_end), [](const BuiltRecord& r) { return r.rr_type() == RrType::DNAME; });
  for (auto at = kRangeRecords; at < records.size() && !has_dname; at += kRangeRecords) {
    while (at < records.size() &&
           records[at].name().suffix(child_labels) == records[at - 1].name().suffix(child_labels))
      ++at;
    if (at < records.size()) starts.push_back(at);
  }
  starts.push_back(records.size());
  return starts;
}

}  // namespace

void assemble(Zone& zone, std::span<BuiltRecord> records, Findings& findings, unsigned threads) {
  const auto starts = cut_ranges(zone, records);
  const auto shared = zone.rdata;  // a copy, as the zone's grows
  // Room for more than there can be is only address space until it is used.
  zone.owners.reserve(records.size());
  zone.rrsets.reserve(records.size());
  zone.rdata.reserve(shared.size() + records.size());
  in_order(
      starts.size() - 1, threads,
      [&](std::size_t i) {
        return Assembler{zone, shared}.run(records.subspan(starts[i], starts[i + 1] - starts[i]));
      },
      [&](std::size_t, Piece&& piece) {
        join(zone, std::move(piece), static_cast<std::uint32_t>(shared.size()), findings);
      });
}

void describe_apex(Zone& zone) {
  const auto& apex = zone.owners.front();
  if (const auto* set = zone.find_rrset(apex, RrType::SOA)) {
    const auto soa = Soa::parse(zone.rdata_of(*set).front());
    zone.serial = soa->serial;
    zone.negative_ttl = std::min(set->ttl, soa->minimum);
  }
  zone.is_signed = zone.find_rrset(apex, RrType::DNSKEY) != nullptr;
  if (const auto* set = zone.find_rrset(apex, RrType::NSEC3PARAM); set != nullptr && !zone.nsec3_owners.empty()) {
    for (const auto& rdata : zone.rdata_of(*set)) {
      const auto param = Nsec3::parse_param(rdata);
      // RFC 5155 section 4.1.2: a server ignores parameters with flags it does not know; section 11: 1 is SHA-1.
      if (param->algorithm != 1 || param->flags != 0) continue;
      zone.denial = DenialKind::Nsec3;
      zone.nsec3_iterations = param->iterations;
      zone.nsec3_salt.assign(param->salt.begin(), param->salt.end());
      return;
    }
  }
  if (zone.find_rrset(apex, RrType::NSEC) != nullptr) zone.denial = DenialKind::Nsec;
}

}  // namespace torii::zonec
