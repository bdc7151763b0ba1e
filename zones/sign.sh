#!/usr/bin/env bash
# Makes the signed forms of example-tld.zone with BIND's tools, so that no signature in them is our own work:
#   example-tld.nsec.zone   NSEC
#   example-tld.nsec3.zone  NSEC3 with opt-out, no salt, no extra iterations (RFC 9276)
# ECDSA P-256 (algorithm 13), one KSK and one ZSK. The keys are thrown away; the results are committed. Run it again,
# and commit, whenever example-tld.zone changes.
#
# Signatures run to 2038-01-01: ldns 1.8 takes an end past 2^31 seconds for one in the past; and more than 68 years is
# none at all, as their times are compared by serial number arithmetic (RFC 4034 section 3.1.5).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
keys=$(mktemp -d)
trap 'rm -rf "$keys"' EXIT
cd "$keys"
dnssec-keygen -q -a ECDSAP256SHA256 -f KSK example. >/dev/null
dnssec-keygen -q -a ECDSAP256SHA256 example. >/dev/null

sign() {  # sign FORM COMMENT [options of dnssec-signzone]
  local form=$1 comment=$2
  shift 2
  dnssec-signzone -q -S -K "$keys" -x -o example. -s 20260101000000 -e 20380101000000 -O full \
    -f "$keys/$form" "$@" "$here/example-tld.zone" >/dev/null
  {
    echo "; example-tld.zone signed by zones/sign.sh ($comment). Not edited by hand."
    grep -v '^;' "$keys/$form"
  } >"$here/example-tld.$form.zone"
}
sign nsec "NSEC"
sign nsec3 "NSEC3 with opt-out" -3 - -H 0 -A
