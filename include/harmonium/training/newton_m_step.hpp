// SPDX-License-Identifier: MIT
/// @file
/// The M-step of exact EM over the visible biases and first-layer weights.
///
/// Concave. A plain or per-gene Newton step fails: each gene's step is right, yet together they
/// move log p*(h_1) by the *sum* over all genes and put all probability on one state. The Fisher
/// information is block diagonal over genes plus one rank per hidden state, which couples them:
///
///     F = diag_m( sum_s p_s V_ms phi_s phi_s' ) + sum_s p_s u_s u_s',   phi = [1, h_1],
///
/// u_s the stacked mu_ms phi_s, less their projection on what the hidden biases can follow.
#pragma once

#include <Eigen/Cholesky>
#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "harmonium/core/chain_sums.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/scratch.hpp"
#include "harmonium/states/hidden_enumeration.hpp"
#include "harmonium/training/hidden_balance.hpp"
#include "harmonium/training/kept_rows.hpp"
#include "harmonium/training/posterior_statistics.hpp"
#include "harmonium/training/scratch_ldlt.hpp"
#include "harmonium/units/log_mean_scale.hpp"
#include "harmonium/units/visible_steps.hpp"

namespace harmonium::inline v0_2 {

struct exact_em_options {
  index max_states = index{1} << 14;  ///< of the first hidden layer; larger layers are refused
  index newton_steps = 3;             ///< most per M-step; it ends earlier when little is gained
  double ridge = 1;  ///< prior precision of a weight in units of d log mean; larger
                     ///< shrinks more, most where a gene has few counts
  bool fix_weights =
      false;  ///< true: only the biases move, which makes E[x] of the model the data's
  double negligible = 1e-10;  ///< states less probable than this do not count in the gradient
  index rank = 200;           ///< most probable states that couple the genes in a Newton step
  double damping = 1e-3;      ///< added to every state's probability in the information: where the
                              ///< model has hardly any, the linear gradient reaches less far than a
                              ///< Newton step would go; larger makes steps more careful
  double accuracy = 1e-2;     ///< relative, of the conjugate gradients that solve for a step
  index halvings = 20;        ///< lengths of a step that are tried, each half the one before
  index upper_steps = 5;      ///< most Newton steps over the layers above h_1 per M-step (see
  double upper_ridge = 1e-3;  ///< `upper_m_step_options`), and the ridge on their weights
};

struct exact_em_result {
  double objective_before;  ///< penalised expected log-likelihood of the M-step, nats per cell
  double objective_after;   ///< never less
  index accepted_steps;
};

/// The state of a layer at which weights'state is largest.
template <class Scalar, class Units>
void write_maximiser(const Units& units, const enumerated_states<Scalar>& states,
                     std::span<const double> weights, std::span<Scalar> out) {
  if constexpr (requires { units.write_maximiser(weights, out); }) {
    units.write_maximiser(weights, out);
  } else {
    index best = 0;
    double most = 0;
    for (index s = 0; s < states.size(); ++s) {
      const double value = row::dot<double>(states[s], weights);
      if (s == 0 || value > most) {
        most = value;
        best = s;
      }
    }
    std::copy(states[best].begin(), states[best].end(), out.begin());
  }
}

/// Newton's method for the M-step. Holds what one step needs, so that the parts can be named and
/// that the next M-step finds its memory: on the calling thread it then asks for none. (Of more
/// than 4 million states x genes it may, where more states count than ever before.) Gene vectors
/// are kept feature by feature: row j of a `columns x genes` matrix.
template <class Model>
class newton_m_step {
 public:
  using scalar = typename Model::scalar;

  /// Nothing until `begin`.
  newton_m_step() = default;
  /// As `begin`.
  newton_m_step(Model& model, hidden_enumeration<Model>& hidden,
                const posterior_statistics<scalar>& data, std::span<const scalar> limits,
                index cells, const exact_em_options& options) {
    begin(model, hidden, data, limits, cells, options);
  }

