// SPDX-License-Identifier: MIT
/// @file
/// What every trainer writes down: one line per epoch or iteration, with the figures that its
/// algorithm has.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harmonium/core/matrix.hpp"
#include "harmonium/core/progress.hpp"

namespace harmonium::inline v0_2 {

/// One line of a training log.
struct training_record {
  std::string stage;  ///< such as "exact maximum likelihood"
  index epoch = 0;    ///< epoch or iteration of that stage, from 1
  /// Named figures, such as {"log_likelihood", -412.3} in nats per cell. Names are string literals.
  std::vector<named_value> figures = {};

  /// The figure of that name, if the stage has it.
  [[nodiscard]] std::optional<double> figure(std::string_view name) const {
    for (const auto& [own, value] : figures)
      if (own == name) return value;
    return std::nullopt;
  }
};

/// Lines in the order of training.
using training_log = std::vector<training_record>;

/// The names of all figures in a log, in the order in which they first appear: the columns of a
/// table.
[[nodiscard]] inline std::vector<std::string_view> figure_names(const training_log& log) {
  std::vector<std::string_view> names;
  for (const auto& line : log) {
    for (const auto& [name, value] : line.figures) {
      bool known = false;
      for (const auto& other : names) known |= other == name;
      if (!known) names.push_back(name);
    }
  }
  return names;
}

}  // namespace harmonium::inline v0_2
