// SPDX-License-Identifier: MIT
/// @file
/// Synthetic cells from a model and a sampler.
#pragma once

#include "harmonium/core/counts.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/make_cells.hpp"
#include "harmonium/core/progress.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/core/row_products.hpp"
#include "harmonium/samplers/concepts.hpp"

namespace harmonium::inline v0_2 {

/// `cells` synthetic cells; cell i is drawn from the random stream i, so the result does not depend
/// on the executor. Memory: the counts, and one state of the model per thread.
/// @param settings such as `gibbs{.burn_in = 50}` or `exact{}`
/// @param watch    may stop the run; the result then holds the cells finished so far
/// @return cells x genes, compressed by cell.
/// @throws std::invalid_argument if `cells` is negative; std::overflow_error if a count exceeds
///         std::int32_t, naming the gene.
template <executor Executor, class Model, sampler_for<Model> Sampler, observer Observer>
count_matrix<> generate(const Executor& run, const Model& model, index cells,
                        const Sampler& settings, Observer&& watch, random_engine& rng) {
  const auto source = settings.prepare(model);
  return make_cells(
      run, model.size(0), cells,
      [&source] {
        return [chain = source.make_chain()](random_engine& engine, count_matrix<>& out) mutable {
          chain.draw(engine);
          out.push_row(as_span(chain.state()[0]));
        };
      },
      watch, rng);
}

/// The same, unwatched.
template <executor Executor, class Model, sampler_for<Model> Sampler>
count_matrix<> generate(const Executor& run, const Model& model, index cells,
                        const Sampler& settings, random_engine& rng) {
  return generate(run, model, cells, settings, silent{}, rng);
}

/// The same on the calling thread.
template <class Model, sampler_for<Model> Sampler>
count_matrix<> generate(const Model& model, index cells, const Sampler& settings,
                        random_engine& rng) {
  return generate(serial_executor{}, model, cells, settings, silent{}, rng);
}

}  // namespace harmonium::inline v0_2
