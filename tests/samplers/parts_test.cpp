// SPDX-License-Identifier: MIT
/// Samples of machines of several visible parts, and of one part given another, against the sum
/// over all states.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <vector>

#include "harmonium/core/executor.hpp"
#include "harmonium/models/generator.hpp"
#include "harmonium/models/given_part.hpp"
#include "harmonium/samplers/collapsed.hpp"
#include "harmonium/samplers/exact.hpp"
#include "harmonium/samplers/gibbs.hpp"
#include "harmonium/samplers/sampled.hpp"
#include "support/invariance.hpp"
#include "support/statistics.hpp"
#include "support/tiny_parts.hpp"

namespace hm = harmonium;

namespace {

/// Boxes of counts 0, 1, 2, 3, more of both genes in each batch.
constexpr std::size_t sides = 5, boxes = sides * sides * 3;
std::size_t box_of(double first, double second, std::size_t batch) {
  const auto side = [](double count) {
    return static_cast<std::size_t>(std::min(count, double(sides - 1)));
  };
  return (side(first) * sides + side(second)) * 3 + batch;
}

/// Mass of every box by the sum over all states; of one batch alone if asked.
template <class Model>
std::vector<double> box_masses(const Model& model, int only_batch = -1) {
  std::vector<double> mass(boxes, 0.0);
  double total = 0;
  tiny::for_each_visible([&](std::span<const double> x, std::size_t batch) {
    if (only_batch >= 0 && static_cast<int>(batch) != only_batch) return;
    const double own = std::exp(-tiny::summed_free_energy(model, x));
    mass[box_of(x[0], x[1], batch)] += own;
    total += own;
  });
  for (double& m : mass) m /= total;
  return mass;
}

/// P-value of boxes that expect at least five draws, the others taken together.
double boxes_p(const std::vector<double>& observed, const std::vector<double>& mass) {
  double draws = 0;
  for (const double n : observed) draws += n;
  std::vector<double> seen{0}, expected{0};
  for (std::size_t b = 0; b < boxes; ++b) {
    if (draws * mass[b] < 5) {
      seen[0] += observed[b];
      expected[0] += draws * mass[b];
    } else {
      seen.push_back(observed[b]);
      expected.push_back(draws * mass[b]);
    }
  }
  if (expected[0] < 5) {  // too few for a box of their own
    seen[1] += seen[0], expected[1] += expected[0];
    seen.erase(seen.begin()), expected.erase(expected.begin());
  }
  return statistics::chi_square_p(seen, expected);
}

constexpr int draws = 20000;

template <class Model, class Sampler>
double joint_p(const Model& model, const Sampler& sampler, std::uint64_t seed) {
  const auto source = sampler.prepare(model);
  auto chain = source.make_chain();
  hm::random_engine rng(seed);
  std::vector<double> observed(boxes, 0.0);
  for (int n = 0; n < draws; ++n) {
    chain.draw(rng);
    const auto& x = chain.state()[0];
    const auto batch =
        static_cast<std::size_t>(std::find(x.data() + 2, x.data() + 5, 1.0) - (x.data() + 2));
    observed[box_of(x[0], x[1], batch)] += 1;
  }
  return boxes_p(observed, box_masses(model));
}

/// Counts given each batch: of the machine given that batch, drawn by `sampler`.
template <class Model, class Sampler>
void check_given_batch(const Model& model, const Sampler& sampler, std::uint64_t seed) {
  for (std::size_t batch = 0; batch < 3; ++batch) {
    std::vector<double> plate(3, 0.0);
    plate[batch] = 1;
    const auto given =
        hm::sampled(hm::given_part<1>(model, std::span<const double>(plate)), sampler);
    static_assert(hm::generator<std::remove_cvref_t<decltype(given)>>);
    hm::random_engine rng(seed);
    const auto dense = hm::to_dense(given.generate(hm::thread_executor(2), draws, rng));
    std::vector<double> observed(boxes, 0.0);
    for (hm::index i = 0; i < dense.rows(); ++i)
      observed[box_of(dense(i, 0), dense(i, 1), batch)] += 1;
    CHECK(boxes_p(observed, box_masses(model, static_cast<int>(batch))) > statistics::implausible);
  }
}

}  // namespace

