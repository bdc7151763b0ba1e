/// A baseline is read whole or refused with the place of what is wrong; what is read is recognised again.
#include <cstdint>
#include <cstdlib>
#include <sstream>
#include <stdexcept>

#include "zonec/baseline.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using torii::zonec::Baseline;
  std::istringstream in{std::string{reinterpret_cast<const char*>(data), size}};
  try {
    auto baseline = Baseline::read(in, "b");
    const auto verdict =
        baseline.compare(torii::zonec::Diagnostic{torii::zonec::Severity::Error, "ttl-mismatch", {}, "text", "a.jp."});
    const auto summary = baseline.summary(true);
    if (summary.empty() ||
        (verdict.change != Baseline::Change::New && verdict.change != Baseline::Change::Same && verdict.before.empty()))
      std::abort();
  } catch (const std::runtime_error& error) {
    if (std::string{error.what()}.rfind("b:", 0) != 0) std::abort();
  }
  return 0;
}
