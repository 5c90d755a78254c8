// SPDX-License-Identifier: MIT
/// @file
/// What a plan found as xtensors, for further computing.
#pragma once

#include <array>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "harmonium/core/xtensor.hpp"
#include "harmonium/study/plan.hpp"

namespace harmonium::inline v0_2 {

/// Figures and the names along each axis. NaN where there is none.
struct plan_results {
  xt::xtensor<double, 3> curves;       ///< figure x size x column, of clustered experiments
  xt::xtensor<double, 3> chances;      ///< design x goal x (mean, lower, upper)
  xt::xtensor<double, 2> frequencies;  ///< type x (mean, lower, upper)
  std::vector<std::string> figures;    ///< axis 0 of curves
  std::vector<index> sizes;            ///< axis 1: cells
  std::vector<std::string> columns;    ///< axis 2: "model repeat"
  std::vector<plan_design> designs;    ///< axis 0 of chances, by price, else by cells
  std::vector<double> costs;           ///< of the designs
  std::vector<std::string> goals;      ///< axis 1 of chances
  std::vector<std::string> types;      ///< axis 0 of frequencies
  std::array<std::string, 3> estimates{"mean", "lower", "upper"};  ///< their last axes

  explicit plan_results(const plan_report& report)
      : sizes(report.sizes), columns(report.columns), types(report.types) {
    using shape_2 = std::array<std::size_t, 2>;
    using shape_3 = std::array<std::size_t, 3>;
    for (const auto& goal : report.search.goals) goals.push_back(goal.name);
    curves.resize(shape_3{report.curves.size(), sizes.size(), columns.size()});
    for (std::size_t f = 0; f < report.curves.size(); ++f) {
      figures.push_back(report.curves[f].name);
      for (std::size_t s = 0; s < sizes.size(); ++s)
        for (std::size_t c = 0; c < columns.size(); ++c)
          curves(f, s, c) = report.curves[f].values(static_cast<index>(s), static_cast<index>(c));
    }
    chances.resize(shape_3{report.search.designs.size(), goals.size(), 3});
    for (std::size_t d = 0; d < report.search.designs.size(); ++d) {
      const auto& one = report.search.designs[d];
      designs.push_back(one.design);
      costs.push_back(one.cost.amount.value_or(std::numeric_limits<double>::quiet_NaN()));
      for (std::size_t g = 0; g < goals.size(); ++g) {
        chances(d, g, 0) = one.chances[g].mean;
        chances(d, g, 1) = one.chances[g].lower;
        chances(d, g, 2) = one.chances[g].upper;
      }
    }
    frequencies.resize(shape_2{types.size(), 3});
    for (std::size_t t = 0; t < types.size(); ++t) {
      frequencies(t, 0) = report.frequencies.mean[t];
      frequencies(t, 1) = report.frequencies.lower[t];
      frequencies(t, 2) = report.frequencies.upper[t];
    }
  }
};

}  // namespace harmonium::inline v0_2
