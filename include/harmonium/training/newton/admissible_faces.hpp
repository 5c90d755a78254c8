// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// Keeping a Newton direction where every hidden state has an admissible visible input.
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <span>
#include <vector>

#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/training/newton/coupled_information.hpp"

namespace harmonium::inline v0_2 {

/// Writes the state of the first hidden layer at which weights'state is largest. Called from
/// several threads at once.
using state_maximiser = std::function<void(std::span<const double> weights, std::span<double> h)>;

/// One direction of one Newton step, columns x genes, held within 80 % of the way to every gene's
/// limit. For families without limits only `shorten` acts.
template <class Index = index>
class basic_admissible_faces {
 public:
  /// @param bounded whether the visible units' inputs have limits
  basic_admissible_faces(basic_coupled_information<Index>& information,
                         const newton_problem& problem, state_maximiser maximise, bool bounded)
      : information_(&information),
        problem_(&problem),
        maximise_(std::move(maximise)),
        bounded_(bounded),
        offset_(matrix<double>::Zero(information.columns(), information.genes())) {}

  /// The part of directions that the faces found so far fix.
  [[nodiscard]] const matrix<double>& offset() const noexcept { return offset_; }
  [[nodiscard]] bool any() const noexcept { return count_ > 0; }

  /// Looks for genes of which a state would go beyond 80 % of the way to its limit: from now on
  /// their directions take that state just so far. @return whether there are any
  bool hold(executor_ref run, const matrix<double>& direction);

  /// Gene by gene: no state goes more than 80 % of the way to its limit, and no state that matters
  /// changes its log mean by more than 1.
  void shorten(executor_ref run, matrix<double>& direction) const;

 private:
  /// The first state to reach 80 % of the way to a gene's limit, and how it stands.
  struct nearest_state {
    double room;    ///< from its input to the limit
    double wanted;  ///< what the direction adds to its input
  };
  /// Work space for one gene.
  struct one_gene {
    explicit one_gene(index units)
        : d(static_cast<std::size_t>(units)), mixed(d.size()), h(d.size()) {}
    std::vector<double> d, mixed, h;
  };

  void load(index m, const matrix<double>& direction, one_gene& gene) const {
    (void)m;
    for (std::size_t k = 0; k < gene.d.size(); ++k) {
      const auto j = static_cast<index>(k) + 1;
      gene.d[k] = j < information_->columns() ? direction(j, m) : 0.0;
    }
  }

  /// A state's value of a function with the given constant and coefficients.
  static double value_at(std::span<const double> h, double constant, const double* coefficients) {
    for (std::size_t k = 0; k < h.size(); ++k) constant += coefficients[k] * h[k];
    return constant;
  }

  /// Over all states, however improbable; it maximises a linear function, which needs no
  /// enumeration. Left in `gene.h`.
  nearest_state nearest_to_limit(index m, double length, double along_bias, one_gene& gene) const;

  bool hold_gene(index m, const matrix<double>& direction, one_gene& gene);

  basic_coupled_information<Index>* information_;
  const newton_problem* problem_;
  state_maximiser maximise_;
  bool bounded_;
  matrix<double> offset_;
  index count_ = 0;
};

template <class Index>
bool basic_admissible_faces<Index>::hold(executor_ref run, const matrix<double>& direction) {
  if (!bounded_) return false;
  std::vector<char> found(static_cast<std::size_t>(information_->genes()), 0);
  for_each_range(run, information_->genes(), coupled_information::tile,
                 [&](index begin, index end) {
                   one_gene gene(problem_->weights.cols());
                   for (index m = begin; m < end; ++m)
                     if (hold_gene(m, direction, gene)) found[static_cast<std::size_t>(m)] = 1;
                 });
  const auto now = std::count(found.begin(), found.end(), 1);
  count_ += now;
  return now > 0;
}

template <class Index>
void basic_admissible_faces<Index>::shorten(executor_ref run, matrix<double>& direction) const {
  const active_states& states = information_->states();
  const index columns = information_->columns();
  for_each_range(
      run, information_->genes(), coupled_information::tile, [&](index begin, index end) {
        one_gene gene(problem_->weights.cols());
        for (index m = begin; m < end; ++m) {
          double most = 0;
          for (const index s : states.coupling()) {
            if (states.probability(s) < 1e-4) break;  // they descend
            double change = 0;
            for (const auto& [j, h] : states.features(s))
              if (j < columns) change += h * direction(j, m);
            most = std::max(most, std::abs(change));
          }
          const double scale = problem_->scale[static_cast<std::size_t>(m)];
          double length = most > scale ? scale / most : 1;
          load(m, direction, gene);
          while (bounded_ && length > 0) {
            const auto [room, wanted] = nearest_to_limit(m, length, direction(0, m), gene);
            if (wanted <= 1e-12 || wanted * length <= 0.8 * room * (1 + 1e-9)) break;
            length = room > 1e-14 ? 0.8 * room / wanted : 0;
          }
          for (index j = 0; j < columns; ++j) direction(j, m) *= length;
        }
      });
}

template <class Index>
typename basic_admissible_faces<Index>::nearest_state
basic_admissible_faces<Index>::nearest_to_limit(index m, double length, double along_bias,
                                                one_gene& gene) const {
  const double* const w = problem_->weights.row(m).data();
  for (std::size_t k = 0; k < gene.d.size(); ++k) gene.mixed[k] = length * gene.d[k] + 0.8 * w[k];
  maximise_(gene.mixed, gene.h);
  const auto at = static_cast<std::size_t>(m);
  const double input = value_at(gene.h, problem_->bias[at], w);
  return {std::max(0.0, problem_->limits[at] - input), value_at(gene.h, along_bias, gene.d.data())};
}

template <class Index>
bool basic_admissible_faces<Index>::hold_gene(index m, const matrix<double>& direction,
                                              one_gene& gene) {
  const auto packed = &coupled_information::packed;
  const index columns = information_->columns();
  matrix<double>& inverse = information_->inverse();
  load(m, direction, gene);
  const auto [room, wanted] = nearest_to_limit(m, 1, direction(0, m), gene);
  if (wanted <= 1e-12 || wanted <= 0.8 * room) return false;
  const auto phi = [&](index j) { return j == 0 ? 1.0 : gene.h[static_cast<std::size_t>(j) - 1]; };
  std::vector<double> turned(static_cast<std::size_t>(columns), 0.0);
  double length = 0, held = 0;
  for (index j = 0; j < columns; ++j) {
    double& own = turned[static_cast<std::size_t>(j)];
    for (index k = 0; k < columns; ++k)
      own += inverse(packed(std::max(j, k), std::min(j, k)), m) * phi(k);
    length += phi(j) * own;
    held += offset_(j, m) * phi(j);
  }
  if (!(length > 0)) return false;
  for (index j = 0; j < columns; ++j) {
    const double own = turned[static_cast<std::size_t>(j)];
    offset_(j, m) += own * ((0.8 * room - held) / length);
    for (index k = 0; k <= j; ++k)
      inverse(packed(j, k), m) -= own * turned[static_cast<std::size_t>(k)] / length;
  }
  return true;
}

using admissible_faces = basic_admissible_faces<>;

}  // namespace harmonium::inline v0_2
