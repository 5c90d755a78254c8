// SPDX-License-Identifier: MIT
/// @file
/// Counts what asks for memory: the global operator new, replaced here, and Eigen, which calls
/// malloc, is told not to and counts its complaints. For one source file per program, before any
/// header that includes Eigen's and without precompiled headers (tests/CMakeLists.txt).
#pragma once

namespace support {
inline long eigen_allocations = 0;
}
#define EIGEN_RUNTIME_NO_MALLOC
#define eigen_assert(condition) ((condition) ? void() : void(++support::eigen_allocations))

#include <doctest/doctest.h>

#include <Eigen/Core>
#include <atomic>
#include <cstdlib>
#include <memory>
#include <new>

namespace support {

inline std::atomic<long> allocations{0};

/// How often `body` asked for memory.
template <class Body>
long allocations_of(Body&& body) {
  const long before = allocations + eigen_allocations;
  Eigen::internal::set_is_malloc_allowed(false);
  body();
  Eigen::internal::set_is_malloc_allowed(true);
  return allocations + eigen_allocations - before;
}

/// That it sees plain and aligned `new`, and Eigen.
inline void check_counter() {
  struct alignas(64) wide {
    int content[16];
  };
  std::unique_ptr<int> plain;
  std::unique_ptr<wide> aligned;
  CHECK(allocations_of([&] { plain = std::make_unique<int>(3); }) == 1);
  CHECK(allocations_of([&] { aligned = std::make_unique<wide>(); }) == 1);
  CHECK(*plain + aligned->content[0] == 3);
  CHECK(allocations_of([] { (void)Eigen::VectorXd(3); }) >= 1);
}

inline void* counted(void* memory) {
  ++allocations;
  if (memory) return memory;
  throw std::bad_alloc();
}

}  // namespace support

// Not inlined: GCC would see `free` of what `new` gave.
[[gnu::noinline]] void* operator new(std::size_t size) {
  return support::counted(std::malloc(size));
}
/// std::stable_sort asks this one; the sanitizer has its own, which would want its own delete.
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  ++support::allocations;
  return std::malloc(size);
}
[[gnu::noinline]] void* operator new(std::size_t size, std::align_val_t align) {
  const auto to = static_cast<std::size_t>(align);
  return support::counted(std::aligned_alloc(to, (size + to - 1) / to * to));
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::align_val_t) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  std::free(memory);
}
