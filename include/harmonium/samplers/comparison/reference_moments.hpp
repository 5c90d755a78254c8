// SPDX-License-Identifier: MIT
/// @file
/// What is right when samplers are compared: exact moments of models that can be enumerated.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/states/hidden_enumeration.hpp"

namespace harmonium::inline v0_2 {

/// Scalar figures of a state and what their means are under the model. In this order: log p*(h_1)
/// (`log_marginal`), every unit of h_1, and whether h_1 is one of the listed `modes`.
struct reference_moments {
  std::vector<double> mean;                ///< of each figure
  std::vector<double> deviation;           ///< standard deviation of each figure under the model
  std::vector<double> error;               ///< standard error of `mean`; 0 where it is exact
  matrix<double> modes = {};               ///< modes x first-layer units; may have no row
  std::vector<double> probabilities = {};  ///< of every state of h_1 by its number; empty where
                                           ///< they are too many
  std::vector<double> log_marginals = {};  ///< `log_marginal` of those states

  [[nodiscard]] std::size_t figures() const noexcept { return mean.size(); }
  /// "log_p", "unit 3", "mode 1": counted from 1.
  [[nodiscard]] std::string name(std::size_t figure) const {
    const auto units = mean.size() - 1 - static_cast<std::size_t>(modes.rows());
    if (figure == 0) return "log_p";
    return figure <= units ? "unit " + std::to_string(figure)
                           : "mode " + std::to_string(figure - units);
  }
  /// Figures that every run should see change: deviation of at least 0.1, a probability between
  /// 0.01 and 0.99. Of the others one cannot ask for an effective sample size.
  [[nodiscard]] bool varies(std::size_t figure) const { return deviation[figure] >= 0.1; }
};

/// Writes the figures of states of one model. Refers to both; not shared between threads.
template <class Model>
class state_figures {
 public:
  state_figures(const Model& model, const reference_moments& reference)
      : model_(&model), reference_(&reference) {
    require(
        reference.figures() == static_cast<std::size_t>(1 + model.size(1) + reference.modes.rows()),
        "state_figures", "the reference is that of another model");
  }

  /// @param[out] out one number per figure
  /// @return the state's number; -1 where states are not enumerated
  index write(const typename Model::state_type& state, std::span<double> out) const {
    const auto& h = state[1];
    index number = -1;
    if (reference_->probabilities.empty()) {
      out[0] = static_cast<double>(model_->log_marginal(as_span(h)));
    } else {
      number = model_->template units<1>().state_number(as_span(h));
      out[0] = reference_->log_marginals[static_cast<std::size_t>(number)];
    }
    for (index k = 0; k < h.size(); ++k)
      out[static_cast<std::size_t>(k) + 1] = static_cast<double>(h[k]);
    for (index m = 0; m < reference_->modes.rows(); ++m) {
      bool same = true;
      for (index k = 0; k < h.size() && same; ++k)
        same = static_cast<double>(h[k]) == reference_->modes(m, k);
      out[static_cast<std::size_t>(1 + h.size() + m)] = same ? 1 : 0;
    }
    return number;
  }

 private:
  const Model* model_;
  const reference_moments* reference_;
};

/// Exact figures by enumeration of h_1.
/// @param modes how many of the likeliest states are figures; cell types are such states
/// @throws std::invalid_argument if h_1 has more than `max_states` states.
template <executor Executor, class Model>
reference_moments exact_moments(const Executor& run, const Model& model, index modes = 4,
                                index max_states = index{1} << 14) {
  const hidden_enumeration<Model> hidden(run, model, max_states);
  const auto states = static_cast<std::size_t>(hidden.states());
  const auto units = static_cast<std::size_t>(model.size(1));
  modes = std::min<index>(modes, hidden.states());
  reference_moments out;
  std::vector<index> order(states);
  std::iota(order.begin(), order.end(), index{0});
  std::stable_sort(order.begin(), order.end(), [&](index a, index b) {
    return hidden.log_probability(a) > hidden.log_probability(b);
  });
  out.modes.resize(modes, model.size(1));
  for (index m = 0; m < modes; ++m) {
    const auto h = hidden.state(order[static_cast<std::size_t>(m)]);
    for (std::size_t k = 0; k < units; ++k)
      out.modes(m, static_cast<index>(k)) = static_cast<double>(h[k]);
  }
  for (index s = 0; s < hidden.states(); ++s) {
    out.probabilities.push_back(static_cast<double>(hidden.probability(s)));
    out.log_marginals.push_back(
        static_cast<double>(hidden.log_probability(s) + hidden.log_partition()));
  }
  const auto moments = [&](auto figure) {
    double mean = 0, variance = 0;
    for (std::size_t s = 0; s < states; ++s) mean += out.probabilities[s] * figure(s);
    for (std::size_t s = 0; s < states; ++s)
      variance += out.probabilities[s] * (figure(s) - mean) * (figure(s) - mean);
    out.mean.push_back(mean);
    out.deviation.push_back(std::sqrt(variance));
    out.error.push_back(0);
  };
  moments([&](std::size_t s) { return out.log_marginals[s]; });
  for (std::size_t k = 0; k < units; ++k)
    moments(
        [&](std::size_t s) { return static_cast<double>(hidden.state(static_cast<index>(s))[k]); });
  for (index m = 0; m < modes; ++m)
    moments([&](std::size_t s) {
      return static_cast<index>(s) == order[static_cast<std::size_t>(m)] ? 1.0 : 0.0;
    });
  return out;
}

}  // namespace harmonium::inline v0_2
