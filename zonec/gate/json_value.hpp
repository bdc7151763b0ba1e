#pragma once
/// JSON text as a tree that keeps what a reader of requests must know and a usual JSON library drops: members given
/// twice, and where the text stops being JSON. RFC 8259, UTF-8 only.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace torii::zonec::gate {

struct JsonFault {
  std::size_t offset{};  // octets from the start of the text
  std::string text;
};

struct JsonValue {
  enum class Kind : std::uint8_t { Null, Boolean, Integer, Number, String, Array, Object };
  Kind kind = Kind::Null;
  bool boolean = false;
  std::int64_t integer = 0;
  std::string string{};
  std::vector<JsonValue> items{};
  std::vector<std::pair<std::string, JsonValue>> members{};
  /// Member of an object that was given more than once; empty when none was, or this is no object.
  std::optional<std::string> twice{};

  [[nodiscard]] const JsonValue* find(std::string_view name) const noexcept;
};
/// "null", "true or false", "a number", "a string", "an array", "an object"
[[nodiscard]] std::string_view kind_text(JsonValue::Kind kind) noexcept;

/// Arrays and objects within each other, at most. Source: house rule.
inline constexpr std::size_t kJsonDepthMax = 16;

[[nodiscard]] std::variant<JsonValue, JsonFault> parse_json(std::string_view text);

}  // namespace torii::zonec::gate
