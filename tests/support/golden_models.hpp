// SPDX-License-Identifier: MIT
/// @file
/// The models of tests/golden/models, with parameters by formula.
#pragma once

#include <string>
#include <vector>

#include "harmonium/io/model_file.hpp"
#include "harmonium/io/models/baselines.hpp"
#include "harmonium/io/models/dbm.hpp"

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

inline hm::io::model_notes notes() {
  hm::io::model_notes notes;
  for (int k = 1; k <= 5; ++k)
    notes.genes.push_back("ENSG0" + std::to_string(k), "G" + std::to_string(k),
                          hm::io::gene_expression);
  notes.texts = {{"options", "{\"seed\": 7}"}, {"log", "epoch,error\n1,0.5\n"}};
  return notes;
}

}  // namespace golden
