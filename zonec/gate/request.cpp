#include "zonec/gate/request.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <initializer_list>

#include "zonec/gate/json_value.hpp"

namespace torii::zonec::gate {
namespace {

using Kind = JsonValue::Kind;

/// A reference token of a JSON pointer: RFC 6901 section 3.
std::string token(std::string_view name) {
  std::string out{"/"};
  for (const char c : name) out += c == '~' ? "~0" : c == '/' ? "~1" : std::string{c};
  return out;
}

/// The start of a text for a message, whole characters only.
std::string clip(std::string_view text, std::size_t octets = 64) {
  if (text.size() <= octets) return std::string{text};
  while (octets > 0 && (static_cast<unsigned char>(text[octets]) & 0xC0U) == 0x80) --octets;
  return std::string{text.substr(0, octets)} + "...";
}

/// Reads straight down; the first error is kept, and what is read after it does not count.
class Reader {
 public:
  explicit Reader(ParsedRequest& out) : out_{out} {}

  void read(const JsonValue& root) {
    if (!is(root, Kind::Object, "")) return;
    read_id(root);
    members(root, "", {"version", "id", "request", "mode", "operations", "affected_max", "fixes", "drop_changes"});
    if (const auto* version = root.find("version");
        version != nullptr && is(*version, Kind::Integer, "/version") && version->integer != kSchemaVersion)
      fail("unsupported-version", "/version", "version " + std::to_string(version->integer) + " of the schema",
           "this gate speaks version " + std::to_string(kSchemaVersion));
    auto& request = out_.request;
    switch (choice(root, "request", {"judge", "status", "reload"})) {
      case 1:
        request.kind = Request::Kind::Status;
        break;
      case 2:
        request.kind = Request::Kind::Reload;
        break;
      default:
        break;
    }
    request.commit = choice(root, "mode", {"check", "commit"}) == 1;
    request.fixes = flag(root, "", "fixes", true);
    request.drop_changes = flag(root, "", "drop_changes", false);
    if (const auto* most = root.find("affected_max"); most != nullptr && is(*most, Kind::Integer, "/affected_max")) {
      if (most->integer < 0 || most->integer > static_cast<std::int64_t>(kAffectedMax))
        fail("out-of-range", "/affected_max", std::to_string(most->integer),
             "a number from 0 to " + std::to_string(kAffectedMax));
      else
        request.affected_max = static_cast<std::size_t>(most->integer);
    }
    read_operations(root);
  }

 private:
  void fail(std::string code, std::string at, std::string text, std::string remedy) {
    if (!out_.error) out_.error = {std::move(code), std::move(at), std::move(text), std::move(remedy), {}, 0};
  }
  [[nodiscard]] bool failed() const noexcept { return out_.error.has_value(); }

  bool is(const JsonValue& value, Kind kind, const std::string& at) {
    if (value.kind == kind) return true;
    fail("wrong-type", at, std::string{kind_text(value.kind)}, "expected " + std::string{kind_text(kind)});
    return false;
  }

  void members(const JsonValue& object, const std::string& at, std::initializer_list<std::string_view> known) {
    if (object.twice) fail("duplicate-member", at + token(clip(*object.twice)), "given more than once", "give it once");
    for (const auto& member : object.members) {
      if (std::ranges::find(known, std::string_view{member.first}) != known.end()) continue;
      std::string list;
      for (const auto name : known) list += (list.empty() ? "" : ", ") + std::string{name};
      fail("unknown-member", at + token(clip(member.first)), "no such member here", "there are " + list);
    }
  }

  void read_id(const JsonValue& root) {
    const auto* id = root.find("id");
    if (id == nullptr || id->kind == Kind::Null) return;
    if (id->kind == Kind::Integer) {
      out_.request.id = id->integer;
    } else if (id->kind != Kind::String) {
      fail("wrong-type", "/id", std::string{kind_text(id->kind)}, "expected a string or a whole number");
    } else if (id->string.size() > kIdOctetsMax) {
      fail("out-of-range", "/id", std::to_string(id->string.size()) + " octets",
           "at most " + std::to_string(kIdOctetsMax));
    } else {
      out_.request.id = id->string;
    }
  }

