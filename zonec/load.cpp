#include "zonec/load.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <ctime>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <iterator>
#include <sstream>
#include <thread>

#include "zonec/bounded_line.hpp"
#include "zonec/judge/sizes.hpp"
#include "zonec/model/build.hpp"
#include "zonec/scan/scan.hpp"
#include "zonec/verify/verify.hpp"

namespace torii::zonec {
namespace {

std::optional<std::uint64_t> parse_number(std::string_view digits) {
  std::uint64_t value = 0;
  const auto* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, value);
  if (digits.empty() || error != std::errc{} || stop != end) return std::nullopt;
  return value;
}

std::uint32_t time_of(const LoadOptions& options) {
  if (options.now.empty()) return static_cast<std::uint32_t>(std::time(nullptr));
  if (const auto time = parse_time(options.now)) return *time;
  throw CLI::ValidationError("--now", "expected seconds since 1970 or YYYYMMDDHHmmSS, got " + options.now);
}

VerifyOptions verify_options_of(const LoadOptions& options) {
  VerifyOptions out;
  out.mode = options.verify == "full"     ? VerifyMode::Full
             : options.verify == "sample" ? VerifyMode::Sample
                                          : VerifyMode::None;
  out.deprecated = options.deprecated_algorithm == "error"     ? Severity::Error
                   : options.deprecated_algorithm == "warning" ? Severity::Warning
                                                               : Severity::Notice;
  return out;
}

/// An origin and a path: 1016 octets of escaped name, `=`, and what the system takes (PATH_MAX).
constexpr std::size_t kListLineOctetsMax = 8192;

std::string counted(std::uint64_t count, std::string_view one) {
  return std::to_string(count) + " " + std::string{one} + (count == 1 ? "" : "s");
}

FindingOptions finding_options_of(const LoadOptions& options) {
  FindingOptions out{.format = format_from_id(options.format).value_or(FindingFormat::Text),
                     .colour = Colour{options.colour},
                     .fixes = options.fixes,
                     .baseline = {},
                     .write_baseline = options.write_baseline};
  if (options.baseline.empty()) return out;
  try {
    out.baseline = std::make_shared<Baseline>(Baseline::read(options.baseline));
  } catch (const std::runtime_error& error) {
    throw CLI::ValidationError{"--baseline", error.what()};
  }
  return out;
}

}  // namespace

std::variant<ZoneInput, std::string> parse_input(std::string_view argument) {
  const auto equals = argument.find('=');
  const auto before = argument.substr(0, equals);
  if (equals == std::string_view::npos || before.find('/') != std::string_view::npos) {
    if (argument.empty()) return std::string{"a file name is empty"};
    return ZoneInput{std::nullopt, std::string{argument}};
  }
  const auto path = argument.substr(equals + 1);
  if (path.empty()) return "no file after `=` in " + std::string{argument};
  const auto origin = before == "@" ? std::nullopt : dns::Name::from_text(before);
  if (!origin) {
    return "`" + std::string{before} + "` is no domain name; expected ORIGIN=FILE, or ./" + std::string{argument} +
           " for a file of that name";
  }
  return ZoneInput{origin, std::string{path}};
}

std::vector<std::string> read_list(const std::string& path) {
  std::ifstream in{path};
  if (!in) throw CLI::ValidationError("--list", path + ": cannot be read: " + std::strerror(errno));
  std::vector<std::string> inputs;
  std::string line;
  for (std::size_t number = 1; read_bounded_line(in, line, kListLineOctetsMax); ++number) {
    if (line.size() > kListLineOctetsMax)
      throw CLI::ValidationError("--list", path + ":" + std::to_string(number) + ":1: longer than " +
                                               std::to_string(kListLineOctetsMax) + " octets, so not [ORIGIN=]FILE");
    if (line.ends_with('\r')) line.pop_back();
    if (line.empty() || line.starts_with('#')) continue;
    if (const auto input = parse_input(line); const auto* wrong = std::get_if<std::string>(&input))
      throw CLI::ValidationError("--list", path + ":" + std::to_string(number) + ":1: " + *wrong);
    inputs.push_back(line);
  }
  if (in.bad()) throw CLI::ValidationError("--list", path + ": cannot be read: " + std::strerror(errno));
  return inputs;
}

