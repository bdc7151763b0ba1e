#pragma once
/// Numbered pieces of work, done by several threads at the same time, their results taken one by one in order.
///
/// What comes out does not depend on how many threads there are, as long as the pieces don't: whoever cuts the work
/// cuts it by the data. A piece's result waits until all before it have been taken; at most kPiecesAhead for each
/// thread wait, so memory is bounded by pieces, not by the work.
#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace torii::zonec {

/// Results that may wait for each thread.
inline constexpr std::size_t kPiecesAhead = 4;

namespace detail {

template <class Work, class Take>
class InOrder {
  using Result = decltype(std::declval<const Work&>()(std::size_t{}));

 public:
  InOrder(std::size_t pieces, unsigned threads, const Work& work, const Take& take)
      : pieces_{pieces}, work_{work}, take_{take}, waiting_(kPiecesAhead * threads) {}

  void run(unsigned threads) {
    std::vector<std::thread> others;
    others.reserve(threads - 1);
    for (unsigned i = 1; i < threads; ++i) others.emplace_back([this] { loop(); });
    loop();
    for (auto& other : others) other.join();
    if (error_) std::rethrow_exception(error_);
  }

 private:
  void loop() {
    std::unique_lock lock{mutex_};
    while (next_ < pieces_ && !error_) {
      const auto piece = next_++;
      lock.unlock();
      std::optional<Result> result;
      std::exception_ptr error;
      try {
        result.emplace(work_(piece));
      } catch (...) {
        error = std::current_exception();
      }
      lock.lock();
      if (error) {
        fail(piece, error);
        continue;
      }
      moved_.wait(lock, [&] { return piece < taken_ + waiting_.size() || piece >= failed_; });
      if (piece >= failed_) continue;
      waiting_[piece % waiting_.size()] = std::move(result);
      if (!taking_) take_ready(lock);
    }
  }

  /// The first failure in order is the one that is told: pieces before it are all under way and come to their end.
  void fail(std::size_t piece, const std::exception_ptr& error) {
    if (piece < failed_) {
      failed_ = piece;
      error_ = error;
    }
    moved_.notify_all();
  }

  void take_ready(std::unique_lock<std::mutex>& lock) {
    taking_ = true;
    while (taken_ < failed_ && waiting_[taken_ % waiting_.size()]) {
      auto result = std::move(*waiting_[taken_ % waiting_.size()]);
      waiting_[taken_ % waiting_.size()].reset();
      lock.unlock();
      std::exception_ptr error;
      try {
        take_(taken_, std::move(result));
      } catch (...) {
        error = std::current_exception();
      }
      lock.lock();
      if (error) {
        fail(taken_, error);
        break;
      }
      ++taken_;
      moved_.notify_all();
    }
    taking_ = false;
  }

  const std::size_t pieces_;
  const Work& work_;
  const Take& take_;
  std::mutex mutex_;
  std::condition_variable moved_;
  std::vector<std::optional<Result>> waiting_;  // results not taken yet, by piece modulo size
  std::size_t next_ = 0;
  std::size_t taken_ = 0;  // written under the lock by the one who takes
  std::size_t failed_ = static_cast<std::size_t>(-1);
  bool taking_ = false;
  std::exception_ptr error_;
};

}  // namespace detail

/// Calls `work(i)` for each i below `pieces`, up to `threads` at a time, and `take(i, result)` in ascending order, one
/// at a time. Rethrows what the first piece in order threw; pieces after it may or may not have been worked on, and
/// none of them is taken.
template <class Work, class Take>
void in_order(std::size_t pieces, unsigned threads, const Work& work, const Take& take) {
  if (threads <= 1 || pieces <= 1) {
    for (std::size_t i = 0; i < pieces; ++i) take(i, work(i));
    return;
  }
  const auto count = static_cast<unsigned>(std::min<std::size_t>(threads, pieces));
  detail::InOrder<Work, Take>{pieces, count, work, take}.run(count);
}

/// Calls `work(i)` for each i below `pieces`, up to `threads` at a time, in no order.
template <class Work>
void each(std::size_t pieces, unsigned threads, const Work& work) {
  const auto do_one = [&](std::size_t i) {
    work(i);
    return true;
  };
  in_order(pieces, threads, do_one, [](std::size_t, bool) {});
}

/// Elements of a long list that make one piece of work.
inline constexpr std::uint32_t kRangeElements = 16384;

/// Cuts a list of `count` elements into ranges of kRangeElements, calls `work(first, last)` for each, up to `threads`
/// at a time, and `take(result)` in order.
template <class Work, class Take>
void each_range(std::size_t count, unsigned threads, const Work& work, const Take& take) {
  const auto piece = [&](std::size_t i) {
    const auto first = i * kRangeElements;
    const auto last = std::min<std::size_t>(count, first + kRangeElements);
    return work(static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(last));
  };
  in_order((count + kRangeElements - 1) / kRangeElements, threads, piece,
           [&](std::size_t, auto&& result) { take(std::forward<decltype(result)>(result)); });
}

}  // namespace torii::zonec
