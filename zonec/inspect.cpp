// `zonec inspect`: what is in an image: generation, files, zones, serials, counts, octets by part.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <iomanip>
#include <iostream>
#include <span>
#include <string>
#include <vector>

#include "torii/image/records.hpp"
#include "torii/image/snapshot.hpp"
#include "zonec/commands.hpp"
#include "zonec/emit/durable.hpp"
#include "zonec/emit/generations.hpp"

namespace torii::zonec {
namespace {

struct Options {
  std::string image;
  bool verify = false;
};

void print_description(const std::string& text) {
  std::size_t start = 0;
  for (bool first = true; start < text.size(); first = false) {
    const auto end = std::min(text.find('\n', start), text.size());
    const auto line = text.substr(start, end - start);
    start = end + 1;
    if (first) {
      std::cout << "zone " << line << '\n';
    } else {
      const auto space = line.find(' ');
      std::cout << "  " << line.substr(0, space) << std::string(space < 20 ? 20 - space : 1, ' ')
                << line.substr(std::min(space + 1, line.size())) << '\n';
    }
  }
}

/// The number behind `key` in a zone's description; 0 when it is not there.
std::uint64_t fact(const std::string& text, const std::string& key) {
  const auto at = text.find("\n" + key + " ");
  return at == std::string::npos ? 0 : std::strtoull(text.c_str() + at + key.size() + 2, nullptr, 10);
}

/// Octets a delegation by part, over all zones: where an image's size comes from.
void print_account(const image::Manifest& manifest, const std::vector<std::string>& zones) {
  struct Part {
    const char* name;
    const char* key;
  };
  constexpr std::array<Part, 5> kAnswers{{{"index", "index-octets"},
                                          {"nodes", "node-octets"},
                                          {"NS sets and glue", "referral-octets"},
                                          {"RRsets", "rrset-octets"},
                                          {"denial", "denial-octets"}}};
  constexpr std::array<Part, 2> kRecords{{{"records", "record-octets"}, {"host sets", "host-set-octets"}}};
  std::uint64_t delegations = 0;
  for (const auto& zone : manifest.zones) delegations += zone.delegations;
  if (delegations == 0) return;
  const auto line = [&](const std::string& name, std::uint64_t octets) {
    std::cout << "  " << name << std::string(name.size() < 20 ? 20 - name.size() : 1, ' ') << std::fixed
              << std::setprecision(1) << static_cast<double>(octets) / static_cast<double>(delegations) << '\n';
  };
  const auto file = [&](const char* name, const image::FileInfo& info, std::span<const Part> parts) {
    line(name, info.octets);
    std::uint64_t told = 0;
    for (const auto& part : parts) {
      std::uint64_t octets = 0;
      for (const auto& zone : zones) octets += fact(zone, part.key);
      line(std::string{"  "} + part.name, octets);
      told += octets;
    }
    line("  LMDB and the rest", info.octets - std::min(info.octets, told));
  };
  std::cout << "octets a delegation\n";
  line("all", manifest.answers.octets + manifest.records.octets);
  file("answers file", manifest.answers, kAnswers);
  file("records file", manifest.records, kRecords);
}

ExitStatus complain(const std::string& text) {
  std::cerr << "zonec: " << text << '\n';
  return ExitStatus::BadInput;
}

/// Reads every octet of the generation and compares it with the manifest.
std::string verify(const Options& options, const image::Manifest& manifest, const image::Snapshot& snapshot) {
  if (auto problem = snapshot.verify_segments(); !problem.empty()) return problem;
  for (const auto* file : {&manifest.answers, &manifest.records}) {
    const auto path = std::filesystem::path{options.image} / file->name;
    if (sha256_of_file(path) != file->sha256) return path.string() + ": SHA-256 is not the manifest's; publish again";
  }
  return {};
}

ExitStatus inspect(const Options& options) {
  // The server's own opening goes first: what it refuses is not worth describing.
  const auto opened = image::Snapshot::open(options.image);
  if (const auto* error = std::get_if<image::ImageError>(&opened)) return complain(error->text);
  const auto& snapshot = *std::get<std::shared_ptr<const image::Snapshot>>(opened);
  const auto records = image::RecordsFile::open(options.image);
  if (const auto* error = std::get_if<image::ImageError>(&records)) return complain(error->text);
  const auto& file = std::get<image::RecordsFile>(records);
  const auto& manifest = file.manifest();
  std::cout << "generation " << manifest.generation << ", created " << manifest.created << ", format "
            << image::kFormatVersion << ", LMDB " << manifest.lmdb << ", pages of " << manifest.page_octets
            << " octets\n";
  std::uint64_t payload = 0;
  for (const auto& segment : manifest.segments) payload += segment.octets;
  std::cout << "answers " << manifest.answers.name << ' ' << manifest.answers.octets << " octets, of which "
            << manifest.segments.size() << " segments " << payload << '\n'
            << "records " << manifest.records.name << ' ' << manifest.records.octets << " octets\n";
  std::cout << "kept generations";
  for (const auto generation : list_generations(options.image))
    std::cout << ' ' << generation << (generation == manifest.generation ? "*" : "");
  std::cout << '\n';
  for (const auto& given : manifest.overrides)
    std::cout << "override " << given.code << ' ' << given.zone.text() << ": " << given.reason << '\n';
  std::vector<std::string> descriptions;
  for (std::uint32_t zone = 0; zone < manifest.zones.size(); ++zone) {
    const auto text = file.description(zone);
    if (!text) return complain(file.path() + ": zone " + std::to_string(zone) + " has no description");
    print_description(*text);
    descriptions.push_back(*text);
  }
  print_account(manifest, descriptions);
  if (!options.verify) return ExitStatus::Done;
  if (const auto problem = verify(options, manifest, snapshot); !problem.empty()) return complain(problem);
  std::cout << "verified: every octet is as the manifest says\n";
  return ExitStatus::Done;
}

}  // namespace

void add_inspect(CLI::App& app, ExitStatus& status) {
  auto* command = app.add_subcommand("inspect", "Tell what is in an image: zones, serials, counts, octets by part");
  auto options = std::make_shared<Options>();
  command->add_option("--image", options->image, "The image's folder")->required();
  command->add_flag("--verify", options->verify, "Also read every octet and compare checksums");
  command->callback([options, &status] { status = inspect(*options); });
}

}  // namespace torii::zonec
