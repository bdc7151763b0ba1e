#pragma once
/// One line of text into one request. docs/gate.md is the schema; every departure from it is an error that says where.
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "zonec/gate/transaction.hpp"

namespace torii::zonec::gate {

inline constexpr std::int64_t kSchemaVersion = 1;

// Bounds of a request. Source: house rules.
inline constexpr std::size_t kLineOctetsMax = std::size_t{1} << 20;
inline constexpr std::size_t kOperationsMax = 1000;
inline constexpr std::size_t kHostsMax = 1000;      // of one operation
inline constexpr std::size_t kAddressesMax = 1000;  // of one host
inline constexpr std::size_t kDsMax = 100;
inline constexpr std::size_t kIdOctetsMax = 256;
inline constexpr std::size_t kAffectedDefault = 20;
inline constexpr std::size_t kAffectedMax = 1000;

struct Request {
  enum class Kind : std::uint8_t { Judge, Status, Reload };
  /// Echoed: a string, a number, or null.
  std::variant<std::monostate, std::string, std::int64_t> id{};
  Kind kind = Kind::Judge;
  bool commit = false;
  bool fixes = true;
  bool drop_changes = false;  // Reload
  std::size_t affected_max = kAffectedDefault;
  std::vector<Operation> operations{};
};

struct ParsedRequest {
  Request request;  // with an error: as far as it was understood, the id at least
  std::optional<RequestError> error;
};

[[nodiscard]] ParsedRequest parse_request(std::string_view line);

}  // namespace torii::zonec::gate
