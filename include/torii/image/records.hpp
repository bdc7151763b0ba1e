#pragma once
/// The other half of an image: every record of every zone, as it was read. For dump, diff and audits; never served.
///
/// One LMDB file. Keys `r`, zone number (4 octets), sort key of an owner relative to the apex: value is a block
/// (record_block.hpp) of that owner and those after it. Keys `h`, zone number, page number: NS RRsets that several
/// owners have, kHostSetsInPage a page. Keys `zone/`, number: a description of the zone as text. FORMAT.md has all.
#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "torii/dns/name.hpp"
#include "torii/dns/sort_key.hpp"
#include "torii/dns/wire.hpp"
#include "torii/image/lmdb.hpp"
#include "torii/image/manifest.hpp"
#include "torii/image/record_block.hpp"

namespace torii::image {

inline std::vector<std::uint8_t> numbered_key(std::string_view prefix, std::uint32_t number) {
  std::vector<std::uint8_t> key(prefix.begin(), prefix.end());
  for (int shift = 24; shift >= 0; shift -= 8) key.push_back(static_cast<std::uint8_t>(number >> shift));
  return key;
}
inline std::vector<std::uint8_t> zone_key(std::uint32_t number) { return numbered_key("zone/", number); }
/// `owner` is at or below the apex, which has `apex_labels` labels.
inline std::vector<std::uint8_t> record_key(std::uint32_t zone, dns::NameView owner, std::size_t apex_labels) {
  auto key = numbered_key("r", zone);
  const dns::SortKey sort_key{owner, apex_labels};
  key.insert(key.end(), sort_key.octets().begin(), sort_key.octets().end());
  return key;
}
inline constexpr std::uint32_t kHostSetsInPage = 16;
inline std::vector<std::uint8_t> host_page_key(std::uint32_t zone, std::uint32_t page) {
  auto key = numbered_key("h", zone);
  for (int shift = 24; shift >= 0; shift -= 8) key.push_back(static_cast<std::uint8_t>(page >> shift));
  return key;
}

class RecordsFile {
 public:
  /// Opens the records of the generation whose manifest in `folder` has that name: `current` for the one that is
  /// served. Only the file's length is compared, not its SHA-256.
  static std::variant<RecordsFile, ImageError> open(const std::filesystem::path& folder,
                                                    const std::string& manifest_name = "current") {
    auto manifest = Manifest::read((folder / manifest_name).string());
    if (auto* error = std::get_if<ImageError>(&manifest)) return std::move(*error);
    RecordsFile file;
    file.manifest_ = std::move(std::get<Manifest>(manifest));
    file.path_ = (folder / file.manifest_.records.name).string();
    std::error_code error;
    const auto size = std::filesystem::file_size(file.path_, error);
    if (error) return ImageError{file.path_ + ": cannot be read: " + error.message()};
    if (size != file.manifest_.records.octets)
      return ImageError{file.path_ + ": has " + std::to_string(size) + " octets, the manifest says " +
                        std::to_string(file.manifest_.records.octets) + "; publish the zone again"};
    file.lmdb_ = open_lmdb(file.path_);
    if (file.lmdb_.error != 0)
      return ImageError{file.path_ + ": cannot be opened by LMDB: " + mdb_strerror(file.lmdb_.error)};
    return file;
  }

  [[nodiscard]] const Manifest& manifest() const noexcept { return manifest_; }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

  /// Zones are numbered as in the manifest. Nothing when there is no description.
  [[nodiscard]] std::optional<std::string> description(std::uint32_t zone) const {
    auto name = zone_key(zone);
    MDB_val key{name.size(), name.data()};
    MDB_val value{};
    if (mdb_get(lmdb_.txn.get(), lmdb_.dbi, &key, &value) != 0) return std::nullopt;
    return std::string{static_cast<const char*>(value.mv_data), value.mv_size};
  }

  /// Calls `visit(StoredRecord)` for each record of a zone in canonical order.
  /// Returns an empty text, or what is wrong with the file and where.
  template <class Visit>
  [[nodiscard]] std::string for_each(std::uint32_t zone, const Visit& visit) const {
    const auto prefix = numbered_key("r", zone);
    return walk(zone, prefix, false, visit, true);
  }

  /// One value of the file: what `for_each` reads in pieces, for callers that share the work among threads.
  struct Block {
    dns::Octets key;  // sort key, relative to the apex, of the first owner
    dns::Octets octets;
  };
  /// All blocks of a zone in canonical order; views into the file. Throws nothing: the text says what is wrong, and is
  /// empty when nothing is.
  [[nodiscard]] std::string list_blocks(std::uint32_t zone, std::vector<Block>& blocks) const {
    return each_pair(numbered_key("r", zone), [&](dns::Octets key, dns::Octets value) {
      blocks.push_back({key, value});
      return true;
    });
  }
  /// All host sets of a zone, by number: the names one after the other.
  [[nodiscard]] std::string list_host_sets(std::uint32_t zone, std::vector<dns::Octets>& sets) const {
    bool whole = true;
    auto problem = each_pair(numbered_key("h", zone), [&](dns::Octets, dns::Octets page) {
      whole = whole && sets.size() % kHostSetsInPage == 0;
      dns::WireReader reader{page};
      while (whole && reader.left() > 0) {
        sets.push_back(reader.octets(read_varint(reader)));
        whole = reader.ok() && !sets.back().empty();
      }
      return whole;
    });
    return problem.empty() && !whole ? path_ + ": the host sets of zone " + std::to_string(zone) + " are damaged"
                                     : problem;
  }

