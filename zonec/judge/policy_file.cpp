#include "zonec/judge/policy_file.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "zonec/judge/seen.hpp"

namespace torii::zonec {
namespace {

constexpr std::size_t kFileOctetsMax = 1U << 24U;
constexpr std::size_t kTextOctetsMax = 1000;  // of a reason

template <class Range, class Text>
std::string listed(const Range& range, Text text) {
  std::string out;
  for (const auto& each : range) out += (out.empty() ? "" : ", ") + std::string{text(each)};
  return out;
}

class Reader {
 public:
  Reader(std::uint32_t file, std::uint32_t now, PolicySettings& settings)
      : file_{file}, now_{now}, settings_{settings} {}

  void read(const toml::table& root) {
    // In this order, whatever the file's, so that what is written of one rule comes on top of a mode.
    constexpr std::array<std::string_view, 6> kKeys{"mode", "show", "encoders", "secondaries", "policies", "waiver"};
    for (const auto& [key, node] : root)
      if (std::ranges::find(kKeys, key.str()) == kKeys.end())
        wrong(key.source(), std::string{key.str()},
              "no such key; there are " + listed(kKeys, [](auto id) { return id; }));
    if (const auto* node = root.get("mode")) mode(*node);
    if (const auto* node = root.get("show")) show(*node);
    if (const auto* node = root.get("encoders")) encoders(*node);
    if (const auto* node = root.get("secondaries")) secondaries(*node);
    if (const auto* node = root.get("policies")) policies_of(*node);
    if (const auto* node = root.get("waiver")) waivers(*node);
  }

  std::vector<Diagnostic> errors{};
  std::vector<Diagnostic> warnings{};

 private:
  [[nodiscard]] Location place(const toml::source_region& source) const {
    return {file_, source.begin.line, source.begin.column};
  }
  void wrong(const toml::source_region& source, const std::string& key, const std::string& what) {
    if (errors.size() < kErrorsMax)
      errors.push_back({Severity::Error, "bad-policy-file", place(source), key + ": " + what});
  }
  void wrong(const toml::node& node, const std::string& key, const std::string& what) {
    wrong(node.source(), key, what);
  }

  std::optional<std::string> text_of(const toml::node& node, const std::string& key, std::string_view expected) {
    if (const auto* text = node.as_string()) return text->get();
    wrong(node, key, "expected " + std::string{expected});
    return std::nullopt;
  }

  void mode(const toml::node& node) {
    const auto text = text_of(node, "mode", "one of " + policy_mode_ids());
    if (!text) return;
    if (const auto why = settings_.set_mode(*text); !why.empty()) wrong(node, "mode", why);
  }

  void show(const toml::node& node) {
    const auto text = text_of(node, "show", "a severity");
    if (!text) return;
    const auto severity = parse_severity(*text);
    if (!severity || !*severity) return wrong(node, "show", "expected info, notice, warning or error, got " + *text);
    settings_.show_from(**severity);
  }

  void encoders(const toml::node& node) {
    std::vector<Encoder> all;
    for (std::size_t i = 0; i < kEncoderCount; ++i) all.push_back(static_cast<Encoder>(i));
    const auto expected = "a list of " + listed(all, encoder_id);
    const auto* list = node.as_array();
    if (list == nullptr || list->empty()) return wrong(node, "encoders", "expected " + expected);
    EncoderSet set;
    for (const auto& item : *list) {
      const auto* text = item.as_string();
      const auto encoder = text == nullptr ? std::nullopt : encoder_from_id(text->get());
      if (!encoder) return wrong(item, "encoders", "expected " + expected);
      set.add(*encoder);
    }
    settings_.set_encoders(set, false);
  }

  void secondaries(const toml::node& node) {
    std::vector<ServerKind> all;
    for (std::size_t i = 0; i < kServerKindCount; ++i) all.push_back(static_cast<ServerKind>(i));
    const auto expected = "a list of " + listed(all, server_id);
    const auto* list = node.as_array();
    if (list == nullptr || list->empty()) return wrong(node, "secondaries", "expected " + expected);
    EncoderSet set;
    for (const auto& item : *list) {
      const auto* text = item.as_string();
      const auto kind = text == nullptr ? std::nullopt : server_from_id(text->get());
      if (!kind) return wrong(item, "secondaries", "expected " + expected);
      add_encoders_of(*kind, set);
    }
    settings_.set_encoders(set, true);
  }

