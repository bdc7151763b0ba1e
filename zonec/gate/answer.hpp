#pragma once
/// Verdicts and errors as JSON, one line each. docs/gate.md is the schema.
#include <optional>
#include <string>

#include "zonec/gate/judge.hpp"
#include "zonec/gate/request.hpp"

namespace torii::zonec::gate {

/// What verdicts are against.
struct Against {
  dns::Name zone;
  std::uint32_t serial{};
  std::optional<std::uint64_t> generation{};  // nothing for a zone file
  std::string created{};
  std::size_t changes{};  // names that committed transactions changed
};

[[nodiscard]] std::string verdict_line(const Request& request, const Verdict& verdict, const Against& against,
                                       bool committed, const PolicySettings& settings);
[[nodiscard]] std::string error_line(const Request& request, const RequestError& error,
                                     const std::optional<Against>& against);
struct StatusFacts {
  std::uint64_t delegations{};  // of the base
  std::uint64_t requests{};
  std::uint64_t errors{};
  std::uint64_t commits{};
  std::size_t index_octets{};
};
/// `what`: "status" or "reload".
[[nodiscard]] std::string status_line(const Request& request, std::string_view what, const Against& against,
                                      const StatusFacts& facts);

}  // namespace torii::zonec::gate
