#include "zonec/layout/encode.hpp"

#include <string>

#include "torii/dns/presentation.hpp"
#include "torii/image/format.hpp"

namespace torii::zonec {

void append(std::vector<std::uint8_t>& out, const void* data, std::size_t octets) {
  const auto* from = static_cast<const std::uint8_t*>(data);
  out.insert(out.end(), from, from + octets);
}
void pad(std::vector<std::uint8_t>& out) { out.resize((out.size() + 7) / 8 * 8); }

namespace {

/// The steps as the image has them; `head` learns their number, how many are required, and whether any is signed.
std::vector<image::LadderStep> ladder_of(std::span<const GlueStep> steps, image::Referral& head) {
  std::vector<image::LadderStep> ladder;
  for (const auto& step : steps) {
    head.required_steps = static_cast<std::uint16_t>(head.required_steps + (step.required ? 1 : 0));
    if (step.signature_octets > 0) head.flags |= image::kReferralSignedGlue;
    ladder.push_back({static_cast<std::uint16_t>(step.octets), static_cast<std::uint16_t>(step.signature_octets),
                      step.records, step.signature_records});
  }
  head.step_count = static_cast<std::uint16_t>(ladder.size());
  return ladder;
}

/// In the form of a referral without NS records.
void append_additional(std::vector<std::uint8_t>& out, const LaidOutAdditional& additional) {
  image::Referral head{};
  head.glue_relocations = static_cast<std::uint16_t>(additional.relocations.size());
  head.glue_octets = static_cast<std::uint32_t>(additional.octets.size());
  const auto steps = ladder_of(additional.steps, head);
  append(out, &head, sizeof head);
  append(out, steps.data(), steps.size() * sizeof(image::LadderStep));
  append(out, additional.relocations.data(), additional.relocations.size() * 2);
  append(out, additional.octets.data(), additional.octets.size());
}

}  // namespace

void append_block(std::vector<std::uint8_t>& out, const LaidOutBlock& block, dns::Octets owner_labels,
                  dns::NameView owner, dns::RrType type, const LaidOutAdditional& additional) {
  if (!block.fits()) {
    throw OversizedRRset{owner.text() + ": the " + dns::type_text(type) + " RRset has " +
                         std::to_string(block.octets.size()) +
                         " octets with its signatures, more than a response can carry; split it or drop records"};
  }
  image::Block head{};
  head.plain_octets = static_cast<std::uint16_t>(block.plain_octets);
  head.signature_octets = static_cast<std::uint16_t>(block.octets.size() - block.plain_octets);
  head.plain_records = block.plain_records;
  head.signature_records = block.signature_records;
  head.plain_relocations = static_cast<std::uint16_t>(block.plain_relocations);
  head.relocations = static_cast<std::uint16_t>(block.relocations.size());
  head.owner_octets = static_cast<std::uint8_t>(owner_labels.size());
  head.flags = block.flags;
  if (!additional.steps.empty()) head.flags |= image::kBlockAdditional;
  append(out, &head, sizeof head);
  append(out, block.relocations.data(), block.relocations.size() * sizeof(std::uint16_t));
  append(out, owner_labels.data(), owner_labels.size());
  append(out, block.octets.data(), block.octets.size());
  pad(out);
  if (additional.steps.empty()) return;
  append_additional(out, additional);
  pad(out);
}

void append_referral(std::vector<std::uint8_t>& out, const LaidOutReferral& laid_out, dns::NameView owner) {
  image::Referral head{};
  head.ns_octets = static_cast<std::uint16_t>(laid_out.ns.size());
  head.ns_records = laid_out.ns_records;
  head.ns_relocations = static_cast<std::uint16_t>(laid_out.ns_relocations.size());
  head.glue_relocations = static_cast<std::uint16_t>(laid_out.glue_relocations.size());
  head.glue_octets = static_cast<std::uint32_t>(laid_out.glue.size());
  if (laid_out.ns.size() > dns::kMessageOctetsMax)
    throw OversizedRRset{owner.text() + ": the NS RRset has " + std::to_string(laid_out.ns.size()) +
                         " octets, more than a response can carry"};
  const auto steps = ladder_of(laid_out.steps, head);
  if (laid_out.incomplete) head.flags |= image::kReferralIncomplete;
  append(out, &head, sizeof head);
  append(out, steps.data(), steps.size() * sizeof(image::LadderStep));
  append(out, laid_out.ns_relocations.data(), laid_out.ns_relocations.size() * 2);
  append(out, laid_out.glue_relocations.data(), laid_out.glue_relocations.size() * 2);
  append(out, laid_out.ns.data(), laid_out.ns.size());
  append(out, laid_out.glue.data(), laid_out.glue.size());
  pad(out);
}

}  // namespace torii::zonec
