#pragma once
/// A message as text, laid out like dig's output.
#include <string>

#include "server/ops/message.hpp"

namespace torii::server {

[[nodiscard]] std::string message_text(const Message& message);

/// IANA's name, or the number.
[[nodiscard]] std::string rcode_text(std::uint16_t rcode);

}  // namespace torii::server
