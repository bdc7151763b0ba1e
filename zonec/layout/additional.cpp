#include "zonec/layout/additional.hpp"

#include <algorithm>
#include <optional>

#include "zonec/model/delegation.hpp"

namespace torii::zonec {
namespace {

using dns::NameView;
using dns::Octets;
using dns::RrType;

/// Service RRsets that one answer follows: chains of aliases are short, and loops end (RFC 9460 section 3.1).
constexpr std::size_t kServicesMax = 8;
constexpr std::size_t kSrvTargetAt = 6;

std::optional<NameView> name_at(Octets rdata, std::size_t offset) {
  if (rdata.size() <= offset) return std::nullopt;
  return NameView::parse(rdata.subspan(offset));
}

/// Whether the records of `owner` are the zone's own, so that they may be sent with their signatures.
bool is_own(const Zone& zone, OwnerIndex owner) {
  return owner != kNoOwner && zone.owners[owner].kind == OwnerKind::Authoritative;
}

/// What an RRset leads to.
class Trail {
 public:
  explicit Trail(const Zone& zone) : zone_{zone} {}

  struct Service {
    NameView owner;
    const RRset* set;
  };

  void follow(NameView owner, const RRset& set) {
    services_.push_back({owner, &set});
    for (std::size_t i = 0; i < services_.size(); ++i)  // grows on the way
      for (const auto rdata : zone_.rdata_of(*services_[i].set)) look_at(services_[i], rdata);
  }
  /// The first is the RRset that all began with.
  [[nodiscard]] const std::vector<Service>& services() const noexcept { return services_; }
  [[nodiscard]] const std::vector<NameView>& hosts() const noexcept { return hosts_; }
  /// Whether it leads to the name that a wildcard is asked by, which is none of `hosts`.
  [[nodiscard]] bool leads_to_qname() const noexcept { return leads_to_qname_; }

 private:
  void look_at(Service from, Octets rdata) {
    switch (from.set->type) {
      case RrType::MX:
        return add_host(name_at(rdata, 2));
      case RrType::SRV:
        return add_host(name_at(rdata, kSrvTargetAt));
      case RrType::NAPTR:
        return look_at_naptr(rdata);
      case RrType::SVCB:
      case RrType::HTTPS:
        return look_at_service(from, rdata);
      default:
        return;
    }
  }
  /// ORDER, PREFERENCE, FLAGS, SERVICES, REGEXP, REPLACEMENT (RFC 3403 section 4.1).
  void look_at_naptr(Octets rdata) {
    dns::WireReader reader{rdata};
    reader.octets(4);
    const auto flags = reader.octets(reader.u8());
    reader.octets(reader.u8());
    reader.octets(reader.u8());
    if (!reader.ok() || flags.size() != 1) return;
    const auto replacement = name_at(rdata, reader.offset());
    const auto flag = dns::to_lower(flags[0]);
    if (flag == 'a') add_host(replacement);
    if (flag == 's' && replacement) add_service(*replacement, RrType::SRV);
  }
  void look_at_service(Service from, Octets rdata) {
    const auto target = name_at(rdata, 2);
    if (!target) return;
    const bool is_alias = dns::load_u16(rdata.data()) == 0;
    if (!is_alias && target->is_root() && from.owner.is_wildcard() && from.set == services_.front().set) {
      leads_to_qname_ = true;
      return;
    }
    if (!is_alias) return add_host(target->is_root() ? std::optional{from.owner} : target);
    if (target->is_root()) return;  // the service does not exist (RFC 9460 section 2.5.1)
    add_service(*target, from.set->type);
    add_host(target);
  }
  void add_host(std::optional<NameView> host) {
    if (!host || !host->is_at_or_below(zone_.apex)) return;
    if (std::ranges::find(hosts_, *host) == hosts_.end()) hosts_.push_back(*host);
  }
  void add_service(NameView name, RrType type) {
    if (services_.size() == kServicesMax) return;
    const auto owner = zone_.find(name);
    if (!is_own(zone_, owner)) return;
    const auto* set = zone_.find_rrset(zone_.owners[owner], type);
    const auto same = [set](const Service& other) { return other.set == set; };
    if (set != nullptr && std::ranges::none_of(services_, same)) services_.push_back({name, set});
  }

