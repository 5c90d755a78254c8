// SPDX-License-Identifier: MIT
/// @file
/// Every figure of a study: size x repeat x generator x figure, with names.
#pragma once

#include <algorithm>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/metrics/evaluate.hpp"

namespace harmonium::inline v0_2 {

/// One figure of one generator in one fit.
struct study_score {
  std::string generator;  ///< its name
  std::string metric;     ///< its name
  std::string figure;     ///< of the metric
  double value;           ///< NaN where it cannot be told

  friend bool operator==(const study_score&, const study_score&) = default;
};

/// The figures of an evaluation as rows.
inline void append_scores(std::vector<study_score>& rows, std::string_view generator,
                          const evaluation& found) {
  for (const scored_metric& scored : found.metrics)
    for (const figure& one : scored.figures)
      rows.push_back({std::string(generator), std::string(scored.name), one.name, one.value});
}

/// A dense array of figures, NaN where a fit failed, is missing, or has no such figure.
struct study_table {
  std::vector<index> sizes;             ///< cells of the pilots
  index repeats = 0;                    ///< numbered from 1
  std::vector<std::string> generators;  ///< names, each once
  std::vector<std::string> figures;     ///< "metric.figure", each once
  /// Row-major: sizes x repeats x generators x figures.
  std::vector<double> values;

  [[nodiscard]] std::size_t position(std::size_t size, index repeat, std::size_t generator,
                                     std::size_t figure) const noexcept {
    return ((size * static_cast<std::size_t>(repeats) + static_cast<std::size_t>(repeat - 1)) *
                generators.size() +
            generator) *
               figures.size() +
           figure;
  }

  /// One figure of one generator at one size, in every repeat that has it.
  /// @throws std::invalid_argument for names or sizes the table does not have.
  [[nodiscard]] std::vector<double> over_repeats(index size, std::string_view generator,
                                                 std::string_view figure) const {
    const std::size_t s = place(sizes, size, "size"), g = place(generators, generator, "generator"),
                      f = place(figures, figure, "figure");
    std::vector<double> found;
    for (index repeat = 1; repeat <= repeats; ++repeat) {
      const double value = values[position(s, repeat, g, f)];
      if (value == value) found.push_back(value);
    }
    return found;
  }

  [[nodiscard]] bool has(std::string_view figure) const {
    return std::find(figures.begin(), figures.end(), figure) != figures.end();
  }

  /// Takes over what one fit scored. Figures not met before are added at the end, for all fits.
  /// @throws std::invalid_argument for a size, repeat or generator the table does not have.
  void add(index size, index repeat, std::span<const study_score> rows) {
    require(repeat >= 1 && repeat <= repeats, "study_table::add", "no such repeat");
    const std::size_t s = place(sizes, size, "size");
    for (const study_score& row : rows) {
      const std::size_t g = place(generators, row.generator, "generator");
      const std::size_t f = figure_at(row.metric + "." + row.figure);
      values[position(s, repeat, g, f)] = row.value;
    }
  }

  /// The size of `values` for the names, all NaN.
  void clear() {
    values.assign(
        sizes.size() * static_cast<std::size_t>(repeats) * generators.size() * figures.size(),
        std::numeric_limits<double>::quiet_NaN());
  }

 private:
  template <class Names, class Name>
  static std::size_t place(const Names& names, const Name& name, const char* what) {
    const auto found = std::find(names.begin(), names.end(), name);
    std::string message = "no such ";
    message += what;
    require(found != names.end(), "study_table", message);
    return static_cast<std::size_t>(found - names.begin());
  }

  std::size_t figure_at(const std::string& name) {
    const auto found = std::find(figures.begin(), figures.end(), name);
    if (found != figures.end()) return static_cast<std::size_t>(found - figures.begin());
    const std::size_t before = figures.size();
    figures.push_back(name);
    std::vector<double> old = std::exchange(values, {});
    clear();
    for (std::size_t row = 0; row * before < old.size(); ++row)
      std::copy_n(old.begin() + static_cast<std::ptrdiff_t>(row * before), before,
                  values.begin() + static_cast<std::ptrdiff_t>(row * figures.size()));
    return before;
  }
};

}  // namespace harmonium::inline v0_2
