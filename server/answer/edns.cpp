#include "server/answer/edns.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstring>

namespace torii::server {
namespace {

constexpr std::size_t kHeadOctets = 4;  // code and length of an option
constexpr std::size_t kKeepaliveOctets = 2;
constexpr std::size_t kZoneVersionOctets = 6;
constexpr std::size_t kExpireOctets = 4;
constexpr std::size_t kExtendedErrorOctets = 2;
constexpr std::uint8_t kVersionIsSerial = 0;  // ZONEVERSION type SOA-SERIAL (RFC 9660 section 7.2)

/// Puts options into room that was kept for them, so each fits.
class OptionWriter {
 public:
  explicit OptionWriter(ResponseWriter& writer) noexcept : writer_{writer} {}
  void put(OptionCode code, dns::Octets content) noexcept {
    auto* const at = writer_.claim(kHeadOctets + content.size());
    assert(at != nullptr);
    if (at == nullptr) return;
    dns::store_u16(at, static_cast<std::uint16_t>(code));
    dns::store_u16(at + 2, static_cast<std::uint16_t>(content.size()));
    std::memcpy(at + kHeadOctets, content.data(), content.size());
  }
  void put_u32(OptionCode code, std::uint32_t value) noexcept {
    std::array<std::uint8_t, 4> content{};
    dns::store_u32(content.data(), value);
    put(code, content);
  }
  void put_u16(OptionCode code, std::uint16_t value) noexcept {
    std::array<std::uint8_t, 2> content{};
    dns::store_u16(content.data(), value);
    put(code, content);
  }

 private:
  ResponseWriter& writer_;
};

}  // namespace

void ResponseOpt::plan(const Client& client, Transport transport, dns::Octets request, std::size_t limit) noexcept {
  if (query_.cookie_octets > 0) {
    const auto reply = check_cookie(settings_.cookies, request.subspan(query_.cookie_at, query_.cookie_octets),
                                    client.address, client.now);
    cookie_state_ = reply.state;
    cookie_ = reply.cookie;
  }
  if (cookie_state_ != CookieState::None) option_octets_ += kHeadOctets + kCookieOctets;
  if (query_.keepalive && transport == Transport::Tcp) {  // over UDP it is ignored (RFC 7828 section 3.3.1)
    keepalive_ = true;
    idle_tenths_ = client.idle_tenths;
    option_octets_ += kHeadOctets + kKeepaliveOctets;
  }
  const auto nsid_octets = kHeadOctets + settings_.nsid.size();
  if (query_.nsid && !settings_.nsid.empty() && query_.question_end() + octets() + nsid_octets <= limit) {
    nsid_ = true;
    option_octets_ += nsid_octets;
  }
}

void ResponseOpt::describe(const image::View& view, const image::ZoneView& zone, bool at_apex,
                           ResponseWriter& writer) noexcept {
  if (query_.zone_version && writer.room() >= kHeadOctets + kZoneVersionOctets) {  // RFC 9660 section 3.2
    zone_version_ = true;
    zone_labels_ = zone.head->apex_labels;
    zone_serial_ = zone.head->serial;
    option_octets_ += kHeadOctets + kZoneVersionOctets;
    writer.keep(octets());
  }
  // In answers to SOA queries, as a primary does: the SOA's own EXPIRE (RFC 7314 section 3).
  if (!query_.expire || !at_apex || query_.qtype != static_cast<std::uint16_t>(dns::RrType::SOA)) return;
  const auto soa = view.block(zone.head->negative_soa);
  if (!soa || soa.head->plain_octets < 8 || writer.room() < kHeadOctets + kExpireOctets) return;
  expire_ = true;
  expire_seconds_ = dns::load_u32(soa.octets + soa.head->plain_octets - 8);
  option_octets_ += kHeadOctets + kExpireOctets;
  writer.keep(octets());
}

bool ResponseOpt::put_all(dns::Rcode rcode, ExtendedError error, ResponseWriter& writer) const noexcept {
  std::size_t left = writer.room() - std::min(writer.room(), octets());
  const auto take = [&left](std::size_t octets) {
    if (octets > left) return false;
    left -= octets;
    return true;
  };
  const bool explains = error != ExtendedError::None && settings_.extended_errors;
  const bool has_error = explains && take(kHeadOctets + kExtendedErrorOctets);
  const bool has_agent = !settings_.report_agent.empty() && take(kHeadOctets + settings_.report_agent.size());
  const std::size_t extra = (has_error ? kHeadOctets + kExtendedErrorOctets : 0) +
                            (has_agent ? kHeadOctets + settings_.report_agent.size() : 0);

  put_fixed(rcode, option_octets_ + extra, writer);
  OptionWriter options{writer};
  if (option_octets_ > 0) {
    if (nsid_) options.put(OptionCode::Nsid, settings_.nsid);
    if (cookie_state_ != CookieState::None) options.put(OptionCode::Cookie, cookie_);
    if (keepalive_) options.put_u16(OptionCode::TcpKeepalive, idle_tenths_);
    if (expire_) options.put_u32(OptionCode::Expire, expire_seconds_);
    if (zone_version_) {
      std::array<std::uint8_t, kZoneVersionOctets> content{zone_labels_, kVersionIsSerial};
      dns::store_u32(&content[2], zone_serial_);
      options.put(OptionCode::ZoneVersion, content);
    }
  }
  if (has_error) options.put_u16(OptionCode::ExtendedError, static_cast<std::uint16_t>(error));
  if (has_agent) options.put(OptionCode::ReportChannel, settings_.report_agent);
  return has_error == explains;
}

}  // namespace torii::server