  std::size_t choice(const JsonValue& object, std::string_view name, std::initializer_list<std::string_view> choices,
                     const std::string& at = {}, bool required = false) {
    const auto* value = object.find(name);
    const auto here = at + token(name);
    std::string list;
    for (const auto text : choices) list += (list.empty() ? "" : ", ") + std::string{text};
    if (value == nullptr) {
      if (required) fail("missing-member", here, "is missing", "one of " + list);
      return 0;
    }
    if (!is(*value, Kind::String, here)) return 0;
    const auto found = std::ranges::find(choices, std::string_view{value->string});
    if (found != choices.end()) return static_cast<std::size_t>(found - choices.begin());
    fail("unknown-value", here, "'" + clip(value->string) + "'", "one of " + list);
    return 0;
  }

  bool flag(const JsonValue& object, const std::string& at, std::string_view name, bool otherwise) {
    const auto* value = object.find(name);
    if (value == nullptr || !is(*value, Kind::Boolean, at + token(name))) return otherwise;
    return value->boolean;
  }

  void read_operations(const JsonValue& root) {
    auto& request = out_.request;
    const auto* operations = root.find("operations");
    if (request.kind != Request::Kind::Judge) {
      if (operations != nullptr) fail("unknown-member", "/operations", "this request takes none", "leave it out");
      return;
    }
    if (operations == nullptr) return fail("missing-member", "/operations", "is missing", "an array of operations");
    if (!is(*operations, Kind::Array, "/operations")) return;
    if (operations->items.empty() || operations->items.size() > kOperationsMax)
      return fail("out-of-range", "/operations", std::to_string(operations->items.size()) + " operations",
                  "1 to " + std::to_string(kOperationsMax) + " in a transaction");
    for (std::size_t i = 0; i < operations->items.size() && !failed(); ++i)
      read_operation(operations->items[i], "/operations/" + std::to_string(i));
  }

  void read_operation(const JsonValue& value, const std::string& at) {
    if (!is(value, Kind::Object, at)) return;
    Operation operation;
    operation.at = at;
    operation.act = static_cast<Act>(choice(value, "op", {"create", "update", "delete"}, at, true));
    const auto* delegation = value.find("delegation");
    const auto* host = value.find("host");
    if ((delegation == nullptr) == (host == nullptr))
      return fail("missing-member", at, "an operation is about one object", "give \"delegation\" or \"host\"");
    operation.is_host = host != nullptr;
    operation.name = name(operation.is_host ? *host : *delegation, at + (operation.is_host ? "/host" : "/delegation"));
    operation.force = flag(value, at, "force", false);
    if (operation.act == Act::Delete) {
      members(value, at, {"op", "delegation", "host", "force"});
    } else if (operation.act == Act::Update) {
      members(value, at, {"op", "delegation", "host", "force", "add", "rem", "chg"});
      read_update(value, operation);
    } else if (operation.is_host) {
      members(value, at, {"op", "host", "force", "addresses"});
      read_part(value, at, operation, operation.add, true);
    } else {
      members(value, at, {"op", "delegation", "force", "ns", "ds"});
      if (value.find("ns") == nullptr) fail("missing-member", at + "/ns", "is missing", "an array of hosts");
      read_part(value, at, operation, operation.add, true);
    }
    out_.request.operations.push_back(std::move(operation));
  }

  void read_update(const JsonValue& value, Operation& operation) {
    bool any = false;
    for (const auto& [member, part] :
         {std::pair{"add", &operation.add}, std::pair{"rem", &operation.rem}, std::pair{"chg", &operation.chg}}) {
      const auto* object = value.find(member);
      const auto at = operation.at + token(member);
      if (object == nullptr || !is(*object, Kind::Object, at)) continue;
      any = true;
      const bool renames = operation.is_host && part == &operation.chg;
      if (renames)
        members(*object, at, {"addresses", "name"});
      else if (operation.is_host)
        members(*object, at, {"addresses"});
      else
        members(*object, at, {"ns", "ds"});
      read_part(*object, at, operation, *part, part != &operation.rem);
      if (const auto* to = object->find("name"); renames && to != nullptr) operation.new_name = name(*to, at + "/name");
    }
    if (!any) fail("missing-member", operation.at, "an update without a change", "give add, rem or chg");
  }

