#pragma once
/// What a name is to a zone: where a query for it leads.
#include <string>
#include <string_view>

#include "zonec/model/zone.hpp"

namespace torii::zonec {

enum class NameKind : std::uint8_t {
  Delegation,
  BelowDelegation,  // `cut` is the delegation; glue may stand here
  Apex,
  Authoritative,  // has data of this zone
  EmptyNonTerminal,
  BelowDname,  // `owner` is where the DNAME stands
  Wildcard,    // no such name, but `owner`, a wildcard, answers for it
  NoSuchName,  // `owner` is the closest encloser
  OutOfZone,
};
/// "delegation", "below-delegation", ...
[[nodiscard]] std::string_view name_kind_id(NameKind kind) noexcept;

struct NamePlace {
  NameKind kind{};
  OwnerIndex owner = kNoOwner;  // the name's own, or as said above
  OwnerIndex cut = kNoOwner;    // the delegation that it is or is below; else the nearest in canonical order, if any
};

[[nodiscard]] NamePlace find_place(const Zone& zone, dns::NameView name);

/// "www.example.jp is below the delegation example.jp": in words.
[[nodiscard]] std::string place_text(const Zone& zone, dns::NameView name, const NamePlace& place);

}  // namespace torii::zonec
