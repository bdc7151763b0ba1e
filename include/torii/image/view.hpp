#pragma once
/// The served half of an image as the answering code sees it: bounds-checked access to the segments, no ownership.
/// (Work in progress: see FORMAT.md.)
#include <cstdint>
#include "torii/dns/wire.hpp"
namespace torii::image {
class View {
 public:
  View() noexcept = default;
};
}  // namespace torii::image
