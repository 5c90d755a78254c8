// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// Re-estimating what the families of a visible layer of parts hold: each part as if it were alone
/// above the same hidden layer.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/rows.hpp"
#include "harmonium/models/rbm.hpp"
#include "harmonium/states/concepts.hpp"
#include "harmonium/training/part_rows.hpp"
#include "harmonium/training/refit.hpp"
#include "harmonium/units/parts.hpp"

namespace harmonium::inline v0_2 {

/// One setting per part.
template <class... Families>
struct refit_settings_of<parts<Families...>> {
  using type = std::tuple<refit_settings<Families>...>;
};

/// Part after part.
template <class Model, row_source Data>
requires layer_of_parts<typename Model::visible_units>
class visible_refit<Model, Data> {
  using units_type = typename Model::visible_units;
  template <class Units>
  using part_refit = visible_refit<rbm<Units, units_of<Model, 1>>, rows_of_part<Units, Data>>;
  /// A part's own refit and the rows it looks at.
  template <class Units>
  struct one {
    static constexpr bool acts = part_refit<Units>::acts;
    part_refit<Units> refit;
    std::optional<rows_of_part<Units, Data>> rows;
  };
  template <class Families>
  struct of_all;
  template <class... Families>
  struct of_all<std::tuple<Families...>> {
    using type = std::tuple<one<Families>...>;
    static constexpr bool acts = (part_refit<Families>::acts || ...);
    static constexpr bool moves_hidden = (part_refit<Families>::moves_hidden || ...);
  };
  using all = of_all<typename units_type::families>;

 public:
  using scalar = typename Model::scalar;
  static constexpr bool acts = all::acts, moves_hidden = all::moves_hidden;

  /// @throws what the parts' refits throw
  void start(const refit_settings<units_type>& settings, const Data& data, units_type& units) {
    settings_ = settings;
    units.for_each_part([&](auto p, const auto&) {
      auto& own = std::get<p()>(parts_);
      if constexpr (std::remove_cvref_t<decltype(own)>::acts) {
        own.rows.emplace(part_of_rows<p()>(units, data));
        own.refit.start(std::get<p()>(settings), *own.rows, units.template part<p()>());
      }
    });
  }

  /// What part `Part` started with.
  template <std::size_t Part>
  [[nodiscard]] const auto& settings() const noexcept {
    return std::get<Part>(settings_);
  }

  /// @param model  any stack on the same visible units
  /// @param hidden rows x size(1): E[h_1 | x]
  /// @param limits largest admissible input of every visible unit
  template <executor Executor, class AnyModel>
  void update(const Executor& run, AnyModel& model, const Data&, const matrix<scalar>& hidden,
              std::span<const scalar> limits) {
    const units_type units = model.visible();
    units.for_each_part([&](auto p, const auto& family) {
      auto& own = std::get<p()>(parts_);
      if constexpr (std::remove_cvref_t<decltype(own)>::acts) {
        rbm<std::remove_cvref_t<decltype(family)>, units_of<AnyModel, 1>> alone(
            family, model.template units<1>());
        auto bias = units.stretch(p, model.bias(0));
        auto weights = model.weights(0).middleRows(units.begin_of(p), units.size_of(p));
        std::copy(bias.begin(), bias.end(), alone.bias(0).begin());
        alone.weights(0) = weights;
        own.refit.update(run, alone, *own.rows, hidden, units.stretch(p, limits));
        model.visible().template part<p()>() = alone.visible();
        std::copy(alone.bias(0).begin(), alone.bias(0).end(), bias.begin());
        weights = alone.weights(0);
      }
    });
  }

  /// Of those parts that have them, one part after the other.
  [[nodiscard]] std::vector<dispersion_status> statuses() const {
    std::vector<dispersion_status> found;
    std::apply(
        [&](const auto&... own) {
          const auto add = [&](const auto& some) {
            found.insert(found.end(), some.begin(), some.end());
          };
          (add(own.refit.statuses()), ...);
        },
        parts_);
    return found;
  }

 private:
  refit_settings<units_type> settings_;
  typename all::type parts_;
};

}  // namespace harmonium::inline v0_2
