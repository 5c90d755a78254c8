// SPDX-License-Identifier: MIT
/// @file
/// The models of tests/golden/models, with parameters by formula.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "harmonium/io/model_file.hpp"
#include "harmonium/io/models/baselines.hpp"
#include "harmonium/io/models/dbm.hpp"
#include "harmonium/io/models/sampled.hpp"
#include "harmonium/io/models/semi_restricted.hpp"
#include "harmonium/io/models/variational.hpp"

namespace golden {

namespace hm = harmonium;

using deep = hm::dbm<hm::negative_binomial, hm::bernoulli, hm::categorical>;
using shallow = hm::dbm<hm::gaussian, hm::bernoulli>;
using counting = hm::dbm<hm::poisson, hm::categorical>;
using binary = hm::dbm<hm::bernoulli, hm::bernoulli>;

/// Parameters and biases below zero, as the negative binomial needs.
template <class Model>
Model filled(Model model) {
  for (hm::index k = 0; k < model.parameters().size(); ++k)
    model.parameters()[k] = -1.0 / static_cast<double>(k + 3);
  return model;
}

inline deep deep_model() {
  hm::vector<double> theta(5);
  theta << 0.5, 1, 2, 4, 1e6;
  return filled(deep(hm::negative_binomial(theta), hm::bernoulli(3), hm::categorical(1, 2)));
}
inline shallow shallow_model() {
  hm::vector<double> sigma(4);
  sigma << 1, 0.5, 2, 0.1;
  return filled(shallow(hm::gaussian(sigma), hm::bernoulli(2)));
}
inline counting counting_model() {
  return filled(counting(hm::poisson(6), hm::categorical(2, 3)));
}
inline binary binary_model() {
  return filled(binary(hm::bernoulli(4), hm::bernoulli(3)));
}

inline hm::independent_nb independent() {
  hm::vector<double> mean(3), theta(3);
  mean << 0, 1.5, 20;
  theta << 1e6, 0.3, 7;
  return hm::independent_nb::of(
      mean, theta,
      {hm::dispersion_status::all_zero, hm::dispersion_status{}, hm::dispersion_status{}});
}
inline hm::cluster_nb clusters() {
  hm::matrix<double> mean(2, 3), theta(2, 3);
  mean << 0, 1.5, 20, 3, 0.25, 1;
  theta << 1e6, 0.3, 7, 1, 2, 3;
  return hm::cluster_nb::of({30, 12}, mean, theta);
}

using spins = hm::dbm<hm::rectified_gaussian, hm::spin>;
inline spins spin_model() {
  hm::vector<double> sigma(3);
  sigma << 1, 0.5, 2;
  return filled(spins(hm::rectified_gaussian(sigma), hm::spin(2)));
}

inline hm::semi_restricted semi_restricted_model() {
  hm::vector<double> theta(4);
  theta << 0.5, 1, 2, 4;
  hm::semi_restricted model(hm::negative_binomial(theta), {1, 3});
  for (hm::index m = 0; m < 4; ++m) {
    model.bias(0)[static_cast<std::size_t>(m)] = -0.25 * static_cast<double>(m + 1);
    for (hm::index k = 0; k < 4; ++k) model.weights(0)(m, k) = -0.125 * static_cast<double>(k);
  }
  model.set_prior(std::vector<double>{1, 2, 3, 4, 5, 6});
  return model;
}

/// Two kinds of three cells.
inline hm::count_matrix<> pilot() {
  hm::count_matrix<> counts(4);
  for (hm::index i = 0; i < 3; ++i) {
    counts.push_back(i, 3 + i);
    counts.push_back(3, 7);
    counts.finish_cell();
  }
  return counts;
}
inline const std::vector<hm::index> pilot_kinds{0, 1, 0};

template <class Likelihood>
std::shared_ptr<const hm::variational_autoencoder<Likelihood>> network() {
  hm::random_engine rng(3);
  hm::variational_autoencoder<Likelihood> model(4, {.encoder = {3}, .decoder = {3, 2}, .latent = 2},
                                                rng);
  model.set_library({2.5, 0.25});
  return std::make_shared<const hm::variational_autoencoder<Likelihood>>(std::move(model));
}
template <class Likelihood>
hm::variational_posterior<hm::variational_autoencoder<Likelihood>> posterior() {
  return {hm::serial_executor{}, network<Likelihood>(), pilot()};
}
template <class Likelihood>
hm::variational_prior<hm::variational_autoencoder<Likelihood>, hm::harmonium_latent> prior() {
  const auto model = network<Likelihood>();
  return hm::variational_prior<hm::variational_autoencoder<Likelihood>, hm::harmonium_latent>(
      model,
      hm::harmonium_latent(filled(hm::gaussian_harmonium(hm::gaussian(2), hm::categorical(1, 3)))),
      std::make_shared<const hm::latent_clusters>(model->encode(hm::serial_executor{}, pilot()),
                                                  std::span<const hm::index>(pilot_kinds)),
      {.mean_library = 5});
}

inline hm::io::model_notes notes() {
  hm::io::model_notes notes;
  for (int k = 1; k <= 5; ++k)
    notes.genes.push_back("ENSG0" + std::to_string(k), "G" + std::to_string(k),
                          hm::io::gene_expression);
  notes.texts = {{"options", "{\"seed\": 7}"}, {"log", "epoch,error\n1,0.5\n"}};
  return notes;
}

}  // namespace golden
