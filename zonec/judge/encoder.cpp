#include "zonec/judge/encoder.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace torii::zonec {
namespace {

constexpr std::size_t kPointerOctets = 2;
constexpr std::size_t kFrameOctets = 10;     // TYPE, CLASS, TTL, RDLENGTH
constexpr std::size_t kPointerEnd = 0x4000;  // first offset that a pointer cannot reach
constexpr std::size_t kKnotPointerEnd = 0x3FFF;
constexpr std::size_t kKnotHints = 15;     // names of one RRset's RDATA that are remembered
constexpr std::size_t kPdnsLabels = 34;    // of a name that takes part in compression
constexpr std::size_t kBind918Labels = 2;  // suffixes looked for, and kept, of one name

constexpr std::array<std::string_view, kEncoderCount> kIds{"full",      "pdns",      "bind-case",
                                                           "bind-9.18", "bind-9.20", "knot"};

constexpr bool is_bind(Encoder encoder) noexcept {
  return encoder == Encoder::BindCase || encoder == Encoder::Bind918 || encoder == Encoder::Bind920;
}

bool same_octets(dns::NameView a, dns::NameView b) noexcept {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size()) == 0;
}

/// Octets of `name` from its label `label` on; the last is the root's.
dns::NameView from_label(dns::NameView name, const dns::LabelOffsets& labels, std::size_t label) noexcept {
  const std::size_t at = labels.at[label];
  return dns::NameView::trusted(name.data() + at, name.size() - at);
}

}  // namespace

std::string_view encoder_id(Encoder encoder) noexcept { return kIds[static_cast<std::size_t>(encoder)]; }

std::optional<Encoder> encoder_from_id(std::string_view id) noexcept {
  const auto* const found = std::ranges::find(kIds, id);
  if (found == kIds.end()) return std::nullopt;
  return static_cast<Encoder>(found - kIds.begin());
}

bool MessageWriter::is_written(dns::NameView suffix) const noexcept {
  const bool with_case = is_bind(encoder_);
  return std::ranges::any_of(targets_, [&](const Target& target) {
    if (target.name.size() != suffix.size()) return false;
    return with_case ? same_octets(target.name, suffix) : target.name == suffix;
  });
}

/// The first `labels` suffixes of `name`, which was written whole or with a pointer after them.
void MessageWriter::remember(dns::NameView name, std::size_t labels, std::size_t at) {
  auto suffix = name;
  for (std::size_t i = 0; i < labels && at < kPointerEnd; ++i) {
    targets_.push_back({suffix, static_cast<std::uint32_t>(at), true});
    at += std::size_t{1} + suffix.data()[0];
    suffix = suffix.parent();
  }
}

void MessageWriter::start(dns::NameView qname) {
  targets_.clear();
  hints_.clear();
  qname_ = qname;
  reference_ = qname;
  reference_at_ = dns::kHeaderOctets;
  octets_ = dns::kHeaderOctets;
  const std::size_t labels = qname.label_count();
  switch (encoder_) {
    case Encoder::Full:
    case Encoder::BindCase:
      remember(qname, labels, octets_);
      break;
    case Encoder::Pdns:
      targets_.push_back({qname, static_cast<std::uint32_t>(octets_), labels <= kPdnsLabels});
      break;
    case Encoder::Bind918:
      remember(qname, std::min(labels, kBind918Labels), octets_);
      break;
    case Encoder::Bind920: {
      // From the last label to the first, as long as there is room: the longest suffixes are the ones left out.
      auto at = octets_;
      auto suffix = qname;
      for (auto left = labels; left > kBind920Names; --left) {
        at += std::size_t{1} + suffix.data()[0];
        suffix = suffix.parent();
      }
      remember(suffix, std::min(labels, kBind920Names), at);
      break;
    }
    case Encoder::Knot:
      break;
  }
  octets_ += qname.size() + 4;
}

void MessageWriter::put_name_full(dns::NameView name) {
  const dns::LabelOffsets labels{name};
  std::size_t fresh = 0;
  while (fresh < labels.count && !is_written(from_label(name, labels, fresh))) ++fresh;
  const auto at = octets_;
  octets_ += fresh == labels.count ? name.size() : labels.at[fresh] + kPointerOctets;
  remember(name, fresh, at);
}

