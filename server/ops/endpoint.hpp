#pragma once
/// An address and port as an operator writes them: `192.0.2.1:53`, `[2001:db8::1]:53`, `[fe80::1%eth0]:53`.
#include <sys/socket.h>

#include <boost/system/result.hpp>
#include <cstdint>
#include <string>
#include <string_view>

namespace torii::server {

/// A value, or what was wrong in words for an operator.
template <class T>
using Outcome = boost::system::result<T, std::string>;

class Endpoint {
 public:
  /// Port 0 is allowed: the kernel then chooses. Errors: a text that says what was expected.
  static Outcome<Endpoint> parse(std::string_view text);
  /// The local address of a bound socket.
  static Endpoint of_socket(int descriptor) noexcept;

  [[nodiscard]] const sockaddr* address() const noexcept {
    return reinterpret_cast<const sockaddr*>(&storage_);  // NOLINT: how the socket interface wants it
  }
  [[nodiscard]] socklen_t size() const noexcept { return size_; }
  [[nodiscard]] int family() const noexcept { return storage_.ss_family; }
  [[nodiscard]] bool is_v6() const noexcept { return family() == AF_INET6; }
  /// 0.0.0.0 or [::]: packets then tell which address was asked.
  [[nodiscard]] bool is_wildcard() const noexcept;
  [[nodiscard]] std::uint16_t port() const noexcept;
  void set_port(std::uint16_t port) noexcept;
  [[nodiscard]] std::string text() const;
  friend bool operator==(const Endpoint& a, const Endpoint& b) { return a.text() == b.text(); }

 private:
  sockaddr_storage storage_{};
  socklen_t size_ = 0;
};

}  // namespace torii::server