  void read_part(const JsonValue& value, const std::string& at, const Operation& operation, Operation::Part& part,
                 bool with_addresses) {
    if (operation.is_host) {
      if (const auto* list = value.find("addresses"); list != nullptr) {
        part.has_addresses = true;
        part.addresses = addresses(*list, at + "/addresses");
      }
      return;
    }
    if (const auto* list = value.find("ns"); list != nullptr) {
      part.has_ns = true;
      part.ns = hosts(*list, at + "/ns", with_addresses);
    }
    if (const auto* list = value.find("ds"); list != nullptr) {
      part.has_ds = true;
      part.ds = ds(*list, at + "/ds");
    }
  }

  bool is_list(const JsonValue& value, const std::string& at, std::size_t most) {
    if (!is(value, Kind::Array, at)) return false;
    if (value.items.size() <= most) return true;
    fail("out-of-range", at, std::to_string(value.items.size()) + " elements", "at most " + std::to_string(most));
    return false;
  }

  std::vector<HostSpec> hosts(const JsonValue& value, const std::string& at, bool with_addresses) {
    std::vector<HostSpec> out;
    if (!is_list(value, at, kHostsMax)) return out;
    NameSet seen;
    for (std::size_t i = 0; i < value.items.size() && !failed(); ++i) {
      const auto& item = value.items[i];
      const auto here = at + "/" + std::to_string(i);
      HostSpec host{.name = {}, .at = here};
      if (item.kind == Kind::Object && with_addresses) {
        members(item, here, {"name", "addresses"});
        const auto* own = item.find("name");
        if (own == nullptr) fail("missing-member", here + "/name", "is missing", "the host's name");
        if (own != nullptr) host.name = name(*own, here + "/name", true);
        if (const auto* list = item.find("addresses"); list != nullptr)
          host.addresses = addresses(*list, here + "/addresses");
      } else if (item.kind == Kind::String) {
        host.name = name(item, here, true);
      } else {
        fail("wrong-type", here, std::string{kind_text(item.kind)},
             with_addresses ? "expected a name, or an object with name and addresses" : "expected a name");
      }
      if (!failed() && !seen.insert(host.name).second)
        fail("duplicate-host", here, view_of(host.name).text() + " is given twice", "give it once");
      out.push_back(std::move(host));
    }
    return out;
  }

  Addresses addresses(const JsonValue& value, const std::string& at) {
    Addresses out;
    if (!is_list(value, at, kAddressesMax)) return out;
    for (std::size_t i = 0; i < value.items.size() && !failed(); ++i) {
      const auto here = at + "/" + std::to_string(i);
      if (!is(value.items[i], Kind::String, here)) break;
      const auto& text = value.items[i].string;
      std::array<std::uint8_t, 4> a{};
      std::array<std::uint8_t, 16> aaaa{};
      bool is_new = false;
      if (text.find('\0') == std::string::npos && inet_pton(AF_INET, text.c_str(), a.data()) == 1)
        is_new = out.a.insert(a).second;
      else if (text.find('\0') == std::string::npos && inet_pton(AF_INET6, text.c_str(), aaaa.data()) == 1)
        is_new = out.aaaa.insert(aaaa).second;
      else
        return fail("bad-address", here, "'" + clip(text) + "' is no IP address", "as in 192.0.2.1 or 2001:db8::1"),
               out;
      if (!is_new) fail("duplicate-address", here, text + " is given twice", "give it once");
    }
    return out;
  }

  std::int64_t number(const JsonValue& object, const std::string& at, std::string_view member, std::int64_t most) {
    const auto* value = object.find(member);
    const auto here = at + token(member);
    if (value == nullptr) return fail("missing-member", here, "is missing", "a number"), 0;
    if (!is(*value, Kind::Integer, here)) return 0;
    if (value->integer < 0 || value->integer > most)
      fail("out-of-range", here, std::to_string(value->integer), "a number from 0 to " + std::to_string(most));
    return value->integer;
  }