std::optional<std::uint32_t> parse_time(std::string_view text) {
  std::string digits{text};
  if (text.size() == 20 && text[4] == '-' && text[7] == '-' && text[10] == 'T' && text[13] == ':' && text[16] == ':' &&
      text[19] == 'Z') {
    std::erase_if(digits, [](char c) { return c < '0' || c > '9'; });
    if (digits.size() != 14) return std::nullopt;
  }
  const auto number = parse_number(digits);
  if (!number) return std::nullopt;
  if (digits.size() != 14) {
    if (*number > 0xFFFF'FFFFU) return std::nullopt;
    return static_cast<std::uint32_t>(*number);
  }
  const auto part = [&](std::size_t at, std::size_t size) {
    return static_cast<int>(*parse_number(std::string_view{digits}.substr(at, size)));
  };
  std::tm utc{};
  utc.tm_year = part(0, 4) - 1900;
  utc.tm_mon = part(4, 2) - 1;
  utc.tm_mday = part(6, 2);
  utc.tm_hour = part(8, 2);
  utc.tm_min = part(10, 2);
  utc.tm_sec = part(12, 2);
  const auto asked = utc;
  const auto time = timegm(&utc);  // normalises, so a day that does not exist comes back as another
  if (utc.tm_mon != asked.tm_mon || utc.tm_mday != asked.tm_mday || utc.tm_hour != asked.tm_hour ||
      utc.tm_min != asked.tm_min || utc.tm_sec != asked.tm_sec) {
    return std::nullopt;
  }
  return static_cast<std::uint32_t>(time);
}

void LoadOptions::add_to(CLI::App& command) {
  command.add_option("zones", inputs, "Master files, `-` for standard input; gzip is recognised")
      ->type_name("[ORIGIN=]FILE");
  command.add_option("--list", list, "A file that lists more of them, one [ORIGIN=]FILE a line, `#` for comments")
      ->type_name("FILE");
  policy.add_to(command);
  command.add_option("--format", format, "Findings as text, as JSON Lines, as SARIF 2.1.0, or as JUnit XML")
      ->check(CLI::IsMember({"text", "json", "sarif", "junit"}))
      ->capture_default_str();
  add_colour(command, colour);
  command.add_option("--fixes", fixes, "Size findings that get fixes")
      ->type_name("N")
      ->check(CLI::Range(0, 1000000))
      ->capture_default_str();
  command
      .add_option("--baseline", baseline, "Findings of a run before (JSON Lines): only what is new or worse is told")
      ->type_name("FILE");
  command.add_option("--write-baseline", write_baseline, "Write all findings to FILE, as JSON Lines")
      ->type_name("FILE");
  command.add_option("--now", now, "Time at which signatures must be valid: seconds since 1970 or YYYYMMDDHHmmSS")
      ->type_name("TIME");
  command.add_option("--verify", verify, "Signatures to verify: all, those of some RRsets, or none")
      ->check(CLI::IsMember({"full", "sample", "none"}))
      ->capture_default_str();
  command.add_option("--deprecated-algorithm", deprecated_algorithm, "Severity of a key for RSA/SHA-1 and the like")
      ->check(CLI::IsMember({"error", "warning", "notice"}))
      ->capture_default_str();
  command.add_option("--threads", threads, "Threads that work on one zone; default: one for each core")
      ->type_name("N")
      ->check(CLI::Range(1U, 256U));
  command.add_flag("--strict", strict, "Signatures out of their time are errors");
  command.add_flag("--quiet", quiet, "No progress and no summary");
}

Load::Load(const LoadOptions& options)
    : dnssec_{time_of(options), options.strict},
      verify_{verify_options_of(options)},
      threads_{options.threads != 0 ? options.threads : std::max(1U, std::thread::hardware_concurrency())},
      quiet_{options.quiet},
      publishes_{options.publishes},
      writer_{std::cout, files_, finding_options_of(options)},
      progress_{!options.quiet} {
  bool standard_input = false;
  auto arguments = options.inputs;
  if (!options.list.empty()) std::ranges::move(read_list(options.list), std::back_inserter(arguments));
  if (arguments.empty())
    throw CLI::ValidationError("zones", "no zone is given: name a [ORIGIN=]FILE, or a --list of them");
  for (const auto& argument : arguments) {
    const auto input = parse_input(argument);
    if (const auto* wrong = std::get_if<std::string>(&input)) throw CLI::ValidationError("zones", *wrong);
    inputs_.push_back(std::get<ZoneInput>(input));
    if (inputs_.back().path != "-") continue;
    if (standard_input) throw CLI::ValidationError("zones", "standard input is given twice");
    standard_input = true;
  }
  std::vector<Diagnostic> diagnostics;
  settings_ = options.policy.settings(dnssec_.now, files_, diagnostics);
  assumptions_ = options.signing.assumptions();
  bad_input_ = std::ranges::any_of(diagnostics, [](const auto& each) { return each.severity == Severity::Error; });
  write(diagnostics);
}

ExitStatus Load::run(const std::function<void(Zone&&)>& keep) {
  if (!bad_input_)  // of the policy file: without it no verdict would be the operator's
    for (const auto& input : inputs_)
      if (!writer_.gave_up()) load_one(input, keep);
  if (auto unused = unused_waivers(settings_); !bad_input_) write(unused);
  progress_.clear();
  std::cout.flush();
  if (!std::cout) throw std::runtime_error{"standard output cannot be written"};
  if (bad_input_) return ExitStatus::BadInput;
  return writer_.has_errors() || (publishes_ && writer_.has_known_errors()) ? ExitStatus::Refused : ExitStatus::Done;
}

void Load::finish() {
  writer_.finish();
  std::cout.flush();
  if (!std::cout) throw std::runtime_error{"standard output cannot be written"};
}

void Load::load_one(const ZoneInput& input, const std::function<void(Zone&&)>& keep) {
  writer_.begin_input(input.path);
  std::vector<Diagnostic> diagnostics;
  ZoneBuilder builder{input.origin, threads_};
  builder.on_progress([&](std::uint64_t records) { progress_.show(input.path, records); });
  ScanOptions options;
  options.origin = input.origin;
  options.threads = threads_;
  const auto result = scan_file(input.path, options, files_, builder, diagnostics);
  if (!result.ok) {
    bad_input_ = true;
    return write(diagnostics);
  }
  auto zone = builder.finish(diagnostics);
  if (zone) writer_.begin_zone(zone->apex, settings_);
  write(diagnostics);
  if (!zone) return;
  if (!seen_.insert(zone->apex.text()).second) {
    bad_input_ = true;
    const auto text = "zone " + zone->apex.text() + " is given twice";
    std::vector<Diagnostic> twice{
        {Severity::Error, "zone-given-twice", zone->where(zone->owners.front()), text, zone->apex.text()}};
    return write(twice);
  }
  check(*zone);
  ++zones_;
  records_ += zone->record_count;
  delegations_ += zone->delegation_count;
  keep(std::move(*zone));
}

void Load::check(const Zone& zone) {
  std::vector<Diagnostic> diagnostics;
  // First: a changed DNSKEY leaves thousands of RRsets without a usable signature, and this names the cause.
  verified_ += verify_zone(zone, verify_, diagnostics, threads_);
  write(diagnostics);
  check_dnssec(zone, dnssec_, diagnostics, threads_);
  write(diagnostics);
  std::uint64_t findings = 0;
  const auto sink = [&](const SizeFinding& finding) {
    if ((++findings & 0xFFU) == 0) progress_.show("size findings", findings);
    if (finding.waiver && ++waived_ > 0 && settings_.floor() > Severity::Info) return true;
    progress_.clear();
    writer_.write(finding, [&] {
      auto account = describe_account(zone, zone.find(finding.delegation));
      static_cast<void>(assume(assumptions_, account));
      return account;
    });
    return !writer_.gave_up();
  };
  if (!assumptions_.any()) return check_sizes(zone, settings_, sink, threads_);
  if (const auto wrong = check_assumed_sizes(zone, assumptions_, settings_, sink, threads_); !wrong.empty())
    throw CLI::ValidationError{"--assume-ds", "needs --assume-signature: " + wrong};
}

void Load::write(std::vector<Diagnostic>& diagnostics) {
  if (!diagnostics.empty()) progress_.clear();
  for (const auto& diagnostic : diagnostics) writer_.write(diagnostic);
  diagnostics.clear();
}

void Load::summarise(std::string_view more) {
  progress_.clear();
  finish();
  if (quiet_) return;
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start_;
  std::ostringstream line;
  line << "zonec: " << counted(zones_, "zone") << ", " << counted(records_, "record") << ", "
       << counted(delegations_, "delegation") << "; ";
  if (verified_.signatures != 0)
    line << verified_.verified << " of " << counted(verified_.signatures, "RRSIG") << " verified; ";
  line << counted(writer_.count(Severity::Error), "error") << ", "
       << counted(writer_.count(Severity::Warning), "warning") << ", "
       << counted(writer_.count(Severity::Notice), "notice");
  if (waived_ > 0) line << ", " << waived_ << " waived";
  if (const auto against = writer_.against_baseline(); !against.empty()) line << " (" << against << ")";
  line << "; " << std::fixed << std::setprecision(2) << seconds.count() << " s" << more << '\n';
  std::cerr << line.str();
}

}  // namespace torii::zonec
