// SPDX-License-Identifier: MIT
/// @file
/// Baseline: pilot cells plus noise.
#pragma once

#include <cstdint>
#include <utility>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/draw/gamma.hpp"
#include "harmonium/core/draw/poisson.hpp"
#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/progress.hpp"
#include "harmonium/models/baselines/bootstrap.hpp"
#include "harmonium/models/generator.hpp"

namespace harmonium::inline v0_2 {

/// Settings of `noisy_replicate::fit`.
struct noisy_replicate_options {
  double max_shape = 10;  ///< a cell's gamma shape is uniform on (0, max_shape)
  double max_scale = 5;   ///< a cell's gamma scale is uniform on (0, max_scale)
};

/// The paper's noisy replicate: draws a pilot cell with replacement, a gamma shape and a gamma
/// scale for the cell, for every gene a rate from that gamma, and adds Poisson noise of that rate.
/// On average it adds max_shape * max_scale / 4 counts to every gene, 12.5 by default: a floor for
/// metrics, not a model of cells.
/// Source: Treppner et al. (2021), Scientific Reports, doi 10.1038/s41598-021-88875-4.
class noisy_replicate {
 public:
  /// @throws std::invalid_argument if the pilot has no cell or an option is not positive;
  ///         std::overflow_error if a count does not fit 32 bits.
  template <count_source Counts>
  static noisy_replicate fit(const Counts& pilot, const noisy_replicate_options& options = {}) {
    require(options.max_shape > 0 && options.max_scale > 0, "noisy_replicate::fit",
            "max_shape and max_scale must be positive");
    require(pilot.cells() > 0, "noisy_replicate::fit", "the pilot has no cells");
    return noisy_replicate(bootstrap::fit(pilot), options);
  }

  [[nodiscard]] index genes() const noexcept { return cells_.genes(); }
  [[nodiscard]] const count_matrix<>& pilot() const noexcept { return cells_.pilot(); }
  [[nodiscard]] const noisy_replicate_options& options() const noexcept { return options_; }

  template <executor Executor, observer Observer>
  [[nodiscard]] count_matrix<> generate(const Executor& run, index cells, Observer&& watch,
                                        random_engine& rng) const {
    return generate_by_cell(run, genes(), cells, watch, rng, [this](random_engine& own, auto& out) {
      const auto cell = cells_.draw_cell(own);
      const double shape = draw::uniform(0, options_.max_shape, own);
      const double scale = draw::uniform(0, options_.max_scale, own);
      std::size_t k = 0;
      for (index gene = 0; gene < genes(); ++gene) {
        const double rate = scale * draw::gamma(shape, own);
        std::int64_t count = draw::poisson(rate, own);
        if (k < cell.size() && cell.genes[k] == gene) count += cell.values[k++];
        out.push_back(gene, count);
      }
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
  noisy_replicate(bootstrap cells, const noisy_replicate_options& options)
      : cells_(std::move(cells)), options_(options) {}

  bootstrap cells_;
  noisy_replicate_options options_;
};

static_assert(generator<noisy_replicate>);

}  // namespace harmonium::inline v0_2
