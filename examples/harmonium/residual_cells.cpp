// SPDX-License-Identifier: MIT
#include "residual_cells.hpp"

#include <functional>
#include <type_traits>
#include <utility>

#include "harmonium/io/models/correlated_cells.hpp"
#include "harmonium/io/models/trained_harmonium.hpp"
#include "harmonium/training/residuals/full_copula.hpp"
#include "harmonium/training/residuals/independent_residuals.hpp"
#include "harmonium/training/residuals/low_rank_copula.hpp"
#include "harmonium/training/residuals/residual_trainer.hpp"

namespace program {

namespace hm = harmonium;

residual_model fit_residual(const hm::thread_executor& run, const hm::count_matrix<>& pilot,
                            hm::count_states states, std::optional<trained_group> group,
                            const generate_options& options, terminal_progress& watch,
                            hm::random_engine& rng) {
  const auto with = [&]<class Sizes>(Sizes, const auto& policy) -> residual_model {
    // Without a residual the cells are those of the plain harmonium, negative binomial throughout.
    const hm::residual_training_options settings{
        .calibration = {.calibrate = options.residual != "none"},
        .by_group = group ? group->by_group : nullptr,
        .also_counted = group ? group->also_counted : hm::vector<double>{}};
    hm::residual_trainer<hm::count_matrix<>, std::remove_cvref_t<decltype(policy)>, Sizes> training(
        pilot, std::move(states), policy, settings, rng);
    if (!training.run(run, std::ref(watch))) throw interruption{};
    using generator = typename decltype(training)::model_type;
    const hm::index used = training.cells_used();
    if (group)
      return {hm::io::any_model(hm::trained_harmonium<generator>{
                  std::move(group->fit), std::move(group->dispersion), training.model(),
                  group->prior, std::move(group->effects)}),
              used};
    return {hm::io::any_model(training.model()), used};
  };
  const auto with_sizes = [&](auto sizes) {
    if (options.residual == "full") return with(sizes, hm::full_copula{});
    if (options.residual == "blend") return with(sizes, hm::full_copula{.blend = 10});
    if (options.residual == "none") return with(sizes, hm::independent_residuals{});
    hm::low_rank_copula policy;
    if (options.rank) policy.rank = *options.rank;
    if (group) policy.centre = group->centre;
    return with(sizes, policy);
  };
  if (options.size_factors == "dispersion") return with_sizes(hm::scaled_dispersion{});
  if (options.size_factors == "mean") return with_sizes(hm::scaled_mean{});
  return with_sizes(hm::no_size_factors{});
}

std::string residual_in_words(const std::string& residual) {
  if (residual == "none") return "none: genes are independent within a component";
  if (residual == "full") return "full: combinations of the pilot cells' scores";
  if (residual == "blend") return "blend of 10 pilot cells' scores: copies the pilot in part";
  return "low-rank: factors common to all components";
}

}  // namespace program
