#pragma once
/// Writers of the two LMDB files of a generation.
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "torii/image/lmdb.hpp"
#include "torii/image/manifest.hpp"
#include "zonec/emit/publish.hpp"
#include "zonec/layout/answers.hpp"
#include "zonec/model/zone.hpp"

namespace torii::zonec {

/// A new LMDB file being filled in ascending key order, in transactions. Throws PublishError.
class LmdbWriter {
 public:
  LmdbWriter(std::filesystem::path path, std::uint64_t octets_expected);
  /// Appends a pair; `key` is greater than every one before.
  void put(dns::Octets key, dns::Octets value);
  /// Appends a pair whose value is `head` followed by `tail`.
  void put(dns::Octets key, dns::Octets head, dns::Octets tail);
  /// Octets of a page.
  [[nodiscard]] std::size_t page_octets() const;
  /// Commits what was put so far and starts anew.
  void commit();
  /// Commits, syncs and closes.
  void close();

 private:
  void check(int error, const char* what) const;
  void begin();
  std::filesystem::path path_;
  image::Env env_;
  image::Txn txn_;
  MDB_dbi dbi_{};
};

/// Writes the segments, each of which is dropped from memory then; returns where their payloads stand, and the
/// skeleton's checksum through `skeleton`.
std::vector<image::SegmentInfo> write_answers_file(const std::filesystem::path& path, AnswerSpace& space,
                                                   std::uint64_t& skeleton);

/// What a zone's records take, keys and values, in octets.
struct RecordsAccount {
  std::uint64_t blocks{};
  std::uint64_t host_sets{};
};

/// Writes every record of every zone, and a description of each zone.
void write_records_file(const std::filesystem::path& path, std::span<const Zone> zones,
                        std::span<const AnswerAccount> accounts, const PublishOptions& options);

}  // namespace torii::zonec