  /// Of one M-step. Borrows all but the options.
  /// @param hidden enumeration of `model`; follows it
  void begin(Model& model, hidden_enumeration<Model>& hidden,
             const posterior_statistics<scalar>& data, std::span<const scalar> limits, index cells,
             const exact_em_options& options) {
    model_ = &model;
    hidden_ = &hidden;
    data_ = &data;
    limits_ = limits;
    options_ = options;
    genes_ = model.size(0);
    units_ = model.size(1);
    columns_ = options.fix_weights ? 1 : units_ + 1;
    target_.assign(data.hidden_means.data(), data.hidden_means.data() + data.hidden_means.size());
    prior_.resize(genes_);
    scale_.resize(genes_);
    make_room();
    scratch_vector<scalar> mean(genes_), scale(genes_);
    for (index m = 0; m < genes_; ++m) mean[m] = static_cast<scalar>(data.pairs(m, 0));
    log_mean_scale(model.visible(), as_span(std::as_const(mean)), as_span(scale));
    for (index m = 0; m < genes_; ++m) {
      scale_[m] = static_cast<double>(scale[m]);
      prior_[m] = options.ridge / static_cast<double>(cells) / (scale_[m] * scale_[m]);
    }
  }

  template <executor Executor>
  exact_em_result run(const Executor& run) {
    return this->run(run, [](const Model&) { return true; });
  }

  /// The same with steps that raise the objective taken only if `allows(model after it)`.
  template <executor Executor, class Guard>
  exact_em_result run(const Executor& run, const Guard& allows) {
    bias_.assign(model_->bias(1).begin(), model_->bias(1).end());
    double current = refit(*model_, hidden_->visible_terms(), bias_);
    accept_bias(bias_);
    exact_em_result result{current, current, 0};
    for (index step = 0; step < options_.newton_steps; ++step) {
      const double before = current;
      expand(run);
      prepare_genes(run);
      // Shortening bends the direction gene by gene, after which it need not lead uphill; the
      // direction without the coupling of genes still does.
      bool accepted = false;
      for (const bool coupled : {true, false}) {
        set_direction(run, coupled);
        for (int round = 0; round < 3 && hold_faces(run); ++round) set_direction(run, coupled);
        shorten(run);
        accepted = search_line(run, current, allows);
        if (accepted) break;
      }
      if (!accepted) break;
      ++result.accepted_steps;
      if (current - before < 1e-9 * std::abs(current)) break;
    }
    result.objective_after = current;
    return result;
  }

 private:
  using rows = kept_rows;  ///< columns x genes
  using stretch = kept_rows::stretch;
  using const_stretch = kept_rows::const_stretch;
  static constexpr index tile = 128;  ///< genes worked on at a time, so that sums stay in cache

  /// For whatever number of states will count.
  void make_room() {
    const index states = hidden_->states();
    place_.reserve(static_cast<std::size_t>(states));
    active_.reserve(static_cast<std::size_t>(states));
    features_.reserve(static_cast<std::size_t>(states * (units_ + 1)));
    coupling_.reserve(static_cast<std::size_t>(states));
    change_.reserve(static_cast<std::size_t>(std::min(states, std::max<index>(0, options_.rank))));
    means_.reserve(states, genes_);
    variances_.reserve(states, genes_);
    for (const index columns : {index{1}, units_ + 1}) (void)scratch_ldlt(columns);
  }

  /// Refits the biases of h_1 and gives the penalised objective.
  double refit(const Model& at, const vector<double>& visible_terms,
               std::vector<double>& bias) const {
    const auto& states = hidden_->all_states();
    scratch_vector<double> base(states.size());
    as_vector(base) = hidden_->terms_above() + visible_terms + hidden_->log_weights();
    const auto balanced = balance_bias(states, as_span(std::as_const(base)), target_, bias);
    double value = -balanced.log_partition;
    for (std::size_t k = 0; k < bias.size(); ++k) value += bias[k] * target_[k];
    for (index s = 0; s < states.size(); ++s)
      value += data_->state_mass[static_cast<std::size_t>(s)] * hidden_->terms_above()[s];
    for (index m = 0; m < genes_; ++m) {
      value += data_->pairs(m, 0) * static_cast<double>(at.bias(0)[static_cast<std::size_t>(m)]);
      double norm = 0;
      for (index k = 0; k < units_; ++k) {
        const auto w = static_cast<double>(at.weights(0)(m, k));
        value += data_->pairs(m, k + 1) * w;
        norm += w * w;
      }
      value -= 0.5 * prior_[m] * norm;
    }
    return value;
  }