  void policies_of(const toml::node& node) {
    const auto* table = node.as_table();
    if (table == nullptr) return wrong(node, "policies", "expected a table: [policies]");
    for (const auto& [key, value] : *table) policy(key, value);
  }

  void policy(const toml::key& key, const toml::node& value) {
    const std::string id{key.str()};
    const auto name = "policies." + id;
    constexpr std::string_view kExpected =
        "expected off, info, notice, warning or error, or { severity = ..., octets = N } (addresses = N)";
    const toml::node* severity = value.as_string();
    if (const auto* table = value.as_table()) {
      for (const auto& [part, unused] : *table)
        if (part.str() != "severity" && part.str() != "octets" && part.str() != "addresses")
          wrong(part.source(), name + "." + std::string{part.str()}, "no such key; " + std::string{kExpected});
      severity = table->get("severity");
      for (const auto* number : {"octets", "addresses"})
        if (const auto* found = table->get(number)) amount(id, name + "." + number, *found);
      if (severity == nullptr) return;
    }
    const auto* text = severity == nullptr ? nullptr : severity->as_string();
    const auto parsed = text == nullptr ? std::nullopt : parse_severity(text->get());
    if (!parsed) return wrong(value, name, std::string{kExpected});
    if (const auto why = settings_.set(id, *parsed); !why.empty()) wrong(key.source(), name, why);
  }

  void amount(const std::string& id, const std::string& name, const toml::node& node) {
    const auto* number = node.as_integer();
    if (number == nullptr || number->get() < 0 || number->get() > 65535)
      return wrong(node, name, "expected a number from 1 to 65535");
    if (const auto why = settings_.set_amount(id, static_cast<std::uint32_t>(number->get())); !why.empty())
      wrong(node, name, why);
  }

  void waivers(const toml::node& node) {
    const auto* list = node.as_array();
    if (list == nullptr || !list->is_array_of_tables()) return wrong(node, "waiver", "expected tables: [[waiver]]");
    for (const auto& item : *list) waiver(*item.as_table());
  }

  std::optional<NamePattern> pattern(const toml::table& table, const char* key) {
    const auto* node = table.get(key);
    if (node == nullptr) return std::nullopt;
    const auto* text = node->as_string();
    auto found = text == nullptr ? std::nullopt : NamePattern::parse(text->get());
    if (!found) wrong(*node, std::string{"waiver."} + key, "expected a domain name, or `*.` and one, as a string");
    return found;
  }

  void waiver(const toml::table& table) {
    const auto before = errors.size();
    constexpr std::array<std::string_view, 5> kKeys{"delegation", "host", "policy", "reason", "until"};
    for (const auto& [key, unused] : table)
      if (std::ranges::find(kKeys, key.str()) == kKeys.end())
        wrong(key.source(), "waiver." + std::string{key.str()},
              "no such key; there are " + listed(kKeys, [](auto id) { return id; }));
    Waiver out;
    out.where = place(table.source());
    out.delegation = pattern(table, "delegation");
    out.host = pattern(table, "host");
    if (table.get("delegation") == nullptr && table.get("host") == nullptr)
      wrong(table, "waiver", "says neither delegation nor host");
    if (const auto* node = table.get("policy")) waived_policies(*node, out);
    const auto* reason = table.get("reason");
    const auto* said = reason == nullptr ? nullptr : reason->as_string();
    if (said == nullptr || said->get().empty() || said->get().size() > kTextOctetsMax)
      wrong(reason == nullptr ? table : *reason, "waiver.reason",
            "expected why, in at most " + std::to_string(kTextOctetsMax) + " octets");
    else
      out.reason = said->get();
    const auto ends = until(table, out);
    if (errors.size() != before) return;
    if (ends && now_ >= *ends) {
      warnings.push_back({Severity::Warning, "waiver-expired", out.where,
                          "the waiver ended with " + out.until + " (" + out.reason + "); remove it, or prolong it"});
      return;
    }
    settings_.add(std::move(out));
  }

