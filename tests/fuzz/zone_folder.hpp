#pragma once
/// The random zones of tests/fuzz/zones (made by tests/interop/random_zones.py), compiled: `ORIGIN` + "zone" is a file.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "tests/support/compiled_zones.hpp"

namespace torii::testing {

struct FolderZone {
  std::string path;
  std::string origin;
  std::vector<dns::Name> owners;  // sorted as text, so that every run has the same order
};

inline std::vector<FolderZone> folder_zones() {
  std::vector<FolderZone> found;
  for (const auto& entry : std::filesystem::directory_iterator{TORII_SOURCE_DIR "/tests/fuzz/zones"}) {
    FolderZone zone{entry.path().string(), entry.path().filename().string(), {}};
    if (!zone.origin.ends_with(".zone")) continue;
    zone.origin.erase(zone.origin.size() - 4);
    std::ifstream file{zone.path};
    std::set<std::string> owners;
    for (std::string line; std::getline(file, line);) {
      const auto owner = line.substr(0, line.find(' '));
      if (owner.ends_with('.')) owners.insert(owner);
    }
    for (const auto& owner : owners)
      if (const auto name = dns::Name::from_text(owner)) zone.owners.push_back(*name);
    found.push_back(std::move(zone));
  }
  std::ranges::sort(found, {}, &FolderZone::origin);
  if (found.empty()) throw std::runtime_error{"no zones in tests/fuzz/zones"};
  return found;
}

}  // namespace torii::testing
