#pragma once
/// Connections by the time since which they wait, longest first, so that the one to time out or to evict is always at
/// the front: every operation is O(1). Used with one constant timeout for each list, which keeps the order true.
#include <boost/intrusive/list.hpp>
#include <chrono>
#include <cstddef>

namespace torii::server {

using Clock = std::chrono::steady_clock;

/// Base of what stands in a Recency; leaves its list when it is destroyed.
class RecencyHook
    : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  [[nodiscard]] Clock::time_point since() const noexcept { return since_; }

 private:
  template <class>
  friend class Recency;
  Clock::time_point since_;
};

template <class Item>
class Recency {
 public:
  /// Puts `item` last, taking it out of whichever list it was in.
  void touch(Item& item, Clock::time_point now) noexcept {
    item.unlink();
    static_cast<RecencyHook&>(item).since_ = now;
    items_.push_back(item);
  }
  [[nodiscard]] bool empty() const noexcept { return items_.empty(); }
  /// The longest waiting; nullptr when there is none.
  [[nodiscard]] Item* oldest() noexcept { return items_.empty() ? nullptr : &items_.front(); }
  /// The longest waiting, when it has waited for `timeout`; nullptr otherwise.
  [[nodiscard]] Item* expired(Clock::time_point now, Clock::duration timeout) noexcept {
    auto* item = oldest();
    return item != nullptr && now - item->since() >= timeout ? item : nullptr;
  }
  /// Calls `act` on each, longest waiting first; `act` must leave the list as it is.
  template <class Act>
  void for_each(Act act) {
    for (auto& item : items_) act(item);
  }

 private:
  boost::intrusive::list<Item, boost::intrusive::constant_time_size<false>> items_;
};

}  // namespace torii::server
