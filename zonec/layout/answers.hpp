#pragma once
/// From zone models to the answer space that the server maps: every node, RRset, referral and denial laid out.
#include <array>
#include <cstdint>
#include <span>

#include "zonec/layout/answer_space.hpp"
#include "zonec/layout/encode.hpp"
#include "zonec/model/zone.hpp"

namespace torii::zonec {

/// What a zone's answers take, in octets, for `zonec inspect`.
struct AnswerAccount {
  std::uint64_t index{};
  std::uint64_t nodes{};
  std::uint64_t blocks{};
  std::uint64_t referrals{};
  std::uint64_t chain{};
  std::uint64_t node_count{};
  std::uint64_t distinct_referrals{};
  std::uint64_t probe_max{};
};

struct LayoutOptions {
  /// Lay out optional additional records behind MX, SRV, NAPTR, SVCB and HTTPS; false: responses are minimal.
  bool additional = false;
};

/// Lays out all zones and the superblock. `seed` keys the indexes; another is drawn from it when probes get too long.
/// What comes out is the same however many threads there are. Throws OversizedRRset, std::length_error (more than
/// 32 GiB).
void lay_out_answers(std::span<const Zone> zones, std::uint64_t seed, AnswerSpace& space,
                     std::span<AnswerAccount> accounts, const LayoutOptions& options = {}, unsigned threads = 1);

}  // namespace torii::zonec