  void accept_bias(const std::vector<double>& bias) {
    auto out = model_->bias(1);
    for (std::size_t k = 0; k < bias.size(); ++k) out[k] = static_cast<scalar>(bias[k]);
    hidden_->set_hidden_bias(model_->bias(1));
  }

  /// Probabilities, features [1, h_1], means and variances of the states that count.
  template <executor Executor>
  void expand(const Executor& run) {
    const auto& states = hidden_->all_states();
    place_.assign(static_cast<std::size_t>(states.size()), -1);
    active_.clear();
    features_.clear();
    for (index s = 0; s < states.size(); ++s) {
      const auto p = static_cast<double>(hidden_->probability(s));
      if (!(p > options_.negligible)) continue;
      place_[static_cast<std::size_t>(s)] = static_cast<index>(active_.size());
      const std::size_t first = features_.size();
      features_.push_back({0, 1.0});
      for (index k = 0; k < units_; ++k) {
        const auto h = static_cast<double>(states[s][static_cast<std::size_t>(k)]);
        if (h != 0) features_.push_back({k + 1, h});
      }
      active_.push_back({p, {features_.data() + first, features_.size() - first}});
    }
    means_.resize(std::ssize(active_), genes_);
    variances_.resize(std::ssize(active_), genes_);
    const Model& model = *model_;
    const visible_steps<typename Model::visible_units> steps(model.visible(), model.weights(0));
    for_each_range(run, states.size(), 64, [&](index begin, index end) {
      if (std::all_of(place_.begin() + begin, place_.begin() + end, [](index p) { return p < 0; }))
        return;
      walk_visible(model, steps, states, begin, end, [&](index s, const auto& by, const auto& at) {
        const index row = place_[static_cast<std::size_t>(s)];
        if (row < 0) return;
        const auto genes = static_cast<std::size_t>(genes_);
        by.moments(at, {means_.data(row), genes}, {variances_.data(row), genes});
      });
    });
    coupling_.resize(active_.size());
    std::iota(coupling_.begin(), coupling_.end(), index{0});
    std::sort(coupling_.begin(), coupling_.end(), [&](index s, index r) {
      const double a = state(s).probability, b = state(r).probability;
      return a > b || (a == b && s < r);
    });
    coupling_.resize(std::min(coupling_.size(), static_cast<std::size_t>(options_.rank)));
    factor_hidden();
  }

  /// b_1 is refitted at every trial, so of the coupling between states only what b_1 cannot follow
  /// counts: the residual of a regression on h_1, weighted by the states' probabilities.
  void factor_hidden() {
    hidden_mean_.setZero(units_ + 1);
    double total = 0;
    for (const index s : coupling_) {
      total += state(s).probability;
      for (const auto& [j, h] : state(s).features) hidden_mean_[j] += state(s).probability * h;
    }
    hidden_mean_ /= total;
    scratch_vector<double> products(units_ * units_, 0.0), centred(units_);
    auto gram = as_matrix(products, units_, units_);  // lower triangle
    gram.diagonal().setConstant(1e-9);
    for (const index s : coupling_) {
      centre(s, centred);
      for (index j = 0; j < units_; ++j)
        for (index k = 0; k <= j; ++k) gram(j, k) += state(s).probability * centred[j] * centred[k];
    }
    hidden_covariance_.compute(gram);
  }

