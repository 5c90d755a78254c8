// SPDX-License-Identifier: MIT
#include "harmonium/samplers/gibbs_batch.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "harmonium/samplers/gibbs.hpp"
#include "support/tiny_models.hpp"

namespace hm = harmonium;

namespace {

/// The same states as chains of their own; real numbers but for rounding.
template <class Model>
void check_as_chains(const Model& model, const hm::input_factors<Model>& factors, int threads) {
  constexpr hm::index chains = 21;
  hm::random_engine source(5);
  const hm::random_streams streams(source);
  auto states = hm::make_state_batch(model, chains);
  std::vector<hm::random_engine> engines, own_engines;
  std::vector<hm::gibbs_chain<Model>> alone(chains, hm::gibbs_chain<Model>(model, factors));
  for (hm::index p = 0; p < chains; ++p) {
    const auto u = static_cast<std::size_t>(p);
    engines.push_back(streams[u]);
    alone[u].start(engines[u]);
    for (std::size_t l = 0; l < Model::layers; ++l)
      states[l].row(p) = alone[u].state()[l].transpose();
  }
  own_engines = engines;
  hm::gibbs_batch<Model> batch;
  const hm::thread_executor run(threads);
  for (int sweep = 0; sweep < 4; ++sweep) {
    batch.sweep(run, model, factors, states, engines);
    for (hm::index p = 0; p < chains; ++p) {
      const auto u = static_cast<std::size_t>(p);
      alone[u].sweep(own_engines[u]);
      CHECK(engines[u] == own_engines[u]);
      for (std::size_t l = 0; l < Model::layers; ++l)
        CHECK((states[l].row(p).transpose() - alone[u].state()[l]).cwiseAbs().maxCoeff() < 1e-11);
    }
  }
  hm::matrix<double> means;
  batch.write_visible_means(run, model, states, means);
  hm::vector<double> eta(model.size(0)), mean(model.size(0));
  for (hm::index p = 0; p < chains; ++p) {
    model.visible_input(hm::row_span(std::as_const(states[1]), p), hm::as_span(eta));
    model.visible().mean(hm::as_span(std::as_const(eta)), hm::as_span(mean));
    CHECK((means.row(p).transpose() - mean).cwiseAbs().maxCoeff() <
          1e-10 * (1 + mean.cwiseAbs().maxCoeff()));
  }
}

template <class Model>
void check_as_chains(const Model& model) {
  check_as_chains(model, {}, 1);
  check_as_chains(model, {}, 3);
  hm::input_factors<Model> doubled;
  doubled.factor[1] = 2;
  check_as_chains(model, doubled, 1);
}

}  // namespace

TEST_CASE("batches of chains are chains side by side") {
  check_as_chains(tiny::rbm_of<hm::bernoulli>(1));
  check_as_chains(tiny::rbm_of<hm::negative_binomial>(2));
  check_as_chains(tiny::deep_of<hm::negative_binomial>(3));
  check_as_chains(tiny::deepest_of<hm::bernoulli>(4));
  check_as_chains(tiny::rbm_of<hm::gaussian>(5));
}
