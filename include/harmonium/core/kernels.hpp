// SPDX-License-Identifier: MIT
/// @file
/// Which instruction set the loops over many numbers run with. They are compiled for every one of
/// these kernels and choose at run time (core/widest.hpp): the widest that the machine has, the one
/// that the environment variable HARMONIUM_KERNELS names, or the one forced here. All give the same
/// bits (if compiled with -ffp-contract=off).
///
///     HARMONIUM_KERNELS=avx2 ./program
///     for (const hm::kernel k : hm::available_kernels()) std::cout << hm::to_string(k) << '\n';
///
/// The compiler's flags have no part in it: no type, layout or result depends on them, so that
/// translation units with different -m flags may be linked together. (Any inline function, the
/// standard library's too, may then be the copy of the unit with the largest set, which the machine
/// must have. What Eigen needs for it: the guide, "Speed".)
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace harmonium::inline v0_2 {

/// On x86-64 the last three, of which a machine has a beginning; elsewhere `generic` alone.
enum class kernel : unsigned char {
  generic,  ///< the compiler's own choice for vectors of 16 bytes
  sse2,     ///< 16 bytes; every x86-64
  avx2,     ///< 32 bytes
  avx512    ///< 64 bytes; of AVX-512 only its foundation (avx512f) is used
};

/// The name that `HARMONIUM_KERNELS` takes.
[[nodiscard]] constexpr std::string_view to_string(kernel which) noexcept {
  constexpr std::array<std::string_view, 4> names{"generic", "sse2", "avx2", "avx512"};
  return names[static_cast<std::size_t>(which)];
}

/// The kernels that this machine (processor and operating system) can run, narrowest first.
[[nodiscard]] inline std::span<const kernel> available_kernels() noexcept {
#if defined(__x86_64__)
  static constexpr std::array all{kernel::sse2, kernel::avx2, kernel::avx512};
  if (!__builtin_cpu_supports("avx2")) return std::span(all).first(1);
  if (!__builtin_cpu_supports("avx512f")) return std::span(all).first(2);
#else
  static constexpr std::array all{kernel::generic};
#endif
  return all;
}

/// The available kernel of that name.
/// @throws std::invalid_argument for other names, with those that there are.
[[nodiscard]] inline kernel kernel_named(std::string_view name,
                                         const char* function = "kernel_named") {
  std::string names;
  for (const kernel each : available_kernels()) {
    if (to_string(each) == name) return each;
    names += (names.empty() ? "" : ", ") + std::string(to_string(each));
  }
  throw std::invalid_argument(std::string(function) + ": this machine has no kernel '" +
                              std::string(name) + "'; it has " + names);
}

/// Each kernel as a type, for functions of which there is one per instruction set: their symbols
/// then differ, and no linker takes one for the other.
namespace kernels {

/// `kernel::generic`.
struct generic {
  static constexpr int bytes = 16;
};
/// `kernel::sse2`.
struct sse2 {
  static constexpr int bytes = 16;
};
/// `kernel::avx2`.
struct avx2 {
  static constexpr int bytes = 32;
};
/// `kernel::avx512`.
struct avx512 {
  static constexpr int bytes = 64;
};
#if defined(__x86_64__)
using narrowest = sse2;
#else
/// The kernel that every machine of this architecture has.
using narrowest = generic;
#endif

/// 1 + the number of the kernel in use; 0 before the first use.
inline constinit std::atomic<unsigned char> chosen{0};

/// Chooses the kernel by `HARMONIUM_KERNELS`, or the widest there is, once for all threads.
/// @throws std::invalid_argument where the variable names none that this machine has.
[[gnu::cold, gnu::noinline]] inline kernel choose() {
  const char* const wanted = std::getenv("HARMONIUM_KERNELS");
  const kernel choice = wanted == nullptr || *wanted == '\0'
                            ? available_kernels().back()
                            : kernel_named(wanted, "HARMONIUM_KERNELS");
  unsigned char before = 0;
  if (chosen.compare_exchange_strong(before,
                                     static_cast<unsigned char>(1 + static_cast<int>(choice))))
    return choice;
  return static_cast<kernel>(before - 1);  // another thread was first
}

}  // namespace kernels

/// The kernel that the next loop runs with.
/// @throws std::invalid_argument at the first use, where HARMONIUM_KERNELS names none that this
///         machine has. (Empty is as not set.)
[[nodiscard]] inline kernel kernel_in_use() {
  const unsigned char number = kernels::chosen.load(std::memory_order_relaxed);
  if (number == 0) [[unlikely]]
    return kernels::choose();
  return static_cast<kernel>(number - 1);
}

/// From now on this kernel, in all threads, whatever the environment says.
/// @throws std::invalid_argument where the machine does not have it.
inline void force_kernel(kernel which) {
  const kernel own = kernel_named(to_string(which), "force_kernel");
  kernels::chosen.store(static_cast<unsigned char>(1 + static_cast<int>(own)),
                        std::memory_order_relaxed);
}

/// Forces a kernel until the end of its scope, in all threads: for tests.
class kernel_scope {
 public:
  explicit kernel_scope(kernel which) : before_(kernel_in_use()) { force_kernel(which); }
  ~kernel_scope() {
    kernels::chosen.store(static_cast<unsigned char>(1 + static_cast<int>(before_)),
                          std::memory_order_relaxed);
  }
  kernel_scope(const kernel_scope&) = delete;
  kernel_scope& operator=(const kernel_scope&) = delete;

 private:
  kernel before_;
};

}  // namespace harmonium::inline v0_2