  void centre(index s, scratch_vector<double>& out) const {
    as_vector(out) = -hidden_mean_.tail(units_);
    for (const auto& [j, h] : state(s).features)
      if (j > 0) out[j - 1] += h;
  }

  /// Replaces values of the coupling states by p times their residual.
  /// @param[out] slopes on h_1
  void take_residual(std::vector<double>& values, scratch_vector<double>& slopes) const {
    double mean = 0, total = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      mean += state(coupling_[i]).probability * values[i];
      total += state(coupling_[i]).probability;
    }
    mean /= total;
    scratch_vector<double> covariance(units_, 0.0), centred(units_);
    for (std::size_t i = 0; i < values.size(); ++i) {
      centre(coupling_[i], centred);
      as_vector(covariance) +=
          state(coupling_[i]).probability * (values[i] - mean) * as_vector(centred);
    }
    as_vector(slopes) = hidden_covariance_.solve(as_vector(covariance));
    for (std::size_t i = 0; i < values.size(); ++i) {
      centre(coupling_[i], centred);
      double fitted = mean;
      for (index k = 0; k < units_; ++k) fitted += slopes[k] * centred[k];
      values[i] = state(coupling_[i]).probability * (values[i] - fitted);
    }
  }

  /// Gradient and information of every gene, and the inverse of the latter.
  template <executor Executor>
  void prepare_genes(const Executor& run) {
    faces_ = 0;
    offset_.resize(columns_, genes_);
    offset_.set_zero();
    gradient_.resize(columns_, genes_);
    information_.resize(columns_ * (columns_ + 1) / 2, genes_);
    inverse_.resize(columns_ * (columns_ + 1) / 2, genes_);
    for_each_range(run, genes_, tile, [&](index begin, index end) {
      const index width = end - begin;
      scratch_vector<double> expected_sums(columns_ * width, 0.0);
      scratch_vector<double> block_sums(information_.rows() * width, 0.0);
      auto expected = as_matrix(expected_sums, columns_, width);
      auto blocks = as_matrix(block_sums, information_.rows(), width);
      std::array<double, static_cast<std::size_t>(tile)> space;
      stretch share(space.data(), width);
      for (index s = 0; s < std::ssize(active_); ++s) {
        const double p = state(s).probability;
        share = p * const_stretch(means_.data(s) + begin, width);
        for (const auto& [j, h] : state(s).features) {
          if (j >= columns_) break;
          stretch(expected.row(j).data(), width) += h * share;
        }
        share = (p + options_.damping) * const_stretch(variances_.data(s) + begin, width);
        for (const auto& [j, h] : state(s).features) {
          if (j >= columns_) break;
          for (const auto& [k, other] : state(s).features) {
            if (k > j) break;
            stretch(blocks.row(packed(j, k)).data(), width) += (h * other) * share;
          }
        }
      }
      scratch_vector<double> entries(columns_ * columns_, 0.0), solved(columns_ * columns_);
      auto block = as_matrix(entries, columns_, columns_);  // lower triangle
      auto inverse = as_matrix(solved, columns_, columns_);
      auto& factor = scratch_ldlt(columns_);
      for (index m = begin; m < end; ++m) {
        for (index j = 0; j < columns_; ++j) {
          gradient_(j, m) = data_->pairs(m, j) - expected(j, m - begin);
          if (j > 0)
            gradient_(j, m) -= prior_[m] * static_cast<double>(model_->weights(0)(m, j - 1));
          for (index k = 0; k <= j; ++k) block(j, k) = blocks(packed(j, k), m - begin);
          // The bias has no prior; a hair keeps the block regular.
          block(j, j) += j > 0 ? prior_[m] : 1e-3 * prior_[m];
          for (index k = 0; k <= j; ++k) information_(packed(j, k), m) = block(j, k);
        }
        inverse = factor.compute(block).solve(matrix<double>::Identity(columns_, columns_));
        for (index j = 0; j < columns_; ++j)
          for (index k = 0; k <= j; ++k) inverse_(packed(j, k), m) = inverse(j, k);
      }
    });
  }

