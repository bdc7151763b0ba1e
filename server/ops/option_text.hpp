#pragma once
/// EDNS options and RCODEs as text, by name, close to what dig prints.
#include <cstdint>
#include <string>

#include "torii/dns/wire.hpp"

namespace torii::server {

/// Appends one line for an option. One of an unexpected form, or unknown, is shown as octets.
/// Source: RFC 5001, 7314, 7828, 7871, 7873, 8914, 9567, 9660.
void append_option(std::string& out, std::uint16_t code, dns::Octets value);

/// `NOERROR`, `NXDOMAIN`, ...; RCODEnnn for those without a name. Source: IANA, DNS RCODEs.
[[nodiscard]] std::string rcode_text(std::uint16_t rcode);

}  // namespace torii::server
