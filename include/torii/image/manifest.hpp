#pragma once
/// The manifest: the small text file that names a generation's files and what is in them. `current` is a copy of the
/// manifest of the generation being served. FORMAT.md gives the lines; the last is a checksum of all before it.
#include <charconv>
#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "torii/dns/name.hpp"
#include "torii/image/checksum.hpp"
#include "torii/image/format.hpp"

namespace torii::image {

/// Why an image was refused: what is wrong, where, and what to do about it.
struct ImageError {
  std::string text;
};

struct ZoneInfo {
  dns::Name apex;
  dns::Serial serial;
  std::uint64_t records{};
  std::uint64_t delegations{};
};

struct SegmentInfo {
  std::uint64_t file_offset{};  // of the payload, octets from the start of the file
  std::uint64_t octets{};
  std::uint64_t checksum{};
};

/// A rule of the publish gate that the operator overrode for this generation.
struct OverrideInfo {
  std::string code;    // of the finding, e.g. "serial-back"
  dns::Name zone;      // the root, too, where it is about the image as a whole
  std::string reason;  // as the operator gave it: one line, not empty
};

struct FileInfo {
  std::string name;  // in the image's folder, no slash
  std::uint64_t octets{};
  std::string sha256;  // of the whole file, lower-case hex
};

struct Manifest {
  std::uint64_t generation{};
  std::string created;  // UTC, YYYY-MM-DDThh:mm:ssZ
  std::string lmdb;     // library version that wrote the files, e.g. "0.9.24"
  std::uint32_t page_octets{};
  FileInfo answers;
  FileInfo records;
  std::uint64_t skeleton{};  // checksum64 of the answers file without the segments' payloads
  std::vector<SegmentInfo> segments;
  std::vector<ZoneInfo> zones;
  std::vector<OverrideInfo> overrides;

