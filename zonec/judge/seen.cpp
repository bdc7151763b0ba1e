#include "zonec/judge/seen.hpp"

#include <algorithm>
#include <array>

#include "zonec/judge/facts.hpp"
#include "zonec/judge/referral_sets.hpp"

namespace torii::zonec {
namespace {

using dns::RrType;

constexpr std::array<std::string_view, kServerKindCount> kIds{"torii",     "nsd",       "knot",
                                                              "bind-9.18", "bind-9.20", "powerdns"};
/// NSD adds nothing optional past these. Source: measured, and NSD's manual of `minimal-responses`.
constexpr std::uint32_t kNsdOptionalIpv4 = 1232;
constexpr std::uint32_t kNsdOptionalIpv6 = 1220;

/// One referral in the writing.
class Sender {
 public:
  Sender(ServerKind kind, const Account& account, const Asked& asked)
      : kind_{kind}, account_{account}, asked_{asked}, sets_{account, encoder_of(kind)}, writer_{encoder_of(kind)} {
    writer_.start(asked.qname);
    opt_ = asked.edns ? kOptOctets : 0;
    room_ = asked.limit - std::min(asked.limit, opt_);
  }

  Seen send() {
    switch (kind_) {
      case ServerKind::Torii:
        torii();
        break;
      case ServerKind::Nsd:
        nsd();
        break;
      case ServerKind::Knot:
        knot();
        break;
      case ServerKind::Bind918:
      case ServerKind::Bind920:
        bind();
        break;
      case ServerKind::PowerDns:
        powerdns();
        break;
    }
    seen_.octets = static_cast<std::uint32_t>(writer_.octets()) + opt_;
    if (order_matters(account_, encoder_of(kind_), asked_.qname.label_count())) seen_.is_chance = true;
    for (const auto host : sets_.order()) {
      for (const auto type : {RrType::A, RrType::AAAA}) {
        const GlueSet set{static_cast<std::uint16_t>(host), type};
        if (records(set) > 0 && is_added(set) && std::ranges::find(seen_.sent, set) == seen_.sent.end())
          seen_.left_out.push_back(set);
      }
    }
    return std::move(seen_);
  }

 private:
  [[nodiscard]] const AccountHost& host(std::size_t index) const { return account_.hosts[index]; }
  [[nodiscard]] std::uint32_t records(GlueSet set) const {
    return set.type == RrType::A ? host(set.host).a : host(set.host).aaaa;
  }
  /// Whether this server would add the set if there was room.
  [[nodiscard]] bool is_added(GlueSet set) const {
    switch (kind_) {
      case ServerKind::Bind918:
      case ServerKind::Bind920:
        return host(set.host).relation != HostRelation::SiblingAuthoritative;
      case ServerKind::PowerDns:
        return !host(set.host).from_wildcard;
      default:
        return true;
    }
  }

  /// Appends the set when it fits.
  bool put(const WireSet& set, std::size_t room) {
    const auto mark = writer_.octets();
    if (writer_.put(set) <= room) return true;
    writer_.rewind(mark);
    return false;
  }
  bool put(const WireSet& set) { return put(set, room_); }

  bool put_ns() {
    if (!put(sets_.ns())) return false;
    seen_.ns_records = static_cast<std::uint32_t>(account_.hosts.size());
    return true;
  }

  bool put_glue(GlueSet set, std::size_t room) {
    if (!put(sets_.glue(set.host, set.type), room)) return false;
    seen_.sent.push_back(set);
    return true;
  }
  bool put_glue(GlueSet set) { return put_glue(set, room_); }

  /// The set's RRSIGs, if any were to go along; false when they do not fit.
  bool put_glue_signatures(GlueSet set, std::size_t room) {
    if (!asked_.dnssec_ok) return true;
    const auto signatures = sets_.glue_signatures(set.host, set.type);
    if (signatures.records == 0) return true;
    if (!put(signatures, room)) return false;
    seen_.glue_signatures += signatures.records;
    return true;
  }

