#include "server/ops/endpoint.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <net/if.h>
#include <netinet/in.h>

#include <array>
#include <charconv>
#include <cstring>
#include <optional>

namespace torii::server {
namespace {

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return port;
}

template <class Address>
Address load(const sockaddr_storage& storage) noexcept {
  Address address{};
  std::memcpy(&address, &storage, sizeof address);
  return address;
}

}  // namespace

Outcome<Endpoint> Endpoint::parse(std::string_view text) {
  const auto refuse = [&](std::string_view why) {
    return fmt::format("'{}' is no address and port: {} (like 192.0.2.1:53 or [2001:db8::1]:53)", text, why);
  };
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return refuse("the port is missing");
  const auto port = parse_port(text.substr(colon + 1));
  if (!port) return refuse("the port is no number from 0 to 65535");
  auto host = text.substr(0, colon);
  Endpoint endpoint;
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(*port);
    if (const auto percent = host.find('%'); percent != std::string_view::npos) {
      v6.sin6_scope_id = if_nametoindex(std::string{host.substr(percent + 1)}.c_str());
      if (v6.sin6_scope_id == 0) return refuse("there is no interface of that name");
      host = host.substr(0, percent);
    }
    if (inet_pton(AF_INET6, std::string{host}.c_str(), &v6.sin6_addr) != 1) return refuse("not an IPv6 address");
    std::memcpy(&endpoint.storage_, &v6, sizeof v6);
    endpoint.size_ = sizeof v6;
    return endpoint;
  }
  if (host.find(':') != std::string_view::npos) return refuse("an IPv6 address stands in brackets");
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(*port);
  if (inet_pton(AF_INET, std::string{host}.c_str(), &v4.sin_addr) != 1) return refuse("not an IPv4 address");
  std::memcpy(&endpoint.storage_, &v4, sizeof v4);
  endpoint.size_ = sizeof v4;
  return endpoint;
}

Endpoint Endpoint::of_socket(int descriptor) noexcept {
  Endpoint endpoint;
  endpoint.size_ = sizeof endpoint.storage_;
  // NOLINTNEXTLINE: how the socket interface wants it
  if (::getsockname(descriptor, reinterpret_cast<sockaddr*>(&endpoint.storage_), &endpoint.size_) != 0) return {};
  return endpoint;
}

bool Endpoint::is_wildcard() const noexcept {
  if (is_v6()) {
    const auto v6 = load<sockaddr_in6>(storage_);
    return IN6_IS_ADDR_UNSPECIFIED(&v6.sin6_addr) != 0;
  }
  return load<sockaddr_in>(storage_).sin_addr.s_addr == htonl(INADDR_ANY);
}

std::uint16_t Endpoint::port() const noexcept {
  return ntohs(is_v6() ? load<sockaddr_in6>(storage_).sin6_port : load<sockaddr_in>(storage_).sin_port);
}

void Endpoint::set_port(std::uint16_t port) noexcept {
  static_assert(offsetof(sockaddr_in, sin_port) == offsetof(sockaddr_in6, sin6_port));
  const std::uint16_t network = htons(port);
  // NOLINTNEXTLINE: the two families keep the port in the same place
  std::memcpy(reinterpret_cast<char*>(&storage_) + offsetof(sockaddr_in, sin_port), &network, sizeof network);
}

std::string Endpoint::text() const {
  std::array<char, INET6_ADDRSTRLEN> buffer{};
  if (is_v6()) {
    const auto v6 = load<sockaddr_in6>(storage_);
    inet_ntop(AF_INET6, &v6.sin6_addr, buffer.data(), buffer.size());
    std::array<char, IF_NAMESIZE> interface {};
    if (v6.sin6_scope_id != 0 && if_indextoname(v6.sin6_scope_id, interface.data()) != nullptr)
      return fmt::format("[{}%{}]:{}", buffer.data(), interface.data(), port());
    return fmt::format("[{}]:{}", buffer.data(), port());
  }
  const auto v4 = load<sockaddr_in>(storage_);
  inet_ntop(AF_INET, &v4.sin_addr, buffer.data(), buffer.size());
  return fmt::format("{}:{}", buffer.data(), port());
}

}  // namespace torii::server