  /// out = each gene's block times its part of `in`.
  static void multiply_blocks(const rows& blocks, const rows& in, rows& out) {
    out.set_zero();
    for (index j = 0; j < in.rows(); ++j) {
      for (index k = 0; k < j; ++k) {
        const auto block = blocks.row(packed(j, k));
        out.row(j) += block * in.row(k);
        out.row(k) += block * in.row(j);
      }
      out.row(j) += blocks.row(packed(j, j)) * in.row(j);
    }
  }

  /// How the visible log-partition of every coupling state changes along `direction`: `change_`.
  template <executor Executor>
  void set_visible_change(const Executor& run, const rows& direction) {
    change_.resize(coupling_.size());
    for_each_range(run, std::ssize(coupling_), 16, [&](index begin, index end) {
      for (index i = begin; i < end; ++i) {
        const index s = coupling_[static_cast<std::size_t>(i)];
        double sum = 0;
        for (const auto& [j, h] : state(s).features) {
          if (j >= columns_) break;
          sum += h * packs::dot(means_.data(s), direction.data(j), genes_);
        }
        change_[static_cast<std::size_t>(i)] = sum;
      }
    });
  }

  /// out = F in.
  template <executor Executor>
  void multiply_information(const Executor& run, const rows& in, rows& out) {
    set_visible_change(run, in);
    scratch_vector<double> slopes(units_);
    take_residual(change_, slopes);
    multiply_blocks(information_, in, out);
    for_each_range(run, genes_, tile, [&](index begin, index end) {
      const index width = end - begin;
      std::array<double, static_cast<std::size_t>(tile)> space;
      stretch share(space.data(), width);
      for (std::size_t i = 0; i < change_.size(); ++i) {
        const index s = coupling_[i];
        share = change_[i] * const_stretch(means_.data(s) + begin, width);
        for (const auto& [j, h] : state(s).features) {
          if (j >= columns_) break;
          stretch(out.data(j) + begin, width) += h * share;
        }
      }
    });
  }

  /// From `offset_` on, D^-1 g, or F^-1 g by conjugate gradients with D as preconditioner; in the
  /// directions that `inverse_` leaves.
  template <executor Executor>
  void set_direction(const Executor& run, bool coupled) {
    for (rows* one : {&direction_, &residual_, &solved_, &product_, &search_})
      one->resize(columns_, genes_);
    auto direction = direction_.all(), residual = residual_.all(), search = search_.all();
    const auto solved = solved_.all(), product = product_.all();
    direction = offset_.all();
    residual = gradient_.all();
    if (!coupled) {
      multiply_blocks(information_, offset_, product_);
      residual -= product;
      multiply_blocks(inverse_, residual_, solved_);
      direction += solved;
      return;
    }
    if (faces_ > 0) {
      multiply_information(run, offset_, product_);
      residual -= product;
    }
    multiply_blocks(inverse_, residual_, solved_);
    search = solved;
    double norm = packs::dot(residual.data(), solved.data(), residual.size());
    const double goal = norm * options_.accuracy * options_.accuracy;
    for (int iteration = 0; iteration < conjugate_iterations && norm > goal; ++iteration) {
      multiply_information(run, search_, product_);
      const double length = norm / packs::dot(search.data(), product.data(), search.size());
      direction += length * search;
      residual -= length * product;
      multiply_blocks(inverse_, residual_, solved_);
      const double next = packs::dot(residual.data(), solved.data(), residual.size());
      search = solved + (next / norm) * search;
      norm = next;
    }
  }

  /// A state's value of a function with the given constant and coefficients.
  static double value_at(std::span<const scalar> h, double constant,
                         std::span<const double> coefficients) {
    for (std::size_t k = 0; k < h.size(); ++k)
      constant += coefficients[k] * static_cast<double>(h[k]);
    return constant;
  }

  /// The first state to reach 80 % of the way to a gene's limit, and how it stands.
  struct nearest_state {
    double room;    ///< from its input to the limit
    double wanted;  ///< what the direction adds to its input
  };

