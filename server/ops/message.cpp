#include "server/ops/message.hpp"

#include <fmt/format.h>

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "torii/dns/rdata_fields.hpp"
#include "torii/dns/rr_table.hpp"

namespace torii::server {
namespace {

class Parser {
 public:
  explicit Parser(dns::Octets message) noexcept : message_{message} {}

  Outcome<Message> parse() {
    Message out;
    out.octets = message_.size();
    out.id = u16();
    out.flags = u16();
    const auto questions = u16();
    const std::array counts{u16(), u16(), u16()};
    for (std::uint16_t i = 0; i < questions && ok(); ++i) {
      MessageQuestion question;
      question.name = name();
      question.type = static_cast<dns::RrType>(u16());
      question.rr_class = static_cast<dns::RrClass>(u16());
      out.question.push_back(question);
    }
    const std::array sections{&out.answer, &out.authority, &out.additional};
    for (std::size_t s = 0; s < sections.size(); ++s)
      for (std::uint16_t i = 0; i < counts[s] && ok(); ++i) sections[s]->push_back(record());
    if (ok() && at_ != message_.size()) fail(at_, "octets follow the last record");
    if (!ok()) return std::move(*error_);
    return out;
  }

 private:
  [[nodiscard]] bool ok() const noexcept { return !error_; }
  void fail(std::size_t where, std::string_view what) {
    if (ok()) error_ = fmt::format("octet {}: {}", where, what);
  }
  dns::Octets take(std::size_t count) {
    if (ok() && count > end() - at_) fail(at_, "the message ends too early");
    if (!ok()) return {};
    const auto taken = message_.subspan(at_, count);
    at_ += count;
    return taken;
  }
  std::uint16_t u16() {
    const auto two = take(2);
    return two.empty() ? std::uint16_t{0} : dns::load_u16(two.data());
  }
  std::uint32_t u32() {
    const auto four = take(4);
    return four.empty() ? 0 : dns::load_u32(four.data());
  }
  [[nodiscard]] std::size_t end() const noexcept { return rdata_end_ ? *rdata_end_ : message_.size(); }

  /// A name that may end in a pointer. Each pointer must go to a smaller offset than the last, which bounds the loop
  /// (RFC 1035 section 4.1.4).
  dns::Name name() {
    std::array<std::uint8_t, dns::kNameOctetsMax> octets{};
    std::size_t size = 0;
    std::size_t from = at_;
    std::size_t limit = end();
    std::size_t lowest = at_;
    bool jumped = false;
    while (ok()) {
      if (from >= limit) return fail(from, "a name ends too early"), dns::Name{};
      const std::size_t length = message_[from];
      if ((length & 0xC0U) == 0xC0U) {
        if (limit - from < 2) return fail(from, "a compression pointer ends too early"), dns::Name{};
        const std::size_t target = dns::load_u16(message_.data() + from) & dns::kPointerMax;
        if (!jumped) at_ = from + 2;
        if (target >= lowest) return fail(from, "a compression pointer does not go backward"), dns::Name{};
        jumped = true;
        lowest = from = target;
        limit = message_.size();
        continue;
      }
      if (length > dns::kLabelOctetsMax) return fail(from, "a label of unknown kind"), dns::Name{};
      if (limit - from < 1 + length) return fail(from, "a label ends too early"), dns::Name{};
      if (octets.size() - size < 1 + length) return fail(from, "a name is longer than 255 octets"), dns::Name{};
      for (std::size_t i = 0; i <= length; ++i) octets[size + i] = message_[from + i];
      size += 1 + length;
      from += 1 + length;
      if (length != 0) continue;
      if (!jumped) at_ = from;
      return dns::Name{dns::NameView::trusted(octets.data(), size)};
    }
    return {};
  }

  MessageRecord record() {
    MessageRecord out;
    out.owner = name();
    out.type = static_cast<dns::RrType>(u16());
    out.rr_class = static_cast<dns::RrClass>(u16());
    out.ttl = u32();
    const std::size_t size = u16();
    if (ok() && size > message_.size() - at_) fail(at_, "RDATA ends too early");
    if (!ok()) return out;
    rdata_end_ = at_ + size;
    out.rdata = rdata(out.type);
    rdata_end_.reset();
    return out;
  }

  std::vector<std::uint8_t> rdata(dns::RrType type) {
    std::vector<std::uint8_t> out;
    const auto append = [&out](dns::Octets octets) { out.insert(out.end(), octets.begin(), octets.end()); };
    const auto* info = dns::find_type_info(type);
    for (std::size_t i = 0; info != nullptr && i < info->fields.size() && ok(); ++i) {
      const auto field = info->fields[i];
      if (field == dns::Field::End) break;
      if (field == dns::Field::CompressibleName || field == dns::Field::Name) {
        append(name().view().octets());
        continue;
      }
      std::size_t size = 0;
      const auto rest = message_.subspan(at_, end() - at_);
      // What is malformed is kept as it is: the printer shows it in the generic form (RFC 3597 section 5).
      if (dns::detail::measure_field(field, rest, size) != nullptr) break;
      append(take(size));
    }
    if (ok()) append(take(end() - at_));
    return out;
  }

  dns::Octets message_;
  std::size_t at_ = 0;
  std::optional<std::size_t> rdata_end_;
  std::optional<std::string> error_;
};

}  // namespace

Outcome<Message> parse_message(dns::Octets octets) { return Parser{octets}.parse(); }

}  // namespace torii::server
