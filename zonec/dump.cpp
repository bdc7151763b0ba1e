// `zonec dump`: a zone of an image as a master file, in canonical order, SOA first.
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <optional>
#include <string>

#include "torii/dns/presentation.hpp"
#include "torii/image/records.hpp"
#include "zonec/commands.hpp"

namespace torii::zonec {
namespace {

struct Options {
  std::string image;
  std::string origin;
};

/// Collects lines and writes them out in large pieces; a failed write is remembered.
class Output {
 public:
  void add(const image::StoredRecord& record) {
    dns::append_name(text_, record.owner);
    text_ += '\t';
    text_ += std::to_string(record.ttl);
    text_ += "\tIN\t";
    dns::append_type(text_, record.type);
    text_ += '\t';
    dns::append_rdata(text_, record.type, record.rdata);
    text_ += '\n';
    if (text_.size() > kPiece) flush();
  }
  bool flush() {
    good_ = good_ && std::fwrite(text_.data(), 1, text_.size(), stdout) == text_.size() && std::fflush(stdout) == 0;
    text_.clear();
    return good_;
  }

 private:
  static constexpr std::size_t kPiece = std::size_t{1} << 20;
  std::string text_;
  bool good_ = true;
};

bool is_apex_soa(const image::StoredRecord& record, dns::NameView apex) {
  if (record.owner != apex) return false;
  return record.type == dns::RrType::SOA ||
         (record.type == dns::RrType::RRSIG && record.rdata.size() > 2 &&
          dns::load_u16(record.rdata.data()) == static_cast<std::uint16_t>(dns::RrType::SOA));
}

std::optional<std::uint32_t> choose_zone(const image::Manifest& manifest, const Options& options) {
  const auto& zones = manifest.zones;
  if (options.origin.empty() && zones.size() == 1) return 0;
  const auto wanted = dns::Name::from_text(options.origin);
  for (std::uint32_t i = 0; wanted && i < zones.size(); ++i)
    if (zones[i].apex == *wanted) return i;
  std::cerr << "zonec: " << options.image << ": "
            << (options.origin.empty() ? "has several zones; name one of them:"
                                       : "no zone " + options.origin + "; it has:");
  constexpr std::size_t kShown = 20;
  for (std::size_t i = 0; i < zones.size() && i < kShown; ++i) std::cerr << ' ' << zones[i].apex.text();
  std::cerr << (zones.size() > kShown ? " ...\n" : "\n");
  return std::nullopt;
}

ExitStatus dump(const Options& options) {
  const auto opened = image::RecordsFile::open(options.image);
  if (const auto* error = std::get_if<image::ImageError>(&opened)) {
    std::cerr << "zonec: " << error->text << '\n';
    return ExitStatus::BadInput;
  }
  const auto& records = std::get<image::RecordsFile>(opened);
  const auto zone = choose_zone(records.manifest(), options);
  if (!zone) return ExitStatus::BadInput;
  const auto apex = records.manifest().zones[*zone].apex;
  Output out;
  bool leading = true;  // the apex's records come first; its SOA is pulled to the front of them
  auto problem = records.for_each(*zone, [&](const image::StoredRecord& record) {
    leading = leading && record.owner == apex;
    if (leading && is_apex_soa(record, apex)) out.add(record);
  });
  if (problem.empty())
    problem = records.for_each(*zone, [&](const image::StoredRecord& record) {
      if (!is_apex_soa(record, apex)) out.add(record);
    });
  if (!problem.empty()) {
    std::cerr << "zonec: " << problem << '\n';
    return ExitStatus::BadInput;
  }
  if (!out.flush()) {
    std::cerr << "zonec: standard output: cannot be written: " << std::strerror(errno) << '\n';
    return ExitStatus::SystemFailed;
  }
  return ExitStatus::Done;
}

}  // namespace

void add_dump(CLI::App& app, ExitStatus& status) {
  auto* command = app.add_subcommand("dump", "Print a zone of an image as a master file in canonical order");
  auto options = std::make_shared<Options>();
  command->add_option("--image", options->image, "The image's folder")->required();
  command->add_option("ORIGIN", options->origin, "The zone's name; may be left out when there is but one");
  command->callback([options, &status] { status = dump(*options); });
}

}  // namespace torii::zonec
