// SPDX-License-Identifier: MIT
#include "harmonium/training/contrastive/positive_phase.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "harmonium/states/exact_statistics.hpp"
#include "harmonium/training/training_rows.hpp"
#include "support/tiny_models.hpp"
#include "support/toy_counts.hpp"

namespace hm = harmonium;

TEST_CASE("with one hidden layer: the exact conditional expectations") {
  const auto counts = tiny::toy_counts(20, 3, 3);
  const auto model = tiny::rbm_of<hm::negative_binomial>(2);
  using model_type = std::remove_cvref_t<decltype(model)>;
  const hm::hidden_enumeration<model_type> hidden(model);
  const std::vector<hm::index> chosen{3, 17, 0, 5};
  hm::positive_phase<model_type> batch;
  for (const int threads : {1, 3}) {
    batch.evaluate(hm::thread_executor(threads), model, counts, chosen, {}, {});
    hm::vector<double> want = hm::vector<double>::Zero(model.parameters().size());
    for (const hm::index i : chosen)
      hm::add_exact_data_statistics(model, hidden, counts.cell(i), 0.25, want);
    CHECK((batch.statistics() - want).cwiseAbs().maxCoeff() < 1e-12);
    CHECK(batch.rows() == 4);
    CHECK(batch.share_of_data() == doctest::Approx(0.2));
  }
}

TEST_CASE("a row of weight 2 is two rows") {
  const auto counts = tiny::toy_counts(6, 3, 3);
  const auto model = tiny::deep_of<hm::negative_binomial>(2);
  using model_type = std::remove_cvref_t<decltype(model)>;
  const std::vector<double> weights{1, 1, 2, 1, 1, 1};
  const hm::training_rows<hm::count_matrix<>> weighted(counts,
                                                       hm::row_choice({0, 1, 2, 3, 4, 5}, weights));
  const hm::training_rows<hm::count_matrix<>> copied(counts,
                                                     hm::row_choice({0, 1, 2, 3, 4, 5, 2}, {}));
  const std::vector<hm::index> all{0, 1, 2, 3, 4, 5, 6};
  hm::positive_phase<model_type> one, two;
  one.evaluate(hm::serial_executor{}, model, weighted, std::span(all).first(6), {}, {});
  two.evaluate(hm::serial_executor{}, model, copied, all, {}, {});
  CHECK((one.statistics() - two.statistics()).cwiseAbs().maxCoeff() < 1e-12);
}
