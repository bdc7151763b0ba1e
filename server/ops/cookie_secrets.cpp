#include "server/ops/cookie_secrets.hpp"

#include <fmt/format.h>
#include <sys/random.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

namespace torii::server {

Outcome<CookieSecrets> parse_cookie_secrets(std::string_view text) {
  CookieSecrets secrets;
  for (std::size_t number = 1; !text.empty(); ++number) {
    auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ' || line.back() == '\t')) line.remove_suffix(1);
    if (line.empty() || line.front() == '#') continue;
    const auto key = cookie_key_from_hex(line);
    if (!key) return fmt::format("line {}: a secret is 32 hexadecimal digits", number);
    if (secrets.count == kCookieSecretsMax)
      return fmt::format("line {}: {} secrets at most", number, kCookieSecretsMax);
    secrets.keys.at(secrets.count++) = *key;
  }
  if (secrets.count == 0) return std::string{"no secret in it"};
  return secrets;
}

Outcome<CookieSecrets> load_cookie_secrets(const CookieConfig& config) {
  CookieSecrets secrets;
  if (config.mode == CookieMode::Off) return secrets;
  if (!config.secret_file.empty()) {
    if (!config.secrets.empty()) return std::string{"cookies.secrets and cookies.secret_file exclude each other"};
    std::ifstream stream{config.secret_file, std::ios::binary};
    std::ostringstream text;
    if (!stream || !(text << stream.rdbuf())) return fmt::format("{}: cannot be read", config.secret_file.string());
    auto parsed = parse_cookie_secrets(text.str());
    if (!parsed) return fmt::format("{}: {}", config.secret_file.string(), parsed.error());
    return parsed;
  }
  for (const auto& text : config.secrets) {
    const auto key = cookie_key_from_hex(text);
    if (!key || secrets.count == kCookieSecretsMax)
      return std::string{"cookies.secrets: up to 3 of 32 hexadecimal digits"};
    secrets.keys.at(secrets.count++) = *key;
  }
  if (secrets.count > 0) return secrets;
  std::array<std::uint8_t, 16> chance{};
  if (::getrandom(chance.data(), chance.size(), 0) != static_cast<ssize_t>(chance.size()))
    return fmt::format("no random octets: {}", std::strerror(errno));
  secrets.keys[0] = cookie_key(chance);
  secrets.count = 1;
  return secrets;
}

}  // namespace torii::server
