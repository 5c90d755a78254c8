// SPDX-License-Identifier: MIT
#include <harmonium/core/draw/bernoulli.hpp>
#include <harmonium/testing/check_generator.hpp>
#include <harmonium/testing/check_unit.hpp>
#include <harmonium/units/bernoulli.hpp>

#include <cstdio>
#include <span>

namespace hm = harmonium;

// Half of the cells have one count of each gene.
struct coins {
  hm::index genes() const { return 3; }
  template <hm::executor Executor, hm::observer Observer>
  hm::count_matrix<> generate(const Executor& run, hm::index cells, Observer&& watch,
                              hm::random_engine& rng) const {
    return hm::generate_by_cell(run, 3, cells, watch, rng, [](auto& engine, auto& cell) {
      if (engine() % 2 == 0) return;
      for (hm::index gene = 0; gene < 3; ++gene) cell.push_back(gene, 1);
    });
  }
  template <hm::executor Executor>
  hm::count_matrix<> generate(const Executor& run, hm::index cells, hm::random_engine& rng) const {
    return generate(run, cells, hm::silent{}, rng);
  }
  hm::count_matrix<> generate(hm::index cells, hm::random_engine& rng) const {
    return generate(hm::serial_executor{}, cells, rng);
  }
};

// Bernoulli units whose samples are the wrong way round.
struct reversed : hm::bernoulli {
  using hm::bernoulli::bernoulli;
  void sample(std::span<const double> eta, std::span<double> out, hm::random_engine& rng) const {
    hm::bernoulli::sample(eta, out, rng);
    for (double& x : out) x = 1 - x;
  }
};

int main() {
  hm::testing::check_generator(coins{}).or_throw();
  hm::testing::check_unit<hm::bernoulli>({.layers = {{hm::bernoulli(2), {0.5, -1.0}}}}).or_throw();
  try {
    hm::testing::check_unit<reversed>({.layers = {{reversed(1), {1.0}}}}).or_throw();
  } catch (const hm::testing::law_broken& broken) {
    std::printf("the suites pass what is right and refuse what is wrong:\n%s", broken.what());
    return 0;
  }
  return 1;
}
