// SPDX-License-Identifier: MIT
/// @file
/// The laws of a metric as one check.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/core/select_counts.hpp"
#include "harmonium/metrics/comparison.hpp"
#include "harmonium/metrics/concepts.hpp"
#include "harmonium/simulate/tissue.hpp"
#include "harmonium/testing/findings.hpp"

namespace harmonium::inline v0_2::testing {

namespace detail {

[[nodiscard]] inline bool same_figures(const std::vector<figure>& a, const std::vector<figure>& b) {
  return std::ranges::equal(a, b, [](const figure& x, const figure& y) {
    return x.name == y.name && (x.value == y.value || (std::isnan(x.value) && std::isnan(y.value)));
  });
}

[[nodiscard]] inline bool is_snake_case(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

/// Cells of a few types. (No template: GCC 12 fails on the options' defaults in one.)
[[nodiscard]] inline tissue cells_to_judge(index cells, random_engine& rng) {
  return simulate_tissue({.cells = cells, .genes = 25, .markers_per_type = 2}, rng);
}

}  // namespace detail

/// The metric says what it is; it gives the same figures when asked twice, and by several threads
/// at once; it gives the same names for ordinary cells, one cell, none, cells without a count, and
/// a reference without labels, and throws for none of them. One that needs no labels does not mind
/// what they are; one that does has no figure without them.
template <metric Metric>
findings check_metric(const Metric& asked, std::uint64_t seed = 7) {
  findings found;
  for (const auto& [text, what] : {std::pair{std::string_view(Metric::range), "range"},
                                   {std::string_view(Metric::chance), "chance"},
                                   {std::string_view(Metric::ceiling), "ceiling"}})
    found.expect(!text.empty(), std::string(what) + " says nothing");
  found.expect(detail::is_snake_case(Metric::name), "name is not in snake_case");

  random_engine rng(seed);
  const tissue real = detail::cells_to_judge(90, rng);
  const tissue made = detail::cells_to_judge(60, rng);
  std::vector<index> pilot(30);
  for (std::size_t i = 0; i < pilot.size(); ++i) pilot[i] = static_cast<index>(i);
  const reference_options options{.components = 5, .pilot = pilot};
  const reference_cells reference(real.counts, real.types, options);
  const comparison pair(reference, made.counts);

  const std::vector<figure> figures = asked.evaluate(pair);
  found.expect(!figures.empty(), "it has no figure");
  for (std::size_t i = 0; i < figures.size(); ++i) {
    found.expect(detail::is_snake_case(figures[i].name),
                 "the figure '" + figures[i].name + "' is not in snake_case");
    for (std::size_t k = 0; k < i; ++k)
      found.expect(figures[i].name != figures[k].name,
                   "two figures are called '" + figures[i].name + "'");
  }
  found.expect(detail::same_figures(figures, asked.evaluate(pair)),
               "asked twice, it gives other figures");
  {
    const comparison fresh(reference, made.counts);  // nothing of it is known yet
    std::array<std::vector<figure>, 4> at_once;
    thread_executor(4).for_each_block(
        4, [&](index block) { at_once[static_cast<std::size_t>(block)] = asked.evaluate(fresh); });
    for (const auto& own : at_once)
      found.expect(detail::same_figures(figures, own), "threads get other figures");
  }

  const auto names_stay = [&](const char* cells, const comparison& other) {
    const auto where = found.in(cells);
    try {
      const std::vector<figure> own = asked.evaluate(other);
      found.expect(std::ranges::equal(figures, own, {}, &figure::name, &figure::name),
                   "the names of its figures are others");
      return own;
    } catch (const std::exception& error) {
      found.expect(false, std::string("it throws: ") + error.what());
      return std::vector<figure>{};
    }
  };
  count_matrix<> none(25), empty(25);
  for (int i = 0; i < 5; ++i) empty.finish_cell();
  const std::vector<index> first{0}, types(1, 0), unknown(60, -1);
  const count_matrix<> one = select_cells(made.counts, first);
  names_stay("no cells", comparison(reference, none));
  names_stay("one cell", comparison(reference, one));
  names_stay("cells without a count", comparison(reference, empty, std::vector<index>(5, 0)));
  const reference_cells lone(one, types, {.components = 5});
  names_stay("a reference of one cell", comparison(lone, made.counts));
  const reference_cells nothing(none, std::vector<index>{}, {.components = 5});
  names_stay("a reference of no cell", comparison(nothing, made.counts, unknown));
  const reference_cells blind(real.counts, options);
  const auto without = names_stay("no labels", comparison(blind, made.counts));
  if constexpr (label_free_metric<Metric>) {
    found.expect(detail::same_figures(figures, without),
                 "without labels its figures are others: say needs_labels = true");
  } else {
    for (const figure& own : without)
      found.expect(std::isnan(own.value) || own.value == 0,
                   "without labels '" + own.name + "' is neither NaN nor a count of 0");
  }
  return found;
}

}  // namespace harmonium::inline v0_2::testing
