#pragma once
/// How threads hold the image: shared, immutable, freed when the last lets go.
#include <memory>

#include "torii/image/snapshot.hpp"

namespace torii::server {

using SnapshotPointer = std::shared_ptr<const image::Snapshot>;

}  // namespace torii::server
