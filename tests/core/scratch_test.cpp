// SPDX-License-Identifier: MIT
#include "harmonium/core/scratch.hpp"

#include <doctest/doctest.h>

#include <concepts>
#include <csignal>
#include <cstdint>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#if defined(__unix__)
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#endif

namespace hm = harmonium;

TEST_CASE("scratch arrays are apart, aligned, and where the last ones were") {
  const double* first = nullptr;
  for (int round = 0; round < 3; ++round) {
    hm::scratch_vector<double> a(5, 1.0);
    hm::scratch_vector<int> b(3, 2);
    hm::scratch_vector<double> none(0);
    {
      hm::scratch_vector<double> inner(7, 3.0);
      CHECK(hm::as_span(std::as_const(inner)).size() == 7);
    }
    hm::scratch_vector<double> c(7, 4.0);
    for (const double x : a) CHECK(x == 1);
    for (const int x : b) CHECK(x == 2);
    for (const double x : c) CHECK(x == 4);
    CHECK(none.size() == 0);
    CHECK(reinterpret_cast<std::uintptr_t>(b.data()) % 64 == 0);
    if (round == 0) first = a.data();
    CHECK(a.data() == first);
  }
}

TEST_CASE("arrays stay where they are while the stack grows") {
  hm::scratch_vector<double> small(10, 1.0);
  hm::scratch_vector<double> large(100000, 2.0);
  {
    hm::scratch_vector<double> larger(1000000, 3.0);
    CHECK(larger[999999] == 3);
  }
  hm::scratch_vector<double> next(1000, 4.0);
  for (const double x : small) CHECK(x == 1);
  CHECK(large[0] == 2);
  CHECK(large[99999] == 2);
  CHECK(next[999] == 4);
}

TEST_CASE("every thread has its own") {
  hm::scratch_vector<double> here(100, 1.0);
  std::jthread([] { hm::scratch_vector<double> there(100, 2.0); }).join();
  for (const double x : here) CHECK(x == 1);
}

namespace {

template <class Array>
concept fits_the_heap = requires {
  new Array(1);
}
|| requires {
  new Array[1]{Array(1)};
};

}  // namespace

TEST_CASE("scratch arrays cannot be put on the heap") {
  static_assert(fits_the_heap<std::vector<double>>);
  static_assert(!fits_the_heap<hm::scratch_vector<double>>);
}

#if defined(__unix__) && !defined(NDEBUG)
TEST_CASE("what is given back in another order than the reverse ends the program") {
  const auto signal_of = [](auto misuse) {
    const pid_t child = fork();
    if (child == 0) {
      const rlimit none{0, 0};
      setrlimit(RLIMIT_CORE, &none);
      std::signal(SIGABRT, SIG_DFL);
      misuse();
      _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  };
  CHECK(signal_of([] {
          std::optional<hm::scratch_vector<double>> a(std::in_place, 5), b(std::in_place, 5);
          b.reset();
          a.reset();
        }) == 0);
  CHECK(signal_of([] {
          std::optional<hm::scratch_vector<double>> a(std::in_place, 5), b(std::in_place, 5);
          a.reset();
          b.reset();
        }) == SIGABRT);
  CHECK(signal_of([] {
          std::optional<hm::scratch_vector<double>> a(std::in_place, 5);
          std::jthread([&] { a.reset(); }).join();
        }) == SIGABRT);
}
#endif