TEST_CASE("joint draws of all parts have the masses of the sum over all states") {
  CHECK(joint_p(tiny::towers(1), hm::exact{}, 11) > statistics::implausible);
  CHECK(joint_p(tiny::towers_joined(2), hm::exact{}, 12) > statistics::implausible);
  CHECK(joint_p(tiny::joined_first(3), hm::exact{}, 13) > statistics::implausible);
  CHECK(joint_p(tiny::towers_joined(2), hm::gibbs{.burn_in = 30}, 14) > statistics::implausible);
  CHECK(joint_p(tiny::towers_joined(2), hm::collapsed{.burn_in = 15}, 15) >
        statistics::implausible);
  // The test can fail: another machine's masses.
  const auto model = tiny::towers_joined(2);
  const auto source = hm::exact{}.prepare(model);
  auto chain = source.make_chain();
  hm::random_engine rng(16);
  std::vector<double> observed(boxes, 0.0);
  for (int n = 0; n < draws; ++n) {
    chain.draw(rng);
    const auto& x = chain.state()[0];
    observed[box_of(x[0], x[1], x[2] == 1 ? 0 : x[3] == 1 ? 1 : 2)] += 1;
  }
  CHECK(boxes_p(observed, box_masses(tiny::towers_joined(4))) < statistics::implausible);
}

TEST_CASE("all moments of joint draws are those of enumeration") {
  const auto model = tiny::towers_joined(5);
  const auto source = hm::exact{}.prepare(model);
  auto chain = source.make_chain();
  tiny::check_statistics(
      model, 21, draws, [&](hm::random_engine & rng) -> const auto& {
        chain.draw(rng);
        return chain.state();
      });
}

TEST_CASE("counts given the batch, exactly and by Markov chains") {
  check_given_batch(tiny::towers_joined(2), hm::exact{}, 31);
  check_given_batch(tiny::joined_first(3), hm::exact{}, 32);
  check_given_batch(tiny::towers_joined(2), hm::gibbs{.burn_in = 30}, 33);
}

TEST_CASE("a chain of all parts with the batch clamped tends to the same") {
  const auto model = tiny::towers_joined(2);
  std::vector<double> observed(boxes, 0.0);
  hm::random_engine rng(41);
  for (int n = 0; n < draws; ++n) {
    hm::gibbs_chain<tiny::two_towers_joined> chain(model, {},
                                                   {.units = {2, 3, 4}, .values = {0, 1, 0}});
    chain.start(rng);
    for (int sweep = 0; sweep < 20; ++sweep) chain.sweep(rng);
    CHECK(chain.state()[0][3] == 1);
    observed[box_of(chain.state()[0][0], chain.state()[0][1], 1)] += 1;
  }
  CHECK(boxes_p(observed, box_masses(model, 1)) > statistics::implausible);
}

TEST_CASE("the batch given the counts") {
  const auto model = tiny::towers_joined(4);
  const std::vector<double> counts{4, 1};
  std::vector<double> expected;
  double total = 0;
  for (std::size_t batch = 0; batch < 3; ++batch) {
    std::vector<double> x{4, 1, 0, 0, 0};
    x[2 + batch] = 1;
    expected.push_back(std::exp(-tiny::summed_free_energy(model, x)));
    total += expected.back();
  }
  for (double& e : expected) e *= draws / total;
  hm::random_engine rng(51);
  const auto batches = hm::to_dense(
      hm::sampled(hm::given_part<0>(model, std::span<const double>(counts)), hm::exact{})
          .generate(draws, rng));
  std::vector<double> observed(3, 0.0);
  for (hm::index i = 0; i < batches.rows(); ++i)
    for (std::size_t k = 0; k < 3; ++k) observed[k] += batches(i, static_cast<hm::index>(k));
  CHECK(statistics::chi_square_p(observed, expected) > statistics::implausible);
}

TEST_CASE("draws of parts are the same for any number of threads") {
  const auto model = hm::sampled(tiny::towers_joined(6), hm::exact{});
  hm::random_engine one(61), two(61);
  CHECK(model.generate(hm::serial_executor{}, 200, one) ==
        model.generate(hm::thread_executor(3), 200, two));
}