void MessageWriter::put_name_pdns(dns::NameView name) {
  const dns::LabelOffsets labels{name};
  const bool comparable = labels.count <= kPdnsLabels;
  std::size_t shared = 0;  // labels
  if (comparable) {
    for (const auto& target : targets_) {
      if (!target.comparable) continue;
      const dns::LabelOffsets theirs{target.name};
      std::size_t same = 0;
      while (same < labels.count && same < theirs.count &&
             from_label(name, labels, labels.count - same - 1) ==
                 from_label(target.name, theirs, theirs.count - same - 1))
        ++same;
      shared = std::max(shared, same);
      if (shared == labels.count) break;
    }
  }
  const auto at = octets_;
  octets_ += shared == 0 ? name.size() : labels.at[labels.count - shared] + kPointerOctets;
  if (shared < labels.count && octets_ <= kPointerEnd)
    targets_.push_back({name, static_cast<std::uint32_t>(at), comparable});
}

void MessageWriter::put_name_bind918(dns::NameView name) {
  const dns::LabelOffsets labels{name};
  const std::size_t looked_for = std::min(labels.count, kBind918Labels);
  std::size_t fresh = 0;
  while (fresh < looked_for && !is_written(from_label(name, labels, fresh))) ++fresh;
  const bool found = fresh < looked_for;
  const auto at = octets_;
  octets_ += found ? labels.at[fresh] + kPointerOctets : name.size();
  remember(name, found ? fresh : looked_for, at);
}

void MessageWriter::put_name_bind920(dns::NameView name) {
  const dns::LabelOffsets labels{name};
  std::size_t fresh = labels.count;  // labels that no target covers, from the left
  while (fresh > 0 && is_written(from_label(name, labels, fresh - 1))) --fresh;
  const auto at = octets_;
  octets_ += fresh == labels.count ? name.size() : labels.at[fresh] + kPointerOctets;
  for (auto label = fresh; label-- > 0;) {
    if (targets_.size() >= kBind920Names || at + labels.at[label] >= kPointerEnd) break;
    remember(from_label(name, labels, label), 1, at + labels.at[label]);
  }
}

void MessageWriter::put_name_knot(dns::NameView name) {
  const dns::LabelOffsets labels{name};
  const dns::LabelOffsets theirs{reference_};
  std::size_t shared = 0;
  while (shared < labels.count && shared < theirs.count &&
         from_label(name, labels, labels.count - shared - 1) ==
             from_label(reference_, theirs, theirs.count - shared - 1))
    ++shared;
  const std::size_t written = shared == 0 ? name.size() : labels.at[labels.count - shared] + kPointerOctets;
  if (written > kPointerOctets && octets_ + written < kKnotPointerEnd) {
    reference_ = name;
    reference_at_ = static_cast<std::uint32_t>(octets_);
  }
  octets_ += written;
}

void MessageWriter::put_name(dns::NameView name) {
  if (name.is_root()) {
    octets_ += 1;
    return;
  }
  switch (encoder_) {
    case Encoder::Full:
    case Encoder::BindCase:
      return put_name_full(name);
    case Encoder::Pdns:
      return put_name_pdns(name);
    case Encoder::Bind918:
      return put_name_bind918(name);
    case Encoder::Bind920:
      return put_name_bind920(name);
    case Encoder::Knot:
      return put_name_knot(name);
  }
}

/// A name that stands whole in RDATA: its octets are counted already.
void MessageWriter::put_plain(dns::NameView name, std::size_t at) {
  if (name.is_root()) return;
  switch (encoder_) {
    case Encoder::Full:
    case Encoder::BindCase:
    case Encoder::Knot:
      return;
    case Encoder::Pdns:
      if (at + name.size() < kPointerEnd)
        targets_.push_back({name, static_cast<std::uint32_t>(at), name.label_count() <= kPdnsLabels});
      return;
    case Encoder::Bind918:
      return remember(name, std::min(name.label_count(), kBind918Labels), at);
    case Encoder::Bind920: {
      const auto octets = octets_;
      octets_ = at;
      put_name_bind920(name);
      octets_ = octets;
      return;
    }
  }
}

