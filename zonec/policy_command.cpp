#include <boost/json.hpp>
#include <iostream>
#include <memory>

#include "zonec/commands.hpp"
#include "zonec/judge/policy.hpp"

namespace torii::zonec {
namespace {

namespace json = boost::json;

struct Options {
  std::string id;  // empty: all
  bool json = false;
};

std::string severity_of(const Policy& policy) {
  auto out = std::string{severity_text(policy.severity)};
  if (policy.severity_at_root) out += ", " + std::string{severity_text(*policy.severity_at_root)} + " in the root zone";
  return policy.on ? out : "off; when switched on by a mode or by --policy, " + out;
}

std::string to_text(const Policy& policy) {
  auto out = policy.id + "\n  severity  " + severity_of(policy) + "\n";
  if (policy.limit > 0) out += "  limit     " + std::to_string(policy.limit) + " octets";
  if (policy.any_limit) out += "; others by " + policy.id.substr(0, policy.id.find('@') + 1) + "L";
  if (policy.limit > 0) out += "\n";
  if (policy.amount > 0)
    out +=
        "  asks for  " + std::to_string(policy.amount) + (policy.any_limit ? " octets of room\n" : " address RRsets\n");
  out += "  holds     when " + std::string{policy.meaning} + "\n  source    " + std::string{policy.source} + "\n";
  if (!policy.silent_with.empty()) out += "  only      while " + std::string{policy.silent_with} + " is off\n";
  return out;
}

std::string to_text(const PolicyMode& mode) {
  auto out = "mode " + std::string{mode.id} + "\n  only      ";
  for (std::size_t i = 0; i < mode.choices.size(); ++i)
    out += (i > 0 ? ", " : "") + std::string{mode.choices[i].id} + "=" +
           std::string{severity_text(mode.choices[i].severity)};
  return out + "\n  meaning   " + std::string{mode.meaning} + "\n  source    " + std::string{mode.source} + "\n";
}

json::object to_json(const Policy& policy) {
  json::object out{{"id", policy.id},
                   {"on", policy.on},
                   {"severity", std::string{severity_text(policy.severity)}},
                   {"severity_at_root", nullptr},
                   {"limit", nullptr},
                   {"any_limit", policy.any_limit},
                   {"amount", nullptr},
                   {"meaning", std::string{policy.meaning}},
                   {"source", std::string{policy.source}},
                   {"silent_with", nullptr}};
  if (policy.severity_at_root) out["severity_at_root"] = std::string{severity_text(*policy.severity_at_root)};
  if (policy.limit > 0) out["limit"] = policy.limit;
  if (policy.amount > 0) out["amount"] = policy.amount;
  if (!policy.silent_with.empty()) out["silent_with"] = std::string{policy.silent_with};
  return out;
}

json::object to_json(const PolicyMode& mode) {
  json::object choices;
  for (const auto& choice : mode.choices) choices[choice.id] = std::string{severity_text(choice.severity)};
  return {{"mode", std::string{mode.id}},
          {"policies", std::move(choices)},
          {"meaning", std::string{mode.meaning}},
          {"source", std::string{mode.source}}};
}

void show(const Options& options) {
  json::array rows;
  std::string text;
  for (const auto& policy : policies()) {
    if (!options.id.empty() && policy.id != options.id) continue;
    rows.push_back(to_json(policy));
    text += to_text(policy);
  }
  for (const auto& mode : policy_modes()) {
    if (!options.id.empty() && mode.id != options.id) continue;
    rows.push_back(to_json(mode));
    text += to_text(mode);
  }
  if (rows.empty())
    throw CLI::ValidationError{
        "CODE", "no policy or mode " + options.id + "; there are " + policy_ids() + "; modes " + policy_mode_ids()};
  if (options.json)
    std::cout << json::serialize(rows) << '\n';
  else
    std::cout << text;
}

}  // namespace

void add_policy(CLI::App& app, ExitStatus& status) {
  auto* command = app.add_subcommand("policy", "The size policies: where each comes from, and what it asks");
  command->require_subcommand(1);
  auto options = std::make_shared<Options>();
  auto* list = command->add_subcommand("list", "All policies, in the order of findings, and modes");
  auto* one = command->add_subcommand("show", "One policy or mode");
  one->add_option("CODE", options->id, "Its id")->required();
  for (auto* each : {list, one}) {
    each->add_flag("--json", options->json, "As JSON");
    each->callback([options, &status] {
      show(*options);
      status = ExitStatus::Done;
    });
  }
}

}  // namespace torii::zonec
