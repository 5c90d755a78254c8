// SPDX-License-Identifier: MIT
/// @file
/// Exact maximum likelihood by expectation-maximisation, for models whose first hidden layer can be
/// enumerated. No learning rate.
#pragma once

#include <span>
#include <type_traits>

#include "harmonium/core/executor.hpp"
#include "harmonium/states/hidden_enumeration.hpp"
#include "harmonium/training/newton_m_step.hpp"
#include "harmonium/training/posterior_statistics.hpp"
#include "harmonium/training/upper_m_step.hpp"

namespace harmonium::inline v0_2 {

/// The M-step: first the parameters of the layers above h_1, if any (not with `fix_weights`), then
/// Newton over visible biases and first-layer weights with the first hidden biases refitted at
/// every trial; a trial is accepted only if the objective rises.
/// Cost of a step: states x genes, times one logarithm, and for the states that count genes x
/// hidden^2. The next M-step finds the memory of the last; see `newton_m_step`.
template <class Model>
class exact_m_step {
 public:
  using scalar = typename Model::scalar;

  /// @param hidden enumeration of `model`; follows it
  /// @param limits largest admissible visible input per gene (a constraint's `limits`)
  /// @param cells  number of cells behind `data`, which weighs the data against the ridge
  template <executor Executor>
  exact_em_result maximise(const Executor& run, Model& model, hidden_enumeration<Model>& hidden,
                           const posterior_statistics<scalar>& data, std::span<const scalar> limits,
                           index cells, const exact_em_options& options = {}) {
    double gained = 0, penalty = 0;
    if constexpr (Model::hidden_layers > 1) {
      upper_.begin(model, hidden, data, cells,
                   {options.fix_weights ? 0 : options.upper_steps, options.upper_ridge});
      const auto result = upper_.run(run);
      gained = result.objective_after - result.objective_before;
      penalty = upper_.penalty();
    }
    newton_.begin(model, hidden, data, limits, cells, options);
    auto result = newton_.run(run);
    result.objective_before -= gained + penalty;
    result.objective_after -= penalty;
    return result;
  }

 private:
  struct none {};
  static constexpr auto upper_type() {
    if constexpr (Model::hidden_layers > 1)
      return std::type_identity<upper_m_step<Model>>{};
    else
      return std::type_identity<none>{};
  }

  [[no_unique_address]] typename decltype(upper_type())::type upper_;
  newton_m_step<Model> newton_;
};

/// One M-step on its own.
template <executor Executor, class Model>
exact_em_result maximise_expected(const Executor& run, Model& model,
                                  hidden_enumeration<Model>& hidden,
                                  const posterior_statistics<typename Model::scalar>& data,
                                  std::span<const typename Model::scalar> limits, index cells,
                                  const exact_em_options& options = {}) {
  return exact_m_step<Model>{}.maximise(run, model, hidden, data, limits, cells, options);
}

}  // namespace harmonium::inline v0_2
