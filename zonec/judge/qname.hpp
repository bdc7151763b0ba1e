#pragma once
/// The QNAMEs that make a referral as long as it can be. Every octet of QNAME is one more of the referral, so the
/// longest names are the worst; of those, some servers compress badly where there are many labels, and some where the
/// letters' case differs from the zone's.
#include <cstdint>
#include <span>

#include "torii/dns/name.hpp"

namespace torii::zonec {

enum class QnameShape : std::uint8_t {
  Long,  // labels of 63 octets, as few as there can be
  Many,  // labels of one octet, as many as there can be: 126 in all below a TLD of two letters
};

/// The longest name below `owner`: 255 octets on the wire, whatever the length of `owner` (RFC 1035 section 2.3.4);
/// only where one octet is left (254 of 255 are the owner's), or none, is it the owner itself. The label left of
/// `owner` differs from every first label left of it in `hosts`, so that QNAME and the hosts share nothing but the
/// owner's suffixes.
[[nodiscard]] dns::Name longest_qname(dns::NameView owner, std::span<const dns::NameView> hosts, QnameShape shape);

/// The same name, each ASCII letter in the other case: what a resolver sends that puts random bits into the case of
/// QNAME ("0x20"), when all of them differ from the zone's.
[[nodiscard]] dns::Name other_case(dns::NameView name) noexcept;

}  // namespace torii::zonec