  [[nodiscard]] std::string text() const;
  static std::variant<Manifest, ImageError> parse(std::string_view text, const std::string& path);
  static std::variant<Manifest, ImageError> read(const std::string& path);
};

namespace detail {
inline std::string hex64(std::uint64_t value) {
  std::string out(16, '0');
  for (std::size_t i = 0; i < 16; ++i) out[15 - i] = "0123456789abcdef"[(value >> (4 * i)) & 15];
  return out;
}
/// Fields of one manifest line, split at single spaces.
class Fields {
 public:
  explicit Fields(std::string_view line) : rest_{line} {}
  std::string_view word() {
    const auto end = rest_.find(' ');
    const auto head = rest_.substr(0, end);
    rest_ = end == std::string_view::npos ? std::string_view{} : rest_.substr(end + 1);
    ok_ = ok_ && !head.empty();
    return head;
  }
  /// All that is left of the line, spaces included.
  std::string_view rest() {
    const auto all = std::exchange(rest_, {});
    ok_ = ok_ && !all.empty();
    return all;
  }
  void expect(std::string_view text) { ok_ = word() == text && ok_; }
  std::uint64_t number(int base = 10) {
    const auto text = word();
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    ok_ = ok_ && error == std::errc{} && end == text.data() + text.size();
    return value;
  }
  [[nodiscard]] bool ok() const { return ok_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool ok_ = true;
};
}  // namespace detail

inline std::string Manifest::text() const {
  std::ostringstream out;
  out << "torii-image " << kFormatVersion << "\ngeneration " << generation << "\ncreated " << created
      << "\nbyte-order little\nlmdb " << lmdb << " page " << page_octets << '\n';
  for (const auto& [kind, file] : {std::pair{"answers", &answers}, std::pair{"records", &records}})
    out << "file " << kind << ' ' << file->name << " octets " << file->octets << " sha256 " << file->sha256 << '\n';
  out << "skeleton " << detail::hex64(skeleton) << '\n';
  for (const auto& segment : segments)
    out << "segment offset " << segment.file_offset << " octets " << segment.octets << " checksum "
        << detail::hex64(segment.checksum) << '\n';
  for (const auto& zone : zones)
    out << "zone " << zone.apex.text() << " serial " << zone.serial.value << " records " << zone.records
        << " delegations " << zone.delegations << '\n';
  for (const auto& given : overrides)
    out << "override " << given.code << " zone " << given.zone.text() << " reason " << given.reason << '\n';
  auto body = std::move(out).str();
  const auto* data = reinterpret_cast<const std::uint8_t*>(body.data());
  body += "checksum " + detail::hex64(checksum64({data, body.size()})) + '\n';
  return body;
}

inline std::variant<Manifest, ImageError> Manifest::parse(std::string_view text, const std::string& path) {
  const auto refuse = [&](const std::string& what) {
    return ImageError{path + ": " + what +
                      "; publish the zone again with zonec compile, or go back with zonec rollback"};
  };
  const auto last = text.rfind("\nchecksum ");
  if (!text.starts_with("torii-image ")) return refuse("not a manifest of a Torii image");
  if (!text.starts_with("torii-image " + std::to_string(kFormatVersion) + "\n"))
    return ImageError{path + ": image format \"" + std::string{text.substr(12, text.substr(12, 20).find('\n'))} +
                      "\", but this program reads version " + std::to_string(kFormatVersion) +
                      "; compile the zone with the zonec that belongs to it"};
  if (last == std::string_view::npos) return refuse("cut short: no checksum line");
  detail::Fields sum{text.substr(last + 1, text.size() - last - 2)};
  sum.expect("checksum");
  const auto stated = sum.number(16);
  const auto* data = reinterpret_cast<const std::uint8_t*>(text.data());
  if (!sum.ok() || text.back() != '\n' || stated != checksum64({data, last + 1}))
    return refuse("checksum does not match");
  Manifest manifest;
  std::size_t line_number = 0;
  for (auto rest = text.substr(0, last + 1); !rest.empty();) {
    const auto end = rest.find('\n');
    detail::Fields fields{rest.substr(0, end)};
    rest.remove_prefix(end + 1);
    ++line_number;
    const auto key = fields.word();
    if (key == "torii-image") {
      fields.number();
    } else if (key == "generation") {
      manifest.generation = fields.number();
    } else if (key == "created") {
      manifest.created = fields.word();
    } else if (key == "byte-order") {
      fields.expect("little");
    } else if (key == "lmdb") {
      manifest.lmdb = fields.word();
      fields.expect("page");
      manifest.page_octets = static_cast<std::uint32_t>(fields.number());
    } else if (key == "file") {
      const auto kind = fields.word();
      auto& file = kind == "answers" ? manifest.answers : manifest.records;
      file.name = fields.word();
      fields.expect("octets");
      file.octets = fields.number();
      fields.expect("sha256");
      file.sha256 = fields.word();
      if ((kind != "answers" && kind != "records") || file.name.find('/') != std::string::npos || file.name[0] == '.')
        return refuse("line " + std::to_string(line_number) + ": unknown file");
    } else if (key == "skeleton") {
      manifest.skeleton = fields.number(16);
    } else if (key == "segment") {
      SegmentInfo segment;
      fields.expect("offset");
      segment.file_offset = fields.number();
      fields.expect("octets");
      segment.octets = fields.number();
      fields.expect("checksum");
      segment.checksum = fields.number(16);
      manifest.segments.push_back(segment);
    } else if (key == "zone") {
      ZoneInfo zone;
      const auto apex = dns::Name::from_text(fields.word());
      fields.expect("serial");
      zone.serial.value = static_cast<std::uint32_t>(fields.number());
      fields.expect("records");
      zone.records = fields.number();
      fields.expect("delegations");
      zone.delegations = fields.number();
      if (!apex) return refuse("line " + std::to_string(line_number) + ": not a zone name");
      zone.apex = *apex;
      manifest.zones.push_back(zone);
    } else if (key == "override") {
      OverrideInfo given;
      given.code = fields.word();
      fields.expect("zone");
      const auto zone = dns::Name::from_text(fields.word());
      fields.expect("reason");
      given.reason = fields.rest();
      if (!zone) return refuse("line " + std::to_string(line_number) + ": not a zone name");
      given.zone = *zone;
      manifest.overrides.push_back(std::move(given));
    } else {
      return refuse("line " + std::to_string(line_number) + ": unknown key \"" + std::string{key} + '"');
    }
    if (!fields.ok()) return refuse("line " + std::to_string(line_number) + ": malformed");
  }
  if (manifest.answers.name.empty() || manifest.records.name.empty() || manifest.segments.empty())
    return refuse("names no files");
  return manifest;
}

inline std::variant<Manifest, ImageError> Manifest::read(const std::string& path) {
  std::ifstream in{path, std::ios::binary};
  std::ostringstream text;
  if (in.peek() != std::ifstream::traits_type::eof()) text << in.rdbuf();  // of an empty file, nothing is a failure
  if (!in.is_open() || in.bad() || !text)
    return ImageError{path + ": cannot be read: " + std::strerror(errno) + "; zonec compile --image writes it"};
  return parse(text.view(), path);
}

}  // namespace torii::image
