// SPDX-License-Identifier: MIT
#include "residual_cells.hpp"

#include <functional>
#include <utility>

#include "harmonium/models/residuals/full_copula.hpp"
#include "harmonium/models/residuals/independent_residuals.hpp"
#include "harmonium/models/residuals/low_rank_copula.hpp"

namespace program {

namespace hm = harmonium;

hm::cells_with_states cells_with_residual(const hm::thread_executor& run,
                                          const hm::count_matrix<>& pilot, hm::count_states states,
                                          const std::optional<std::vector<hm::index>>& per_state,
                                          hm::index cells, const generate_options& options,
                                          terminal_progress& watch, hm::random_engine& rng) {
  const auto with = [&]<class Sizes>(Sizes, const auto& policy) {
    using fitted = decltype(policy.fit(run, std::declval<const hm::scored_pilot&>(),
                                       std::declval<const hm::random_streams&>()));
    // Without a residual the cells are those of the plain harmonium, negative binomial throughout.
    const hm::calibration_options calibration{.calibrate = options.residual != "none"};
    const auto generator = hm::correlated_cells<fitted, Sizes>::fit(run, pilot, std::move(states),
                                                                    policy, rng, calibration);
    auto made = per_state ? generator.generate_states(run, *per_state, std::ref(watch), rng)
                          : generator.generate_with_states(run, cells, std::ref(watch), rng);
    if (interrupted) throw interruption{};
    return made;
  };
  const auto with_sizes = [&](auto sizes) {
    if (options.residual == "full") return with(sizes, hm::full_copula{});
    if (options.residual == "blend") return with(sizes, hm::full_copula{.blend = 10});
    if (options.residual == "none") return with(sizes, hm::independent_residuals{});
    return with(sizes, hm::low_rank_copula{});
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
