// SPDX-License-Identifier: MIT
#include "harmonium/core/kernels.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>

namespace hm = harmonium;

TEST_CASE("a kernel has a name, by which it is found") {
  const auto available = hm::available_kernels();
  REQUIRE(!available.empty());
  for (const hm::kernel each : available) CHECK(hm::kernel_named(hm::to_string(each)) == each);
  CHECK(std::is_sorted(available.begin(), available.end()));
  CHECK(hm::to_string(hm::kernel::avx512) == "avx512");
#if defined(__x86_64__)
  CHECK(available.front() == hm::kernel::sse2);
#else
  CHECK(available.front() == hm::kernel::generic);
#endif
}

TEST_CASE("the kernel in use is the one asked for, or the widest") {
  const char* const wanted = std::getenv("HARMONIUM_KERNELS");
  if (wanted != nullptr && *wanted != '\0')
    CHECK(hm::to_string(hm::kernel_in_use()) == wanted);
  else
    CHECK(hm::kernel_in_use() == hm::available_kernels().back());
}

TEST_CASE("a kernel is forced, and in a scope until its end") {
  const hm::kernel before = hm::kernel_in_use();
  for (const hm::kernel each : hm::available_kernels()) {
    const hm::kernel_scope scope(each);
    CHECK(hm::kernel_in_use() == each);
    hm::force_kernel(hm::available_kernels().front());
    CHECK(hm::kernel_in_use() == hm::available_kernels().front());
  }
  CHECK(hm::kernel_in_use() == before);
}

TEST_CASE("what the machine does not have is refused, with what it has") {
  std::string text;
  try {
    (void)hm::kernel_named("avx");
  } catch (const std::invalid_argument& error) {
    text = error.what();
  }
  CHECK(text.starts_with("kernel_named: this machine has no kernel 'avx'; it has "));
  CHECK(text.find(hm::to_string(hm::available_kernels().back())) != std::string::npos);
#if defined(__x86_64__)
  CHECK_THROWS_AS(hm::force_kernel(hm::kernel::generic), std::invalid_argument);
#else
  CHECK_THROWS_AS(hm::force_kernel(hm::kernel::avx2), std::invalid_argument);
#endif
}
