#include "zonec/compare/stored_zone.hpp"

#include <algorithm>
#include <optional>

#include "torii/dns/sort_key.hpp"
#include "zonec/parallel/in_order.hpp"

namespace torii::zonec {
namespace {

using dns::RrType;
using image::RecordsFile;

/// Blocks that make one piece of work: some thousands of owners.
constexpr std::size_t kBlocksInPiece = 8;

/// Adds up the differences of a part of the zone.
class Sum {
 public:
  explicit Sum(ZoneChange& change) : change_{change} {}
  void add(const OwnerDifference& difference) {
    change_.differing.add(difference.owner);
    const bool was = difference.before == Standing::Cut;
    const bool is = difference.after == Standing::Cut;
    if (was && !is) change_.delegations_gone.add(difference.owner);
    if (is && !was) ++change_.added.delegations;
    const auto changes = changes_of(difference);
    for (const auto& record : changes.removed) {
      if (record.type == RrType::DS) change_.ds_gone.add(difference.owner);
      if (!is_signers(record.type)) change_.content_gone.add(difference.owner);
    }
    for (const auto& record : changes.added) {
      ++change_.added.records;
      if (record.type == RrType::DS) ++change_.added.ds;
      if (!is_signers(record.type)) ++change_.added.content;
    }
  }

 private:
  ZoneChange& change_;
};

class StoredZone {
 public:
  StoredZone(const RecordsFile& file, std::uint32_t number, const Zone& zone)
      : file_{file}, number_{number}, zone_{zone} {}

  [[nodiscard]] StoredComparison compare(unsigned threads) {
    StoredComparison result;
    result.fault = prepare();
    if (!result.fault.empty()) return result;
    in_order(
        std::max<std::size_t>(pieces_.size(), 1), threads, [&](std::size_t i) { return compare_piece(i); },
        [&](std::size_t, StoredComparison&& piece) {
          if (result.fault.empty()) result.fault = piece.fault;
          auto& change = result.change;
          change.before += piece.change.before;
          change.added += piece.change.added;
          change.delegations_gone.merge(piece.change.delegations_gone);
          change.ds_gone.merge(piece.change.ds_gone);
          change.content_gone.merge(piece.change.content_gone);
          change.differing.merge(piece.change.differing);
        });
    return result;
  }

 private:
  struct Piece {
    std::size_t first_block{};
    std::size_t last_block{};
    dns::Name owner;  // of the first record
    std::optional<dns::Name> cut;
  };

  [[nodiscard]] std::string damaged(const std::string& what) const {
    return file_.path() + ": the records of " + zone_.apex.text() + " are damaged: " + what;
  }

  /// One thread reads the file's tables and decides the pieces, since a transaction of LMDB is for one thread.
  std::string prepare() {
    if (auto problem = file_.list_blocks(number_, blocks_); !problem.empty()) return problem;
    if (auto problem = file_.list_host_sets(number_, hosts_); !problem.empty()) return problem;
    bool has_dname = false;
    auto problem = file_.find(number_, zone_.apex, [&](const image::StoredRecord& record) {
      has_dname = has_dname || record.type == RrType::DNAME;
    });
    if (has_dname) apex_cut_ = zone_.apex;
    for (std::size_t block = 0; problem.empty() && block < blocks_.size(); block += kBlocksInPiece) {
      const auto owner = dns::SortKey::decode(blocks_[block].key, zone_.apex);
      if (!owner) return damaged("a key is no name");
      Piece piece{block, std::min(block + kBlocksInPiece, blocks_.size()), *owner, apex_cut_};
      if (block > 0 && !apex_cut_) problem = find_cut(piece);
      pieces_.push_back(piece);
    }
    return problem;
  }

  /// The topmost delegation or DNAME above the piece's first owner.
  std::string find_cut(Piece& piece) const {
    const auto labels = piece.owner.view().label_count();
    for (auto count = zone_.apex.view().label_count() + 1; count < labels; ++count) {
      const auto ancestor = piece.owner.view().suffix(count);
      bool cuts = false;
      auto problem = file_.find(number_, ancestor, [&](const image::StoredRecord& record) {
        cuts = cuts || record.type == RrType::NS || record.type == RrType::DNAME;
      });
      if (!problem.empty()) return problem;
      if (!cuts) continue;
      piece.cut = dns::Name{ancestor};
      return {};
    }
    return {};
  }

  [[nodiscard]] StoredComparison compare_piece(std::size_t index) const {
    StoredComparison result;
    Sum sum{result.change};
    const bool is_last = index + 1 >= pieces_.size();
    const auto piece = pieces_.empty() ? Piece{} : pieces_[index];
    const auto first = piece.owner.view();
    const auto end = is_last ? dns::NameView{} : pieces_[index + 1].owner.view();
    // Owners of the new version before the first old one belong to the first piece.
    const auto range = range_of(zone_, index == 0 ? nullptr : &first, is_last ? nullptr : &end);
    Comparison comparison{zone_, range, piece.cut, [&](const OwnerDifference& difference) { sum.add(difference); }};
    const auto hosts = [&](std::uint32_t set) -> std::optional<dns::Octets> {
      return set < hosts_.size() ? std::optional{hosts_[set]} : std::nullopt;
    };
    for (auto block = piece.first_block; block < piece.last_block && result.fault.empty(); ++block) {
      image::RecordBlockReader reader{blocks_[block].octets, zone_.apex};
      const char* fault = reader.for_each(hosts, [&](const image::StoredRecord& record) { comparison.take(record); });
      if (fault != nullptr) result.fault = damaged(fault);
    }
    comparison.finish();
    if (result.fault.empty() && !comparison.in_order()) result.fault = damaged("owners are not in canonical order");
    result.change.before = comparison.totals();
    return result;
  }

  const RecordsFile& file_;
  std::uint32_t number_;
  const Zone& zone_;
  std::vector<RecordsFile::Block> blocks_;
  std::vector<dns::Octets> hosts_;
  std::vector<Piece> pieces_;
  std::optional<dns::Name> apex_cut_;
};

}  // namespace

void CountedNames::add(dns::NameView name, std::uint64_t how_many) {
  count += how_many;
  if (first.size() < kExamplesMax && (first.empty() || !(first.back().view() == name))) first.emplace_back(name);
}

void CountedNames::merge(const CountedNames& later) {
  count += later.count;
  for (const auto& name : later.first) {
    if (first.size() == kExamplesMax) return;
    if (first.empty() || !(first.back() == name)) first.push_back(name);
  }
}

StoredComparison compare_stored(const RecordsFile& old_image, std::uint32_t number, const Zone& zone,
                                unsigned threads) {
  return StoredZone{old_image, number, zone}.compare(threads);
}

}  // namespace torii::zonec
