#pragma once
/// Everything an operator may choose, with its defaults. Plain data: filled from the configuration file (config.hpp)
/// and then from the command line, read once at the start. docs/configuration.md explains each key.
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "server/limits/rate_limiter.hpp"
#include "server/ops/cookie_secrets.hpp"
#include "server/ops/endpoint.hpp"

namespace torii::server {

enum class VerifyMode : std::uint8_t { Background, Before, Off };
enum class LogFormat : std::uint8_t { Text, Json };
enum class LogLevel : std::uint8_t { Debug, Info, Warning, Error };

struct UdpSettings {
  /// Largest response, and the size our OPT advertises. Unit: octets of DNS message; 512 to 4096.
  std::uint16_t payload_octets_max = 1232;
  /// Messages moved by one system call, 1 to 64.
  unsigned batch = 64;
  /// Asked of the kernel, which may grant less (net.core.rmem_max, wmem_max). Unit: octets.
  unsigned receive_buffer_octets = 4U << 20U;
  unsigned send_buffer_octets = 4U << 20U;
  /// Queries from these are dropped (limits/source_ports.hpp).
  std::vector<std::uint16_t> drop_source_ports{7, 13, 17, 19, 37};
};

struct TcpSettings {
  /// Open connections of the whole server; 0: chosen from the limit of descriptors (limits/descriptors.hpp).
  unsigned connections_max = 0;
  /// From the accept or the last whole message to the close. Source: RFC 7766 section 6.2.3.
  std::chrono::milliseconds idle_timeout{30'000};
  /// A client that takes nothing for this long while answers wait is reset.
  std::chrono::milliseconds write_timeout{10'000};
};

/// What AnswerSettings says, and the texts behind its spans (server/answer/respond.hpp).
struct AnswerTexts {
  std::string nsid;
  std::string chaos_version;
  std::string chaos_identity;
  std::string report_agent;  ///< wire format
  bool extended_errors = true;
};

struct Settings {
  std::filesystem::path image;
  std::vector<Endpoint> listen;
  unsigned workers = 0;  ///< 0: one a hardware thread
  bool wait_for_image = false;
  bool share_port = false;
  VerifyMode verify = VerifyMode::Background;
  std::chrono::milliseconds image_poll{200};
  std::chrono::milliseconds drain_timeout{5'000};
  UdpSettings udp;
  TcpSettings tcp;
  RateLimitSettings rrl;
  AnswerTexts answer;
  CookieConfig cookies;
  LogFormat log_format = LogFormat::Text;
  LogLevel log_level = LogLevel::Info;
  std::optional<Endpoint> admin;
};

}  // namespace torii::server
