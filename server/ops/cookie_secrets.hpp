#pragma once
/// Where the secrets of DNS Cookies come from: the configuration, a file that the servers of an anycast address share,
/// or chance.
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "server/answer/cookie.hpp"
#include "server/ops/endpoint.hpp"

namespace torii::server {

enum class CookieMode : std::uint8_t { Off, On, Require };

struct CookieConfig {
  CookieMode mode = CookieMode::On;
  /// 32 hexadecimal digits each, three at most; the first makes cookies, all are accepted.
  std::vector<std::string> secrets;
  /// A secret a line, in the same order; read at the start and at SIGHUP. Empty: none.
  std::filesystem::path secret_file;
};

/// Lines of 32 hexadecimal digits; empty lines and those that start with '#' do not count. Errors: which line, never
/// what it holds.
[[nodiscard]] Outcome<CookieSecrets> parse_cookie_secrets(std::string_view text);

/// The secrets that `config` names, or a random one where it names none. Off: none at all.
[[nodiscard]] Outcome<CookieSecrets> load_cookie_secrets(const CookieConfig& config);

}  // namespace torii::server
