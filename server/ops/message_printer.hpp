#pragma once
/// A message as text, laid out like dig's output.
#include <string>

#include "server/ops/message.hpp"

namespace torii::server {

[[nodiscard]] std::string message_text(const Message& message);

}  // namespace torii::server