  /// The same for the records of `owner` alone, which is at or below the apex.
  template <class Visit>
  [[nodiscard]] std::string find(std::uint32_t zone, dns::NameView owner, const Visit& visit) const {
    const auto key = record_key(zone, owner, manifest_.zones.at(zone).apex.view().label_count());
    const auto matching = [&](const StoredRecord& record) {
      if (record.owner == owner) visit(record);
    };
    return walk(zone, key, true, matching, false);
  }

 private:
  static dns::Octets octets_of(const MDB_val& value) noexcept {
    return {static_cast<const std::uint8_t*>(value.mv_data), value.mv_size};
  }

  /// Calls `take(rest of the key, value)` for each pair whose key starts with `prefix`, until it returns false.
  template <class Take>
  [[nodiscard]] std::string each_pair(const std::vector<std::uint8_t>& prefix, const Take& take) const {
    MDB_cursor* raw = nullptr;
    if (const int error = mdb_cursor_open(lmdb_.txn.get(), lmdb_.dbi, &raw); error != 0) return mdb_strerror(error);
    const Cursor cursor{raw};
    MDB_val key{prefix.size(), const_cast<std::uint8_t*>(prefix.data())};
    MDB_val value{};
    int error = mdb_cursor_get(raw, &key, &value, MDB_SET_RANGE);
    for (; error == 0; error = mdb_cursor_get(raw, &key, &value, MDB_NEXT)) {
      const auto name = octets_of(key);
      if (name.size() < prefix.size() || !std::equal(prefix.begin(), prefix.end(), name.begin())) return {};
      if (!take(name.subspan(prefix.size()), octets_of(value))) return {};
    }
    return error == MDB_NOTFOUND ? std::string{} : path_ + ": " + mdb_strerror(error);
  }

  /// The names of host set `number` of a zone; nothing when there is no such set.
  [[nodiscard]] std::optional<dns::Octets> hosts_of(std::uint32_t zone, std::uint32_t number) const {
    auto name = host_page_key(zone, number / kHostSetsInPage);
    MDB_val key{name.size(), name.data()};
    MDB_val value{};
    if (mdb_get(lmdb_.txn.get(), lmdb_.dbi, &key, &value) != 0) return std::nullopt;
    return find_in_page(octets_of(value), number % kHostSetsInPage);
  }

  /// Visits the records of blocks from `start` on: the first block at or after it or, with `before`, the last at or
  /// before it; and all further ones with `all`.
  template <class Visit>
  [[nodiscard]] std::string walk(std::uint32_t zone, const std::vector<std::uint8_t>& start, bool before,
                                 const Visit& visit, bool all) const {
    MDB_cursor* raw = nullptr;
    if (const int error = mdb_cursor_open(lmdb_.txn.get(), lmdb_.dbi, &raw); error != 0) return mdb_strerror(error);
    const Cursor cursor{raw};
    const auto prefix = numbered_key("r", zone);
    MDB_val key{start.size(), const_cast<std::uint8_t*>(start.data())};
    MDB_val value{};
    int error = mdb_cursor_get(raw, &key, &value, MDB_SET_RANGE);
    if (before && (error == MDB_NOTFOUND || (error == 0 && !std::ranges::equal(octets_of(key), start))))
      error = mdb_cursor_get(raw, &key, &value, error == 0 ? MDB_PREV : MDB_LAST);
    const auto& apex = manifest_.zones.at(zone).apex;
    for (; error == 0; error = mdb_cursor_get(raw, &key, &value, MDB_NEXT)) {
      const auto name = octets_of(key);
      if (name.size() < prefix.size() || !std::equal(prefix.begin(), prefix.end(), name.begin())) return {};
      const auto hosts = [&](std::uint32_t number) { return hosts_of(zone, number); };
      if (const char* fault = RecordBlockReader{octets_of(value), apex}.for_each(hosts, visit))
        return path_ + ": the block of records at " + owner_text(name.subspan(prefix.size()), apex) +
               " is damaged: " + fault;
      if (!all) return {};
    }
    return error == MDB_NOTFOUND ? std::string{} : path_ + ": " + mdb_strerror(error);
  }

  static std::string owner_text(dns::Octets sort_key, dns::NameView apex) {
    const auto owner = dns::SortKey::decode(sort_key, apex);
    return owner ? owner->text() : "a key that is no name";
  }

  Manifest manifest_;
  std::string path_;
  OpenedFile lmdb_;
};

}  // namespace torii::image
