#pragma once
/// What a worker counts. Each worker writes its own set, padded from its neighbours' cache lines; the admin thread
/// reads all sets at its own pace and adds them up. A cell has one writer, so counting is a plain load, add and store:
/// relaxed atomics only make the concurrent read well defined.
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "server/answer/respond.hpp"
#include "server/limits/rate_limiter.hpp"
#include "torii/dns/types.hpp"

namespace torii::server {

/// A cell with one writing thread and any number of reading ones.
class Counter {
 public:
  void add(std::uint64_t amount = 1) noexcept { store(get() + amount); }
  void subtract(std::uint64_t amount = 1) noexcept { store(get() - amount); }
  void store(std::uint64_t value) noexcept { value_.store(value, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t get() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

/// Query types with a counter of their own; all others share one.
inline constexpr std::array<dns::RrType, 20> kCountedTypes{
    dns::RrType::A,     dns::RrType::NS,   dns::RrType::CNAME,  dns::RrType::SOA, dns::RrType::PTR,
    dns::RrType::MX,    dns::RrType::TXT,  dns::RrType::AAAA,   dns::RrType::SRV, dns::RrType::NAPTR,
    dns::RrType::DNAME, dns::RrType::DS,   dns::RrType::DNSKEY, dns::RrType::CDS, dns::RrType::SVCB,
    dns::RrType::HTTPS, dns::RrType::IXFR, dns::RrType::AXFR,   dns::RrType::ANY, dns::RrType{257}};
inline constexpr std::array<std::string_view, kCountedTypes.size() + 1> kCountedTypeNames{
    "A",  "NS",     "CNAME", "SOA",  "PTR",   "MX",   "TXT",  "AAAA", "SRV", "NAPTR", "DNAME",
    "DS", "DNSKEY", "CDS",   "SVCB", "HTTPS", "IXFR", "AXFR", "ANY",  "CAA", "other"};

/// Place of `type` in kCountedTypeNames.
constexpr std::size_t counted_type_slot(dns::RrType type) noexcept {
  constexpr auto kSlots = [] {
    std::array<std::uint8_t, 258> slots{};
    slots.fill(static_cast<std::uint8_t>(kCountedTypes.size()));
    for (std::size_t i = 0; i < kCountedTypes.size(); ++i)
      slots[static_cast<std::size_t>(kCountedTypes[i])] = static_cast<std::uint8_t>(i);
    return slots;
  }();
  const auto number = static_cast<std::size_t>(type);
  return number < kSlots.size() ? kSlots[number] : kCountedTypes.size();
}
static_assert(kCountedTypeNames[counted_type_slot(dns::RrType::AAAA)] == "AAAA");
static_assert(kCountedTypeNames[counted_type_slot(dns::RrType::ANY)] == "ANY");
static_assert(kCountedTypeNames[counted_type_slot(dns::RrType{999})] == "other");

/// RCODEs 0 to 16 and BADCOOKIE each have a cell, the rest share the last. Source: RFC 1035 section 4.1.1, RFC 6891
/// section 9, RFC 7873 section 8.
inline constexpr std::array<std::string_view, 19> kCountedRcodeNames{
    "NOERROR", "FORMERR",   "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED", "YXDOMAIN", "YXRRSET",   "NXRRSET", "NOTAUTH",
    "NOTZONE", "DSOTYPENI", "12",       "13",       "14",     "15",      "BADVERS",  "BADCOOKIE", "other"};

/// Place of `rcode` in kCountedRcodeNames.
constexpr std::size_t counted_rcode_slot(dns::Rcode rcode) noexcept {
  if (rcode <= dns::Rcode::BADVERS) return static_cast<std::size_t>(rcode);
  return kCountedRcodeNames.size() - (rcode == dns::Rcode::BADCOOKIE ? 2 : 1);
}
static_assert(kCountedRcodeNames[counted_rcode_slot(dns::Rcode::BADVERS)] == "BADVERS");
static_assert(kCountedRcodeNames[counted_rcode_slot(dns::Rcode::BADCOOKIE)] == "BADCOOKIE");
static_assert(kCountedRcodeNames[counted_rcode_slot(dns::Rcode{17})] == "other");

/// What the COOKIE options of queries were worth, by CookieState; those without are not counted.
inline constexpr std::array<std::string_view, 4> kCookieStateNames{"none", "client_only", "bad", "valid"};
static_assert(static_cast<std::size_t>(CookieState::Valid) + 1 == kCookieStateNames.size());

/// Events of one transport beside RCODE and type.
enum class QueryEvent : std::uint8_t { Received, Silent, Truncated, Edns, DnssecOk, Referral, ResponseOctets, Count };

enum class UdpEvent : std::uint8_t {
  SourcePortZero,
  SourcePortDropped,
  Oversized,
  SendDropped,
  SendError,
  ReceiveError,
  Count
};
inline constexpr std::array<std::string_view, static_cast<std::size_t>(UdpEvent::Count)> kUdpEventNames{
    "source_port_zero", "source_port_dropped", "oversized", "send_dropped", "send_error", "receive_error"};

/// Why a TCP connection ended.
enum class CloseReason : std::uint8_t {
  ClientFin,
  ClientReset,
  Idle,
  EvictedIdle,
  WriteStall,
  ProtocolError,
  SystemError,
  Shutdown,
  Count,
};
inline constexpr std::array<std::string_view, static_cast<std::size_t>(CloseReason::Count)> kCloseReasonNames{
    "client_fin", "client_rst", "idle", "evicted_idle", "write_stall", "protocol_error", "system_error", "shutdown"};

/// State of the table of rate limits.
enum class RateGauge : std::uint8_t { Capacity, Used, Evictions, Count };

enum class TcpGauge : std::uint8_t { Accepted, AcceptFailed, Open, HighWater, Count };

/// All cells of a worker, or their sum: Cell is Counter or a plain number.
template <class Cell>
struct CounterSet {
  struct PerTransport {
    std::array<Cell, static_cast<std::size_t>(QueryEvent::Count)> event{};
    std::array<Cell, kCountedRcodeNames.size()> rcode{};
    std::array<Cell, kCountedTypeNames.size()> type{};
    std::array<Cell, kCookieStateNames.size()> cookie{};
  };
  std::array<PerTransport, 2> transport{};  ///< by Transport
  std::array<Cell, static_cast<std::size_t>(UdpEvent::Count)> udp{};
  std::array<Cell, static_cast<std::size_t>(CloseReason::Count)> closed{};
  std::array<Cell, static_cast<std::size_t>(TcpGauge::Count)> tcp{};
  /// Responses by RateClass and RateOutcome; those within the limits are not counted here.
  std::array<std::array<Cell, static_cast<std::size_t>(RateOutcome::Count)>, kRateClasses> rate{};
  std::array<Cell, static_cast<std::size_t>(RateGauge::Count)> rate_table{};
};

struct alignas(128) WorkerCounters : CounterSet<Counter> {
  void count(Transport over, const AnswerReport& report, std::size_t response_octets) noexcept {
    auto& cells = transport[static_cast<std::size_t>(over)];
    const auto add = [&](QueryEvent event, std::uint64_t amount) {
      if (amount != 0) cells.event[static_cast<std::size_t>(event)].add(amount);
    };
    add(QueryEvent::Received, 1);
    if (response_octets == 0) return add(QueryEvent::Silent, report.responded ? 0 : 1);  // else a rate limit held it
    cells.rcode[counted_rcode_slot(report.rcode)].add();
    if (report.cookie != CookieState::None) cells.cookie[static_cast<std::size_t>(report.cookie)].add();
    if (report.qtype != dns::RrType{}) cells.type[counted_type_slot(report.qtype)].add();
    add(QueryEvent::Truncated, report.truncated ? 1 : 0);
    add(QueryEvent::Edns, report.edns ? 1 : 0);
    add(QueryEvent::DnssecOk, report.dnssec_ok ? 1 : 0);
    add(QueryEvent::Referral, report.referral ? 1 : 0);
    add(QueryEvent::ResponseOctets, response_octets);
  }
  void count(UdpEvent event, std::uint64_t amount = 1) noexcept { udp[static_cast<std::size_t>(event)].add(amount); }
  void count(const RateVerdict& verdict) noexcept {
    if (verdict.outcome == RateOutcome::Within) return;
    rate[static_cast<std::size_t>(verdict.by)][static_cast<std::size_t>(verdict.outcome)].add();
  }
  void show(const RateTable& table) noexcept {
    rate_table[static_cast<std::size_t>(RateGauge::Capacity)].store(table.capacity());
    rate_table[static_cast<std::size_t>(RateGauge::Used)].store(table.used());
    rate_table[static_cast<std::size_t>(RateGauge::Evictions)].store(table.evictions());
  }
  void accepted() noexcept {
    gauge(TcpGauge::Accepted).add();
    gauge(TcpGauge::Open).add();
    const auto open = gauge(TcpGauge::Open).get();
    if (open > gauge(TcpGauge::HighWater).get()) gauge(TcpGauge::HighWater).store(open);
  }
  void ended(CloseReason reason) noexcept {
    gauge(TcpGauge::Open).subtract();
    closed[static_cast<std::size_t>(reason)].add();
  }
  Counter& gauge(TcpGauge which) noexcept { return tcp[static_cast<std::size_t>(which)]; }
};

using CounterTotals = CounterSet<std::uint64_t>;

/// Adds a worker's cells to `totals`; callable from any thread.
inline void add_to(CounterTotals& totals, const CounterSet<Counter>& worker) noexcept {
  const auto add = [](auto& sums, const auto& cells) {
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += cells[i].get();
  };
  for (std::size_t i = 0; i < totals.transport.size(); ++i) {
    add(totals.transport[i].event, worker.transport[i].event);
    add(totals.transport[i].rcode, worker.transport[i].rcode);
    add(totals.transport[i].type, worker.transport[i].type);
    add(totals.transport[i].cookie, worker.transport[i].cookie);
  }
  add(totals.udp, worker.udp);
  add(totals.closed, worker.closed);
  add(totals.tcp, worker.tcp);
  for (std::size_t i = 0; i < totals.rate.size(); ++i) add(totals.rate[i], worker.rate[i]);
  add(totals.rate_table, worker.rate_table);
}

}  // namespace torii::server
