#include "zonec/model/build.hpp"

#include <malloc.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <string>
#include <utility>

#include "torii/dns/rdata.hpp"
#include "zonec/model/arena.hpp"
#include "zonec/model/assemble.hpp"
#include "zonec/model/findings.hpp"
#include "zonec/model/host_lists.hpp"
#include "zonec/model/rdata.hpp"
#include "zonec/model/record_sort.hpp"
#include "zonec/parallel/in_order.hpp"

namespace torii::zonec {
namespace {

using dns::RrType;

/// Form of the types that a registry's zone consists of, without the table of all types.
const char* fault_of(RrType type, dns::Octets rdata) noexcept {
  if (type == RrType::A && rdata.size() == 4) return nullptr;
  if (type == RrType::AAAA && rdata.size() == 16) return nullptr;
  if (type == RrType::NS) {
    const auto name = dns::NameView::parse(rdata);
    if (name && name->size() == rdata.size()) return nullptr;
  }
  if (const char* fault = dns::rdata_fault(type, rdata)) return fault;
  return is_readable(type, rdata) ? nullptr : "an empty field";
}

constexpr std::size_t kUnknown = static_cast<std::size_t>(-1);

/// The records of one part of the text. NS records that follow each other at an owner are held back until it is known
/// whether they are a list of hosts that other owners have as well.
class Part final : public RecordPart {
 public:
  /// `expected`: records there will be, about.
  Part(HostListPool& pool, std::size_t apex_labels, std::size_t expected) : pool_{pool}, apex_labels_{apex_labels} {
    records.reserve(expected);
  }

  void take(const ScannedRecord& record) override {
    if (!std::exchange(any, true)) first_file = record.where.file;
    if (record.rr_class != dns::RrClass::IN) {
      return refuse(record, "class-not-in",
                    "class " + std::to_string(static_cast<std::uint16_t>(record.rr_class)) + ", expected IN");
    }
    if (dns::is_meta_type(record.type)) return refuse(record, "meta-type", "this type is for messages, not for zones");
    if (const char* fault = fault_of(record.type, record.rdata)) return refuse(record, "malformed-rdata", fault);
    if (record.type == RrType::NS) {
      if (joins_group(record)) return join_group(record);
      flush_group();
      return start_group(record);
    }
    flush_group();
    const auto* octets = arena_.copy(record.rdata);
    push(record, octets);
  }

  void end() override {
    flush_group();
    if (records.capacity() > records.size() + records.size() / 4) records.shrink_to_fit();
  }

  /// Makes the keys those below the apex; they are already when it was known when the part began.
  void set_keys(std::size_t apex_labels) {
    if (std::exchange(apex_labels_, apex_labels) == apex_labels) return;
    for (auto& record : records) record.key = first_sort_word(record.name(), apex_labels);
  }

  std::vector<BuiltRecord> records;
  std::vector<BuiltRecord> soas;  // copies, as the first SOA may tell the apex
  Findings findings;
  std::uint32_t first_file{};
  bool any{};

 private:
  static constexpr std::uint32_t kGroupHostsMax = 16;
  struct Group {
    const std::uint8_t* owner{};
    std::uint32_t count{};
    std::uint32_t ttl{};
    Location first;
    std::uint32_t rest_column{};
    std::vector<std::uint8_t> octets;
  };

  const std::uint8_t* keep_owner(dns::NameView name) {
    if (owner_ != nullptr && owner_[-1] == name.size() && dns::NameView::trusted(owner_, owner_[-1]) == name)
      return owner_;
    auto* at = arena_.take(1 + name.size());
    at[0] = static_cast<std::uint8_t>(name.size());
    dns::lower_copy(name.octets(), at + 1);
    owner_ = at + 1;
    key_ = apex_labels_ == kUnknown ? 0 : first_sort_word(dns::NameView::trusted(owner_, owner_[-1]), apex_labels_);
    return owner_;
  }

  void refuse(const ScannedRecord& record, std::string_view code, const std::string& why) {
    findings.add(0, Severity::Error, code, record.where, record.owner,
                 record.owner.text() + " " + type_text(record.type) + ": " + why);
  }

