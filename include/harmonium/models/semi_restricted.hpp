// SPDX-License-Identifier: MIT
/// @file
/// A harmonium whose hidden units may be coupled among themselves in any way: several one-hot
/// groups and Bernoulli units, with one potential per joint hidden state.
#pragma once

#include <algorithm>
#include <cmath>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/draw/categorical.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/math/logistic.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/progress.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/core/row_products.hpp"
#include "harmonium/core/scratch.hpp"
#include "harmonium/models/generator.hpp"
#include "harmonium/states/enumerated_states.hpp"
#include "harmonium/states/visible_walk.hpp"
#include "harmonium/units/negative_binomial.hpp"

namespace harmonium::inline v0_2 {

/// Joint states of hidden groups, states x units: a group of 1 is a Bernoulli unit, a group of C >
/// 1 has C units of which exactly one is on. Units stand in the order of the groups; Bernoulli
/// units change fastest, so that most states follow from another by one unit.
/// @throws std::invalid_argument for no group, a group below 1 or more than `max_states` states.
inline matrix<double> grouped_states(std::span<const index> groups,
                                     index max_states = index{1} << 14) {
  require(!groups.empty(), "grouped_states", "at least one group is needed");
  index units = 0, count = 1;
  std::vector<std::pair<index, index>> order;  // first unit and size of each group, fastest first
  for (const index size : groups) {
    require(size >= 1, "grouped_states",
            "a group needs at least one unit, got " + std::to_string(size));
    order.emplace_back(units, size);
    units += size;
    const index choices = std::max<index>(size, 2);
    require(count <= max_states / choices, "grouped_states",
            "more than max_states = " + std::to_string(max_states) + " joint states");
    count *= choices;
  }
  std::stable_sort(order.begin(), order.end(),
                   [](const auto& a, const auto& b) { return a.second < b.second; });
  matrix<double> states = matrix<double>::Zero(count, units);
  for (index s = 0; s < count; ++s) {
    index rest = s;
    for (const auto& [first, size] : order) {
      const index choices = std::max<index>(size, 2), choice = rest % choices;
      rest /= choices;
      if (size > 1) {
        states(s, first + choice) = 1;
      } else {
        states(s, first) = static_cast<double>(choice);
      }
    }
  }
  return states;
}

/// log p*(x, h) = V(h) + sum_m [ log C(x_m + theta_m - 1, x_m) + eta_m x_m ], eta = a + W h, with a
/// free potential V for every joint state h. Summed over x, log p(h) = V(h) + A(h) - log Z, so that
/// V is kept as log p(h) - A(h) and Z is 1: likelihood, posterior and samples are exact.
/// `bias(0)`, `weights(0)` and `visible()` are those of a `dbm` with one hidden layer.
class semi_restricted {
 public:
  using scalar = double;
  using visible_units = negative_binomial;

  /// Biases that give every gene mean 1, weights zero, all hidden states equally probable.
  /// @param groups see `grouped_states`
  semi_restricted(negative_binomial visible, std::vector<index> groups)
      : visible_(std::move(visible)),
        groups_(std::move(groups)),
        states_(grouped_states(groups_)),
        bias_(visible_.size()),
        weights_(matrix<double>::Zero(visible_.size(), states_.units())),
        log_prior_(vector<double>::Constant(states_.size(),
                                            -math::log(static_cast<double>(states_.size())))) {
    const vector<double> ones = vector<double>::Ones(visible_.size());
    visible_.natural_from_mean(as_span(ones), as_span(bias_));
  }

  [[nodiscard]] index genes() const noexcept { return visible_.size(); }
  [[nodiscard]] index size(std::size_t layer) const noexcept {
    return layer == 0 ? genes() : states_.units();
  }
  [[nodiscard]] const std::vector<index>& groups() const noexcept { return groups_; }
  [[nodiscard]] const enumerated_states<double>& states() const noexcept { return states_; }

  [[nodiscard]] const negative_binomial& visible() const noexcept { return visible_; }
  [[nodiscard]] negative_binomial& visible() noexcept { return visible_; }
  /// Of the visible layer, number 0: the hidden units' are in `log_prior`.
  [[nodiscard]] std::span<const double> bias(std::size_t layer) const {
    require(layer == 0, "semi_restricted::bias", "only the visible layer, 0, has biases");
    return as_span(bias_);
  }
  [[nodiscard]] std::span<double> bias(std::size_t layer) {
    require(layer == 0, "semi_restricted::bias", "only the visible layer, 0, has biases");
    return as_span(bias_);
  }
  [[nodiscard]] weight_view<double> weights(std::size_t) const noexcept {
    return {weights_.data(), weights_.rows(), weights_.cols()};
  }
  [[nodiscard]] weight_span<double> weights(std::size_t) noexcept {
    return {weights_.data(), weights_.rows(), weights_.cols()};
  }

