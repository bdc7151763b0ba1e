#pragma once
/// A vector in place, of bounded size, whose room costs nothing until it is used: no allocation and no zeroing.
#include <cstddef>
#include <new>
#include <type_traits>

namespace torii::server {

template <class T, std::size_t kCapacity>
class FixedVector {
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);

 public:
  FixedVector() noexcept {}  // NOLINT: `storage_` stays uninitialised on purpose
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] bool full() const noexcept { return size_ == kCapacity; }
  /// Does nothing when full; the caller asks first.
  void push_back(const T& value) noexcept {
    if (!full()) new (&storage_[sizeof(T) * size_++]) T(value);
  }
  void clear() noexcept { size_ = 0; }
  [[nodiscard]] const T* begin() const noexcept { return std::launder(reinterpret_cast<const T*>(storage_)); }
  [[nodiscard]] const T* end() const noexcept { return begin() + size_; }
  [[nodiscard]] const T& back() const noexcept { return begin()[size_ - 1]; }

 private:
  alignas(T) std::byte storage_[sizeof(T) * kCapacity];  // NOLINT: std::array would be value-initialised by `= {}`
  std::size_t size_ = 0;
};

}  // namespace torii::server