  void push(const ScannedRecord& record, const std::uint8_t* rdata) {
    BuiltRecord built;
    built.owner = keep_owner(record.owner);
    built.key = key_;
    built.rdata = rdata;
    built.rdata_size = static_cast<std::uint16_t>(record.rdata.size());
    built.type = static_cast<std::uint16_t>(record.type);
    built.ttl = record.ttl;
    built.set_where(record.where);
    records.push_back(built);
    if (record.type == RrType::SOA) soas.push_back(built);
  }

  [[nodiscard]] bool joins_group(const ScannedRecord& record) const {
    const auto& where = record.where;
    return group_.count > 0 && group_.count < kGroupHostsMax && record.ttl == group_.ttl &&
           where.file == group_.first.file && where.line == group_.first.line + group_.count &&
           (group_.count == 1 || where.column == group_.rest_column) && where.column < 0x3FFFU &&
           dns::NameView::trusted(group_.owner, group_.owner[-1]) == record.owner;
  }
  void join_group(const ScannedRecord& record) {
    group_.rest_column = record.where.column;
    ++group_.count;
    group_.octets.insert(group_.octets.end(), record.rdata.begin(), record.rdata.end());
  }
  void start_group(const ScannedRecord& record) {
    group_.owner = keep_owner(record.owner);
    group_.count = 1;
    group_.ttl = record.ttl;
    group_.first = record.where;
    group_.rest_column = 0;
    group_.octets.assign(record.rdata.begin(), record.rdata.end());
  }

  void flush_group() {
    if (group_.count == 0) return;
    BuiltRecord built;
    built.owner = group_.owner;
    built.key = key_;
    built.ttl = group_.ttl;
    built.set_where(group_.first);
    built.rdata_size = static_cast<std::uint16_t>(group_.rest_column);
    HostList alone{.octets = group_.octets.data(),
                   .octet_count = static_cast<std::uint32_t>(group_.octets.size()),
                   .count = group_.count};
    built.hosts = is_shareable() ? pool_.keep(group_.octets, group_.count) : nullptr;
    group_.count = 0;
    if (built.hosts != nullptr && !built.hosts->has_duplicates) {
      records.push_back(built);
      return;
    }
    alone.octets = arena_.copy(group_.octets);
    built.hosts = &alone;
    append_expanded(built, records);
  }

  /// Hosts at or below the owner are nobody else's, as a rule.
  [[nodiscard]] bool is_shareable() const {
    const auto owner = dns::NameView::trusted(group_.owner, group_.owner[-1]);
    for (dns::Octets rest{group_.octets}; !rest.empty();) {
      const auto host = *dns::NameView::parse(rest);
      if (host.is_at_or_below(owner)) return false;
      rest = rest.subspan(host.size());
    }
    return true;
  }

  HostListPool& pool_;
  std::size_t apex_labels_;
  Arena arena_;
  const std::uint8_t* owner_{};  // of the last record
  std::uint64_t key_{};          // its key
  Group group_;
};

}  // namespace

struct ZoneBuilder::State {
  std::optional<dns::Name> apex;
  unsigned threads{};
  std::atomic<std::size_t> apex_labels{kUnknown};  // as far as is known; saves work when it is right
  std::atomic<std::size_t> part_records{0};        // of the last part: the next will have about as many
  std::vector<HostListPool> pools;                 // one a thread
  std::vector<std::unique_ptr<Part>> parts;
  std::unique_ptr<RecordPart> open_part;  // of records that are added one by one
  Findings findings;
  std::function<void(std::uint64_t)> show;
  std::uint64_t record_count{};