  /// DS or its proof, each RRset with its signatures or not at all; false when some were left out.
  bool put_proof() {
    if (!asked_.dnssec_ok) return true;
    const auto& proof = sets_.proof();
    for (std::size_t i = 0; i < proof.size();) {
      const auto mark = writer_.octets();
      const auto sent = seen_.proof_records;
      do {
        writer_.put(proof[i]);
        seen_.proof_records += proof[i].records;
        ++i;
      } while (i < proof.size() && proof[i].type == RrType::RRSIG);
      if (writer_.octets() <= room_) continue;
      writer_.rewind(mark);
      seen_.proof_records = sent;
      return false;
    }
    return true;
  }

  /// Nothing but the question, and OPT.
  void empty() {
    writer_.start(asked_.qname);
    seen_ = {};
    seen_.tc = true;
  }

  /// The longest prefix of the glue that fits; TC when that lacks any required RRset.
  void torii() {
    if (!put_ns() || !put_proof()) {
      seen_.tc = true;
      return;
    }
    bool open = true;
    for (const auto index : glue_order(account_)) {
      for (const auto type : {RrType::A, RrType::AAAA}) {
        const GlueSet set{static_cast<std::uint16_t>(index), type};
        if (records(set) == 0) continue;
        open = open && put_glue(set);
        if (!open) seen_.tc = seen_.tc || is_required(account_, host(index));
        open = open && put_glue_signatures(set, room_);
      }
    }
  }

  /// All A that fit, then AAAA only if no A was left out; TC when there was A and none fitted.
  void nsd() {
    if (!put_ns() || !put_proof()) {
      seen_.tc = true;
      return;
    }
    const std::size_t room =
        asked_.tcp ? room_ : std::min<std::size_t>(room_, asked_.ipv6 ? kNsdOptionalIpv6 : kNsdOptionalIpv4);
    const std::array<RrType, 2> types =
        asked_.ipv6 ? std::array{RrType::AAAA, RrType::A} : std::array{RrType::A, RrType::AAAA};
    for (std::size_t pass = 0; pass < types.size(); ++pass) {
      bool some = false;
      bool all = true;
      for (const auto index : sets_.order()) {
        const GlueSet set{static_cast<std::uint16_t>(index), types[pass]};
        if (records(set) == 0) continue;
        const auto mark = writer_.octets();
        const auto signatures = seen_.glue_signatures;
        if (put_glue(set, room)) {
          if (put_glue_signatures(set, room)) {
            some = true;
            continue;
          }
          writer_.rewind(mark);
          seen_.sent.pop_back();
          seen_.glue_signatures = signatures;
        }
        all = false;
      }
      if (all) continue;
      seen_.tc = pass == 0 && !some;
      seen_.is_chance = some;
      return;
    }
  }

  /// Host by host, in-domain ones first, A then AAAA, each as it fits; TC when an in-domain one does not.
  void knot() {
    if (!put_ns() || !put_knot_proof()) {
      seen_.tc = true;
      return;
    }
    bool last_fits = true;
    for (const bool required : {true, false}) {
      for (const auto index : sets_.order()) {
        if ((host(index).relation == HostRelation::InDomain) != required) continue;
        for (const auto type : {RrType::A, RrType::AAAA}) {
          const GlueSet set{static_cast<std::uint16_t>(index), type};
          if (records(set) == 0) continue;
          last_fits = put_glue(set);
          if (last_fits) continue;
          seen_.tc = seen_.tc || required;
          break;  // the host's other RRset is not tried
        }
      }
    }
    if (!last_fits) return;
    for (const auto& set : seen_.sent)
      if (!put_glue_signatures(set, room_)) return;
  }

  /// DS or the proof, and only then all their signatures: what comes before the first that does not fit stays.
  bool put_knot_proof() {
    if (!asked_.dnssec_ok) return true;
    for (const bool signatures : {false, true}) {
      for (const auto& set : sets_.proof()) {
        if ((set.type == RrType::RRSIG) != signatures) continue;
        if (!put(set)) return false;
        seen_.proof_records += set.records;
      }
    }
    return true;
  }