  const Zone& zone_;
  std::vector<Service> services_;
  std::vector<NameView> hosts_;
  bool leads_to_qname_ = false;
};

/// Adds RRsets as steps; what no message could hold ends them.
class Steps {
 public:
  Steps(const Zone& zone, BlockEncoder& encoder) : zone_{zone}, encoder_{encoder} {}

  /// Without a name the records are owned by what owns the answer.
  void add(std::optional<NameView> name, const RRset& set, bool with_signatures) {
    if (full_) return;
    const auto start = encoder_.size();
    const auto put = [&](RrType type, std::uint32_t ttl, Octets rdata) {
      if (name)
        encoder_.put_record_beside(*name, type, ttl, rdata);
      else
        encoder_.put_record(type, ttl, rdata);
    };
    for (const auto rdata : zone_.rdata_of(set)) put(set.type, set.ttl, rdata);
    GlueStep step{.type = set.type};
    step.octets = static_cast<std::uint32_t>(encoder_.size() - start);
    step.records = static_cast<std::uint16_t>(set.rdata_count);
    if (with_signatures) {
      for (const auto signature : zone_.signatures_of(set)) put(RrType::RRSIG, zone_.signature_ttl(set), signature);
      step.signature_octets = static_cast<std::uint32_t>(encoder_.size() - start - step.octets);
      step.signature_records = static_cast<std::uint16_t>(zone_.signatures_of(set).size());
    }
    full_ = encoder_.overflow();
    if (full_)
      encoder_.rewind(start);
    else
      steps_.push_back(step);
  }
  [[nodiscard]] std::vector<GlueStep> take() { return std::move(steps_); }

 private:
  const Zone& zone_;
  BlockEncoder& encoder_;
  std::vector<GlueStep> steps_;
  bool full_ = false;
};

}  // namespace

bool has_additional(RrType type) noexcept {
  return type == RrType::MX || type == RrType::SRV || type == RrType::NAPTR || type == RrType::SVCB ||
         type == RrType::HTTPS;
}

LaidOutAdditional lay_out_additional(const Zone& zone, NameView owner, const RRset& set) {
  LaidOutAdditional out;
  if (!has_additional(set.type)) return out;
  Trail trail{zone};
  trail.follow(owner, set);
  BlockEncoder encoder{owner, zone.apex};
  encoder.point_into_rdata();
  for (const auto rdata : zone.rdata_of(set)) encoder.put_record(set.type, set.ttl, rdata);
  const auto start = encoder.size();
  Steps steps{zone, encoder};
  for (const auto& service : trail.services())
    if (service.set != &set) steps.add(service.owner, *service.set, true);
  const auto add_addresses = [&](std::optional<NameView> host, OwnerIndex source) {
    for (const auto type : {RrType::A, RrType::AAAA})
      if (const auto* addresses = zone.find_rrset(zone.owners[source], type); addresses != nullptr)
        steps.add(host, *addresses, is_own(zone, source));
  };
  const auto own = zone.find(owner);
  if (trail.leads_to_qname()) add_addresses(std::nullopt, own);
  for (const auto host : trail.hosts()) {
    const auto source = find_data(zone, host);
    if (source == kNoOwner || (source == own && trail.leads_to_qname())) continue;
    // What another wildcard makes would need a proof of its own (RFC 4035 section 3.1.3.3).
    if (zone.is_signed && zone.owners[source].name() != host) continue;
    add_addresses(host, source);
  }
  out.steps = steps.take();
  out.octets.assign(encoder.octets().begin() + static_cast<std::ptrdiff_t>(start), encoder.octets().end());
  for (const auto position : encoder.relocations())
    if (position >= start) out.relocations.push_back(static_cast<std::uint16_t>(position - start));
  return out;
}

}  // namespace torii::zonec