  void waived_policies(const toml::node& node, Waiver& out) {
    const auto add = [&](const toml::node& item) {
      const auto* text = item.as_string();
      if (text == nullptr) return wrong(item, "waiver.policy", "expected the id of a policy, or a list of them");
      // Families exist at any limit; the settings say whether this one does.
      auto probe = settings_;
      if (const auto why = probe.set(text->get(), Severity::Info); !why.empty())
        return wrong(item, "waiver.policy", why);
      out.policies.push_back(text->get());
    };
    const auto* list = node.as_array();
    if (list == nullptr) return add(node);
    if (list->empty()) wrong(node, "waiver.policy", "the list is empty; leave it out for all policies");
    for (const auto& item : *list) add(item);
  }

  /// Seconds since 1970 at which the day after begins.
  std::optional<std::uint64_t> until(const toml::table& table, Waiver& out) {
    const auto* node = table.get("until");
    const auto* date = node == nullptr ? nullptr : node->as_date();
    if (date == nullptr) {
      wrong(node == nullptr ? table : *node, "waiver.until", "expected the last day, without quotes: 2026-12-31");
      return std::nullopt;
    }
    using namespace std::chrono;
    const auto day = date->get();
    const year_month_day last{year{day.year}, month{day.month}, std::chrono::day{day.day}};
    if (!last.ok()) {
      wrong(*node, "waiver.until", "no such day");
      return std::nullopt;
    }
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%04u-%02u-%02u", unsigned{day.year}, unsigned{day.month},
                  unsigned{day.day});
    out.until = text.data();
    const auto seconds = (sys_days{last} + days{1}).time_since_epoch();
    return static_cast<std::uint64_t>(std::max<std::int64_t>(0, duration_cast<std::chrono::seconds>(seconds).count()));
  }

  std::uint32_t file_;
  std::uint32_t now_;
  PolicySettings& settings_;
};

}  // namespace

bool apply_policy_text(std::string_view text, std::uint32_t file, std::uint32_t now, PolicySettings& settings,
                       std::vector<Diagnostic>& diagnostics) {
  auto changed = settings;
  Reader reader{file, now, changed};
  try {
    reader.read(toml::parse(text));
  } catch (const toml::parse_error& error) {
    const auto& at = error.source().begin;
    reader.errors.push_back(
        {Severity::Error, "bad-policy-file", {file, at.line, at.column}, std::string{error.description()}});
  }
  std::ranges::stable_sort(reader.errors, {}, [](const Diagnostic& each) {
    return std::pair{each.where.line, each.where.column};
  });
  if (!reader.errors.empty()) {
    std::ranges::move(reader.errors, std::back_inserter(diagnostics));
    return false;
  }
  std::ranges::move(reader.warnings, std::back_inserter(diagnostics));
  settings = std::move(changed);
  return true;
}

bool apply_policy_file(const std::string& path, std::uint32_t now, SourceFiles& files, PolicySettings& settings,
                       std::vector<Diagnostic>& diagnostics) {
  const auto file = files.add(path);
  const auto fail = [&](const std::string& what) {
    diagnostics.push_back({Severity::Error, "bad-policy-file", {file, 0, 0}, what});
    return false;
  };
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) return fail("is a folder; name a policy file");
  errno = 0;
  std::ifstream in{path, std::ios::binary};
  if (!in) return fail(std::string{"cannot be read: "} + std::strerror(errno));
  std::string text(kFileOctetsMax + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.bad()) return fail(std::string{"cannot be read: "} + std::strerror(errno));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > kFileOctetsMax) return fail("more than 16 MiB; a policy file is a few lines");
  return apply_policy_text(text, file, now, settings, diagnostics);
}

std::vector<Diagnostic> unused_waivers(const PolicySettings& settings) {
  std::vector<Diagnostic> out;
  for (const auto& waiver : settings.waivers())
    if (waiver->used->load() == 0)
      out.push_back({Severity::Notice, "waiver-unused", waiver->where,
                     "the waiver (until " + waiver->until + ") excuses nothing; remove it"});
  return out;
}

}  // namespace torii::zonec