  /// The SOA that stands first in the input; null when there is none.
  [[nodiscard]] const BuiltRecord* first_soa(dns::NameView* at) const {
    const BuiltRecord* first = nullptr;
    for (const auto& part : parts) {
      for (const auto& record : part->soas) {
        if (at != nullptr && record.name() != *at) continue;
        if (first == nullptr || stands_before(record.where(), first->where())) first = &record;
      }
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
    const auto file = std::ranges::find_if(parts, &Part::any);
    findings.add(0, Severity::Error, "no-soa", Location{file == parts.end() ? 0 : (*file)->first_file, 0, 0}, wanted,
                 apex ? apex->text() + " has no SOA record: this is no zone (RFC 1035 section 5.2)"
                      : std::string{"no SOA record: this is no zone (RFC 1035 section 5.2)"});
    return false;
  }

  void drop_what_is_outside() {
    in_order(
        parts.size(), threads, [&](std::size_t i) { return drop_outside(*parts[i]); },
        [&](std::size_t, Findings&& found) { findings.merge(std::move(found)); });
  }

  [[nodiscard]] Findings drop_outside(Part& part) const {
    Findings found;
    std::vector<BuiltRecord> expanded;
    const auto outside = [&](const BuiltRecord& record) {
      if (record.name().is_at_or_below(*apex)) return false;
      expanded.clear();
      if (record.is_group())
        append_expanded(record, expanded);
      else
        expanded.push_back(record);
      for (const auto& each : expanded) {
        found.add(0, Severity::Error, "out-of-zone", each.where(), each.name(),
                  each.name().text() + " " + type_text(each.rr_type()) + ": not at or below the apex " + apex->text());
      }
      return true;
    };
    part.records.erase(std::remove_if(part.records.begin(), part.records.end(), outside), part.records.end());
    part.set_keys(apex->view().label_count());
    return found;
  }

  [[nodiscard]] std::vector<BuiltRecord> sorted() {
    std::vector<std::vector<BuiltRecord>*> lists;
    for (auto& part : parts) lists.push_back(&part->records);
    return merge_sorted(lists, *apex, threads);
  }
};

ZoneBuilder::ZoneBuilder(std::optional<dns::Name> apex, unsigned threads) : state_{std::make_unique<State>()} {
  if (apex) state_->apex = apex->lower();
  if (apex) state_->apex_labels = apex->view().label_count();
  state_->threads = std::max(1U, threads);
  state_->pools.resize(state_->threads);
}
ZoneBuilder::~ZoneBuilder() = default;

std::unique_ptr<RecordPart> ZoneBuilder::open(unsigned thread) {
  const auto last = state_->part_records.load(std::memory_order_relaxed);
  return std::make_unique<Part>(state_->pools.at(thread), state_->apex_labels.load(std::memory_order_relaxed),
                                last + last / 16);
}

void ZoneBuilder::accept(std::unique_ptr<RecordPart> part) {
  auto& state = *state_;
  state.parts.emplace_back(static_cast<Part*>(part.release()));  // open() makes no others
  auto& last = *state.parts.back();
  state.findings.merge(std::move(last.findings));
  state.record_count += last.records.size();
  state.part_records.store(last.records.size(), std::memory_order_relaxed);
  if (state.show) state.show(state.record_count);
  if (state.apex_labels == kUnknown && !last.soas.empty()) state.apex_labels = last.soas.front().name().label_count();
}

void ZoneBuilder::on_progress(std::function<void(std::uint64_t)> show) { state_->show = std::move(show); }

void ZoneBuilder::add(const ScannedRecord& record) {
  auto& part = state_->open_part;
  if (!part) part = open(0);
  part->take(record);
}

std::optional<Zone> ZoneBuilder::finish(std::vector<Diagnostic>& diagnostics) {
  auto& state = *state_;
  if (state.open_part) {
    state.open_part->end();
    accept(std::move(state.open_part));
  }
  std::optional<Zone> zone;
  if (state.settle_apex()) {
    state.drop_what_is_outside();
    zone.emplace();
    zone->apex = *state.apex;
    settle_host_sets(*zone, state.pools);
    auto records = state.sorted();
    malloc_trim(0);  // what the parts' lists held
    assemble(*zone, records, state.findings, state.threads);
    records = {};
    state.parts.clear();
    state.pools.clear();
    malloc_trim(0);  // what the parts held in small blocks
    describe_apex(*zone);
    check_structure(*zone, state.findings, state.threads);
  }
  state.findings.move_to(diagnostics);
  const auto threads = state.threads;
  state_ = std::make_unique<State>();
  state_->threads = threads;
  state_->pools.resize(threads);
  return zone;
}

}  // namespace torii::zonec
