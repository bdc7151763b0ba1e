// `zonec explain`: the whole account of one delegation of an image or a zone file.
#include <algorithm>
#include <boost/json.hpp>
#include <ctime>
#include <iostream>
#include <memory>

#include "zonec/account_report.hpp"
#include "zonec/commands.hpp"
#include "zonec/emit/generations.hpp"
#include "zonec/image_zone.hpp"
#include "zonec/load.hpp"
#include "zonec/model/build.hpp"
#include "zonec/name_place.hpp"
#include "zonec/planned_cut.hpp"
#include "zonec/policy_options.hpp"
#include "zonec/scan/scan.hpp"

namespace torii::zonec {
namespace {

namespace json = boost::json;

struct Options {
  std::string image;
  std::optional<std::uint64_t> generation;
  std::string zone;
  std::vector<std::string> words;  // [FILE] NAME
  std::vector<std::uint32_t> limits{512, 1232, 1400};
  PolicyOptions policies;
  PlannedSigning signing;
  std::string colour = "auto";
  bool json = false;
};

/// The zone that holds the name, and where it comes from.
struct Source {
  SourceFiles files;
  std::vector<Diagnostic> diagnostics;
  std::optional<Zone> zone;
  std::string text;  // for people
  std::uint64_t generation{};
};

/// Says it; false.
bool fail(const std::string& text) {
  std::cerr << "zonec: " << text << '\n';
  return false;
}

/// Of the image's zones the one whose apex is the longest at or above `name`.
std::optional<dns::Name> zone_above(const image::Manifest& manifest, dns::NameView name) {
  const dns::Name* best = nullptr;
  for (const auto& zone : manifest.zones)
    if (name.is_at_or_below(zone.apex) && (best == nullptr || zone.apex.size() > best->size())) best = &zone.apex;
  return best == nullptr ? std::nullopt : std::optional{*best};
}

bool read_image(const Options& options, dns::NameView name, Source& source) {
  ImageZoneOptions what;
  what.generation = options.generation;
  if (!options.zone.empty()) {
    what.zone = parse_name("--zone", options.zone);
  } else {
    const auto file =
        options.image + "/" + (options.generation ? generation_file(*options.generation, "manifest") : "current");
    const auto manifest = image::Manifest::read(file);
    if (std::holds_alternative<image::ImageError>(manifest)) {
      const auto again = read_image_zones(options.image, what, source.files, source.diagnostics);  // knows the remedy
      const auto* why = std::get_if<image::ImageError>(&again);
      return fail(why != nullptr ? why->text : file + ": was not there at first; try again");
    }
    what.zone = zone_above(std::get<image::Manifest>(manifest), name);
    if (!what.zone) return fail(options.image + ": no zone of this image is at or above " + short_text(name));
  }
  auto zones = read_image_zones(options.image, what, source.files, source.diagnostics);
  if (const auto* error = std::get_if<image::ImageError>(&zones)) return fail(error->text);
  auto& image = std::get<ImageZones>(zones);
  source.zone = std::move(image.zones.front());
  source.generation = image.generation;
  source.text = "generation " + std::to_string(image.generation) + " of " + options.image + ", " + image.created;
  return true;
}

bool read_file(const Options& options, const std::string& argument, Source& source) {
  const auto input = parse_input(argument);
  if (const auto* wrong = std::get_if<std::string>(&input)) throw CLI::ValidationError{"FILE", *wrong};
  auto [origin, path] = std::get<ZoneInput>(input);
  if (!options.zone.empty()) origin = parse_name("--zone", options.zone);
  ZoneBuilder builder{origin};
  ScanOptions scan;
  scan.origin = origin;
  const auto result = scan_file(path, scan, source.files, builder, source.diagnostics);
  if (result.ok) source.zone = builder.finish(source.diagnostics);
  source.text = path;
  if (source.zone) return true;
  for (const auto& diagnostic : source.diagnostics)
    if (diagnostic.severity == Severity::Error)
      std::cerr << source.files.text(diagnostic.where) << ": error: " << diagnostic.text << " [" << diagnostic.code
                << "]\n";
  return false;
}

void say_place(const Options& options, const Source& source, dns::NameView name, const NamePlace& place) {
  const auto& zone = *source.zone;
  const auto text = place_text(zone, name, place);
  const auto nearest = place.cut == kNoOwner ? std::string{} : zone.owners[place.cut].name().text();
  if (options.json) {
    json::object out{{"zone", zone.apex.text()},      {"serial", zone.serial.value},
                     {"name", name.text()},           {"kind", std::string{name_kind_id(place.kind)}},
                     {"nearest_delegation", nullptr}, {"text", text}};
    if (!nearest.empty()) out["nearest_delegation"] = nearest;
    std::cout << json::serialize(out) << '\n';
    return;
  }
  std::cout << text << "\n";
  std::cout << (nearest.empty() ? std::string{"the zone has no delegation"}
                                : "the nearest delegation is " + short_text(zone.owners[place.cut].name()))
            << '\n';
}

AccountReport account_at(const Options& options, const Source& source, OwnerIndex cut) {
  auto settings = options.policies.settings(static_cast<std::uint32_t>(std::time(nullptr)));
  if (options.policies.show.empty()) settings.show_from(Severity::Info);
  const auto& zone = *source.zone;
  auto account = describe_account(zone, cut);
  if (const auto problem = assume(options.signing.assumptions(), account); !problem.empty())
    throw CLI::ValidationError{"--assume-ds", "needs --assume-signature: " + problem};
  const auto& owner = zone.owners[cut];
  auto report = report_account(std::move(account), owner.name(), zone.find_rrset(owner, dns::RrType::NS)->where,
                               options.limits, settings);
  const auto name = owner.name().text();
  std::ranges::copy_if(source.diagnostics, std::back_inserter(report.diagnostics),
                       [&](const Diagnostic& diagnostic) { return diagnostic.owner == name; });
  return report;
}

ExitStatus explain(const Options& options) {
  const bool from_image = !options.image.empty();
  if (options.words.size() != (from_image ? 1 : 2))
    throw CLI::ValidationError{
        "explain", from_image ? "expected one NAME beside --image DIR" : "expected FILE NAME, or --image DIR NAME"};
  const auto name = parse_name("NAME", options.words.back());
  Source source;
  if (from_image ? !read_image(options, name, source) : !read_file(options, options.words.front(), source))
    return ExitStatus::BadInput;
  const auto& zone = *source.zone;
  const auto place = find_place(zone, name);
  if (place.kind == NameKind::OutOfZone) {
    fail(place_text(zone, name, place));
    return ExitStatus::BadInput;
  }
  if (place.kind != NameKind::Delegation && place.kind != NameKind::BelowDelegation) {
    say_place(options, source, name, place);
    return ExitStatus::Done;
  }
  const auto report = account_at(options, source, place.cut);
  const auto& owner = zone.owners[place.cut];
  if (options.json) {
    auto out = report_json(report);
    out["name"] = name.text();
    out["kind"] = std::string{name_kind_id(place.kind)};
    out["serial"] = zone.serial.value;
    out["source"] = source.files.text(zone.find_rrset(owner, dns::RrType::NS)->where);
    if (source.generation > 0) out["generation"] = source.generation;
    std::cout << json::serialize(out) << '\n';
  } else {
    const Colour colour{options.colour};
    if (place.kind == NameKind::BelowDelegation) std::cout << place_text(zone, name, place) << "\n\n";
    std::cout << colour.paint(Ink::Bold, short_text(owner.name())) << " in the zone " << short_text(zone.apex)
              << ", serial " << zone.serial.value << " (" << source.text << ")\n\n"
              << report_text(report, colour);
  }
  return is_missed(report) ? ExitStatus::Refused : ExitStatus::Done;
}

}  // namespace

void add_explain(CLI::App& app, ExitStatus& status) {
  auto* command = app.add_subcommand("explain", "The whole account of one delegation: octets, limits, policies, fixes");
  auto options = std::make_shared<Options>();
  command->add_option("words", options->words, "A name, after a master file unless --image is given")
      ->type_name("[[ORIGIN=]FILE] NAME")
      ->required();
  auto* image = command->add_option("--image", options->image, "An image's folder")->type_name("DIR");
  command->add_option("--generation", options->generation, "One that is kept; default: the one that is served")
      ->needs(image);
  command->add_option("--zone", options->zone, "The zone's name; default: the longest that the name is in");
  command->add_option("--limit", options->limits, "Octets of a message, comma-separated")
      ->delimiter(',')
      ->check(CLI::Range(12, 65535))
      ->capture_default_str();
  options->policies.add_to(*command);
  options->signing.add_to(*command);
  options->signing.add_unsigned_to(*command);
  command->add_flag("--json", options->json, "As JSON");
  add_colour(*command, options->colour);
  command->callback([options, &status] { status = explain(*options); });
}

}  // namespace torii::zonec