  /// log p(h) of every state, length states().size().
  [[nodiscard]] const vector<double>& log_prior() const noexcept { return log_prior_; }
  /// @param probabilities >= 0, not all zero; normalised here
  void set_prior(std::span<const double> probabilities) {
    require(std::cmp_equal(probabilities.size(), states_.size()), "semi_restricted::set_prior",
            "one probability per state is needed");
    const double total = draw::total_weight(probabilities, "semi_restricted::set_prior");
    for (index s = 0; s < log_prior_.size(); ++s)
      log_prior_[s] = math::log(probabilities[static_cast<std::size_t>(s)] / total);
  }
  /// The same in logarithms, kept bit for bit.
  /// @throws std::invalid_argument for another length or unless their exponentials sum to 1, give
  ///         or take 1e-6.
  void set_log_prior(const vector<double>& log_probabilities) {
    require(log_probabilities.size() == states_.size(), "semi_restricted::set_log_prior",
            "one probability per state is needed");
    const double sum = math::log_sum_exp(as_span(log_probabilities));
    require(std::abs(sum) <= 1e-6, "semi_restricted::set_log_prior",
            "the probabilities must sum to 1");
    log_prior_ = log_probabilities;
  }

  /// eta = a + W h.
  void visible_input(std::span<const double> hidden, std::span<double> out) const {
    std::copy(bias_.data(), bias_.data() + bias_.size(), out.begin());
    row::add_product_above<double>(weights(0), hidden, out);
  }

  /// The state at which weights'state is largest.
  void write_maximiser(std::span<const double> weights, std::span<double> out) const {
    std::fill(out.begin(), out.end(), 0.0);
    std::size_t first = 0;
    for (const index size : groups_) {
      std::size_t best = first;
      for (std::size_t k = first; k < first + static_cast<std::size_t>(size); ++k)
        if (weights[k] > weights[best]) best = k;
      if (size > 1 || weights[best] > 0) out[best] = 1;
      first += static_cast<std::size_t>(size);
    }
  }

  /// Cells drawn one by one: a joint hidden state, then the genes.
  template <executor Executor, observer Observer>
  [[nodiscard]] count_matrix<> generate(const Executor& run, index cells, Observer&& watch,
                                        random_engine& rng) const {
    std::vector<double> prior(static_cast<std::size_t>(states_.size()));
    for (std::size_t s = 0; s < prior.size(); ++s)
      prior[s] = math::exp(log_prior_[static_cast<index>(s)]);
    return generate_by_cell(run, genes(), cells, watch, rng, [&](random_engine& own, auto& out) {
      const index s = draw::categorical(std::span<const double>(prior), own);
      vector<double> eta(genes()), counts(genes());
      visible_input(states_[s], as_span(eta));
      visible_.sample(as_span(std::as_const(eta)), as_span(counts), own);
      for (index m = 0; m < genes(); ++m) out.push_back(m, counts[m]);
    });
  }
  template <executor Executor>
  [[nodiscard]] count_matrix<> generate(const Executor& run, index cells,
                                        random_engine& rng) const {
    return generate(run, cells, silent{}, rng);
  }
  [[nodiscard]] count_matrix<> generate(index cells, random_engine& rng) const {
    return generate(serial_executor{}, cells, silent{}, rng);
  }

 private:
  negative_binomial visible_;
  std::vector<index> groups_;
  enumerated_states<double> states_;
  vector<double> bias_;
  matrix<double> weights_;
  vector<double> log_prior_;
};

static_assert(generator<semi_restricted>);

/// V(h) of every state. Cost: states x genes.
/// @param[out] potential length states().size()
template <executor Executor>
void potentials(const Executor& run, const semi_restricted& model, std::span<double> potential) {
  visible_log_partitions(run, model, model.states(), potential);
  for (std::size_t s = 0; s < potential.size(); ++s)
    potential[s] = model.log_prior()[static_cast<index>(s)] - potential[s];
}
template <executor Executor>
vector<double> potentials(const Executor& run, const semi_restricted& model) {
  vector<double> potential(model.states().size());
  potentials(run, model, as_span(potential));
  return potential;
}

/// log p*(x, h) of every state, without the log base measure of x and a'x.
/// @param potential what `potentials` gives
/// @param[out] terms length states().size()
template <class Row>
void log_joint_terms(const semi_restricted& model, std::span<const double> potential, const Row& x,
                     std::span<double> terms) {
  scratch_vector<double> from_below(model.size(1), 0.0);
  row::add_product<double>(x, model.weights(0), as_span(from_below));
  model.states().products<double>(as_span(std::as_const(from_below)), terms);
  for (std::size_t s = 0; s < terms.size(); ++s) terms[s] += potential[s];
}

/// log p(x), exactly, in nats.
/// @param log_base log base measure of x, see `log_base_measures`
template <class Row>
double log_likelihood(const semi_restricted& model, const vector<double>& potential, const Row& x,
                      double log_base) {
  scratch_vector<double> terms(potential.size());
  log_joint_terms(model, as_span(potential), x, as_span(terms));
  return row::dot<double>(x, model.bias(0)) + log_base +
         math::log_sum_exp(as_span(std::as_const(terms)));
}

}  // namespace harmonium::inline v0_2
