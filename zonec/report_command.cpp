// `zonec report`: the sizes of a zone's referrals as a page for people and as JSON for programs.
#include <algorithm>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <set>
#include <thread>

#include "zonec/commands.hpp"
#include "zonec/finding_writer.hpp"
#include "zonec/image_zone.hpp"
#include "zonec/load.hpp"
#include "zonec/model/build.hpp"
#include "zonec/policy_options.hpp"
#include "zonec/report/drawing.hpp"
#include "zonec/report/text.hpp"
#include "zonec/report/writers.hpp"
#include "zonec/scan/scan.hpp"

namespace torii::zonec {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::vector<std::string> inputs;
  std::string image;
  std::string zone;
  std::string html;
  std::string json;
  std::string svg;
  std::vector<std::string> delegations;
  PolicyOptions policies;
  std::string now;
  std::string note;
  std::size_t details = ReportOptions{}.details;
  unsigned threads = 0;
};

dns::Name name_of(const std::string& option, const std::string& text) {
  if (const auto name = dns::Name::from_text(text)) return *name;
  throw CLI::ValidationError{option, "'" + text + "' is no domain name"};
}

class Reporter {
 public:
  explicit Reporter(const Options& options)
      : options_{options},
        threads_{options.threads != 0 ? options.threads : std::max(1U, std::thread::hardware_concurrency())} {
    if (options.inputs.empty() == options.image.empty())
      throw CLI::ValidationError{"zones", "name either a [ORIGIN=]FILE or an --image"};
    if (options.html.empty() && options.json.empty() && options.svg.empty())
      throw CLI::ValidationError{"--html", "nothing to write: name --html, --json or --svg"};
    if (options.svg.empty() != options.delegations.empty())
      throw CLI::ValidationError{"--svg", "--svg FOLDER and --delegation NAME go together"};
    if (!options.zone.empty() && options.image.empty())
      throw CLI::ValidationError{"--zone", "it chooses one of an --image's zones"};
    if (std::ranges::any_of(options.note, [](char c) { return c < 0x20 || c > 0x7E; }))
      throw CLI::ValidationError{"--note", "printable ASCII only"};
    const auto now =
        options.now.empty() ? std::optional{static_cast<std::uint32_t>(std::time(nullptr))} : parse_time(options.now);
    if (!now) throw CLI::ValidationError{"--now", "expected seconds since 1970 or YYYYMMDDHHmmSS, got " + options.now};
    settings_ = options.policies.settings(*now);
    if (options.policies.show.empty()) settings_.show_from(Severity::Info);
    for (const auto& text : options.delegations) delegations_.push_back(name_of("--delegation", text));
  }

  ExitStatus run() {
    auto zones = options_.image.empty() ? from_files() : from_image();
    if (bad_input_) return ExitStatus::BadInput;
    if (zones.size() > 1 && (options_.html == "-" || options_.json == "-"))
      throw CLI::ValidationError{"--html", "several zones need a folder"};
    for (const auto& zone : zones) write(zone, zones.size() > 1);
    for (const auto& name : delegations_)
      if (!drawn_.contains(name.text())) {
        std::cerr << "zonec: no delegation " << plain_name(name) << " in "
                  << (zones.size() == 1 ? "the zone" : "the zones") << '\n';
        return ExitStatus::BadInput;
      }
    return has_errors_ ? ExitStatus::Refused : ExitStatus::Done;
  }

 private:
  /// What is wrong with a zone goes to standard error; the sizes of what can be read are told all the same.
  void tell(const std::vector<Diagnostic>& diagnostics) {
    FindingWriter writer{std::cerr, files_, FindingFormat::Text};
    for (const auto& one : diagnostics)
      if (one.severity == Severity::Error) writer.write(one);
    has_errors_ = has_errors_ || writer.has_errors();
  }

  std::vector<Zone> from_files() {
    std::vector<Zone> zones;
    for (const auto& argument : options_.inputs) {
      const auto parsed = parse_input(argument);
      if (const auto* wrong = std::get_if<std::string>(&parsed)) throw CLI::ValidationError{"zones", *wrong};
      const auto& input = std::get<ZoneInput>(parsed);
      ZoneBuilder builder{input.origin, threads_};
      ScanOptions scan;
      scan.origin = input.origin;
      scan.threads = threads_;
      std::vector<Diagnostic> diagnostics;
      const bool ok = scan_file(input.path, scan, files_, builder, diagnostics).ok;
      auto zone = ok ? builder.finish(diagnostics) : std::nullopt;
      tell(diagnostics);
      if (zone)
        zones.push_back(std::move(*zone));
      else
        bad_input_ = true;
    }
    return zones;
  }

