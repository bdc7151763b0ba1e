#include <cerrno>
#include <cstring>
#include <fstream>

#include "torii/image/snapshot.hpp"
#include "zonec/emit/durable.hpp"
#include "zonec/emit/files.hpp"

namespace torii::zonec {
namespace fs = std::filesystem;

LmdbWriter::LmdbWriter(fs::path path, std::uint64_t octets_expected) : path_{std::move(path)} {
  MDB_env* env = nullptr;
  check(mdb_env_create(&env), "cannot start LMDB");
  env_.reset(env);
  // The map is address space, not disk: room for every page plus LMDB's own.
  const std::uint64_t map =
      (octets_expected + octets_expected / 2 + (std::uint64_t{64} << 20) + 0xFFFFF) & ~std::uint64_t{0xFFFFF};
  check(mdb_env_set_mapsize(env, map), "cannot size the map");
  check(mdb_env_open(env, path_.c_str(), MDB_NOSUBDIR | MDB_NOLOCK | MDB_NOSYNC, 0644), "cannot be created");
  begin();
}

namespace {
/// LMDB calls a write that was cut short an input/output error, whatever the reason.
bool is_full(const fs::path& path) {
  constexpr std::uint64_t kOctetsLeft = 1U << 16U;
  std::error_code error;
  const auto space = fs::space(path.parent_path(), error);
  return !error && space.available < kOctetsLeft;
}
}  // namespace

void LmdbWriter::check(int error, const char* what) const {
  if (error == 0) return;
  if (error == EIO && is_full(path_)) error = ENOSPC;
  if (error > 0) throw_system(path_, what, error);
  throw PublishError{path_.string() + ": " + what + ": " + mdb_strerror(error)};
}

void LmdbWriter::begin() {
  MDB_txn* txn = nullptr;
  check(mdb_txn_begin(env_.get(), nullptr, 0, &txn), "cannot be written");
  txn_.reset(txn);
  check(mdb_dbi_open(txn, nullptr, 0, &dbi_), "cannot be written");
}

void LmdbWriter::put(dns::Octets key, dns::Octets value) { put(key, value, {}); }

void LmdbWriter::put(dns::Octets key, dns::Octets head, dns::Octets tail) {
  MDB_val name{key.size(), const_cast<std::uint8_t*>(key.data())};
  MDB_val value{head.size() + tail.size(), nullptr};
  check(mdb_put(txn_.get(), dbi_, &name, &value, MDB_APPEND | MDB_RESERVE), "cannot be written");
  auto* to = static_cast<std::uint8_t*>(value.mv_data);
  if (!head.empty()) std::memcpy(to, head.data(), head.size());
  if (!tail.empty()) std::memcpy(to + head.size(), tail.data(), tail.size());
}

std::size_t LmdbWriter::page_octets() const {
  MDB_stat stat{};
  mdb_env_stat(env_.get(), &stat);
  return stat.ms_psize;
}

void LmdbWriter::commit() {
  check(mdb_txn_commit(txn_.release()), "cannot be written");
  begin();
}

void LmdbWriter::close() {
  check(mdb_txn_commit(txn_.release()), "cannot be written");
  check(mdb_env_sync(env_.get(), 1), "cannot be synced");
  env_.reset();
}

namespace {

/// A value below LMDB's inline limit would stand in a leaf page, unaligned; this size always gets pages of its own.
constexpr std::uint64_t kPayloadOctetsMin = 8192;

dns::Octets octets_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string segment_key(std::size_t number) {
  const auto digits = std::to_string(number);
  return "segment/" + std::string(3 - digits.size(), '0') + digits;
}

/// Where each payload stands in the file: an overflow value follows its page's header, which starts with the page
/// number.
std::vector<image::SegmentInfo> locate_segments(const fs::path& path, std::size_t count) {
  const auto file = image::open_lmdb(path.string());
  if (file.error != 0) throw PublishError{path.string() + ": cannot be read back: " + mdb_strerror(file.error)};
  MDB_stat stat{};
  mdb_env_stat(file.env.get(), &stat);
  std::vector<image::SegmentInfo> segments;
  for (std::size_t number = 0; number < count; ++number) {
    const auto name = segment_key(number);
    MDB_val key{name.size(), const_cast<char*>(name.data())};
    MDB_val value{};
    if (const int error = mdb_get(file.txn.get(), file.dbi, &key, &value); error != 0)
      throw PublishError{path.string() + ": cannot be read back: " + mdb_strerror(error)};
    constexpr std::size_t kPageHeaderOctets = 16;
    std::uint64_t page = 0;
    std::memcpy(&page, static_cast<const std::uint8_t*>(value.mv_data) - kPageHeaderOctets, sizeof page);
    image::SegmentHeader header{};
    std::memcpy(&header, value.mv_data, sizeof header);
    const std::uint64_t at = page * stat.ms_psize + kPageHeaderOctets;
    image::SegmentHeader on_disk{};
    std::ifstream disk{path, std::ios::binary};
    disk.seekg(static_cast<std::streamoff>(at));
    disk.read(reinterpret_cast<char*>(&on_disk), sizeof on_disk);
    if (!disk || std::memcmp(&on_disk, &header, sizeof header) != 0)
      throw PublishError{path.string() + ": segment " + std::to_string(number) +
                         " is not where LMDB's page header says; " +
                         "this LMDB lays out its file in a way this program does not know"};
    segments.push_back({at + sizeof header, header.payload_octets, header.checksum});
  }
  return segments;
}

}  // namespace

std::vector<image::SegmentInfo> write_answers_file(const fs::path& path, AnswerSpace& space, std::uint64_t& skeleton) {
  LmdbWriter writer{path, space.octets() + kPayloadOctetsMin};
  const auto format = "torii answers, format " + std::to_string(image::kFormatVersion) + ", little-endian, " +
                      mdb_version(nullptr, nullptr, nullptr);
  writer.put(octets_of("format"), octets_of(format));
  std::uint32_t number = 0;
  for (const auto& segment : space.segments()) {
    std::vector<std::uint8_t> padded;
    dns::Octets payload{segment};
    if (payload.size() < kPayloadOctetsMin) {
      padded.assign(segment.begin(), segment.end());
      padded.resize(kPayloadOctetsMin);
      payload = padded;
    }
    image::SegmentHeader header{};
    header.magic = image::kSegmentMagic;
    header.format_version = image::kFormatVersion;
    header.byte_order = image::kByteOrderMark;
    header.number = number;
    header.payload_octets = payload.size();
    header.checksum = image::checksum64(payload);
    writer.put(octets_of(segment_key(number)), {reinterpret_cast<const std::uint8_t*>(&header), sizeof header},
               payload);
    writer.commit();  // one segment a transaction: LMDB holds a transaction's pages in memory
    space.drop(number++);
  }
  writer.close();
  image::Manifest manifest;
  manifest.answers.octets = fs::file_size(path);
  manifest.segments = locate_segments(path, number);
  const auto sum = image::detail::skeleton_checksum(path.string(), manifest);
  if (const auto* problem = std::get_if<std::string>(&sum)) throw PublishError{path.string() + ": " + *problem};
  skeleton = std::get<std::uint64_t>(sum);
  return manifest.segments;
}

}  // namespace torii::zonec
