// SPDX-License-Identifier: MIT
#include "harmonium/units/nb_steps.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <utility>
#include <vector>

#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/kernels.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/units/negative_binomial.hpp"

namespace hm = harmonium;

TEST_CASE("after a step the units are those of the input with that weight, with every kernel") {
  for (const hm::kernel which : hm::available_kernels()) {
    const hm::kernel_scope forced(which);
    for (const hm::index genes : {1, 7, 16, 19, 67}) {
      hm::random_engine rng(static_cast<unsigned>(genes));
      hm::vector<double> theta(genes), eta(genes), moved(genes);
      hm::matrix<double> weights(genes, 2);
      for (hm::index m = 0; m < genes; ++m) {
        theta[m] = hm::draw::uniform(0.1, 20.0, rng);
        eta[m] = hm::draw::uniform(-6.0, -1.0, rng);
        for (hm::index k = 0; k < 2; ++k) weights(m, k) = hm::draw::uniform(-1.0, 0.4, rng);
        moved[m] = eta[m] + weights(m, 1);
      }
      const hm::negative_binomial units(theta);
      const hm::nb_steps<double> steps(units, {weights.data(), genes, 2});
      const auto length = static_cast<std::size_t>(steps.row_size());
      std::vector<double> row(length), next(length);
      steps.start(hm::as_span(std::as_const(eta)), row);
      steps.set_unit(row, 1, next);

      hm::vector<double> mean(genes), variance(genes), own_mean(genes), own_variance(genes);
      steps.moments(next, hm::as_span(own_mean), hm::as_span(own_variance));
      units.mean(hm::as_span(std::as_const(moved)), hm::as_span(mean));
      units.variance(hm::as_span(std::as_const(moved)), hm::as_span(variance));
      for (hm::index m = 0; m < genes; ++m) {
        CHECK(own_mean[m] == doctest::Approx(mean[m]).epsilon(1e-13));
        CHECK(own_variance[m] == doctest::Approx(variance[m]).epsilon(1e-13));
      }
      CHECK(steps.log_partition(next) ==
            doctest::Approx(units.log_partition(hm::as_span(std::as_const(moved)))).epsilon(1e-13));
    }
  }
}