  std::vector<Zone> from_image() {
    ImageZoneOptions options;
    options.threads = threads_;
    if (!options_.zone.empty()) options.zone = name_of("--zone", options_.zone);
    std::vector<Diagnostic> diagnostics;
    auto read = read_image_zones(options_.image, options, files_, diagnostics);
    if (const auto* error = std::get_if<image::ImageError>(&read)) {
      std::cerr << "zonec: " << error->text << '\n';
      bad_input_ = true;
      return {};
    }
    tell(diagnostics);
    return std::move(std::get<ImageZones>(read).zones);
  }

  void write(const Zone& zone, bool several) {
    if (!options_.html.empty() || !options_.json.empty()) {
      const auto report = make_report(zone, settings_, {.threads = threads_, .details = options_.details});
      if (!options_.html.empty()) put(place(options_.html, zone, several, ".html"), report_html(report, options_.note));
      if (!options_.json.empty()) put(place(options_.json, zone, several, ".json"), report_json(report, options_.note));
    }
    for (const auto& name : delegations_) {
      const auto cut = zone.find(name);
      if (cut == kNoOwner || zone.owners[cut].kind != OwnerKind::Cut) continue;
      const auto folder = fs::path{options_.svg};
      fs::create_directories(folder);
      put(folder / (link_text(plain_name(name)) + ".svg"),
          octet_bar_file(describe_detail(zone, cut, settings_), zone.is_signed));
      drawn_.insert(name.text());
    }
  }

  /// The file that was named; of several zones each its own in the folder that was named.
  static fs::path place(const std::string& out, const Zone& zone, bool several, const std::string& ending) {
    if (!several) return out;
    fs::create_directories(out);
    return fs::path{out} / ((zone.apex.view().is_root() ? "%2E" : link_text(plain_name(zone.apex))) + ending);
  }

  /// Whole or not at all: written beside, then renamed.
  static void put(const fs::path& path, const std::string& text) {
    if (path == "-") {
      std::cout << text << std::flush;
      if (!std::cout) throw std::runtime_error{"standard output cannot be written"};
      return;
    }
    auto part = path;
    part += ".part";
    std::ofstream out{part, std::ios::binary | std::ios::trunc};
    out << text;
    out.close();
    if (!out) {
      std::error_code ignored;
      fs::remove(part, ignored);
      throw std::runtime_error{part.string() + " cannot be written"};
    }
    fs::rename(part, path);
  }

  const Options& options_;
  unsigned threads_;
  PolicySettings settings_;
  std::vector<dns::Name> delegations_;
  std::set<std::string> drawn_;
  SourceFiles files_;
  bool has_errors_ = false;
  bool bad_input_ = false;
};

}  // namespace

void add_report(CLI::App& app, ExitStatus& status) {
  auto* command = app.add_subcommand("report", "A page about the sizes of a zone's referrals, and the same as JSON");
  auto options = std::make_shared<Options>();
  command->add_option("zones", options->inputs, "Master files, `-` for standard input; gzip is recognised")
      ->type_name("[ORIGIN=]FILE");
  command->add_option("--image", options->image, "The zones of an image instead")->type_name("DIR");
  command->add_option("--zone", options->zone, "With --image: this zone alone")->type_name("NAME");
  command->add_option("--html", options->html, "The page, one self-contained file; `-` for standard output")
      ->type_name("FILE");
  command->add_option("--json", options->json, "The same figures for programs")->type_name("FILE");
  command->add_option("--svg", options->svg, "A folder for the bars of each --delegation")->type_name("DIR");
  command->add_option("--delegation", options->delegations, "With --svg; repeatable")
      ->type_name("NAME")
      ->allow_extra_args(false);
  options->policies.add_to(*command);
  command->add_option("--now", options->now, "Time at which waivers must hold: seconds since 1970 or YYYYMMDDHHmmSS")
      ->type_name("TIME");
  command
      ->add_option("--details", options->details, "Delegations told in full; of larger zones the worst, and a sample")
      ->check(CLI::Range(20, 1'000'000))
      ->capture_default_str();
  command->add_option("--note", options->note, "Stands in the page's head: a date, a revision");
  command->add_option("--threads", options->threads, "Default: one for each core")->check(CLI::Range(1U, 256U));
  command->callback([options, &status] { status = Reporter{*options}.run(); });
}

}  // namespace torii::zonec
