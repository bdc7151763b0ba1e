// `zonec diff`: what has changed between two images, generations or zone files.
#include <algorithm>
#include <charconv>
#include <filesystem>
#include <iostream>
#include <memory>
#include <thread>

#include "zonec/diff_writer.hpp"
#include "zonec/image_zone.hpp"
#include "zonec/load.hpp"
#include "zonec/model/build.hpp"
#include "zonec/scan/scan.hpp"

namespace torii::zonec {
namespace {

struct Options {
  std::string before;
  std::string after;
  std::string zone;
  std::vector<std::string> policies;
  std::optional<std::uint64_t> limit;
  bool summary = false;
  bool json = false;
  bool no_signatures = false;
  unsigned threads = 0;
};

/// All zones of one side.
struct Side {
  std::string source;
  std::optional<std::uint64_t> generation;
  std::vector<Zone> zones;
  [[nodiscard]] const Zone* find(dns::NameView apex) const {
    const auto found = std::ranges::find_if(zones, [&](const Zone& zone) { return zone.apex.view() == apex; });
    return found == zones.end() ? nullptr : &*found;
  }
};

ExitStatus complain(const std::string& text) {
  std::cerr << "zonec: " << text << '\n';
  return ExitStatus::BadInput;
}

/// Zones in canonical order of their apexes. Returns what is wrong; empty when nothing is.
std::string read_image(const std::string& folder, std::optional<std::uint64_t> generation,
                       const std::optional<dns::Name>& only, unsigned threads, Side& side) {
  SourceFiles files;
  std::vector<Diagnostic> diagnostics;
  auto read = read_image_zones(folder, {.zone = std::nullopt, .generation = generation, .threads = threads}, files,
                               diagnostics);
  if (const auto* error = std::get_if<image::ImageError>(&read)) return error->text;
  auto& zones = std::get<ImageZones>(read);
  side.generation = zones.generation;
  side.zones = std::move(zones.zones);
  if (only) std::erase_if(side.zones, [&](const Zone& zone) { return !(zone.apex == *only); });
  return {};
}

std::string read_file(const std::string& argument, unsigned threads, Side& side) {
  const auto parsed = parse_input(argument);
  if (const auto* wrong = std::get_if<std::string>(&parsed)) return *wrong;
  const auto& input = std::get<ZoneInput>(parsed);
  SourceFiles files;
  std::vector<Diagnostic> diagnostics;
  ZoneBuilder builder{input.origin, threads};
  ScanOptions options;
  options.origin = input.origin;
  options.threads = threads;
  const auto result = scan_file(input.path, options, files, builder, diagnostics);
  // Whether the zone may be published is for `check` to say; here it only has to be one.
  auto zone = result.ok ? builder.finish(diagnostics) : std::nullopt;
  if (zone) {
    side.zones.push_back(std::move(*zone));
    return {};
  }
  std::string out;
  for (const auto& diagnostic : diagnostics)
    if (diagnostic.severity == Severity::Error)
      out += (out.empty() ? "" : "\n") + files.text(diagnostic.where) + ": " + diagnostic.text + " [" +
             diagnostic.code + "]";
  return out.empty() ? input.path + ": holds no zone" : out;
}

/// DIR, DIR@GENERATION or [ORIGIN=]FILE.
std::string read_side(const std::string& argument, const std::optional<dns::Name>& only, unsigned threads, Side& side) {
  side.source = argument;
  std::error_code ignored;
  if (std::filesystem::is_directory(argument, ignored)) return read_image(argument, std::nullopt, only, threads, side);
  if (const auto at = argument.rfind('@'); at != std::string::npos) {
    std::uint64_t generation = 0;
    const auto* end = argument.data() + argument.size();
    const auto [stop, error] = std::from_chars(argument.data() + at + 1, end, generation);
    const auto folder = argument.substr(0, at);
    if (error == std::errc{} && stop == end && std::filesystem::is_directory(folder, ignored))
      return read_image(folder, generation, only, threads, side);
  }
  return read_file(argument, threads, side);
}

ExitStatus diff(const Options& options) {
  DiffOptions diffing;
  for (const auto& choice : options.policies)
    if (const auto wrong = diffing.policies.set(choice); !wrong.empty()) throw CLI::ValidationError("--policy", wrong);
  std::optional<dns::Name> only;
  if (!options.zone.empty()) {
    only = dns::Name::from_text(options.zone);
    if (!only) throw CLI::ValidationError("--zone", "`" + options.zone + "` is no domain name");
  }
  if (options.before == "-" && options.after == "-") throw CLI::ValidationError("NEW", "standard input is given twice");
  diffing.leave_out_signers = options.no_signatures;
  diffing.threads = options.threads != 0 ? options.threads : std::max(1U, std::thread::hardware_concurrency());
  Side before;
  Side after;
  if (const auto problem = read_side(options.before, only, diffing.threads, before); !problem.empty())
    return complain(problem);
  if (const auto problem = read_side(options.after, only, diffing.threads, after); !problem.empty())
    return complain(problem);
  // A file is one zone; of an image on the other side, that one is meant.
  const auto keep_one = [&](const Side& file, Side& image) {
    if (file.generation || !image.generation) return;
    std::erase_if(image.zones, [&](const Zone& zone) { return !(zone.apex == file.zones.front().apex); });
  };
  keep_one(before, after);
  keep_one(after, before);

  std::vector<dns::NameView> apexes;
  for (const auto* side : {&before, &after})
    for (const auto& zone : side->zones)
      if (!only || zone.apex == *only) apexes.push_back(zone.apex);
  std::ranges::sort(apexes, [](dns::NameView a, dns::NameView b) { return dns::canonical_order(a, b) < 0; });
  const auto twice = std::ranges::unique(apexes);
  apexes.erase(twice.begin(), twice.end());
  if (apexes.empty())
    return complain("no zone " + options.zone + " in " + options.before + ", nor in " + options.after);

  DiffWriter writer{std::cout, options.json, options.summary ? std::optional<std::uint64_t>{0} : options.limit};
  bool differs = false;
  for (const auto apex : apexes) {
    const DiffSide old_side{options.before, before.find(apex), before.generation};
    const DiffSide new_side{options.after, after.find(apex), after.generation};
    if (old_side.zone == nullptr || new_side.zone == nullptr) {
      writer.whole_zone(old_side, new_side);
      differs = true;
      continue;
    }
    writer.begin(old_side, new_side);
    const auto counts =
        diff_zones(*old_side.zone, *new_side.zone, diffing, [&](const OwnerChange& change) { writer.write(change); });
    writer.end(counts);
    differs = differs || !counts.is_equal();
  }
  std::cout.flush();
  if (!std::cout) throw std::runtime_error{"standard output cannot be written"};
  return differs ? ExitStatus::Refused : ExitStatus::Done;
}

}  // namespace

void add_diff(CLI::App& app, ExitStatus& status) {
  auto* command = app.add_subcommand("diff", "Tell what has changed between two images, generations or zone files");
  auto options = std::make_shared<Options>();
  constexpr const char* kSide = "An image's folder, one of its generations, or a zone file";
  command->add_option("OLD", options->before, kSide)->type_name("DIR[@GENERATION]|[ORIGIN=]FILE")->required();
  command->add_option("NEW", options->after, kSide)->type_name("DIR[@GENERATION]|[ORIGIN=]FILE")->required();
  command->add_option("--zone", options->zone, "This zone only")->type_name("NAME");
  command->add_option("--limit", options->limit, "Changes listed of each zone; further ones are counted")
      ->type_name("N");
  command->add_flag("--summary", options->summary, "List no change, count them");
  command->add_flag("--no-signatures", options->no_signatures, "Leave out RRSIG, NSEC, NSEC3 and ZONEMD");
  command->add_option("--policy", options->policies, "Severity of a size policy: ID=off|info|notice|warning|error")
      ->type_name("ID=SEVERITY")
      ->allow_extra_args(false);
  command->add_option("--threads", options->threads, "Threads; default: one for each core")
      ->type_name("N")
      ->check(CLI::Range(1U, 256U));
  command->add_flag("--json", options->json, "JSON Lines");
  command->footer(
      "Exit status: 0 no difference, 1 some difference, 2 bad usage or unreadable input, 3 the system failed.");
  command->callback([options, &status] { status = diff(*options); });
}

}  // namespace torii::zonec
