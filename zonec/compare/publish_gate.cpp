#include "zonec/compare/publish_gate.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <sstream>
#include <utility>

#include "zonec/check/dnssec.hpp"
#include "zonec/emit/durable.hpp"
#include "zonec/emit/generations.hpp"
#include "zonec/emit/publish.hpp"
#include "zonec/model/rdata.hpp"

namespace torii::zonec {
namespace {

using dns::RrType;

constexpr std::size_t kExpirationAt = 8;  // in the RDATA of an RRSIG, RFC 4034 section 3.1

std::string key_of(dns::NameView apex) {
  auto name = dns::Name{apex};
  name.lower();
  const auto octets = name.view().octets();
  return {octets.begin(), octets.end()};
}

std::string counted(std::uint64_t count, std::string_view one) {
  return std::to_string(count) + " " + std::string{one} + (count == 1 ? "" : "s");
}

std::string examples(const CountedNames& names) {
  std::string out;
  for (const auto& name : names.first) out += (out.empty() ? "" : ", ") + name.text();
  return names.count > names.first.size() ? out + ", ..." : out;
}

/// Two decimals at most, none where there is nothing behind the point.
std::string percent_text(double percent) {
  std::ostringstream out;
  out.precision(3);
  out << percent;
  return out.str() + " %";
}

Location place_of(const Zone& zone, RrType type) {
  const auto* set = zone.find_rrset(zone.owners.front(), type);
  return set != nullptr ? static_cast<Location>(set->where) : zone.where(zone.owners.front());
}

const char* denial_text(DenialKind kind) {
  return kind == DenialKind::None ? "neither NSEC nor NSEC3" : kind == DenialKind::Nsec ? "NSEC" : "NSEC3";
}

}  // namespace

PublishGate::PublishGate(GateSettings settings, std::uint32_t now, unsigned threads)
    : settings_{std::move(settings)}, now_{now}, threads_{threads} {}

void PublishGate::report(std::string_view code, dns::NameView zone, Location where, std::string text) {
  auto severity = settings_.severity(code);
  if (!severity) return;
  if (*severity == Severity::Error) {
    if (const auto* allowance = settings_.allow(code, zone)) {
      severity = Severity::Warning;
      text += "; allowed: " + allowance->reason;
      overrides_.push_back({std::string{code}, dns::Name{zone}, allowance->reason});
    } else {
      refused_ = true;
      text += code == kNotCompared ? "; --no-compare REASON publishes without comparing"
                                   : "; --allow " + std::string{code} + "=REASON publishes it all the same";
    }
  }
  findings_.push_back({*severity, std::string{code}, where, std::move(text), zone.text()});
}

void PublishGate::not_compared(const std::string& why) {
  all_compared_ = false;
  report(kNotCompared, dns::NameView{}, image_place_, "the zones being served cannot be compared: " + why);
}

void PublishGate::open(const std::filesystem::path& image, Location place) {
  namespace fs = std::filesystem;
  image_place_ = place;
  std::error_code error;
  if (!fs::exists(image / "current", error)) {
    // Nothing was ever published here, unless generations lie about.
    if (!fs::is_directory(image, error) || list_generations(image).empty()) return;
    if (settings_.no_compare().empty())
      return not_compared((image / "current").string() + " is missing, though generations are kept");
  }
  if (!settings_.no_compare().empty()) {
    generation_ = current_generation(image);
    overrides_.push_back({std::string{kNotCompared}, dns::Name{}, settings_.no_compare()});
    findings_.push_back({Severity::Warning,
                         std::string{kNotCompared},
                         place,
                         "not compared with the zones being served: " + settings_.no_compare(),
                         {}});
    return;
  }
  auto opened = image::RecordsFile::open(image);
  if (const auto* problem = std::get_if<image::ImageError>(&opened)) return not_compared(problem->text);
  auto file = std::make_unique<image::RecordsFile>(std::move(std::get<image::RecordsFile>(opened)));
  generation_ = file->manifest().generation;
  try {
    // LMDB trusts its pages, so nothing is read through it before the octets are known to be those that were written.
    if (sha256_of_file(file->path()) != file->manifest().records.sha256)
      return not_compared(file->path() + ": SHA-256 is not the manifest's; zonec rollback goes back to a whole image");
  } catch (const PublishError& unreadable) {
    return not_compared(unreadable.what());
  }
  old_ = std::move(file);
  all_compared_ = true;
  const auto& zones = old_->manifest().zones;
  seen_.resize(zones.size());
  for (std::uint32_t number = 0; number < zones.size(); ++number) numbers_.emplace(key_of(zones[number].apex), number);
}

void PublishGate::check(const Zone& zone) {
  check_expiry(zone);
  if (old_ == nullptr) return;
  const auto found = numbers_.find(key_of(zone.apex));
  if (found == numbers_.end()) {
    ++new_zones_;
    return;
  }
  seen_[found->second] = true;
  compare(zone, found->second);
}

void PublishGate::compare(const Zone& zone, std::uint32_t number) {
  const auto result = compare_stored(*old_, number, zone, threads_);
  if (!result.fault.empty()) return not_compared(result.fault);
  OldApex before;
  if (const auto problem = before.read(*old_, number); !problem.empty()) return not_compared(problem);
  const auto& change = result.change;
  ++compared_;
  if (change.differing.count == 0) ++unchanged_;
  gone_.delegations += change.delegations_gone.count;
  gone_.ds += change.ds_gone.count;
  gone_.content += change.content_gone.count;
  added_ += change.added;
  check_serial(zone, old_->manifest().zones[number].serial, change);
  check_shrink(zone, change);
  check_apex(zone, before);
  check_keys(zone, before);
}

void PublishGate::check_serial(const Zone& zone, dns::Serial before, const ZoneChange& change) {
  if (precedes(before, zone.serial) || change.differing.count == 0) return;
  const auto where = place_of(zone, RrType::SOA);
  const auto name = zone.apex.text();
  const auto old_text = std::to_string(before.value);
  if (before == zone.serial) {
    return report("serial-reused", zone.apex, where,
                  name + ": serial " + old_text + " as in generation " + std::to_string(generation_) + ", but " +
                      counted(change.differing.count, "owner") + " differ" + (change.differing.count == 1 ? "s" : "") +
                      " (" + examples(change.differing) + "): secondaries would not see the change; raise the serial");
  }
  const std::uint32_t behind = before.value - zone.serial.value;
  const auto how =
      behind == 0x8000'0000U ? "which of them is newer is undefined" : "it goes back by " + std::to_string(behind);
  report("serial-back", zone.apex, where,
         name + ": serial " + std::to_string(zone.serial.value) + ", generation " + std::to_string(generation_) +
             " has " + old_text + ": " + how +
             " (RFC 1982 section 3.2); publish a newer zone, or go back with zonec rollback");
}

void PublishGate::check_shrink(const Zone& zone, const ZoneChange& change) {
  struct Kind {
    std::string_view code;
    const char* what;
    const CountedNames& gone;
    std::uint64_t before;
    std::uint64_t floor;
    bool all_of_several;  // to lose them all is refused however few they are
  };
  const std::array<Kind, 3> kinds{{
      {"delegations-gone", "delegations", change.delegations_gone, change.before.delegations, kDelegationsFloor, true},
      {"ds-gone", "DS records", change.ds_gone, change.before.ds, kDsFloor, false},
      {"records-gone", "records", change.content_gone, change.before.content, kContentFloor, false},
  }};
  for (const auto& kind : kinds) {
    if (!is_too_many_gone(kind.gone.count, kind.before, settings_.shrink_max(), kind.floor, kind.all_of_several))
      continue;
    const auto percent = static_cast<double>(kind.gone.count) * 100 / static_cast<double>(kind.before);
    report(kind.code, zone.apex, place_of(zone, RrType::SOA),
           zone.apex.text() + ": " + std::to_string(kind.gone.count) + " of the " + std::to_string(kind.before) + " " +
               kind.what + " of generation " + std::to_string(generation_) + " are gone or replaced, " +
               percent_text(percent) + " (at most " + percent_text(settings_.shrink_max()) +
               ", --shrink-max): " + examples(kind.gone) + "; look at zonec diff");
  }
}

void PublishGate::check_apex(const Zone& zone, const OldApex& before) {
  const auto& apex = zone.owners.front();
  const auto* ns = zone.find_rrset(apex, RrType::NS);
  if (ns != nullptr && !before.hosts.empty()) {
    const auto stays = [&](dns::Octets rdata) {
      return std::ranges::any_of(before.hosts, [&](const dns::Name& host) { return host.view() == target_of(rdata); });
    };
    if (std::ranges::none_of(zone.rdata_of(*ns), stays)) {
      std::string was;
      for (const auto& host : before.hosts) was += (was.empty() ? "" : ", ") + host.text();
      report("apex-ns-replaced", zone.apex, ns->where,
             zone.apex.text() + " NS: none of the servers of generation " + std::to_string(generation_) + " (" + was +
                 ") is left; change them in steps, so that caches and the parent can follow");
    }
  }
  if (before.has_zonemd && zone.find_rrset(apex, RrType::ZONEMD) == nullptr) {
    report("zonemd-gone", zone.apex, place_of(zone, RrType::SOA),
           zone.apex.text() + ": no ZONEMD, but generation " + std::to_string(generation_) +
               " has one: those who check it would refuse the zone; add it (RFC 8976)");
  }
  if (before.denial != zone.denial && !before.keys.empty() && zone.is_signed) {
    report("denial-changed", zone.apex, place_of(zone, RrType::SOA),
           zone.apex.text() + ": denial of existence by " + denial_text(zone.denial) + ", was by " +
               denial_text(before.denial));
  }
  const auto* soa = zone.find_rrset(apex, RrType::SOA);
  if (soa == nullptr || !before.primary) return;
  if (const auto now = Soa::parse(zone.rdata_of(*soa).front()); now && !(now->primary == before.primary->view())) {
    report("primary-changed", zone.apex, soa->where,
           zone.apex.text() + " SOA: primary " + now->primary.text() + ", was " + before.primary->text());
  }
}

void PublishGate::check_keys(const Zone& zone, const OldApex& before) {
  if (before.keys.empty()) return;
  const auto* set = zone.find_rrset(zone.owners.front(), RrType::DNSKEY);
  if (set == nullptr) {
    return report("signing-removed", zone.apex, place_of(zone, RrType::SOA),
                  zone.apex.text() + ": no DNSKEY RRset, but generation " + std::to_string(generation_) +
                      " is signed: while the parent has a DS, validators would refuse every answer; sign the zone");
  }
  std::vector<OldApex::Key> keys;
  for (const auto rdata : zone.rdata_of(*set))
    if (const auto key = OldApex::key_of(rdata)) keys.push_back(*key);
  const auto is_kept = [&](const OldApex::Key& key) { return std::ranges::find(keys, key) != keys.end(); };
  if (std::ranges::none_of(before.keys, is_kept)) {
    report("dnskey-replaced", zone.apex, set->where,
           zone.apex.text() + " DNSKEY: none of the " + counted(before.keys.size(), "key") + " of generation " +
               std::to_string(generation_) +
               " is left; a rollover keeps one at each step (RFC 6781 section 4.1): was the zone signed with the "
               "right keys?");
  }
  std::vector<unsigned> reported;
  for (const auto& key : before.keys) {
    const auto same_algorithm = [&](const OldApex::Key& other) { return other.algorithm == key.algorithm; };
    if (std::ranges::any_of(keys, same_algorithm) || std::ranges::find(reported, key.algorithm) != reported.end())
      continue;
    reported.push_back(key.algorithm);
    report("algorithm-lost", zone.apex, set->where,
           zone.apex.text() + " DNSKEY: no key of algorithm " + std::to_string(key.algorithm) +
               " is left, generation " + std::to_string(generation_) +
               " has one: no DS at the parent, nor in a cache, may name it any more (RFC 6781 section 4.1.4)");
  }
}

/// An RRset lasts as long as the RRSIG of it that expires last.
void PublishGate::check_expiry(const Zone& zone) {
  if (!zone.is_signed || settings_.expire_min_seconds() == 0) return;
  const dns::Serial limit{now_ + settings_.expire_min_seconds()};
  const auto last_of = [&](const SignatureSet& set) {
    std::optional<dns::Serial> last;
    for (const auto rdata : zone.rdata_of(set)) {
      const dns::Serial expiration{dns::load_u32(rdata.data() + kExpirationAt)};
      if (!last || precedes(*last, expiration)) last = expiration;
    }
    return last;
  };
  const auto is_early = [&](const SignatureSet& set) {
    const auto last = last_of(set);
    return last && precedes(*last, limit);
  };
  if (std::ranges::none_of(zone.signature_sets, is_early)) return;
  std::uint64_t count = 0;
  const RRset* first = nullptr;
  const Owner* first_owner = nullptr;
  for (OwnerWalk walk{zone, all_of(zone)}; walk.peek() != nullptr; walk.advance()) {
    const auto& owner = *walk.peek();
    if (standing_of(owner) == Standing::Below) continue;
    for (const auto& set : zone.rrsets_of(owner)) {
      if (!set.is_signed() || !is_early(zone.signature_sets[set.signatures])) continue;
      if (count++ > 0) continue;
      first = &set;
      first_owner = &owner;
    }
  }
  if (first == nullptr) return;
  const auto days = static_cast<double>(settings_.expire_min_seconds()) / 86400;
  std::ostringstream days_text;
  days_text << days;
  report("signatures-expire-soon", zone.apex, zone.signature_sets[first->signatures].where,
         zone.apex.text() + ": the signatures of " + counted(count, "RRset") + " expire within " + days_text.str() +
             (days == 1 ? " day" : " days") + " of " + time_text(now_) +
             " (--expire-min); the first: " + first_owner->name().text() + " " + type_text(first->type) + ", " +
             time_text(last_of(zone.signature_sets[first->signatures])->value) + "; sign the zone again");
}

void PublishGate::finish() {
  CountedNames dropped;
  CountedNames allowed;
  const auto severity = settings_.severity("zone-dropped");
  for (std::uint32_t number = 0; number < seen_.size() && severity; ++number) {
    if (seen_[number]) continue;
    const auto& apex = old_->manifest().zones[number].apex;
    const auto* allowance = *severity == Severity::Error ? settings_.allow("zone-dropped", apex) : nullptr;
    if (allowance != nullptr) overrides_.push_back({"zone-dropped", apex, allowance->reason});
    (allowance != nullptr ? allowed : dropped).add(apex);
    all_compared_ = false;
  }
  const auto text = [&](const CountedNames& zones) {
    return counted(zones.count, "zone") + " of generation " + std::to_string(generation_) +
           (zones.count == 1 ? " is" : " are") + " not among the inputs: " + examples(zones);
  };
  if (allowed.count > 0)
    findings_.push_back({Severity::Warning, "zone-dropped", image_place_, text(allowed) + "; allowed", {}});
  if (dropped.count > 0) {
    refused_ = refused_ || *severity == Severity::Error;
    findings_.push_back({*severity, "zone-dropped", image_place_,
                         text(dropped) + ": it would no longer be served; give every zone of the image, or "
                                         "--allow zone-dropped=REASON",
                         dropped.count == 1 ? dropped.first.front().text() : std::string{}});
  }
  for (const auto& allowance : settings_.allowances()) {
    if (allowance.used) continue;
    findings_.push_back({Severity::Notice,
                         "allowance-unused",
                         image_place_,
                         "--allow " + allowance.code + (allowance.zone ? "@" + allowance.zone->text() : "") +
                             " allowed nothing: leave it out, lest it hides a later mistake",
                         {}});
  }
}

std::string PublishGate::summary() const {
  if (old_ == nullptr) return {};
  auto out = "; compared with generation " + std::to_string(generation_) + ": ";
  if (is_unchanged()) return out + "unchanged";
  if (unchanged_ > 0) out += counted(unchanged_, "zone") + " unchanged, ";
  if (new_zones_ > 0) out += counted(new_zones_, "zone") + " new, ";
  const auto both = [](std::uint64_t added, std::uint64_t gone) {
    return "+" + std::to_string(added) + " -" + std::to_string(gone);
  };
  return out + "delegations " + both(added_.delegations, gone_.delegations) + ", DS " + both(added_.ds, gone_.ds) +
         ", records " + both(added_.content, gone_.content);
}

}  // namespace torii::zonec
