// SPDX-License-Identifier: MIT
/// @file
/// Ways from a model without weights to a given one.
#pragma once

#include <utility>
#include <vector>

#include "harmonium/core/executor.hpp"
#include "harmonium/models/between.hpp"
#include "harmonium/models/model_path.hpp"
#include "harmonium/states/exact_statistics.hpp"
#include "harmonium/states/hidden_enumeration.hpp"
#include "harmonium/training/newton/hidden_balance.hpp"

namespace tiny {

/// From units that are independent and as likely as in the model, weights in equal steps, hidden
/// biases such that E[h_1] stays: what a training run that follows its particles goes through.
template <class Model>
harmonium::model_path<Model> balanced_path(const Model& model, int steps = 10) {
  namespace hm = harmonium;
  using scalar = typename Model::scalar;
  const hm::serial_executor run;
  hm::hidden_enumeration<Model> hidden(run, model, 1024);
  hm::vector<scalar> statistics(model.parameters().size());
  hm::exact_model_statistics(model, hidden, statistics);
  const auto means = model.bias_of(std::as_const(statistics), 1);
  hm::vector<scalar> bias(model.size(1));
  model.template units<1>().natural_from_mean(means, hm::as_span(bias));
  const Model alone = hm::independent_model(model, model.bias(0), hm::as_span(std::as_const(bias)));
  std::vector<Model> checkpoints{alone};
  hm::vector<scalar> theta;
  for (int i = 1; i < steps; ++i) {
    Model next = checkpoints.back();
    hm::set_between(alone, model, static_cast<double>(i) / steps, next, theta);
    hidden.set_model(run, next);
    hm::balance_hidden_bias(next, hidden, means);
    checkpoints.push_back(next);
  }
  checkpoints.push_back(model);
  return hm::model_path<Model>(std::move(checkpoints));
}

}  // namespace tiny
