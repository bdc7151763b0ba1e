#pragma once
/// The size of a referral that holds for whichever of several servers sends it, at the worst QNAME for each.
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <vector>

#include "zonec/judge/qname.hpp"
#include "zonec/judge/referral_sets.hpp"

namespace torii::zonec {

class EncoderSet {
 public:
  constexpr EncoderSet() noexcept = default;
  constexpr EncoderSet(std::initializer_list<Encoder> encoders) noexcept {
    for (const auto encoder : encoders) add(encoder);
  }
  [[nodiscard]] static constexpr EncoderSet all() noexcept {
    EncoderSet set;
    set.bits_ = (1U << kEncoderCount) - 1U;
    return set;
  }
  constexpr void add(Encoder encoder) noexcept { bits_ |= 1U << static_cast<unsigned>(encoder); }
  [[nodiscard]] constexpr bool has(Encoder encoder) const noexcept {
    return (bits_ >> static_cast<unsigned>(encoder) & 1U) != 0;
  }
  [[nodiscard]] constexpr bool empty() const noexcept { return bits_ == 0; }
  friend constexpr bool operator==(EncoderSet, EncoderSet) noexcept = default;

 private:
  std::uint32_t bits_ = 0;
};

/// Which part of the referral is asked about.
struct ReferralPart {
  bool opt{};
  bool proof{};  // what DO brings
  enum class Glue : std::uint8_t { None, Required, All } glue{Glue::None};
};

/// The largest, and who sends it. Of equals the first: in the order of Encoder, then of QnameShape.
struct Portable {
  std::uint32_t octets{};
  Encoder encoder{};
  QnameShape shape{};
  bool other_case{};  // QNAME's letters all differ from the zone's in case
};

/// Sizes for one set of encoders. Keeps its working room: one object a thread.
class PortableSizes {
 public:
  /// With `bind-case` among them, BIND's other encoders are tried at a QNAME in the other case too.
  explicit PortableSizes(EncoderSet enabled);

  /// `enabled` is not empty.
  [[nodiscard]] Portable worst(const Account& account, ReferralPart part);
  /// One encoder, one QNAME. BIND sends NS records in random order: where that matters, the most of three orders (of
  /// RDATA, canonical, and the reverse of that), which chance may exceed.
  [[nodiscard]] std::uint32_t octets(const Account& account, ReferralPart part, Encoder encoder, dns::NameView qname);

 private:
  std::size_t write(const Account& account, ReferralPart part, MessageWriter& writer, dns::NameView qname) const;

  EncoderSet enabled_;
  std::vector<MessageWriter> writers_;  // indexed by Encoder
  std::vector<dns::NameView> hosts_;
  std::optional<ReferralSets> sets_;
};

/// No encoder needs more at any QNAME: names without a pointer, but for the NS records' owner, which all point at after
/// the first. Cheap, so that few delegations need `worst`.
[[nodiscard]] std::uint32_t portable_bound(const Account& account, ReferralPart part) noexcept;

}  // namespace torii::zonec
