#include <algorithm>
#include <charconv>

#include "zonec/judge/policy.hpp"

namespace torii::zonec {
namespace {

constexpr std::string_view kSeverities = "off, info, notice, warning or error";

/// The limit in `NAME@L`, if `id` is of the family that `row` is of.
std::optional<std::uint32_t> limit_in(std::string_view id, const Policy& row) {
  const auto at = std::string_view{row.id}.find('@');
  if (!row.any_limit || id.substr(0, at + 1) != std::string_view{row.id}.substr(0, at + 1)) return std::nullopt;
  const auto digits = id.substr(at + 1);
  std::uint32_t limit = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), limit);
  const bool is_number = error == std::errc{} && end == digits.data() + digits.size() && digits.front() != '0';
  if (!is_number || limit < 512 || limit > 65535) return std::nullopt;
  return limit;
}

}  // namespace

std::optional<std::optional<Severity>> parse_severity(std::string_view text) {
  using Found = std::optional<std::optional<Severity>>;
  if (text == "off") return Found{std::in_place, std::nullopt};
  for (const auto severity : {Severity::Info, Severity::Notice, Severity::Warning, Severity::Error})
    if (text == severity_text(severity)) return Found{severity};
  return std::nullopt;
}

PolicySettings::PolicySettings() : choices_(policies().size()) {
  for (const auto& row : policies()) rules_.push_back(std::make_shared<const Policy>(row));
  settle();
}

void PolicySettings::show_from(Severity floor) {
  floor_ = floor;
  settle();
}

/// Makes sure that there is a rule `id`. Returns what is wrong with it.
std::string PolicySettings::find_or_add(std::string_view id) {
  if (find(id) != nullptr) return {};
  // Behind the last of its family, so that findings stay in the order of the table.
  for (auto i = rules_.size(); i-- > 0;) {
    const auto limit = limit_in(id, *rules_[i]);
    if (!limit) continue;
    auto row = *rules_[i];
    row.id = std::string{id};
    row.limit = *limit;
    row.on = false;
    const auto behind = static_cast<std::ptrdiff_t>(i) + 1;
    rules_.insert(rules_.begin() + behind, std::make_shared<const Policy>(std::move(row)));
    choices_.insert(choices_.begin() + behind, Choice{});
    return {};
  }
  return "no policy " + std::string{id} + "; there are " + policy_ids() +
         "; of those with @ others too, from @512 to @65535";
}

std::string PolicySettings::set(std::string_view choice) {
  const auto equals = choice.rfind('=');
  if (equals == std::string_view::npos) return "expected ID=off|info|notice|warning|error, got " + std::string{choice};
  if (auto wrong = find_or_add(choice.substr(0, equals)); !wrong.empty()) return wrong;
  const auto severity = parse_severity(choice.substr(equals + 1));
  if (!severity) return "expected " + std::string{kSeverities} + ", got " + std::string{choice.substr(equals + 1)};
  return set(choice.substr(0, equals), *severity);
}

std::string PolicySettings::set(std::string_view id, std::optional<Severity> severity) {
  if (auto wrong = find_or_add(id); !wrong.empty()) return wrong;
  for (std::size_t i = 0; i < rules_.size(); ++i)
    if (rules_[i]->id == id) choices_[i] = Choice{std::in_place, severity};
  settle();
  return {};
}

std::string PolicySettings::set_mode(std::string_view id) {
  const auto modes = policy_modes();
  const auto mode = std::ranges::find(modes, id, &PolicyMode::id);
  if (mode == modes.end()) return "no mode " + std::string{id} + "; there are " + policy_mode_ids();
  for (auto& choice : choices_) choice = Choice{std::in_place, std::nullopt};
  for (const auto& choice : mode->choices)
    if (auto wrong = set(choice.id, std::optional{choice.severity}); !wrong.empty()) return wrong;
  return {};
}

std::string PolicySettings::set_amount(std::string_view id, std::uint32_t amount) {
  if (auto wrong = find_or_add(id); !wrong.empty()) return wrong;
  const auto at = std::ranges::find_if(rules_, [&](const auto& rule) { return rule->id == id; });
  auto rule = **at;
  if (rule.amount == 0) return std::string{id} + " asks for no number";
  const bool room = rule.any_limit;
  const auto most = room ? rule.limit - 1 : 2;
  if (amount < 1 || amount > most)
    return std::string{id} + " asks for " + (room ? "octets of room" : "addresses") + ", 1 to " + std::to_string(most);
  rule.amount = amount;
  *at = std::make_shared<const Policy>(std::move(rule));
  return {};
}

const Policy* PolicySettings::find(std::string_view id) const {
  const auto at = std::ranges::find_if(rules_, [&](const auto& rule) { return rule->id == id; });
  return at == rules_.end() ? nullptr : at->get();
}

void PolicySettings::set_encoders(EncoderSet encoders, bool declared) {
  encoders_ = encoders;
  if (!declared) return;
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    if (!std::string_view{rules_[i]->id}.starts_with("portable@")) continue;
    auto rule = *rules_[i];
    rule.severity = Severity::Warning;
    rules_[i] = std::make_shared<const Policy>(std::move(rule));
  }
  settle();
}

void PolicySettings::settle() {
  for (const bool zone_is_root : {false, true}) {
    auto& list = in_force_.at(zone_is_root ? 1 : 0);
    list.clear();
    const auto chosen = [&](std::size_t i) -> std::optional<Severity> {
      if (choices_[i]) return *choices_[i];
      if (!rules_[i]->on) return std::nullopt;
      return zone_is_root && rules_[i]->severity_at_root ? rules_[i]->severity_at_root : rules_[i]->severity;
    };
    const auto is_on = [&](std::string_view id) {
      for (std::size_t i = 0; i < rules_.size(); ++i)
        if (rules_[i]->id == id && chosen(i)) return true;
      return false;
    };
    for (std::size_t i = 0; i < rules_.size(); ++i) {
      const auto severity = chosen(i);
      if (!severity || *severity < floor_) continue;
      if (!rules_[i]->silent_with.empty() && is_on(rules_[i]->silent_with)) continue;
      list.push_back({i, *severity});
    }
  }
}

}  // namespace torii::zonec
