#pragma once
/// Lines of a text file that anybody may have written: none is read further than its bound.
#include <istream>
#include <string>

namespace torii::zonec {

/// Reads the next line into `line`, without its end. Returns false at the end of the input, and when it cannot be read:
/// then `in.bad()`.
/// Of a longer line `octets_max` + 1 octets are read and no more, so that `line.size() > octets_max` tells it.
inline bool read_bounded_line(std::istream& in, std::string& line, std::size_t octets_max) {
  line.clear();
  using Traits = std::istream::traits_type;
  auto* buffer = in.rdbuf();
  try {
    for (auto octet = buffer->sbumpc(); octet != Traits::eof(); octet = buffer->sbumpc()) {
      if (octet == '\n') return true;
      line += Traits::to_char_type(octet);
      if (line.size() > octets_max) return true;
    }
  } catch (const std::ios_base::failure&) {  // a folder, a broken disk: as std::getline does
    in.setstate(std::ios::badbit);
    return false;
  }
  in.setstate(std::ios::eofbit);
  return !line.empty();
}

}  // namespace torii::zonec
