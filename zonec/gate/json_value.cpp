#include "zonec/gate/json_value.hpp"

#include <algorithm>
#include <array>
#include <boost/json/basic_parser_impl.hpp>
#include <limits>

namespace torii::zonec::gate {
namespace {

namespace json = boost::json;

/// Builds the tree. Called by Boost's parser, which checks syntax, UTF-8 and depth.
struct Builder {
  static constexpr std::size_t max_object_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_array_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_key_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_string_size = std::numeric_limits<std::size_t>::max();
  using Error = json::error_code;
  using Text = json::string_view;
  using Kind = JsonValue::Kind;

  JsonValue root;
  std::vector<JsonValue> open;    // arrays and objects that are not at their end
  std::vector<std::string> keys;  // of the members that are not, innermost last
  std::string text;               // of a string or key in parts

  void add(JsonValue&& value) {
    if (open.empty()) {
      root = std::move(value);
    } else if (auto& parent = open.back(); parent.kind == Kind::Array) {
      parent.items.push_back(std::move(value));
    } else {
      parent.members.emplace_back(std::move(keys.back()), std::move(value));
      keys.pop_back();
    }
  }
  bool begin(Kind kind) {
    open.emplace_back().kind = kind;
    return true;
  }
  bool end() {
    auto value = std::move(open.back());
    open.pop_back();
    if (value.members.size() > 1) {
      std::vector<std::string_view> names;
      for (const auto& member : value.members) names.push_back(member.first);
      std::ranges::sort(names);
      if (const auto same = std::ranges::adjacent_find(names); same != names.end()) value.twice = std::string{*same};
    }
    add(std::move(value));
    return true;
  }
  bool number(std::int64_t integer) {
    JsonValue value;
    value.kind = Kind::Integer;
    value.integer = integer;
    add(std::move(value));
    return true;
  }
  bool other(Kind kind, bool boolean = false) {
    JsonValue value;
    value.kind = kind;
    value.boolean = boolean;
    add(std::move(value));
    return true;
  }
  bool part(Text piece) {
    text.append(piece.data(), piece.size());
    return true;
  }

  // What Boost's parser calls; its names.
  bool on_document_begin(Error& /*error*/) { return true; }
  bool on_document_end(Error& /*error*/) { return true; }
  bool on_object_begin(Error& /*error*/) { return begin(Kind::Object); }
  bool on_object_end(std::size_t /*count*/, Error& /*error*/) { return end(); }
  bool on_array_begin(Error& /*error*/) { return begin(Kind::Array); }
  bool on_array_end(std::size_t /*count*/, Error& /*error*/) { return end(); }
  bool on_key_part(Text piece, std::size_t /*size*/, Error& /*error*/) { return part(piece); }
  bool on_key(Text piece, std::size_t /*size*/, Error& /*error*/) {
    part(piece);
    keys.push_back(std::move(text));
    text.clear();
    return true;
  }
  bool on_string_part(Text piece, std::size_t /*size*/, Error& /*error*/) { return part(piece); }
  bool on_string(Text piece, std::size_t /*size*/, Error& /*error*/) {
    part(piece);
    JsonValue value;
    value.kind = Kind::String;
    value.string = std::move(text);
    text.clear();
    add(std::move(value));
    return true;
  }
  bool on_number_part(Text /*piece*/, Error& /*error*/) { return true; }
  bool on_int64(std::int64_t value, Text /*piece*/, Error& /*error*/) { return number(value); }
  bool on_uint64(std::uint64_t /*value*/, Text /*piece*/, Error& /*error*/) { return other(Kind::Number); }
  bool on_double(double /*value*/, Text /*piece*/, Error& /*error*/) { return other(Kind::Number); }
  bool on_bool(bool value, Error& /*error*/) { return other(Kind::Boolean, value); }
  bool on_null(Error& /*error*/) { return other(Kind::Null); }
  bool on_comment_part(Text /*piece*/, Error& /*error*/) { return true; }
  bool on_comment(Text /*piece*/, Error& /*error*/) { return true; }
};

}  // namespace

const JsonValue* JsonValue::find(std::string_view name) const noexcept {
  const auto at = std::ranges::find(members, name, [](const auto& member) { return std::string_view{member.first}; });
  return at == members.end() ? nullptr : &at->second;
}

std::string_view kind_text(JsonValue::Kind kind) noexcept {
  constexpr std::array<std::string_view, 7> kTexts{"null",     "true or false", "a whole number", "a number",
                                                   "a string", "an array",      "an object"};
  return kTexts.at(static_cast<std::size_t>(kind));
}

std::variant<JsonValue, JsonFault> parse_json(std::string_view text) {
  json::parse_options options;
  options.max_depth = kJsonDepthMax;
  json::basic_parser<Builder> parser{options};
  json::error_code error;
  const auto read = parser.write_some(false, text.data(), text.size(), error);
  if (!error && read < text.size()) return JsonFault{read, "there is more behind the end of the value"};
  if (error) return JsonFault{read, error.message()};
  return std::move(parser.handler().root);
}

}  // namespace torii::zonec::gate
