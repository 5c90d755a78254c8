// SPDX-License-Identifier: MIT
/// @file
/// Baseline: the pilot's own cells, again.
#pragma once

#include <cstdint>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/progress.hpp"
#include "harmonium/models/generator.hpp"

namespace harmonium::inline v0_2 {

/// Draws pilot cells with replacement. As faithful as a pilot gets, and nothing new: every figure
/// that rewards copying is at its best here.
/// Source: Efron (1979), "Bootstrap methods: another look at the jackknife", Annals of
/// Statistics 7.
class bootstrap {
 public:
  /// @param pilot cells x genes; its counts are copied.
  /// @throws std::invalid_argument if the pilot has no cell; std::overflow_error if a count does
  /// not
  ///         fit 32 bits.
  template <count_source Counts>
  static bootstrap fit(const Counts& pilot) {
    require(pilot.cells() > 0, "bootstrap::fit", "the pilot has no cells");
    bootstrap model;
    model.pilot_ = count_matrix<>(pilot.genes());
    model.pilot_.reserve(pilot.cells(), pilot.nonzeros());
    for (index i = 0; i < pilot.cells(); ++i) {
      const auto cell = pilot.cell(i);
      for (std::size_t k = 0; k < cell.size(); ++k)
        model.pilot_.push_back(static_cast<index>(cell.genes[k]), cell.values[k]);
      model.pilot_.finish_cell();
    }
    return model;
  }

  [[nodiscard]] index genes() const noexcept { return pilot_.genes(); }
  [[nodiscard]] const count_matrix<>& pilot() const noexcept { return pilot_; }

  /// One pilot cell, each equally likely.
  template <bit_source Engine>
  [[nodiscard]] cell_counts<std::int32_t, std::int32_t> draw_cell(Engine& rng) const {
    return pilot_.cell(
        static_cast<index>(draw::below(static_cast<std::uint64_t>(pilot_.cells()), rng)));
  }

  template <executor Executor, observer Observer>
  [[nodiscard]] count_matrix<> generate(const Executor& run, index cells, Observer&& watch,
                                        random_engine& rng) const {
    return generate_by_cell(run, genes(), cells, watch, rng, [this](random_engine& own, auto& out) {
      const auto cell = draw_cell(own);
      for (std::size_t k = 0; k < cell.size(); ++k) out.push_back(cell.genes[k], cell.values[k]);
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
  bootstrap() = default;

  count_matrix<> pilot_;
};

static_assert(generator<bootstrap>);

}  // namespace harmonium::inline v0_2
