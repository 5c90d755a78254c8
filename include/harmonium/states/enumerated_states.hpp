// SPDX-License-Identifier: MIT
/// @file
/// All states of a hidden layer, in an order in which most follow from an earlier one by setting a
/// single unit: what is linear in the state then costs one addition per state.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "harmonium/core/matrix.hpp"
#include "harmonium/core/row_products.hpp"

namespace harmonium::inline v0_2 {

/// A list of different states of a layer, each with the way to it: `parent(s)` is an earlier state
/// that differs only in unit `unit(s)`, which is 1 instead of 0; or -1 where no state on the way
/// from `s - 1` back to a state without parent is of that kind. Bernoulli layers in binary order
/// have one state without parent, the first; categorical layers have none with.
template <class Scalar>
class enumerated_states {
 public:
  /// @param states states x units; rows differ
  explicit enumerated_states(matrix<Scalar> states) : states_(std::move(states)) { find_parents(); }

  /// Other states, in the memory of these.
  void assign(const matrix<Scalar>& states) {
    states_ = states;
    find_parents();
  }

  /// All states of a layer in the order of `write_state`.
  template <class Units>
  requires requires(const Units& units) { units.states(); }
  explicit enumerated_states(const Units& units) : enumerated_states(written(units)) {}

  [[nodiscard]] index size() const noexcept { return states_.rows(); }
  [[nodiscard]] index units() const noexcept { return states_.cols(); }
  [[nodiscard]] std::span<const Scalar> operator[](index s) const noexcept {
    return {states_.data() + s * states_.cols(), static_cast<std::size_t>(states_.cols())};
  }
  [[nodiscard]] index parent(index s) const noexcept {
    return parent_[static_cast<std::size_t>(s)];
  }
  [[nodiscard]] index unit(index s) const noexcept { return unit_[static_cast<std::size_t>(s)]; }
  /// Most states on a way from one without parent to another, both ends counted.
  [[nodiscard]] index longest_way() const noexcept { return longest_way_; }

  /// out[s] = state(s)'weights. Cost: states.
  template <class Weight>
  void products(std::span<const Weight> weights, std::span<Weight> out) const {
    for (index s = 0; s < size(); ++s) {
      const auto at = static_cast<std::size_t>(s);
      if (parent_[at] >= 0) {
        out[at] = out[static_cast<std::size_t>(parent_[at])] +
                  weights[static_cast<std::size_t>(unit_[at])];
      } else {
        out[at] = row::dot<Weight>((*this)[s], weights);
      }
    }
  }

 private:
  void find_parents() {
    const auto size = static_cast<std::size_t>(states_.rows());
    parent_.assign(size, -1);
    unit_.assign(size, -1);
    longest_way_ = 0;
    for (index s = 0; s < states_.rows(); ++s) {
      for (index p = s - 1; p >= 0; p = parent(p)) {
        const index unit = only_unit_set(p, s);
        if (unit < 0) continue;
        parent_[static_cast<std::size_t>(s)] = p;
        unit_[static_cast<std::size_t>(s)] = unit;
        break;
      }
      index way = 1;
      for (index p = parent(s); p >= 0; p = parent(p)) ++way;
      longest_way_ = std::max(longest_way_, way);
    }
  }

  template <class Units>
  static matrix<Scalar> written(const Units& units) {
    matrix<Scalar> states(units.states(), units.size());
    for (index s = 0; s < states.rows(); ++s)
      units.write_state(s, std::span<Scalar>(states.data() + s * states.cols(),
                                             static_cast<std::size_t>(states.cols())));
    return states;
  }

  /// The unit that is 1 in `s` and 0 in `p`, if that is the only difference; else -1.
  [[nodiscard]] index only_unit_set(index p, index s) const {
    index unit = -1;
    for (index k = 0; k < states_.cols(); ++k) {
      if (states_(p, k) == states_(s, k)) continue;
      if (unit >= 0 || states_(p, k) != Scalar(0) || states_(s, k) != Scalar(1)) return -1;
      unit = k;
    }
    return unit;
  }

  matrix<Scalar> states_;
  std::vector<index> parent_, unit_;
  index longest_way_ = 0;
};

}  // namespace harmonium::inline v0_2