/// The owner, once for each record. Bind and Knot look for it with the set's first record and then know where it is.
void MessageWriter::put_owner(dns::NameView owner) {
  switch (encoder_) {
    case Encoder::Full:
    case Encoder::BindCase:
    case Encoder::Pdns:
      return put_name(owner);
    case Encoder::Bind918:
    case Encoder::Bind920: {
      if (owner_known_) {
        octets_ += kPointerOctets;
        return;
      }
      // 9.18 points even at a root owner of one octet; 9.20 does not.
      owner_known_ = octets_ < kPointerEnd && (encoder_ == Encoder::Bind918 || !owner.is_root());
      return put_name(owner);
    }
    case Encoder::Knot:
      if (owner_known_ && !owner.is_root()) {
        octets_ += kPointerOctets;
        return;
      }
      if (!owner.is_root() && owner == reference_) {
        octets_ += kPointerOctets;
        owner_known_ = true;
        return;
      }
      reference_ = qname_;
      reference_at_ = dns::kHeaderOctets;
      put_name(owner);
      owner_known_ = octets_ < kKnotPointerEnd;
      return;
  }
}

void MessageWriter::begin_set(const WireSet& set) {
  // Knot: addresses know their owner from the NS record, and signatures from what they sign.
  owner_known_ = encoder_ == Encoder::Knot && set.type != dns::RrType::NS && set.type != dns::RrType::DS &&
                 set.type != dns::RrType::NSEC && set.type != dns::RrType::NSEC3 &&
                 std::ranges::any_of(hints_, [&](const Hint& hint) { return hint.name == set.owner; });
}

void MessageWriter::put_record(const WireSet& set, std::size_t index) {
  put_owner(set.owner);
  octets_ += kFrameOctets;
  if (set.targets.empty()) return;
  const auto at = octets_;
  put_name(set.targets[index]);
  if (encoder_ == Encoder::Knot && index < kKnotHints && octets_ < kKnotPointerEnd)
    hints_.push_back({set.targets[index], static_cast<std::uint32_t>(at)});
}

std::size_t MessageWriter::put(const WireSet& set) {
  begin_set(set);
  const std::size_t records = set.targets.empty() ? set.records : set.targets.size();
  const auto start = octets_;
  if (set.targets.empty()) {
    for (std::size_t i = 0; i < records; ++i) {
      put_record(set, i);
      if (set.plain_name) put_plain(*set.plain_name, octets_ + set.plain_at);
      // What the records' RDATA have in common matters to no name that comes later, so it is spread as it falls.
      octets_ += set.rdata_octets / records + (i < set.rdata_octets % records ? 1U : 0U);
    }
  } else {
    for (std::size_t i = 0; i < records; ++i) put_record(set, i);
  }
  if (encoder_ == Encoder::Knot && owner_known_ && set.type != dns::RrType::RRSIG)
    hints_.push_back({set.owner, static_cast<std::uint32_t>(start)});
  return octets_;
}

std::size_t MessageWriter::put_within(const WireSet& set, std::size_t limit) {
  begin_set(set);
  for (std::size_t i = 0; i < set.targets.size(); ++i) {
    const auto mark = octets_;
    put_record(set, i);
    if (octets_ > limit) {
      rewind(mark);
      return i;
    }
  }
  return set.targets.size();
}

void MessageWriter::rewind(std::size_t octets) {
  const auto is_later = [&](const auto& entry) { return entry.at >= octets; };
  while (!targets_.empty() && is_later(targets_.back())) targets_.pop_back();
  while (!hints_.empty() && is_later(hints_.back())) hints_.pop_back();
  if (reference_at_ >= octets) {
    reference_ = qname_;
    reference_at_ = dns::kHeaderOctets;
  }
  octets_ = octets;
}

std::size_t message_octets(MessageWriter& writer, dns::NameView qname, std::span<const WireSet> sets) {
  writer.start(qname);
  for (const auto& set : sets) writer.put(set);
  return writer.octets();
}

}  // namespace torii::zonec
