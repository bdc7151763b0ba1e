// Replays inputs through a fuzz target without libFuzzer: each argument is a file, or a folder of files.
// So the corpora are checked by every compiler and under every sanitizer, not only by clang.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" __attribute__((weak)) int LLVMFuzzerInitialize(int* argc, char*** argv);

namespace {

namespace fs = std::filesystem;

std::vector<fs::path> collect(int count, char** arguments) {
  std::vector<fs::path> files;
  for (int i = 1; i < count; ++i) {
    const fs::path given{arguments[i]};
    if (!fs::is_directory(given)) {
      files.push_back(given);
      continue;
    }
    for (const auto& entry : fs::recursive_directory_iterator{given}) {
      if (entry.is_regular_file()) files.push_back(entry.path());
    }
  }
  std::ranges::sort(files);  // the same order on every machine
  return files;
}

bool replay(const fs::path& path) {
  std::ifstream file{path, std::ios::binary};
  std::vector<char> text{std::istreambuf_iterator<char>{file}, std::istreambuf_iterator<char>{}};
  if (file.bad() || !file.is_open()) {
    std::fprintf(stderr, "%s: cannot be read\n", path.c_str());
    return false;
  }
  // An exact-size copy, so that AddressSanitizer sees the first octet read past the end.
  const std::vector<std::uint8_t> octets(text.begin(), text.end());
  static_cast<void>(LLVMFuzzerTestOneInput(octets.data(), octets.size()));
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (LLVMFuzzerInitialize != nullptr) static_cast<void>(LLVMFuzzerInitialize(&argc, &argv));
    const auto files = collect(argc, argv);
    for (const auto& path : files) {
      std::fprintf(stderr, "%s\n", path.c_str());  // the last line names the input that crashed
      if (!replay(path)) return 1;
    }
    static_cast<void>(LLVMFuzzerTestOneInput(nullptr, 0));
    std::printf("replayed %zu inputs\n", files.size());
    return files.empty() ? 1 : 0;
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "replay: %s\n", failure.what());
    return 1;
  }
}
