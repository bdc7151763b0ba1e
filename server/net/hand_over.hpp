#pragma once
/// Posting work to another thread, in memory that stays whole cache lines.
///
/// Asio keeps the memory of a handler for the next one in the thread that ran it, and glibc keeps what a thread frees
/// for that thread. So what one thread allocates and another frees wanders into the other's hands, with neighbours of
/// its own on the same lines. Handlers that cross threads therefore have lines of their own.
#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <cstddef>
#include <new>
#include <utility>

namespace torii::server {

inline constexpr std::size_t kCacheLineOctets = 64;

/// Memory that begins at a cache line and ends at one.
template <class T>
struct LineAllocator {
  using value_type = T;
  LineAllocator() noexcept = default;
  template <class Other>
  LineAllocator(const LineAllocator<Other>&) noexcept {}  // NOLINT: allocators convert
  [[nodiscard]] T* allocate(std::size_t count) {
    return static_cast<T*>(::operator new (octets(count), std::align_val_t{kCacheLineOctets}));
  }
  void deallocate(T* at, std::size_t count) noexcept {
    ::operator delete (at, octets(count), std::align_val_t{kCacheLineOctets});
  }
  friend bool operator==(LineAllocator, LineAllocator) noexcept { return true; }

 private:
  static constexpr std::size_t octets(std::size_t count) noexcept {
    return (count * sizeof(T) + kCacheLineOctets - 1) / kCacheLineOctets * kCacheLineOctets;
  }
};

/// Lets the thread of `context` call `work()`; callable from any thread.
template <class Work>
void hand_over(boost::asio::io_context& context, Work&& work) {
  boost::asio::post(context, boost::asio::bind_allocator(LineAllocator<std::byte>{}, std::forward<Work>(work)));
}

}  // namespace torii::server
