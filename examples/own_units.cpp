// SPDX-License-Identifier: MIT
// A unit family of your own, geometric counts (docs/add-a-unit-family.md explains every line), in a
// machine that is trained exactly and sampled.
#include <cmath>
#include <cstdio>
#include <iterator>
#include <span>

#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/models/rbm.hpp"
#include "harmonium/samplers/exact.hpp"
#include "harmonium/samplers/sampled.hpp"
#include "harmonium/simulate/tissue.hpp"
#include "harmonium/training/stages/exact_em.hpp"
#include "harmonium/training/train_with.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/concepts.hpp"

namespace hm = harmonium;

/// log p(x) = eta x + log(1 - e^eta), eta < 0.
class geometric {
 public:
  using scalar = double;
  static constexpr double lowest_state = 0, highest_state = hm::unbounded_state<double>;
  static constexpr hm::log_partition_growth growth = hm::log_partition_growth::pole;

  explicit geometric(hm::index size) : size_(hm::checked_size(size, "geometric")) {}
  [[nodiscard]] hm::index size() const noexcept { return size_; }

  [[nodiscard]] double log_partition(std::span<const double> eta) const {
    double sum = 0;
    for (const double e : eta) sum -= hm::math::log1mexp(e);
    return sum;
  }
  [[nodiscard]] double log_base_measure(std::span<const double>) const noexcept { return 0; }
  void mean(std::span<const double> eta, std::span<double> out) const {
    for (std::size_t i = 0; i < eta.size(); ++i) out[i] = 1 / hm::math::expm1(-eta[i]);
  }
  void variance(std::span<const double> eta, std::span<double> out) const {
    mean(eta, out);
    for (double& v : out) v += v * v;
  }
  template <hm::bit_source Engine>
  void sample(std::span<const double> eta, std::span<double> out, Engine& rng) const {
    for (std::size_t i = 0; i < eta.size(); ++i)
      out[i] = std::floor(hm::math::log(hm::draw::uniform(rng)) / eta[i]);
  }
  void natural_from_mean(std::span<const double> mean, std::span<double> out) const {
    for (std::size_t i = 0; i < mean.size(); ++i)
      out[i] = hm::bounded_natural(-hm::math::log1p(1 / mean[i]));
  }
  [[nodiscard]] double natural_supremum() const noexcept { return 0; }
  [[nodiscard]] static bool supports_value(double x) noexcept { return hm::is_count(x); }
  [[nodiscard]] bool supports(std::span<const double> state) const noexcept {
    return std::ssize(state) == size_ && hm::all_supported<geometric>(state);
  }

 private:
  hm::index size_;
};
static_assert(hm::unit_family<geometric>);

int main() {
  hm::random_engine rng(7);
  const hm::tissue tissue = hm::simulate_tissue({.cells = 200, .genes = 60}, rng);
  const hm::thread_executor run(2);
  const auto model = hm::train<hm::rbm<geometric, hm::bernoulli>>(
      run, tissue.counts, {.hidden = {3}}, hm::exact_em{.iterations = 20}, rng);
  const auto cells = hm::sampled(model, hm::exact{}).generate(run, 2000, rng);
  std::printf("mean library %.0f, the pilot's %.0f\n", hm::library_sizes(cells).mean(),
              hm::library_sizes(tissue.counts).mean());
}

// Prints:
//   mean library 2299, the pilot's 2290
