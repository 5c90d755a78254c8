// SPDX-License-Identifier: MIT
/// @file
/// Short-lived arrays whose memory stays with the thread: a loop that needs some in every round
/// asks the system for memory in its first round only.
#pragma once

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <memory>
#include <span>
#include <type_traits>
#include <vector>

#include "harmonium/core/matrix.hpp"

namespace harmonium::inline v0_2 {

/// The memory of one thread's scratch arrays, a stack: what was taken last is given back first. It
/// keeps the most that was ever taken, until the thread ends.
class scratch_stack {
 public:
  /// What memory is taken in: 64 bytes, as long as the widest vector.
  struct alignas(64) line {
    std::byte bytes[64];  ///< not initialised
  };
  /// A height of the stack.
  struct mark {
    std::size_t chunk = 0, used = 0;  ///< the chunk in use, and lines of it that are taken
    friend bool operator==(const mark&, const mark&) = default;
  };

  /// That of the calling thread.
  static scratch_stack& here() {
    thread_local scratch_stack own;
    return own;
  }

  [[nodiscard]] mark top() const noexcept { return top_; }
  /// @param above where the array's own lines end: whatever was taken later must be back by now
  void give_back(const mark& below, [[maybe_unused]] const mark& above) noexcept {
    assert(top_ == above && "scratch arrays must be given back in the reverse order of taking");
    top_ = below;
  }

  /// @return `lines` lines, not initialised
  line* take(std::size_t lines) {
    while (top_.chunk < chunks_.size() && chunks_[top_.chunk].size() - top_.used < lines)
      top_ = {top_.chunk + 1, 0};
    if (top_.chunk == chunks_.size()) {
      const std::size_t twice = chunks_.empty() ? 256 : 2 * chunks_.back().size();
      chunks_.emplace_back(std::max(lines, twice));
    }
    line* const begin = chunks_[top_.chunk].data() + top_.used;
    top_.used += lines;
    return begin;
  }

 private:
  std::vector<std::vector<line>> chunks_;  ///< each at least twice as long as the one before
  mark top_;
};

/// An array for use within a function, of one thread. Not initialised. It must go in the reverse
/// order of coming, which the language sees to for local variables and for members of them (members
/// go last to first), and an assertion holds. It cannot be put on the heap, nor may an object that
/// has one as a member, where the order is the caller's.
template <class T>
class scratch_vector {
  static_assert(std::is_trivial_v<T> && alignof(T) <= alignof(scratch_stack::line));

 public:
  explicit scratch_vector(index size)
      : stack_(&scratch_stack::here()),
        below_(stack_->top()),
        size_(static_cast<std::size_t>(size)) {
    constexpr std::size_t width = sizeof(scratch_stack::line);
    data_ = reinterpret_cast<T*>(stack_->take((size_ * sizeof(T) + width - 1) / width));
    above_ = stack_->top();
    std::uninitialized_default_construct_n(data_, size_);
  }
  scratch_vector(index size, T value) : scratch_vector(size) { std::fill_n(data_, size_, value); }
  ~scratch_vector() {
    assert(stack_ == &scratch_stack::here() && "a scratch array must stay with its thread");
    stack_->give_back(below_, above_);
  }
  scratch_vector(const scratch_vector&) = delete;
  scratch_vector& operator=(const scratch_vector&) = delete;
  static void* operator new(std::size_t) = delete;
  static void* operator new[](std::size_t) = delete;

  [[nodiscard]] index size() const noexcept { return static_cast<index>(size_); }
  [[nodiscard]] T* data() noexcept { return data_; }
  [[nodiscard]] const T* data() const noexcept { return data_; }
  [[nodiscard]] T& operator[](index i) noexcept { return data_[i]; }
  [[nodiscard]] const T& operator[](index i) const noexcept { return data_[i]; }
  [[nodiscard]] T* begin() noexcept { return data_; }
  [[nodiscard]] T* end() noexcept { return data_ + size_; }

 private:
  scratch_stack* stack_;
  scratch_stack::mark below_, above_;
  std::size_t size_;
  T* data_ = nullptr;
};

template <class T>
std::span<T> as_span(scratch_vector<T>& v) {
  return {v.data(), static_cast<std::size_t>(v.size())};
}
template <class T>
std::span<const T> as_span(const scratch_vector<T>& v) {
  return {v.data(), static_cast<std::size_t>(v.size())};
}

/// The array for Eigen: a vector, or row by row a matrix.
template <class T>
Eigen::Map<vector<T>> as_vector(scratch_vector<T>& v) {
  return {v.data(), v.size()};
}
template <class T>
Eigen::Map<matrix<T>> as_matrix(scratch_vector<T>& v, index rows, index columns) {
  return {v.data(), rows, columns};
}

}  // namespace harmonium::inline v0_2
