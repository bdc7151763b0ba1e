#include "zonec/model/build.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "torii/dns/rdata.hpp"
#include "zonec/model/arena.hpp"
#include "zonec/model/assemble.hpp"
#include "zonec/model/findings.hpp"
#include "zonec/model/rdata.hpp"
#include "zonec/model/record_sort.hpp"

namespace torii::zonec {
namespace {

using dns::RrType;

/// The RDATA that many records share is kept once: a registry's delegations name few distinct hosts. A fixed table
/// that forgets on collision, so the memory it takes is bounded and the gain is not.
class RdataCache {
 public:
  const std::uint8_t* keep(dns::Octets rdata, Arena& arena) {
    std::uint32_t hash = 2166136261U;  // FNV-1a
    for (const auto octet : rdata) hash = (hash ^ octet) * 16777619U;
    auto& slot = slots_[hash % slots_.size()];
    if (!std::ranges::equal(slot, rdata)) slot = {arena.copy(rdata), rdata.size()};
    return slot.data();
  }

 private:
  std::vector<dns::Octets> slots_ = std::vector<dns::Octets>(std::size_t{1} << 16U);
};

}  // namespace

struct ZoneBuilder::State {
  std::optional<dns::Name> apex;
  Arena arena;
  RdataCache targets;
  std::vector<BuiltRecord> records;
  Findings findings;
  std::uint32_t first_file{};
  bool any{};

  const std::uint8_t* keep_owner(dns::NameView name) {
    if (!records.empty() && records.back().name() == name) return records.back().owner;
    auto* at = arena.take(1 + name.size());
    at[0] = static_cast<std::uint8_t>(name.size());
    dns::lower_copy(name.octets(), at + 1);
    return at + 1;
  }

  void refuse(const ScannedRecord& record, std::string_view code, const std::string& why) {
    findings.add(0, Severity::Error, code, record.where, record.owner,
                 record.owner.text() + " " + type_text(record.type) + ": " + why);
  }

  /// The SOA that stands first in the input; null when there is none.
  [[nodiscard]] const BuiltRecord* first_soa(dns::NameView* at) const {
    const BuiltRecord* first = nullptr;
    for (const auto& record : records) {
      if (record.rr_type() != RrType::SOA || (at != nullptr && record.name() != *at)) continue;
      if (first == nullptr || stands_before(record.where(), first->where())) first = &record;
    }
    return first;
  }

  /// Sets the apex; false when there is no SOA to be its.
  bool settle_apex() {
    dns::NameView wanted = apex ? apex->view() : dns::NameView{};
    const auto* soa = first_soa(apex ? &wanted : nullptr);
    if (soa != nullptr) {
      apex = dns::Name{soa->name()}.lower();
      return true;
    }
    if (const auto* elsewhere = first_soa(nullptr)) {
      findings.add(
          0, Severity::Error, "soa-not-at-apex", elsewhere->where(), elsewhere->name(),
          elsewhere->name().text() + " SOA: the zone's apex is " + apex->text() + ", and the SOA belongs there");
    }
    findings.add(0, Severity::Error, "no-soa", Location{first_file, 0, 0}, wanted,
                 apex ? apex->text() + " has no SOA record: this is no zone (RFC 1035 section 5.2)"
                      : std::string{"no SOA record: this is no zone (RFC 1035 section 5.2)"});
    return false;
  }

  void drop_what_is_outside() {
    const auto outside = [&](const BuiltRecord& record) {
      if (record.name().is_at_or_below(*apex)) return false;
      findings.add(
          0, Severity::Error, "out-of-zone", record.where(), record.name(),
          record.name().text() + " " + type_text(record.rr_type()) + ": not at or below the apex " + apex->text());
      return true;
    };
    records.erase(std::remove_if(records.begin(), records.end(), outside), records.end());
  }
};

ZoneBuilder::ZoneBuilder(std::optional<dns::Name> apex) : state_{std::make_unique<State>()} {
  if (apex) state_->apex = apex->lower();
}
ZoneBuilder::~ZoneBuilder() = default;
ZoneBuilder::ZoneBuilder(ZoneBuilder&&) noexcept = default;
ZoneBuilder& ZoneBuilder::operator=(ZoneBuilder&&) noexcept = default;

void ZoneBuilder::add(const ScannedRecord& record) {
  auto& state = *state_;
  if (!std::exchange(state.any, true)) state.first_file = record.where.file;
  if (record.rr_class != dns::RrClass::IN) {
    return state.refuse(record, "class-not-in",
                        "class " + std::to_string(static_cast<std::uint16_t>(record.rr_class)) + ", expected IN");
  }
  if (dns::is_meta_type(record.type))
    return state.refuse(record, "meta-type", "this type is for messages, not for zones");
  if (const char* fault = dns::rdata_fault(record.type, record.rdata)) {
    return state.refuse(record, "malformed-rdata", fault);
  }
  if (!is_readable(record.type, record.rdata)) return state.refuse(record, "malformed-rdata", "an empty field");
  BuiltRecord built;
  built.owner = state.keep_owner(record.owner);
  built.rdata =
      record.type == RrType::NS ? state.targets.keep(record.rdata, state.arena) : state.arena.copy(record.rdata);
  built.rdata_size = static_cast<std::uint16_t>(record.rdata.size());
  built.type = static_cast<std::uint16_t>(record.type);
  built.ttl = record.ttl;
  built.set_where(record.where);
  state.records.push_back(built);
}

std::optional<Zone> ZoneBuilder::finish(std::vector<Diagnostic>& diagnostics) {
  auto& state = *state_;
  std::optional<Zone> zone;
  if (state.settle_apex()) {
    state.drop_what_is_outside();
    sort_by_owner(state.records, *state.apex);
    zone.emplace();
    zone->apex = *state.apex;
    assemble(*zone, state.records, state.findings);
    state.records = {};
    zone->arenas = std::move(state.arena).release();
    describe_apex(*zone);
    check_structure(*zone, state.findings);
  }
  state.findings.move_to(diagnostics);
  state_ = std::make_unique<State>();
  return zone;
}

}  // namespace torii::zonec
