#include "server/ops/config.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <fstream>
#include <numeric>
#include <optional>
#include <span>
#include <sstream>
#include <utility>

namespace torii::server {
namespace {

constexpr std::size_t kErrorsMax = 20;

/// Nothing when the value was taken, else what was expected.
using Refusal = std::optional<std::string>;

struct Key {
  ConfigKey shown;
  Refusal (*apply)(Settings& settings, const toml::node& node);
};

template <class Number>
Refusal take_number(const toml::node& node, std::int64_t low, std::int64_t high, Number& target) {
  const auto* number = node.as_integer();
  if (number == nullptr) return "an integer";
  if (number->get() < low || number->get() > high)
    return fmt::format("an integer from {} to {}, not {}", low, high, number->get());
  target = static_cast<Number>(number->get());
  return std::nullopt;
}

Refusal take_duration(const toml::node& node, std::int64_t low, std::int64_t high, std::chrono::milliseconds& target) {
  std::int64_t count = 0;
  if (auto refusal = take_number(node, low, high, count)) return refusal;
  target = std::chrono::milliseconds{count};
  return std::nullopt;
}

Refusal take_flag(const toml::node& node, bool& target) {
  const auto* flag = node.as_boolean();
  if (flag == nullptr) return "true or false";
  target = flag->get();
  return std::nullopt;
}

Refusal take_text(const toml::node& node, std::size_t size_max, std::string& target) {
  const auto* text = node.as_string();
  if (text == nullptr) return "a string";
  if (text->get().size() > size_max)
    return fmt::format("a string of at most {} octets, not {}", size_max, text->get().size());
  target = text->get();
  return std::nullopt;
}

template <class Choice>
struct Named {
  std::string_view name;
  Choice choice;
};

template <class Choice>
Refusal take_choice(const toml::node& node, std::span<const Named<Choice>> choices, Choice& target) {
  const auto* text = node.as_string();
  for (const auto& [name, choice] : choices) {
    if (text == nullptr || text->get() != name) continue;
    target = choice;
    return std::nullopt;
  }
  std::string names;
  for (const auto& [name, choice] : choices) names += fmt::format("{}\"{}\"", names.empty() ? "" : " or ", name);
  return names;
}

constexpr std::array kVerifyModes{Named{std::string_view{"background"}, VerifyMode::Background},
                                  Named{std::string_view{"before"}, VerifyMode::Before},
                                  Named{std::string_view{"off"}, VerifyMode::Off}};
constexpr std::array kLogFormats{Named{std::string_view{"text"}, LogFormat::Text},
                                 Named{std::string_view{"json"}, LogFormat::Json}};
constexpr std::array kLogLevels{
    Named{std::string_view{"debug"}, LogLevel::Debug}, Named{std::string_view{"info"}, LogLevel::Info},
    Named{std::string_view{"warning"}, LogLevel::Warning}, Named{std::string_view{"error"}, LogLevel::Error}};

Refusal take_endpoints(const toml::node& node, std::vector<Endpoint>& target) {
  const auto* list = node.as_array();
  if (list == nullptr || list->empty()) return "a list of \"ADDRESS:PORT\" strings";
  std::vector<Endpoint> endpoints;
  for (const auto& item : *list) {
    const auto* text = item.as_string();
    if (text == nullptr) return "a list of \"ADDRESS:PORT\" strings";
    const auto endpoint = Endpoint::parse(text->get());
    if (!endpoint) return endpoint.error();
    if (std::ranges::find(endpoints, *endpoint) != endpoints.end())
      return fmt::format("each address once; {} stands twice", text->get());
    endpoints.push_back(*endpoint);
  }
  target = std::move(endpoints);
  return std::nullopt;
}

constexpr std::array kRateModes{Named{std::string_view{"off"}, RateMode::Off},
                                Named{std::string_view{"dry-run"}, RateMode::DryRun},
                                Named{std::string_view{"on"}, RateMode::On}};

/// A list of at most `size_max`, each item read by `take`, which gives nothing for what it refuses.
template <class Item, class Take>
Refusal take_list(const toml::node& node, std::size_t size_max, std::string_view expected, std::vector<Item>& target,
                  Take take) {
  const auto* list = node.as_array();
  if (list == nullptr || list->size() > size_max) return std::string{expected};
  std::vector<Item> items;
  for (const auto& item : *list) {
    std::optional<Item> taken = take(item);
    if (!taken) return std::string{expected};
    items.push_back(*taken);
  }
  target = std::move(items);
  return std::nullopt;
}

Refusal take_ports(const toml::node& node, std::vector<std::uint16_t>& target) {
  return take_list(node, 16, "a list of at most 16 ports, 1 to 65535", target,
                   [](const toml::node& item) -> std::optional<std::uint16_t> {
                     std::uint16_t port = 0;
                     if (take_number(item, 1, 65'535, port)) return std::nullopt;
                     return port;
                   });
}

Refusal take_prefixes(const toml::node& node, std::vector<ClientPrefix>& target) {
  std::string detail;  // what is wrong with the first prefix that is none
  auto refusal = take_list(node, 4096, "a list of at most 4096 prefixes, as strings", target,
                           [&detail](const toml::node& item) -> std::optional<ClientPrefix> {
                             const auto* text = item.as_string();
                             if (text == nullptr) return std::nullopt;
                             const auto prefix = ClientPrefix::parse(text->get());
                             if (prefix) return *prefix;
                             detail = "; " + prefix.error();
                             return std::nullopt;
                           });
  if (refusal) *refusal += detail;
  return refusal;
}

Refusal take_rate(const toml::node& node, std::optional<std::uint32_t>& target) {
  std::uint32_t rate = 0;
  if (auto refusal = take_number(node, 0, 1'000'000, rate)) return refusal;
  target = rate;
  return std::nullopt;
}

constexpr std::array kCookieModes{Named{std::string_view{"off"}, CookieMode::Off},
                                  Named{std::string_view{"on"}, CookieMode::On},
                                  Named{std::string_view{"require"}, CookieMode::Require}};
constexpr std::string_view kSecretList = "a list of at most 3 strings of 32 hexadecimal digits";

/// A domain name, to be kept in wire format; an empty string, or the root, is none.
Refusal take_name(const toml::node& node, std::string& target) {
  const auto* text = node.as_string();
  const auto name =
      text == nullptr || text->get().empty() ? std::optional{dns::Name{}} : dns::Name::from_text(text->get());
  if (text == nullptr || !name) return "a domain name, as a string";
  const auto octets = name->view().octets();
  target = octets.size() > 1 ? std::string{octets.begin(), octets.end()} : std::string{};
  return std::nullopt;
}

constexpr std::string_view kRateRange = "an integer from 0 to 1000000";

constexpr std::array kKeys{
    Key{{"server", "image", "a folder, as a string"},
        [](Settings& s, const toml::node& node) -> Refusal {
          std::string folder;
          if (auto refusal = take_text(node, 4096, folder)) return refusal;
          if (folder.empty()) return "a folder, as a string that is not empty";
          s.image = folder;
          return std::nullopt;
        }},
    Key{{"server", "listen", "a list of \"ADDRESS:PORT\" strings"},
        [](Settings& s, const toml::node& node) { return take_endpoints(node, s.listen); }},
    Key{{"server", "workers", "an integer from 0 to 1024"},
        [](Settings& s, const toml::node& node) { return take_number(node, 0, 1024, s.workers); }},
    Key{{"server", "wait_for_image", "true or false"},
        [](Settings& s, const toml::node& node) { return take_flag(node, s.wait_for_image); }},
    Key{{"server", "share_port", "true or false"},
        [](Settings& s, const toml::node& node) { return take_flag(node, s.share_port); }},
    Key{{"server", "verify", "\"background\" or \"before\" or \"off\""},
        [](Settings& s, const toml::node& node) { return take_choice<VerifyMode>(node, kVerifyModes, s.verify); }},
    Key{{"server", "image_poll_ms", "an integer from 10 to 60000"},
        [](Settings& s, const toml::node& node) { return take_duration(node, 10, 60'000, s.image_poll); }},
    Key{{"server", "drain_timeout_ms", "an integer from 0 to 60000"},
        [](Settings& s, const toml::node& node) { return take_duration(node, 0, 60'000, s.drain_timeout); }},
    Key{{"udp", "payload_octets_max", "an integer from 512 to 4096"},
        [](Settings& s, const toml::node& node) { return take_number(node, 512, 4096, s.udp.payload_octets_max); }},
    Key{{"udp", "batch", "an integer from 1 to 64"},
        [](Settings& s, const toml::node& node) { return take_number(node, 1, 64, s.udp.batch); }},
    Key{{"udp", "receive_buffer_octets", "an integer from 4096 to 1073741823"},
        [](Settings& s, const toml::node& node) {
          return take_number(node, 4096, 1'073'741'823, s.udp.receive_buffer_octets);
        }},
    Key{{"udp", "send_buffer_octets", "an integer from 4096 to 1073741823"},
        [](Settings& s, const toml::node& node) {
          return take_number(node, 4096, 1'073'741'823, s.udp.send_buffer_octets);
        }},
    Key{{"udp", "drop_source_ports", "a list of at most 16 ports, 1 to 65535"},
        [](Settings& s, const toml::node& node) { return take_ports(node, s.udp.drop_source_ports); }},
    Key{{"tcp", "connections_max", "an integer from 0 to 1000000"},
        [](Settings& s, const toml::node& node) { return take_number(node, 0, 1'000'000, s.tcp.connections_max); }},
    Key{{"tcp", "idle_timeout_ms", "an integer from 100 to 3600000"},
        [](Settings& s, const toml::node& node) { return take_duration(node, 100, 3'600'000, s.tcp.idle_timeout); }},
    Key{{"tcp", "write_timeout_ms", "an integer from 100 to 600000"},
        [](Settings& s, const toml::node& node) { return take_duration(node, 100, 600'000, s.tcp.write_timeout); }},
    Key{{"rrl", "mode", "\"off\" or \"dry-run\" or \"on\""},
        [](Settings& s, const toml::node& node) { return take_choice<RateMode>(node, kRateModes, s.rrl.mode); }},
    Key{{"rrl", "responses_per_second", kRateRange},
        [](Settings& s, const toml::node& node) {
          return take_number(node, 0, 1'000'000, s.rrl.responses_per_second);
        }},
    Key{{"rrl", "referrals_per_second", kRateRange},
        [](Settings& s, const toml::node& node) { return take_rate(node, s.rrl.referrals_per_second); }},
    Key{{"rrl", "nodata_per_second", kRateRange},
        [](Settings& s, const toml::node& node) { return take_rate(node, s.rrl.nodata_per_second); }},
    Key{{"rrl", "nxdomains_per_second", kRateRange},
        [](Settings& s, const toml::node& node) { return take_rate(node, s.rrl.nxdomains_per_second); }},
    Key{{"rrl", "errors_per_second", kRateRange},
        [](Settings& s, const toml::node& node) { return take_rate(node, s.rrl.errors_per_second); }},
    Key{{"rrl", "all_per_second", kRateRange},
        [](Settings& s, const toml::node& node) { return take_number(node, 0, 1'000'000, s.rrl.all_per_second); }},
    Key{{"rrl", "window_seconds", "an integer from 1 to 3600"},
        [](Settings& s, const toml::node& node) { return take_number(node, 1, 3600, s.rrl.window_seconds); }},
    Key{{"rrl", "slip", "an integer from 0 to 100"},
        [](Settings& s, const toml::node& node) { return take_number(node, 0, 100, s.rrl.slip); }},
    Key{{"rrl", "ipv4_prefix_length", "an integer from 0 to 32"},
        [](Settings& s, const toml::node& node) { return take_number(node, 0, 32, s.rrl.ipv4_prefix_length); }},
    Key{{"rrl", "ipv6_prefix_length", "an integer from 0 to 128"},
        [](Settings& s, const toml::node& node) { return take_number(node, 0, 128, s.rrl.ipv6_prefix_length); }},
    Key{{"rrl", "table_size", "an integer from 4 to 16777216"},
        [](Settings& s, const toml::node& node) { return take_number(node, 4, 16'777'216, s.rrl.table_size); }},
    Key{{"rrl", "exempt", "a list of at most 4096 prefixes, as strings"},
        [](Settings& s, const toml::node& node) { return take_prefixes(node, s.rrl.exempt); }},
    Key{{"answer", "nsid", "a string of at most 1024 octets"},
        [](Settings& s, const toml::node& node) { return take_text(node, 1024, s.answer.nsid); }},
    Key{{"answer", "chaos_version", "a string of at most 255 octets"},
        [](Settings& s, const toml::node& node) { return take_text(node, 255, s.answer.chaos_version); }},
    Key{{"answer", "chaos_identity", "a string of at most 255 octets"},
        [](Settings& s, const toml::node& node) { return take_text(node, 255, s.answer.chaos_identity); }},
    Key{{"answer", "extended_errors", "true or false"},
        [](Settings& s, const toml::node& node) { return take_flag(node, s.answer.extended_errors); }},
    Key{{"answer", "report_agent", "a domain name"},
        [](Settings& s, const toml::node& node) { return take_name(node, s.answer.report_agent); }},
    Key{{"cookies", "mode", "\"off\" or \"on\" or \"require\""},
        [](Settings& s, const toml::node& node) {
          return take_choice<CookieMode>(node, kCookieModes, s.cookies.mode);
        }},
    Key{{"cookies", "secrets", kSecretList},
        [](Settings& s, const toml::node& node) {
          return take_list(node, kCookieSecretsMax, kSecretList, s.cookies.secrets,
                           [](const toml::node& item) -> std::optional<std::string> {
                             const auto* text = item.as_string();
                             if (text == nullptr || !cookie_key_from_hex(text->get())) return std::nullopt;
                             return text->get();
                           });
        }},
    Key{{"cookies", "secret_file", "a file, as a string"},
        [](Settings& s, const toml::node& node) -> Refusal {
          std::string file;
          if (auto refusal = take_text(node, 4096, file)) return refusal;
          s.cookies.secret_file = file;
          return std::nullopt;
        }},
    Key{{"log", "format", "\"text\" or \"json\""},
        [](Settings& s, const toml::node& node) { return take_choice<LogFormat>(node, kLogFormats, s.log_format); }},
    Key{{"log", "level", "\"debug\" or \"info\" or \"warning\" or \"error\""},
        [](Settings& s, const toml::node& node) { return take_choice<LogLevel>(node, kLogLevels, s.log_level); }},
    Key{{"admin", "listen", "\"ADDRESS:PORT\""},
        [](Settings& s, const toml::node& node) -> Refusal {
          std::string text;
          if (auto refusal = take_text(node, 256, text)) return "\"ADDRESS:PORT\"";
          auto endpoint = Endpoint::parse(text);
          if (!endpoint) return endpoint.error();
          s.admin = *endpoint;
          return std::nullopt;
        }},
};

/// Insertions, deletions and replacements that turn `a` into `b` (Levenshtein).
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t k = 0; k < b.size(); ++k) {
      const std::size_t replaced = diagonal + (a[i] == b[k] ? 0 : 1);
      diagonal = row[k + 1];
      row[k + 1] = std::min({replaced, row[k] + 1, row[k + 1] + 1});
    }
  }
  return row.back();
}

/// The known name nearest to `name`; empty when none is near enough to be what was meant.
std::string_view nearest(std::string_view name, std::span<const std::string_view> known) {
  std::string_view best;
  std::size_t best_distance = std::max<std::size_t>(2, name.size() / 3) + 1;
  for (const auto candidate : known) {
    const auto distance = edit_distance(name, candidate);
    if (distance >= best_distance) continue;
    best = candidate;
    best_distance = distance;
  }
  return best;
}

class Reader {
 public:
  Reader(const std::string& source, Settings& settings) : source_{source}, settings_{settings} {}

  void read(const toml::table& document) {
    for (const auto& [name, node] : document) {
      if (!is_section(name.str())) {
        report(name.source(), unknown(name.str()));
      } else if (const auto* section = node.as_table()) {
        read_section(name.str(), *section);
      } else {
        report(node.source(), fmt::format("'{}' must be a table: [{}]", name.str(), name.str()));
      }
    }
  }
  void report(const toml::source_region& where, std::string_view what) {
    if (errors_.size() == kErrorsMax) return;
    errors_.push_back(fmt::format("{}:{}:{}: error: {}", source_, where.begin.line, where.begin.column, what));
  }
  [[nodiscard]] std::vector<std::string> take_errors() { return std::move(errors_); }

 private:
  static bool is_section(std::string_view name) {
    return std::ranges::any_of(kKeys, [&](const Key& key) { return key.shown.section == name; });
  }

  void read_section(std::string_view section, const toml::table& table) {
    for (const auto& [name, node] : table) {
      const auto key = std::ranges::find_if(kKeys, [&, &wanted = name](const Key& candidate) {
        return candidate.shown.section == section && candidate.shown.name == wanted.str();
      });
      if (key == kKeys.end()) {
        report(name.source(), unknown(section, name.str()));
      } else if (const auto refusal = key->apply(settings_, node)) {
        report(node.source(), fmt::format("{}.{} must be {}", section, name.str(), *refusal));
      }
    }
  }

  static std::string unknown(std::string_view section) {
    std::vector<std::string_view> sections;
    std::string in_section;
    for (const auto& key : kKeys) {
      sections.push_back(key.shown.section);
      if (key.shown.name == section)
        in_section += fmt::format("{}[{}]", in_section.empty() ? "" : " or ", key.shown.section);
    }
    if (!in_section.empty())
      return fmt::format("unknown table '{}'; '{}' is a key of {}", section, section, in_section);
    const auto near = nearest(section, sections);
    return near.empty() ? fmt::format("unknown table '{}'", section)
                        : fmt::format("unknown table '{}', did you mean '{}'?", section, near);
  }

  static std::string unknown(std::string_view section, std::string_view name) {
    std::vector<std::string_view> names;
    for (const auto& key : kKeys) {
      if (key.shown.name == name)
        return fmt::format("unknown key '{}' in [{}]; it belongs in [{}]", name, section, key.shown.section);
      if (key.shown.section == section) names.push_back(key.shown.name);
    }
    const auto near = nearest(name, names);
    return near.empty() ? fmt::format("unknown key '{}' in [{}]", name, section)
                        : fmt::format("unknown key '{}' in [{}], did you mean '{}'?", name, section, near);
  }

  const std::string& source_;
  Settings& settings_;
  std::vector<std::string> errors_;
};

}  // namespace

std::vector<ConfigKey> config_keys() {
  std::vector<ConfigKey> keys;
  for (const auto& key : kKeys) keys.push_back(key.shown);
  return keys;
}

std::vector<std::string> apply_config(std::string_view text, const std::string& source, Settings& settings) {
  Settings changed = settings;
  Reader reader{source, changed};
  try {
    reader.read(toml::parse(text, source));
  } catch (const toml::parse_error& error) {
    reader.report(error.source(), error.description());
  }
  auto errors = reader.take_errors();
  if (errors.empty()) settings = std::move(changed);
  return errors;
}

std::vector<std::string> apply_config_file(const std::filesystem::path& file, Settings& settings) {
  std::ifstream stream{file, std::ios::binary};
  std::ostringstream text;
  if (stream) text << stream.rdbuf();
  if (!stream || (text.str().empty() && std::filesystem::is_directory(file)))
    return {fmt::format("{}: error: cannot be read", file.string())};
  return apply_config(text.str(), file.string(), settings);
}

std::vector<std::string> apply_assignment(const std::string& assignment, Settings& settings) {
  return apply_config(assignment, "--set", settings);
}

}  // namespace torii::server
