#include <boost/json.hpp>
#include <iostream>
#include <memory>

#include "zonec/judge/policy.hpp"
#include "zonec/commands.hpp"

namespace torii::zonec {
namespace {

namespace json = boost::json;

struct Options {
  std::string id;  // empty: all
  bool json = false;
};

std::string to_text(const Policy& policy) {
  auto out = std::string{policy.id} + "\n  severity  " + std::string{severity_text(policy.severity)} +
             "\n  limit     " + std::to_string(policy.limit) + " octets\n  holds     when " +
             std::string{policy.meaning} + "\n  source    " + std::string{policy.source} + "\n";
  if (!policy.silent_with.empty()) out += "  only      while " + std::string{policy.silent_with} + " is off\n";
  return out;
}

json::object to_json(const Policy& policy) {
  json::object out{{"id", std::string{policy.id}},
                   {"severity", std::string{severity_text(policy.severity)}},
                   {"limit", policy.limit},
                   {"meaning", std::string{policy.meaning}},
                   {"source", std::string{policy.source}},
                   {"silent_with", nullptr}};
  if (!policy.silent_with.empty()) out["silent_with"] = std::string{policy.silent_with};
  return out;
}

void show(const Options& options) {
  json::array rows;
  std::string text;
  for (const auto& policy : policies()) {
    if (!options.id.empty() && policy.id != options.id) continue;
    rows.push_back(to_json(policy));
    text += to_text(policy);
  }
  if (rows.empty()) throw CLI::ValidationError{"CODE", "no policy " + options.id + "; there are " + policy_ids()};
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
  auto* list = command->add_subcommand("list", "All policies, in the order of findings");
  auto* one = command->add_subcommand("show", "One policy");
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
