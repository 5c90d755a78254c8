// SPDX-License-Identifier: MIT
#include "harmonium/training/contrastive/positive_phase.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "harmonium/samplers/gibbs_batch.hpp"
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

TEST_CASE("statistics of particles with means of the odd layers in place of their states") {
  const auto model = tiny::deepest_of<hm::bernoulli>(4);
  using model_type = std::remove_cvref_t<decltype(model)>;
  constexpr hm::index particles = 9;
  hm::random_engine source(3);
  const hm::random_streams streams(source);
  std::vector<hm::random_engine> engines;
  for (hm::index p = 0; p < particles; ++p)
    engines.push_back(streams[static_cast<std::uint64_t>(p)]);
  auto states = hm::make_state_batch(model, particles);
  hm::state_batch<model_type> means;
  hm::gibbs_batch<model_type> chains;
  for (int sweep = 0; sweep < 3; ++sweep)
    chains.sweep(hm::thread_executor(2), model, {}, states, engines, &means);

  // What stands for the states of every layer: even layers as drawn, odd ones by their means.
  std::array<hm::matrix<double>, model_type::layers> rows;
  hm::vector<double> want = hm::vector<double>::Zero(model.parameters().size());
  for (std::size_t l = 0; l < model_type::layers; ++l) {
    rows[l] = l % 2 == 0 ? states[l] : means[l];
    for (hm::index p = 0; p < particles; ++p)
      for (hm::index k = 0; k < rows[l].cols(); ++k) {
        const auto u = static_cast<std::size_t>(k);
        model.bias_of(want, l)[u] += rows[l](p, k) / particles;
        if (l % 2 == 0) continue;
        double input = model.bias(l)[u];
        for (hm::index j = 0; j < model.size(l - 1); ++j)
          input += states[l - 1](p, j) * model.weights(l - 1)(j, k);
        if (l + 1 < model_type::layers)
          for (hm::index j = 0; j < model.size(l + 1); ++j)
            input += model.weights(l)(k, j) * states[l + 1](p, j);
        CHECK(means[l](p, k) == doctest::Approx(1 / (1 + std::exp(-input))));
      }
  }
  for (std::size_t l = 0; l + 1 < model_type::layers; ++l)
    model.weights_of(want, l) += rows[l].transpose() * rows[l + 1] / particles;

  hm::vector<double> flat = hm::vector<double>::Constant(want.size(), 7);  // overwritten
  hm::write_particle_statistics(hm::thread_executor(2), model, chains.visible_rows(), states, means,
                                1.0 / particles, flat);
  CHECK((flat - want).cwiseAbs().maxCoeff() < 1e-12);
}
