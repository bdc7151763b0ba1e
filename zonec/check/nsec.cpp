#include "zonec/check/dnssec.hpp"
#include "zonec/check/type_bitmap.hpp"
#include "zonec/model/rdata.hpp"

namespace torii::zonec {
namespace {

using dns::RrType;

/// RFC 4034 section 4.1.1: the chain visits the names that have authoritative data or an NS RRset.
bool is_in_chain(const Owner& owner) noexcept {
  return owner.kind == OwnerKind::Authoritative || owner.kind == OwnerKind::Cut;
}

}  // namespace

void check_nsec_chain(const Zone& zone, Findings& findings) {
  const auto report = [&](OwnerIndex at, std::string_view code, Location where, const std::string& why) {
    const auto name = zone.owners[at].name();
    findings.add(at, Severity::Error, code, where, name, name.text() + " NSEC: " + why);
  };
  OwnerIndex previous = kNoOwner;
  const RRset* previous_set = nullptr;
  OwnerIndex missing = kNoOwner;  // first name after `previous` that lacks its NSEC; that hole is told once
  const auto link = [&](OwnerIndex to) {
    if (previous == kNoOwner) return;
    const auto nsec = *Nsec::parse(zone.rdata_of(*previous_set).front());
    if (nsec.next == zone.owners[to].name()) return;
    if (missing != kNoOwner && nsec.next == zone.owners[missing].name()) return;
    report(previous, "nsec-next", previous_set->where,
           "the next name is " + nsec.next.text() + ", expected " + zone.owners[to].name().text() +
               " (RFC 4034 section 4.1.1)");
  };
  TypeSet expected;
  for (OwnerIndex i = 0; i < zone.owners.size(); ++i) {
    const auto& owner = zone.owners[i];
    const auto* set = zone.find_rrset(owner, RrType::NSEC);
    if (!is_in_chain(owner)) continue;
    if (set == nullptr) {
      if (missing == kNoOwner) missing = i;
      report(i, "nsec-missing", zone.where(owner), "none here, so the chain has a hole (RFC 4035 section 2.3)");
      continue;
    }
    if (set->rdata_count > 1) report(i, "nsec-multiple", set->where, "a name has one NSEC record (RFC 4034 section 4)");
    link(i);
    previous = i;
    previous_set = set;
    missing = kNoOwner;
    collect_types(zone, owner, expected);
    expected.add(RrType::NSEC);
    expected.add(RrType::RRSIG);
    const auto nsec = *Nsec::parse(zone.rdata_of(*set).front());
    if (!expected.is_encoded_by(nsec.bitmap)) {
      report(
          i, "nsec-bitmap", set->where,
          "the type bitmap " + difference_text(expected, TypeSet::decode(nsec.bitmap)) + " (RFC 4034 section 4.1.2)");
    }
  }
  link(0);
}

}  // namespace torii::zonec
