// SPDX-License-Identifier: MIT
/// @file
/// Synthetic cells from a model and a sampler.
#pragma once

#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/samplers/concepts.hpp"

namespace harmonium {

/// `cells` synthetic cells; cell i is drawn from the random stream i, so the result does not depend
/// on the executor. Memory: the counts, and one state of the model per block in work.
/// @param settings such as `gibbs{.burn_in = 50}` or `exact{}`
/// @return cells x genes, compressed by cell.
/// @throws std::invalid_argument if `cells` is negative; std::overflow_error if a count exceeds
///         std::int32_t, naming the gene.
template <executor Executor, class Model, sampler_for<Model> Sampler>
count_matrix<> generate(const Executor& run, const Model& model, index cells,
                        const Sampler& settings, random_engine& rng) {
  require(cells >= 0, "generate", "the number of cells must not be negative");
  const auto source = settings.prepare(model);
  const random_streams streams(rng);
  constexpr index block_size = 64;
  std::vector<count_matrix<>> blocks(
      static_cast<std::size_t>((cells + block_size - 1) / block_size),
      count_matrix<>(model.size(0)));
  for_each_range(run, cells, block_size, [&](index begin, index end) {
    auto chain = source.make_chain();
    count_matrix<>& block = blocks[static_cast<std::size_t>(begin / block_size)];
    for (index cell = begin; cell < end; ++cell) {
      random_engine engine = streams[static_cast<std::uint64_t>(cell)];
      chain.draw(engine);
      const auto& visible = chain.state()[0];
      for (index gene = 0; gene < visible.size(); ++gene) block.push_back(gene, visible[gene]);
      block.finish_cell();
    }
  });
  count_matrix<> all(model.size(0));
  index nonzeros = 0;
  for (const auto& block : blocks) nonzeros += block.nonzeros();
  all.reserve(cells, nonzeros);
  for (auto& block : blocks) {
    all.append(block);
    block = count_matrix<>();
  }
  return all;
}

/// The same on the calling thread.
template <class Model, sampler_for<Model> Sampler>
count_matrix<> generate(const Model& model, index cells, const Sampler& settings,
                        random_engine& rng) {
  return generate(serial_executor{}, model, cells, settings, rng);
}

}  // namespace harmonium
