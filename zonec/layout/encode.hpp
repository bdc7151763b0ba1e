#pragma once
/// What has been laid out, written as the image's structures (image/format.hpp). Each function appends to `out`, whose
/// size is a multiple of 8 before and afterwards.
#include <cstdint>
#include <stdexcept>
#include <vector>

#include "zonec/layout/additional.hpp"
#include "zonec/layout/block.hpp"
#include "zonec/layout/referral.hpp"

namespace torii::zonec {

/// The zone has an RRset that no response could carry.
struct OversizedRRset : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Appends octets as they are; `pad` then fills up with zeros to a multiple of 8.
void append(std::vector<std::uint8_t>& out, const void* data, std::size_t octets);
void pad(std::vector<std::uint8_t>& out);

/// `owner_labels`: of a chain's link, the owner in front of the apex. `additional` stands behind the block. Throws
/// OversizedRRset, with `owner` and `type` in its text.
void append_block(std::vector<std::uint8_t>& out, const LaidOutBlock& block, dns::Octets owner_labels,
                  dns::NameView owner, dns::RrType type, const LaidOutAdditional& additional = {});
/// Throws OversizedRRset.
void append_referral(std::vector<std::uint8_t>& out, const LaidOutReferral& laid_out, dns::NameView owner);

}  // namespace torii::zonec
