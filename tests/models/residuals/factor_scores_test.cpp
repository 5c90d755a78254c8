// SPDX-License-Identifier: MIT
#include "harmonium/models/residuals/factor_scores.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>

#include "support/factor_cells.hpp"

namespace hm = harmonium;

namespace {

constexpr hm::index genes = 70, rank = 3;  // not a multiple of any register

hm::score_factors parts(bool with_scales) {
  hm::score_factors made;
  made.loadings.resize(genes, rank);
  for (hm::index m = 0; m < genes; ++m)
    for (hm::index k = 0; k < rank; ++k)
      made.loadings(m, k) = 0.5 * std::sin(static_cast<double>(3 * m + 4 * k));
  made.own_variances = hm::vector<double>::LinSpaced(genes, 0.1, 1.2);
  made.means.resize(2, rank);
  made.means << 0.3, -0.2, 0, 0, 0.5, 1;
  hm::matrix<double> root = hm::matrix<double>::Identity(rank, rank);
  root(1, 0) = 0.4;
  root(2, 1) = -0.3;
  made.roots = {root, 0.5 * root};
  if (with_scales) made.scales = hm::matrix<double>::Constant(2, genes, 0.8);
  return made;
}

}  // namespace

TEST_CASE("drawn scores have the model's mean and covariance") {
  for (const bool with_scales : {false, true}) {
    const auto made = parts(with_scales);
    const hm::factor_scores scores(made);
    const double scale = with_scales ? 0.8 : 1;
    constexpr int draws = 6000;
    for (hm::index s = 0; s < 2; ++s) {
      const auto [mean, covariance] = support::drawn_moments(scores, s, genes, draws, 3);
      const hm::matrix<double> root = made.loadings * made.roots[static_cast<std::size_t>(s)];
      hm::matrix<double> want = root * root.transpose();
      want.diagonal() += made.own_variances;
      const hm::vector<double> centre = made.loadings * made.means.row(s).transpose();
      for (hm::index m = 0; m < genes; ++m) {
        CHECK(std::abs(mean[m] - scale * centre[m]) < 5 * std::sqrt(want(m, m) / draws));
        for (hm::index k = 0; k < genes; ++k)
          CHECK(std::abs(covariance(m, k) - scale * scale * want(m, k)) <
                6 * std::sqrt(2 * want(m, m) * want(k, k) / draws));
      }
    }
  }
}

TEST_CASE("parts that do not fit together are refused") {
  auto wrong = parts(false);
  wrong.own_variances.conservativeResize(genes - 1);
  CHECK_THROWS_AS(hm::factor_scores{wrong}, std::invalid_argument);
  wrong = parts(false);
  wrong.roots.pop_back();
  CHECK_THROWS_AS(hm::factor_scores{wrong}, std::invalid_argument);
  wrong = parts(true);
  wrong.scales.conservativeResize(1, genes);
  CHECK_THROWS_AS(hm::factor_scores{wrong}, std::invalid_argument);
}
