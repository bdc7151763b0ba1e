#pragma once
/// A zone held against the one of the same name in an image, by several threads.
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "torii/image/records.hpp"
#include "zonec/compare/comparison.hpp"

namespace torii::zonec {

/// Names given as examples in a finding.
inline constexpr std::size_t kExamplesMax = 3;

/// A number of things, and the first of their owners.
struct CountedNames {
  std::uint64_t count{};
  std::vector<dns::Name> first{};  // kExamplesMax at most
  void add(dns::NameView name, std::uint64_t how_many = 1);
  /// Adds what was found behind all this.
  void merge(const CountedNames& later);
};

/// How much of the old version is left. What is gone is counted by identity: a delegation by its owner, a record by
/// owner, type and RDATA; so what was replaced counts as gone, however the totals stand.
struct ZoneChange {
  Totals before;
  CountedNames delegations_gone;
  CountedNames ds_gone;       // records
  CountedNames content_gone;  // records but for those of `is_signers`
  Totals added;               // by the same identities
  CountedNames differing;     // owners with any difference, TTLs and signatures too
};

/// The records of a zone as a stream of blocks. Throws nothing; `fault` says what is wrong with the image.
struct StoredComparison {
  ZoneChange change;
  std::string fault;
};
/// Compares zone `number` of `old_image`, which has the same apex, with `zone`.
[[nodiscard]] StoredComparison compare_stored(const image::RecordsFile& old_image, std::uint32_t number,
                                              const Zone& zone, unsigned threads);

}  // namespace torii::zonec
