// SPDX-License-Identifier: MIT
#include "harmonium/training/model_selection.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>

#include "harmonium/likelihood/base_measures.hpp"
#include "harmonium/training/compensated_em.hpp"
#include "support/toy_counts.hpp"

namespace hm = harmonium;

using candidate =
    std::function<double(const hm::count_matrix<>&, const hm::count_matrix<>&, hm::random_engine&)>;

TEST_CASE("folds hold every cell once and are of equal size") {
  hm::random_engine first(1), second(1), third(2);
  const auto folds = hm::deal_folds(23, 5, first);
  std::vector<hm::index> all;
  for (const auto& fold : folds) {
    CHECK((fold.size() == 4 || fold.size() == 5));
    CHECK(std::is_sorted(fold.begin(), fold.end()));
    all.insert(all.end(), fold.begin(), fold.end());
  }
  std::sort(all.begin(), all.end());
  CHECK(all.size() == 23);
  for (std::size_t i = 0; i < all.size(); ++i) CHECK(std::cmp_equal(all[i], i));
  CHECK(folds == hm::deal_folds(23, 5, second));
  CHECK(folds != hm::deal_folds(23, 5, third));
  CHECK_THROWS_AS((void)hm::deal_folds(5, 6, first), std::invalid_argument);
  CHECK_THROWS_AS((void)hm::deal_folds(5, 1, first), std::invalid_argument);
}

TEST_CASE("scores: means over cells, standard errors over folds, the two rules") {
  const auto counts = tiny::toy_counts(4, 3, 1);
  // What it returns depends on the fold alone: the mean count of the fresh cells.
  const auto mean_count = [](double shift) {
    return candidate([shift](const auto& training, const auto& fresh, hm::random_engine&) {
      CHECK(training.cells() + fresh.cells() == 4);
      return shift + hm::library_sizes(fresh).mean();
    });
  };
  hm::random_engine rng(2);
  const std::vector<candidate> candidates{mean_count(-0.001), mean_count(0), mean_count(-1e6)};
  const auto found = hm::cross_validate(hm::serial_executor{}, counts,
                                        std::span<const candidate>(candidates), 2, rng);
  CHECK(found.scores[1].mean == doctest::Approx(hm::library_sizes(counts).mean()));
  const auto& folds = found.scores[1].folds;
  // Two figures: the standard error is half their distance.
  CHECK(found.scores[1].standard_error == doctest::Approx(0.5 * std::abs(folds[0] - folds[1])));
  CHECK(folds[0] != folds[1]);
  CHECK(found.best == 1);
  CHECK(found.chosen(hm::selection_rule::best_mean) == 1);
  CHECK(found.chosen(hm::selection_rule::one_standard_error) == 0);
}

TEST_CASE("two kinds of cells ask for two components, for any executor") {
  const auto counts = tiny::toy_counts(120, 12, 3);
  const auto mixture_of = [](hm::index components) {
    return candidate([components](const auto& training, const auto& fresh, hm::random_engine& rng) {
      const auto model = hm::train<hm::semi_restricted>(hm::serial_executor{}, training,
                                                        {.groups = {components}}, rng);
      const auto potential = hm::potentials(hm::serial_executor{}, model);
      const auto base = hm::log_base_measures(model.visible(), fresh);
      double sum = 0;
      for (hm::index i = 0; i < fresh.cells(); ++i)
        sum += hm::log_likelihood(model, potential, fresh.cell(i), base[i]);
      return sum / static_cast<double>(fresh.cells());
    });
  };
  const auto nothing = candidate([](const auto&, const auto&, hm::random_engine&) { return -1e3; });
  const std::vector<candidate> candidates{nothing, mixture_of(2), mixture_of(20)};
  hm::random_engine a(4), b(4);
  const auto one = hm::cross_validate(hm::serial_executor{}, counts,
                                      std::span<const candidate>(candidates), 4, a);
  const auto two = hm::cross_validate(hm::thread_executor(3), counts,
                                      std::span<const candidate>(candidates), 4, b);
  CHECK(one.best == 1);
  for (std::size_t c = 0; c < 3; ++c) CHECK(one.scores[c].folds == two.scores[c].folds);
  CHECK(a == b);
}

TEST_CASE("no candidates") {
  hm::random_engine rng(5);
  CHECK_THROWS_AS(hm::cross_validate(hm::serial_executor{}, tiny::toy_counts(4, 3, 1),
                                     std::span<const candidate>(), 2, rng),
                  std::invalid_argument);
}
