/// Runs `zonec check` on each zone of tests/golden/zonec and on zones/broken.zone, and compares what it says and its
/// exit status with the file beside it. `UPDATE_GOLDEN=1` rewrites those files; then read the difference.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace {

namespace fs = std::filesystem;

const fs::path kSource{TORII_SOURCE_DIR};

struct Golden {
  std::string zone;  // relative to the source folder
  std::string expected;
};

void PrintTo(const Golden& golden, std::ostream* out) { *out << golden.zone; }

std::vector<Golden> goldens() {
  std::vector<Golden> out{{"zones/broken.zone", "tests/golden/zonec/broken.expected"}};
  for (const auto& entry : fs::directory_iterator{kSource / "tests/golden/zonec"}) {
    if (entry.path().extension() != ".zone") continue;
    const auto relative = fs::path{"tests/golden/zonec"} / entry.path().filename();
    out.push_back({relative.string(), (fs::path{relative}.replace_extension(".expected")).string()});
  }
  std::ranges::sort(out, {}, &Golden::zone);
  return out;
}

/// The first line of a zone may hold options: `; zonec: --strict --format json`.
std::string options_of(const fs::path& zone) {
  std::ifstream in{zone};
  std::string line;
  std::getline(in, line);
  const std::string mark = "; zonec: ";
  return line.starts_with(mark) ? line.substr(mark.size()) : std::string{};
}

std::string run(const Golden& golden) {
  const auto command = "cd '" + kSource.string() + "' && '" ZONEC_BINARY "' check --quiet --now 20260801120000 " +
                       options_of(kSource / golden.zone) + " '" + golden.zone + "' 2>&1";
  auto* pipe = popen(command.c_str(), "r");
  EXPECT_NE(pipe, nullptr);
  std::string out;
  std::array<char, 4096> block{};
  for (std::size_t size = 0; (size = fread(block.data(), 1, block.size(), pipe)) > 0;) out.append(block.data(), size);
  const auto status = pclose(pipe);
  return out + "exit status " + std::to_string(WIFEXITED(status) ? WEXITSTATUS(status) : -1) + "\n";
}

class ZonecGolden : public ::testing::TestWithParam<Golden> {};

TEST_P(ZonecGolden, SaysWhatIsExpected) {
  const auto said = run(GetParam());
  const auto file = kSource / GetParam().expected;
  if (const auto* update = std::getenv("UPDATE_GOLDEN"); update != nullptr && *update == '1') {
    std::ofstream{file} << said;
    return;
  }
  std::ifstream in{file};
  ASSERT_TRUE(in) << file << " is missing; UPDATE_GOLDEN=1 writes it";
  std::ostringstream expected;
  expected << in.rdbuf();
  EXPECT_EQ(said, expected.str());
}

INSTANTIATE_TEST_SUITE_P(Zones, ZonecGolden, ::testing::ValuesIn(goldens()), [](const auto& golden) {
  auto name = fs::path{golden.param.zone}.stem().string();
  std::ranges::replace_if(
      name, [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
});

TEST(Findings, EveryCodeThatAppearsIsDocumented) {
  std::ifstream in{kSource / "docs/findings.md"};
  std::ostringstream docs;
  docs << in.rdbuf();
  for (const auto& golden : goldens()) {
    std::ifstream expected{kSource / golden.expected};
    for (std::string line; std::getline(expected, line);) {
      const auto open = line.rfind(" [");
      if (open == std::string::npos || !line.ends_with("]")) continue;
      const auto code = line.substr(open + 2, line.size() - open - 3);
      const bool severity = code == "error" || code == "warning" || code == "notice" || code == "info";
      EXPECT_TRUE(severity || docs.str().find(code) != std::string::npos) << code;
    }
  }
}

}  // namespace