  DsSet ds(const JsonValue& value, const std::string& at) {
    DsSet out;
    if (!is_list(value, at, kDsMax)) return out;
    for (std::size_t i = 0; i < value.items.size() && !failed(); ++i) {
      const auto here = at + "/" + std::to_string(i);
      const auto& item = value.items[i];
      if (!is(item, Kind::Object, here)) break;
      members(item, here, {"key_tag", "algorithm", "digest_type", "digest"});
      const auto tag = number(item, here, "key_tag", 0xFFFF);
      const auto algorithm = number(item, here, "algorithm", 0xFF);
      const auto type = number(item, here, "digest_type", 0xFF);
      std::vector<std::uint8_t> rdata{static_cast<std::uint8_t>(tag >> 8), static_cast<std::uint8_t>(tag),
                                      static_cast<std::uint8_t>(algorithm), static_cast<std::uint8_t>(type)};
      if (!append_digest(item, here, type, rdata)) break;
      if (!out.insert(std::move(rdata)).second)
        fail("duplicate-ds", here, "the same DS record is given twice", "give it once");
    }
    return out;
  }

  bool append_digest(const JsonValue& item, const std::string& at, std::int64_t type,
                     std::vector<std::uint8_t>& rdata) {
    const auto* digest = item.find("digest");
    const auto here = at + "/digest";
    if (digest == nullptr) return fail("missing-member", here, "is missing", "hexadecimal digits"), false;
    if (!is(*digest, Kind::String, here)) return false;
    const auto value_of = [](char c) {
      return c >= '0' && c <= '9'   ? c - '0'
             : c >= 'a' && c <= 'f' ? c - 'a' + 10
             : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                    : -1;
    };
    const auto& text = digest->string;
    if (text.empty() || text.size() % 2 != 0 || text.size() > 2 * 255 ||
        std::ranges::any_of(text, [&](char c) { return value_of(c) < 0; }))
      return fail("bad-digest", here, "no hexadecimal digits in pairs", "as in 5E7EE47C..."), false;
    // SHA-1, SHA-256, GOST R 34.11-94, SHA-384: IANA, DS RR Type Digest Algorithms.
    const std::size_t octets = type == 1 ? 20 : type == 2 || type == 3 ? 32 : type == 4 ? 48 : text.size() / 2;
    if (text.size() != 2 * octets)
      return fail("bad-digest", here, std::to_string(text.size() / 2) + " octets",
                  "digest type " + std::to_string(type) + " has " + std::to_string(octets)),
             false;
    for (std::size_t i = 0; i < text.size(); i += 2)
      rdata.push_back(static_cast<std::uint8_t>(value_of(text[i]) << 4 | value_of(text[i + 1])));
    return true;
  }

  /// `may_be_root`: hosts may ("." says that there is none: RFC 7505 has the like for MX).
  WireName name(const JsonValue& value, const std::string& at, bool may_be_root = false) {
    if (!is(value, Kind::String, at)) return {};
    const auto& text = value.string;
    if (std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) >= 0x80; }))
      return fail("name-not-ascii", at, "'" + clip(text, 300) + "' has characters beyond ASCII",
                  "write an internationalised name in A-labels, xn--..."),
             WireName{};
    const auto parsed = text == "@" ? std::nullopt : dns::Name::from_text(text);
    if (!parsed)
      return fail("bad-name", at, "'" + clip(text, 300) + "' is no domain name",
                  "labels of 1 to 63 octets with dots between, 255 octets in all"),
             WireName{};
    if (parsed->view().is_wildcard() || (parsed->view().is_root() && !may_be_root))
      return fail("name-not-allowed", at, "'" + text + "' cannot be delegated, nor be a host", "another name"),
             WireName{};
    return wire_of(*parsed);
  }

  ParsedRequest& out_;
};

}  // namespace

ParsedRequest parse_request(std::string_view line) {
  ParsedRequest out;
  auto parsed = parse_json(line);
  if (const auto* fault = std::get_if<JsonFault>(&parsed)) {
    out.error = {"bad-json",
                 "",
                 "octet " + std::to_string(fault->offset) + ": " + fault->text,
                 "one JSON object a line, in UTF-8",
                 fault->offset,
                 0};
    return out;
  }
  Reader{out}.read(std::get<JsonValue>(parsed));
  return out;
}

}  // namespace torii::zonec::gate
