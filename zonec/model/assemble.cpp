#include "zonec/model/assemble.hpp"

#include <algorithm>
#include <string>

#include "zonec/model/rdata.hpp"

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

class Assembler {
 public:
  Assembler(Zone& zone, Findings& findings) : zone_{zone}, findings_{findings} {}

  void run(std::span<BuiltRecord> records) {
    reserve(records);
    for (std::size_t first = 0; first < records.size();) {
      const auto last = owner_end(records, first);
      add_owner(records.subspan(first, last - first));
      first = last;
    }
    zone_.record_count = zone_.rdata.size();
  }

 private:
  void reserve(std::span<BuiltRecord> records) {
    std::size_t owners = 0;
    std::size_t sets = 0;
    for (std::size_t first = 0; first < records.size(); ++owners) {
      const auto last = owner_end(records, first);
      const auto group = records.subspan(first, last - first);
      sort_within_owner(group);
      for (std::size_t i = 0; i < group.size(); ++i)
        if (i == 0 || group[i].group_type() != group[i - 1].group_type()) ++sets;
      first = last;
    }
    zone_.owners.reserve(owners);
    zone_.rrsets.reserve(sets);
    zone_.rdata.reserve(records.size());
  }

  [[nodiscard]] std::uint32_t rank() const noexcept { return static_cast<std::uint32_t>(zone_.owners.size()); }

  void add_owner(std::span<const BuiltRecord> group) {
    const auto name = group.front().name();
    Owner owner;
    owner.name_data = name.data();
    owner.name_size = static_cast<std::uint8_t>(name.size());
    owner.where = group.front().where();
    bool has_ns = false;
    bool has_nsec3 = false;
    bool only_nsec3 = true;
    for (const auto& record : group) {
      if (stands_before(record.where(), owner.where)) owner.where = record.where();
      has_ns = has_ns || record.rr_type() == RrType::NS;
      has_nsec3 = has_nsec3 || record.rr_type() == RrType::NSEC3;
      only_nsec3 = only_nsec3 && record.group_type() == RrType::NSEC3;
      owner.has_cname = owner.has_cname || record.rr_type() == RrType::CNAME;
      owner.has_dname = owner.has_dname || record.rr_type() == RrType::DNAME;
    }
    if (has_nsec3 && only_nsec3 && name.parent() == zone_.apex.view()) {
      owner.kind = OwnerKind::Nsec3;
      add_rrsets(owner, group);
      zone_.nsec3_owners.push_back(owner);
      return;
    }
    classify(owner, has_ns);
    if (owner.kind != OwnerKind::BelowCut && owner.kind != OwnerKind::BelowDname) add_empty_non_terminals(owner);
    add_rrsets(owner, group);
    if (owner.kind == OwnerKind::Cut) ++zone_.delegation_count;
    const bool closes = owner.kind == OwnerKind::Cut || (owner.kind == OwnerKind::Authoritative && owner.has_dname);
    if (closes) barrier_ = rank();
    zone_.owners.push_back(owner);
  }

  void classify(Owner& owner, bool has_ns) const {
    if (barrier_ != kNoOwner && owner.name().is_below(zone_.owners[barrier_].name())) {
      owner.kind = zone_.owners[barrier_].kind == OwnerKind::Cut ? OwnerKind::BelowCut : OwnerKind::BelowDname;
      owner.cut = barrier_;
    } else {
      owner.kind = has_ns && !zone_.owners.empty() ? OwnerKind::Cut : OwnerKind::Authoritative;
    }
  }

  /// Every ancestor of `owner` that no record made. What lies below a cut or a DNAME makes none.
  void add_empty_non_terminals(const Owner& owner) {
    if (zone_.owners.empty()) return;
    const auto name = owner.name();
    const auto labels = name.label_count();
    for (auto have = common_labels(name, zone_.owners.back().name()) + 1; have < labels; ++have) {
      const auto ancestor = name.suffix(have);
      Owner empty;
      empty.name_data = ancestor.data();
      empty.name_size = static_cast<std::uint8_t>(ancestor.size());
      empty.kind = OwnerKind::EmptyNonTerminal;
      empty.first_rrset = static_cast<std::uint32_t>(zone_.rrsets.size());
      empty.first_stray = static_cast<std::uint32_t>(zone_.rdata.size());
      empty.where = owner.where;
      zone_.owners.push_back(empty);
    }
  }

