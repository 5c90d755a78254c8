// SPDX-License-Identifier: MIT
// Sweeps and draws do not ask for memory: the global operator new counts here, and Eigen, which
// calls malloc, is told not to and counts its complaints.
namespace {
long eigen_allocations = 0;
}
#define EIGEN_RUNTIME_NO_MALLOC
#define eigen_assert(condition) ((condition) ? void() : void(++eigen_allocations))

#include <doctest/doctest.h>

#include <atomic>
#include <cstdlib>
#include <memory>
#include <new>

#include "harmonium/samplers/collapsed.hpp"
#include "harmonium/samplers/exact.hpp"
#include "harmonium/samplers/gibbs.hpp"
#include "harmonium/samplers/tempered.hpp"
#include "support/tiny_models.hpp"

namespace hm = harmonium;

namespace {

std::atomic<long> allocations{0};

/// How often `body` asked for memory.
template <class Body>
long allocations_of(Body body) {
  const long before = allocations + eigen_allocations;
  Eigen::internal::set_is_malloc_allowed(false);
  body();
  Eigen::internal::set_is_malloc_allowed(true);
  return allocations + eigen_allocations - before;
}

}  // namespace

// Not inlined: GCC would see `free` of what `new` gave.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

TEST_CASE("the counter counts") {
  CHECK(allocations_of([] { (void)std::make_unique<int>(3); }) == 1);
  CHECK(allocations_of([] { (void)hm::vector<double>(3); }) >= 1);
}

TEST_CASE("no allocation in a sweep or a draw, once every state was met") {
  const auto model = tiny::deep_of<hm::negative_binomial>(3);
  using model_type = std::remove_const_t<decltype(model)>;
  hm::random_engine rng(4);
  const auto visible = std::make_shared<const hm::visible_draws<model_type>>(model);
  for (hm::index s = 0; s < model.units<1>().states(); ++s) {  // makes the tables
    hm::vector<double> h(3), input(3), x(3);
    model.units<1>().write_state(s, hm::as_span(h));
    (*visible)(hm::as_span(std::as_const(h)), hm::as_span(input), hm::as_span(x), rng);
  }
  const auto sweeps = [&](auto chain) {
    chain.start(rng);
    return allocations_of([&] {
      for (int i = 0; i < 50; ++i) chain.sweep(rng);
    });
  };
  CHECK(sweeps(hm::gibbs_chain<model_type>(model)) == 0);
  CHECK(sweeps(hm::gibbs_chain<model_type>(model, visible)) == 0);
  CHECK(sweeps(hm::collapsed_chain<model_type>(model)) == 0);
  CHECK(sweeps(hm::tempered_chain<model_type>(model, {1, 0.5, 0.1})) == 0);

  const auto source = hm::exact{}.prepare(model);
  auto chain = source.make_chain();
  for (int i = 0; i < 500; ++i) chain.draw(rng);
  CHECK(allocations_of([&] {
          for (int i = 0; i < 50; ++i) chain.draw(rng);
        }) == 0);
}
