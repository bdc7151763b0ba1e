#pragma once
/// The other half of an image: every record of every zone, as it was read. For dump, diff and audits; never served.
///
/// One LMDB file. Keys `r`, zone number (4 octets), sort key of the owner: value is the owner's RRsets, each type (2),
/// TTL (4), count (2), then per RR its RDATA length (2) and RDATA, all in network order. Keys `zone/`, number: a
/// description of the zone as text. FORMAT.md has both.
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

namespace torii::image {

inline std::vector<std::uint8_t> numbered_key(std::string_view prefix, std::uint32_t number) {
  std::vector<std::uint8_t> key(prefix.begin(), prefix.end());
  for (int shift = 24; shift >= 0; shift -= 8) key.push_back(static_cast<std::uint8_t>(number >> shift));
  return key;
}
inline std::vector<std::uint8_t> zone_key(std::uint32_t number) { return numbered_key("zone/", number); }
inline std::vector<std::uint8_t> record_key(std::uint32_t zone, dns::NameView owner) {
  auto key = numbered_key("r", zone);
  const dns::SortKey sort_key{owner};
  key.insert(key.end(), sort_key.octets().begin(), sort_key.octets().end());
  return key;
}

/// One RR as stored. The views live as long as the RecordsFile.
struct StoredRecord {
  dns::NameView owner;
  dns::RrType type{};
  std::uint32_t ttl{};
  dns::Octets rdata;
};

class RecordsFile {
 public:
  /// Opens the records of the generation that `current` in `folder` names. With `verify`, its SHA-256 must have been
  /// compared by the caller; here only the length is.
  static std::variant<RecordsFile, ImageError> open(const std::filesystem::path& folder) {
    auto manifest = Manifest::read((folder / "current").string());
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
    MDB_cursor* raw = nullptr;
    if (const int error = mdb_cursor_open(lmdb_.txn.get(), lmdb_.dbi, &raw); error != 0) return mdb_strerror(error);
    const Cursor cursor{raw};
    const auto prefix = numbered_key("r", zone);
    MDB_val key{prefix.size(), const_cast<std::uint8_t*>(prefix.data())};
    MDB_val value{};
    int error = mdb_cursor_get(raw, &key, &value, MDB_SET_RANGE);
    for (; error == 0; error = mdb_cursor_get(raw, &key, &value, MDB_NEXT)) {
      const dns::Octets key_octets{static_cast<const std::uint8_t*>(key.mv_data), key.mv_size};
      if (key_octets.size() < prefix.size() || !std::equal(prefix.begin(), prefix.end(), key_octets.begin())) return {};
      const auto owner = dns::SortKey::decode(key_octets.subspan(prefix.size()), dns::NameView{});
      if (!owner) return path_ + ": a key is not a name";
      dns::WireReader reader{{static_cast<const std::uint8_t*>(value.mv_data), value.mv_size}};
      while (reader.ok() && reader.left() > 0) {
        const auto type = static_cast<dns::RrType>(reader.u16());
        const auto ttl = reader.u32();
        for (std::size_t left = reader.u16(); left > 0 && reader.ok(); --left) {
          const auto rdata = reader.octets(reader.u16());
          if (reader.ok()) visit(StoredRecord{*owner, type, ttl, rdata});
        }
      }
      if (!reader.ok()) return path_ + ": the records of " + owner->text() + " are cut short";
    }
    return error == MDB_NOTFOUND ? std::string{} : path_ + ": " + mdb_strerror(error);
  }

 private:
  Manifest manifest_;
  std::string path_;
  OpenedFile lmdb_;
};

}  // namespace torii::image
