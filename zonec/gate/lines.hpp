#pragma once
/// Octets into lines, with a bound: of a line that is too long nothing is kept but that it was there.
#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>

namespace torii::zonec::gate {

class Lines {
 public:
  explicit Lines(std::size_t octets_max) : octets_max_{octets_max} {}

  void add(std::string_view octets) { buffer_.append(octets); }
  /// Octets that wait.
  [[nodiscard]] std::size_t size() const noexcept { return buffer_.size() - from_; }

  enum class Found { Nothing, Line, TooLong };
  /// The next line, without its end, in `line`, which lives until the next call of anything. `at_end`: no more octets
  /// will come, so what is left is a line too.
  [[nodiscard]] Found next(std::string_view& line, bool at_end) {
    for (;;) {
      const auto rest = std::string_view{buffer_}.substr(from_);
      const auto* newline =
          rest.size() > searched_
              ? static_cast<const char*>(std::memchr(rest.data() + searched_, '\n', rest.size() - searched_))
              : nullptr;
      const auto length = newline != nullptr ? static_cast<std::size_t>(newline - rest.data()) : rest.size();
      searched_ = length;
      if (newline == nullptr && length > octets_max_) {  // keep nothing of it
        buffer_.clear();
        from_ = searched_ = 0;
        const bool told = skipping_;
        skipping_ = true;
        return told ? Found::Nothing : Found::TooLong;
      }
      if (newline == nullptr && (!at_end || rest.empty())) {
        compact();
        return Found::Nothing;
      }
      line = rest.substr(0, length);
      from_ += std::min(length + 1, rest.size());
      searched_ = 0;
      if (skipping_) {
        skipping_ = false;
        continue;
      }
      if (length > octets_max_) return Found::TooLong;
      if (line.ends_with('\r')) line.remove_suffix(1);
      if (line.find_first_not_of(" \t") == std::string_view::npos) continue;
      return Found::Line;
    }
  }

 private:
  void compact() {
    buffer_.erase(0, from_);
    from_ = 0;
  }
  std::size_t octets_max_;
  std::string buffer_;
  std::size_t from_ = 0;
  std::size_t searched_ = 0;  // octets behind from_ known to hold no newline
  bool skipping_ = false;     // within a line that is too long
};

}  // namespace torii::zonec::gate