  void add_rrsets(Owner& owner, std::span<const BuiltRecord> group) {
    owner.first_rrset = static_cast<std::uint32_t>(zone_.rrsets.size());
    std::vector<dns::Octets> strays;
    for (std::size_t first = 0; first < group.size();) {
      auto last = first;
      while (last < group.size() && group[last].group_type() == group[first].group_type()) ++last;
      auto signatures = first;
      while (signatures < last && !group[signatures].is_signature()) ++signatures;
      const auto data = group.subspan(first, signatures - first);
      const auto rrsigs = group.subspan(signatures, last - signatures);
      if (data.empty()) {
        for (std::size_t i = 0; i < rrsigs.size(); ++i)
          if (!is_duplicate(rrsigs, i)) {
            owner.stray_ttl = strays.empty() ? rrsigs[i].ttl : std::min(owner.stray_ttl, rrsigs[i].ttl);
            strays.push_back(rrsigs[i].data());
          }
      } else {
        add_rrset(data, rrsigs);
      }
      first = last;
    }
    owner.rrset_count = static_cast<std::uint32_t>(zone_.rrsets.size()) - owner.first_rrset;
    owner.first_stray = static_cast<std::uint32_t>(zone_.rdata.size());
    owner.stray_count = static_cast<std::uint32_t>(strays.size());
    zone_.rdata.insert(zone_.rdata.end(), strays.begin(), strays.end());
  }

  void add_rrset(std::span<const BuiltRecord> data, std::span<const BuiltRecord> signatures) {
    RRset set;
    set.type = data.front().rr_type();
    set.where = data.front().where();
    set.first_rdata = static_cast<std::uint32_t>(zone_.rdata.size());
    std::size_t octets = 0;
    for (std::size_t i = 0; i < data.size(); ++i) {
      if (stands_before(data[i].where(), set.where)) set.where = data[i].where();
      if (is_duplicate(data, i)) continue;
      zone_.rdata.push_back(data[i].data());
      octets += 12 + data[i].rdata_size;  // owner as a pointer, type, class, TTL, RDLENGTH: RFC 1035 section 4.1.3
    }
    set.rdata_count = static_cast<std::uint32_t>(zone_.rdata.size()) - set.first_rdata;
    set.ttl = lowest_ttl(data);
    set.first_signature = static_cast<std::uint32_t>(zone_.rdata.size());
    for (std::size_t i = 0; i < signatures.size(); ++i)
      if (!is_duplicate(signatures, i)) zone_.rdata.push_back(signatures[i].data());
    set.signature_count = static_cast<std::uint32_t>(zone_.rdata.size()) - set.first_signature;
    // RFC 2181 section 5.2 does not bind RRSIGs to each other, but RFC 4034 section 3 binds each to its RRset's TTL.
    if (!signatures.empty()) set.signature_ttl = std::ranges::min(signatures, {}, &BuiltRecord::ttl).ttl;
    const auto name = data.front().name();
    if (dns::kHeaderOctets + name.size() + 4 + octets > dns::kMessageOctetsMax) {
      findings_.add(rank(), Severity::Error, "rrset-too-large", set.where, name,
                    name.text() + " " + type_text(set.type) + ": " + std::to_string(octets) +
                        " octets of records fit no DNS message (65535 octets at most)");
    }
    zone_.rrsets.push_back(set);
  }

  bool is_duplicate(std::span<const BuiltRecord> same_type, std::size_t i) {
    if (i == 0) return false;
    const auto& record = same_type[i];
    if (compare_rdata(record.rr_type(), record.data(), same_type[i - 1].data()) != 0) return false;
    findings_.add(rank(), Severity::Warning, "duplicate-record", record.where(), record.name(),
                  record.name().text() + " " + type_text(record.rr_type()) +
                      ": the same record is given more than once; this one is dropped");
    return true;
  }

  std::uint32_t lowest_ttl(std::span<const BuiltRecord> data) {
    const auto [low, high] = std::ranges::minmax(data, {}, &BuiltRecord::ttl);
    if (low.ttl != high.ttl) {
      auto where = data.front().where();
      for (const auto& record : data)
        if (record.ttl != low.ttl && (where.line == 0 || stands_before(where, record.where()))) where = record.where();
      findings_.add(rank(), Severity::Warning, "ttl-mismatch", where, data.front().name(),
                    data.front().name().text() + " " + type_text(data.front().rr_type()) + ": TTLs from " +
                        std::to_string(low.ttl) + " to " + std::to_string(high.ttl) + " in one RRset; " +
                        std::to_string(low.ttl) + " is used (RFC 2181 section 5.2)");
    }
    return low.ttl;
  }

  Zone& zone_;
  Findings& findings_;
  OwnerIndex barrier_ = kNoOwner;  // the cut or DNAME whose descendants are being read
};

}  // namespace

void assemble(Zone& zone, std::span<BuiltRecord> records, Findings& findings) {
  Assembler{zone, findings}.run(records);
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