  /// Work space for one gene.
  struct gene_space {
    explicit gene_space(index units) : w(units), d(units), mixed(units), h(units) {}
    scratch_vector<double> w, d, mixed;
    scratch_vector<scalar> h;
  };

  void load(index m, gene_space& gene) const {
    for (index k = 0; k < units_; ++k) {
      gene.w[k] = static_cast<double>(model_->weights(0)(m, k));
      gene.d[k] = k + 1 < columns_ ? direction_(k + 1, m) : 0.0;
    }
  }

  /// Over all states, however improbable; it maximises a linear function, which needs no
  /// enumeration. Left in `gene.h`.
  nearest_state nearest_to_limit(index m, double length, gene_space& gene) const {
    const auto at = static_cast<std::size_t>(m);
    for (index k = 0; k < units_; ++k) gene.mixed[k] = length * gene.d[k] + 0.8 * gene.w[k];
    write_maximiser<scalar>(model_->template units<1>(), hidden_->all_states(),
                            as_span(std::as_const(gene.mixed)), as_span(gene.h));
    const auto h = as_span(std::as_const(gene.h));
    const double input =
        value_at(h, static_cast<double>(model_->bias(0)[at]), as_span(std::as_const(gene.w)));
    return {std::max(0.0, static_cast<double>(limits_[at]) - input),
            value_at(h, direction_(0, m), as_span(std::as_const(gene.d)))};
  }

  [[nodiscard]] bool is_bounded() const {
    return !std::isinf(model_->visible().natural_supremum());
  }

  /// A gene of which a state would go beyond 80 % of the way to its limit: from now on its
  /// directions take that state just so far. @return whether there is one.
  template <executor Executor>
  bool hold_faces(const Executor& run) {
    if (!is_bounded()) return false;
    scratch_vector<char> found(genes_, 0);
    for_each_range(run, genes_, tile, [&](index begin, index end) {
      gene_space gene(units_);
      scratch_vector<double> phi(columns_), turned(columns_);
      for (index m = begin; m < end; ++m) {
        load(m, gene);
        const auto [room, wanted] = nearest_to_limit(m, 1, gene);
        if (wanted <= 1e-12 || wanted <= 0.8 * room) continue;
        phi[0] = 1;
        for (index j = 1; j < columns_; ++j) phi[j] = static_cast<double>(gene.h[j - 1]);
        std::fill(turned.begin(), turned.end(), 0.0);
        double length = 0;
        for (index j = 0; j < columns_; ++j) {
          for (index k = 0; k < columns_; ++k)
            turned[j] += inverse_(packed(std::max(j, k), std::min(j, k)), m) * phi[k];
          length += phi[j] * turned[j];
        }
        if (!(length > 0)) continue;
        double held = 0;
        for (index j = 0; j < columns_; ++j) held += offset_(j, m) * phi[j];
        for (index j = 0; j < columns_; ++j) {
          offset_(j, m) += turned[j] * ((0.8 * room - held) / length);
          for (index k = 0; k <= j; ++k)
            inverse_(packed(j, k), m) -= turned[j] * turned[k] / length;
        }
        found[m] = 1;
      }
    });
    const auto count = std::count(found.begin(), found.end(), 1);
    faces_ += count;
    return count > 0;
  }

  /// Gene by gene: no state goes more than 80 % of the way to its limit, and no state that matters
  /// changes its log mean by more than 1.
  template <executor Executor>
  void shorten(const Executor& run) {
    for_each_range(run, genes_, tile, [&](index begin, index end) {
      gene_space gene(units_);
      for (index m = begin; m < end; ++m) {
        double most = 0;
        for (const index s : coupling_) {
          if (state(s).probability < 1e-4) break;  // they descend
          double change = 0;
          for (const auto& [j, h] : state(s).features)
            if (j < columns_) change += h * direction_(j, m);
          most = std::max(most, std::abs(change));
        }
        double length = most > scale_[m] ? scale_[m] / most : 1;
        load(m, gene);
        while (is_bounded() && length > 0) {
          const auto [room, wanted] = nearest_to_limit(m, length, gene);
          if (wanted <= 1e-12 || wanted * length <= 0.8 * room * (1 + 1e-9)) break;
          length = room > 1e-14 ? 0.8 * room / wanted : 0;
        }
        for (index j = 0; j < columns_; ++j) direction_(j, m) *= length;
      }
    });
  }