  /// All A, then all AAAA, up to the first that does not fit. 9.20: TC when that is the first in-domain host's first.
  void bind() {
    if (!put_ns()) {
      empty();
      if (asked_.edns) return;  // a response with OPT and TC has nothing else
      seen_.ns_records = static_cast<std::uint32_t>(writer_.put_within(sets_.ns(), room_));
      seen_.is_chance = true;
      return;
    }
    if (!put_proof()) return empty();
    std::vector<std::size_t> hosts;
    std::vector<std::size_t> first;
    for (const auto index : sets_.order()) {
      const bool glue = host(index).relation != HostRelation::SiblingAuthoritative;
      if (!glue || (host(index).a == 0 && host(index).aaaa == 0)) continue;
      const bool required = kind_ == ServerKind::Bind920 && host(index).relation == HostRelation::InDomain;
      (required ? first : hosts).push_back(index);
    }
    std::ranges::reverse(hosts);
    hosts.insert(hosts.begin(), first.begin(), first.end());
    if (!first.empty()) {
      const auto type = host(first.front()).a > 0 ? RrType::A : RrType::AAAA;
      if (!put_glue({static_cast<std::uint16_t>(first.front()), type})) {
        if (asked_.edns) return empty();
        seen_.tc = true;
        return;
      }
    }
    const std::array<RrType, 2> types =
        asked_.ipv6 ? std::array{RrType::AAAA, RrType::A} : std::array{RrType::A, RrType::AAAA};
    for (const auto type : types) {
      for (const auto index : hosts) {
        const GlueSet set{static_cast<std::uint16_t>(index), type};
        if (records(set) == 0 || (!seen_.sent.empty() && seen_.sent.front() == set)) continue;
        if (!put_glue(set)) return;
      }
    }
  }

  /// All or nothing. A signed zone's DS goes along without DO too, though not its signatures.
  void powerdns() {
    bool fits = put_ns() && put_proof();
    if (fits && !asked_.dnssec_ok) {
      for (const auto& set : sets_.proof()) {
        if (set.type != RrType::DS) continue;
        fits = fits && put(set);
        seen_.proof_records += set.records;
      }
    }
    for (const auto index : sets_.order()) {
      for (const auto type : {RrType::A, RrType::AAAA}) {
        const GlueSet set{static_cast<std::uint16_t>(index), type};
        if (records(set) == 0 || !is_added(set)) continue;
        fits = fits && put_glue(set) && put_glue_signatures(set, room_);
      }
    }
    if (!fits) empty();
  }

  ServerKind kind_;
  const Account& account_;
  const Asked& asked_;
  ReferralSets sets_;
  MessageWriter writer_;
  std::uint32_t opt_ = 0;
  std::size_t room_ = 0;
  Seen seen_;
};

}  // namespace

std::string_view server_id(ServerKind kind) noexcept { return kIds[static_cast<std::size_t>(kind)]; }

std::optional<ServerKind> server_from_id(std::string_view id) noexcept {
  if (id == "bind") return ServerKind::Bind920;
  const auto* const found = std::ranges::find(kIds, id);
  if (found == kIds.end()) return std::nullopt;
  return static_cast<ServerKind>(found - kIds.begin());
}

Encoder encoder_of(ServerKind kind) noexcept {
  switch (kind) {
    case ServerKind::Knot:
      return Encoder::Knot;
    case ServerKind::Bind918:
      return Encoder::Bind918;
    case ServerKind::Bind920:
      return Encoder::Bind920;
    case ServerKind::PowerDns:
      return Encoder::Pdns;
    default:
      return Encoder::Full;
  }
}

void add_encoders_of(ServerKind kind, EncoderSet& encoders) noexcept {
  encoders.add(encoder_of(kind));
  if (kind == ServerKind::Bind918 || kind == ServerKind::Bind920) encoders.add(Encoder::BindCase);
}

Seen seen_from(ServerKind kind, const Account& account, const Asked& asked) {
  return Sender{kind, account, asked}.send();
}

}  // namespace torii::zonec
