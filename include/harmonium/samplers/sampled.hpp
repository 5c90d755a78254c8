// SPDX-License-Identifier: MIT
/// @file
/// A trained model together with the sampler that draws from it: a generator like every other.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/make_cells.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/progress.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/core/row_products.hpp"
#include "harmonium/models/concepts.hpp"
#include "harmonium/samplers/concepts.hpp"
#include "harmonium/units/concepts.hpp"
#include "harmonium/units/parts.hpp"

namespace harmonium::inline v0_2 {

/// Units whose states are whole numbers >= 0, which come out as counts; others come out as rows of
/// real numbers.
template <class U>
inline constexpr bool yields_whole_numbers =
    !gaussian_tails<U> && !(states_range<U> && !non_negative_states<U>);
template <class... Families>
inline constexpr bool yields_whole_numbers<parts<Families...>> = (yields_whole_numbers<Families> &&
                                                                  ...);
/// Units whose draws are counts.
template <class U>
concept count_valued = yields_whole_numbers<U>;

/// Draws rows of a model's visible layer. Row i is drawn from the random stream i, so the result
/// does not depend on the executor. Copies share the model. Meets `generator` where the visible
/// units are counts.
template <layered_model Model, sampler_for<Model> Sampler>
class sampled_model {
 public:
  using scalar = typename Model::scalar;
  static constexpr bool yields_counts = count_valued<typename Model::visible_units>;
  /// What `generate` yields: counts compressed by cell, or a matrix of rows.
  using rows_type = std::conditional_t<yields_counts, count_matrix<>, matrix<scalar>>;

  sampled_model(Model model, Sampler sampler)
      : model_(std::make_shared<const Model>(std::move(model))), sampler_(std::move(sampler)) {}

  [[nodiscard]] const Model& model() const noexcept { return *model_; }
  [[nodiscard]] const Sampler& sampler() const noexcept { return sampler_; }
  [[nodiscard]] index genes() const noexcept { return model_->size(0); }

  /// `rows` rows, rows x genes. Memory: the rows, and one state of the model per thread.
  /// @param watch may stop the run; the result then holds the rows finished so far
  /// @throws std::invalid_argument if `rows` is negative or the sampler refuses the model;
  ///         std::overflow_error if a count exceeds std::int32_t, naming the gene
  template <executor Executor, observer Observer>
  [[nodiscard]] rows_type generate(const Executor& run, index rows, Observer&& watch,
                                   random_engine& rng) const;
  template <executor Executor>
  [[nodiscard]] rows_type generate(const Executor& run, index rows, random_engine& rng) const {
    return generate(run, rows, silent{}, rng);
  }
  [[nodiscard]] rows_type generate(index rows, random_engine& rng) const {
    return generate(serial_executor{}, rows, silent{}, rng);
  }

 private:
  template <executor Executor, class Source, observer Observer>
  matrix<scalar> make_rows(const Executor& run, const Source& source, index rows, Observer&& watch,
                           random_engine& rng) const {
    require(rows >= 0, "generate",
            "the number of rows must not be negative, got " + std::to_string(rows));
    constexpr index round = 1024;
    const random_streams streams(rng);
    matrix<scalar> made(rows, genes());
    for (index first = 0; first < rows; first += round) {
      const index last = std::min(rows, first + round);
      for_each_range(run, last - first, 16, [&](index begin, index end) {
        auto chain = source.make_chain();
        for (index i = first + begin; i < first + end; ++i) {
          random_engine engine = streams[static_cast<std::uint64_t>(i)];
          chain.draw(engine);
          made.row(i) = chain.state()[0].transpose();
        }
      });
      if (watch(progress{"generating rows", last, rows, {}}) == flow::stop) {
        made.conservativeResize(last, genes());
        break;
      }
    }
    return made;
  }

  std::shared_ptr<const Model> model_;
  Sampler sampler_;
};

// Not inline, so that an explicit instance elsewhere spares its users the compilation.
template <layered_model Model, sampler_for<Model> Sampler>
template <executor Executor, observer Observer>
auto sampled_model<Model, Sampler>::generate(const Executor& run, index rows, Observer&& watch,
                                             random_engine& rng) const -> rows_type {
  const auto source = sampler_.prepare(*model_);
  if constexpr (yields_counts) {
    return make_cells(
        run, genes(), rows,
        [&source] {
          return [chain = source.make_chain()](random_engine& engine, count_matrix<>& out) mutable {
            chain.draw(engine);
            out.push_row(as_span(chain.state()[0]));
          };
        },
        watch, rng);
  } else {
    return make_rows(run, source, rows, watch, rng);
  }
}

/// A generator from a trained model and a sampler:
///
///     const auto cells = sampled(model, exact{}).generate(run, 2638, rng);
///
/// @param sampler such as `exact{}`, `gibbs{.burn_in = 50}`, `collapsed{}`, `tempered{}`
template <layered_model Model, sampler_for<Model> Sampler>
[[nodiscard]] auto sampled(Model model, Sampler sampler) {
  return sampled_model<Model, Sampler>(std::move(model), std::move(sampler));
}

}  // namespace harmonium::inline v0_2