  /// Halves the step until the objective rises and the step is allowed. @return whether it did.
  template <executor Executor, class Guard>
  bool search_line(const Executor& run, double& current, const Guard& allows) {
    set_visible_change(run, direction_);
    scratch_vector<double> slopes(units_);
    take_residual(change_, slopes);
    double length = 1;
    for (index trial = 0; trial < options_.halvings; ++trial, length *= 0.5) {
      candidate_ = *model_;
      Model& candidate = *candidate_;
      bias_.assign(candidate.bias(1).begin(), candidate.bias(1).end());
      for (index m = 0; m < genes_; ++m) {
        candidate.bias(0)[static_cast<std::size_t>(m)] +=
            static_cast<scalar>(length * direction_(0, m));
        for (index j = 1; j < columns_; ++j)
          candidate.weights(0)(m, j - 1) += static_cast<scalar>(length * direction_(j, m));
      }
      for (index k = 0; k < units_; ++k) bias_[static_cast<std::size_t>(k)] -= length * slopes[k];
      terms_.resize(hidden_->states());
      visible_log_partitions(run, candidate, hidden_->all_states(), as_span(terms_));
      const double value = refit(candidate, terms_, bias_);
      if (!(value > current)) continue;
      for (std::size_t k = 0; k < bias_.size(); ++k)
        candidate.bias(1)[k] = static_cast<scalar>(bias_[k]);
      if (allows(candidate)) {
        *model_ = candidate;
        hidden_->set_visible_terms(terms_);
        accept_bias(bias_);
        current = value;
        return true;
      }
    }
    return false;
  }

  /// Place of entry (j, k), k <= j, of a symmetric block.
  static index packed(index j, index k) noexcept { return j * (j + 1) / 2 + k; }

  struct feature {
    index column;
    double value;
  };
  struct active_state {
    double probability;
    std::span<const feature> features;  ///< non-zero entries of [1, h_1]
  };
  [[nodiscard]] const active_state& state(index s) const {
    return active_[static_cast<std::size_t>(s)];
  }

  static constexpr int conjugate_iterations = 50;

  Model* model_ = nullptr;
  hidden_enumeration<Model>* hidden_ = nullptr;
  const posterior_statistics<scalar>* data_ = nullptr;
  std::span<const scalar> limits_;
  exact_em_options options_;
  index genes_ = 0, units_ = 0, columns_ = 0;
  std::vector<double> target_;  ///< what E[h_1] of the model becomes
  vector<double> prior_;        ///< precision of each gene's weights, per cell
  vector<double> scale_;        ///< d eta = scale x d log mean, at the gene's mean
  std::vector<index> place_;    ///< of every state among the active ones, or -1
  std::vector<active_state> active_;
  std::vector<feature> features_;  ///< of one active state after the other
  std::vector<index> coupling_;    ///< the most probable of the active states
  std::vector<double> change_;     ///< of each of these; see `set_visible_change`
  rows means_, variances_;         ///< active states x genes
  vector<double> hidden_mean_;     ///< of [1, h_1] over the coupling states
  Eigen::LDLT<Eigen::MatrixXd> hidden_covariance_;
  rows gradient_, information_, inverse_, direction_;
  rows offset_;                                ///< the part of the direction that faces fix
  index faces_ = 0;                            ///< how many there are
  rows residual_, solved_, product_, search_;  ///< of conjugate gradients
  // Of a trial.
  std::optional<Model> candidate_;
  std::vector<double> bias_;
  vector<double> terms_;
};

}  // namespace harmonium::inline v0_2
