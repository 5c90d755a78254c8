// SPDX-License-Identifier: MIT
// The unit family of docs/add-a-unit-family.md, which quotes this file.
#include <doctest/doctest.h>

#include <cmath>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/math/logistic.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/models/rbm.hpp"
#include "harmonium/samplers/exact.hpp"
#include "harmonium/samplers/sampled.hpp"
#include "harmonium/simulate/tissue.hpp"
#include "harmonium/training/train.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/checks.hpp"
#include "harmonium/units/concepts.hpp"
#include "harmonium/units/negative_binomial.hpp"
#include "support/unit_conformance.hpp"

namespace hm = harmonium;

/// Geometric units: x = 0, 1, 2, ... with log p(x) = eta x + log(1 - e^eta), eta < 0.
template <std::floating_point Scalar>
class basic_geometric {
 public:
  using scalar = Scalar;
  static constexpr Scalar lowest_state = 0, highest_state = hm::unbounded_state<Scalar>;
  static constexpr hm::log_partition_growth growth = hm::log_partition_growth::pole;

  /// @throws std::invalid_argument if negative
  explicit basic_geometric(hm::index size) : size_(hm::checked_size(size, "geometric")) {}

  [[nodiscard]] hm::index size() const noexcept { return size_; }

  /// Sum of -log(1 - e^eta).
  [[nodiscard]] Scalar log_partition(std::span<const Scalar> eta) const {
    double sum = 0;
    for (const Scalar e : eta) sum -= static_cast<double>(hm::math::log1mexp(e));
    return static_cast<Scalar>(sum);
  }

  [[nodiscard]] Scalar log_base_measure(std::span<const Scalar> /*state*/) const noexcept {
    return Scalar(0);
  }

  /// 1 / (e^-eta - 1).
  void mean(std::span<const Scalar> eta, std::span<Scalar> out) const {
    for (std::size_t i = 0; i < eta.size(); ++i) out[i] = Scalar(1) / hm::math::expm1(-eta[i]);
  }

  /// mean + mean^2.
  void variance(std::span<const Scalar> eta, std::span<Scalar> out) const {
    mean(eta, out);
    for (Scalar& v : out) v += v * v;
  }

  /// By inversion: P(x >= k) = e^(eta k). One uniform number per unit.
  /// @throws std::domain_error unless every eta < 0.
  template <hm::bit_source Engine>
  void sample(std::span<const Scalar> eta, std::span<Scalar> out, Engine& rng) const {
    for (std::size_t i = 0; i < eta.size(); ++i) {
      if (!(eta[i] < 0))
        throw std::domain_error("geometric: eta must be below 0, got " + std::to_string(eta[i]));
      const double log_tail = hm::math::log(hm::draw::uniform(rng));
      out[i] = static_cast<Scalar>(std::floor(log_tail / static_cast<double>(eta[i])));
    }
  }

  /// -log(1 + 1 / mean). A mean of 0 gives -700, as in the other families.
  void natural_from_mean(std::span<const Scalar> mean, std::span<Scalar> out) const {
    for (std::size_t i = 0; i < mean.size(); ++i)
      out[i] = hm::bounded_natural(-hm::math::log1p(Scalar(1) / mean[i]));
  }

  /// eta must stay below 0.
  [[nodiscard]] Scalar natural_supremum() const noexcept { return Scalar(0); }

  [[nodiscard]] static bool supports_value(Scalar x) noexcept { return hm::is_count(x); }
  [[nodiscard]] bool supports(std::span<const Scalar> state) const noexcept {
    return std::ssize(state) == size_ && hm::all_supported<basic_geometric>(state);
  }

 private:
  hm::index size_;
};

static_assert(hm::unit_family<basic_geometric<double>>);
static_assert(hm::unit_family<basic_geometric<float>>);

TEST_CASE_TEMPLATE("geometric units obey the laws of their concept", S, float, double) {
  using units = basic_geometric<S>;
  hm::testing::check_unit_family<units>(
      {.layers = {{units(1), {S(-0.1)}}, {units(1), {S(-2)}}, {units(2), {S(-0.5), S(-4)}}},
       .extremes = {{units(2), {S(-700), S(-1e-6)}}},
       .edge_means = {S(0)},
       .whole_numbers = true});
}

TEST_CASE("geometric units are negative binomial units with theta = 1") {
  const std::vector<double> eta{-0.3, -1e-8, -40};
  const basic_geometric<double> geometric(3);
  const hm::negative_binomial same(3, 1.0);
  std::vector<double> mean(3), want(3);
  geometric.mean(eta, mean);
  same.mean(eta, want);
  for (std::size_t i = 0; i < 3; ++i) CHECK(mean[i] == doctest::Approx(want[i]).epsilon(1e-14));
  CHECK(geometric.log_partition(eta) == doctest::Approx(same.log_partition(eta)).epsilon(1e-14));
}

TEST_CASE("what has no distribution is refused") {
  std::vector<double> state(1);
  hm::random_engine rng(1);
  const basic_geometric<double> units(1);
  CHECK_THROWS_AS(units.sample(std::vector<double>{0}, state, rng), std::domain_error);
  CHECK_THROWS_AS(basic_geometric<double>(-1), std::invalid_argument);
}

TEST_CASE("a family is all that a model needs") {
  hm::random_engine rng(7);
  const hm::tissue tissue =
      hm::simulate_tissue({.cells = 150, .genes = 40, .markers_per_type = 4}, rng);
  using model = hm::rbm<basic_geometric<double>, hm::bernoulli>;
  const hm::thread_executor run(2);
  const model trained = hm::train<model>(run, tissue.counts, {.hidden = {3}}, rng);
  const auto cells = hm::sampled(trained, hm::exact{}).generate(run, 4000, rng);

  const auto want = hm::gene_means(tissue.counts);
  const auto got = hm::gene_means(cells);
  double off = 0;
  for (hm::index m = 0; m < want.size(); ++m) off += std::abs(got[m] - want[m]);
  CHECK(off < 0.1 * want.sum());
}
