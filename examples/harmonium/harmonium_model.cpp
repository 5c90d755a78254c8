// SPDX-License-Identifier: MIT
#include "harmonium_model.hpp"

#include <cstdio>
#include <optional>

#include "cell_types.hpp"
#include "harmonium/core/draw/categorical.hpp"
#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/select_counts.hpp"
#include "harmonium/training/categorical_em.hpp"
#include "harmonium/training/choose_components.hpp"
#include "harmonium/training/component_likelihood.hpp"
#include "harmonium/training/harmonium_trainer.hpp"
#include "residual_cells.hpp"

namespace program {

namespace hm = harmonium;

namespace {

/// Those of a type are shared out among its components by their weights.
std::vector<hm::index> cells_per_component(const std::vector<hm::index>& per_type,
                                           const hm::categorical_fit& fit, hm::random_engine& rng) {
  std::vector<hm::index> counts(fit.type.size(), 0);
  for (std::size_t type = 0; type < per_type.size(); ++type) {
    if (per_type[type] == 0) continue;
    std::vector<double> weights(counts.size(), 0.0);
    for (std::size_t c = 0; c < counts.size(); ++c)
      if (fit.type[c] == static_cast<hm::index>(type))
        weights[c] = fit.weights[static_cast<hm::index>(c)];
    const auto share = hm::draw::systematic(std::span<const double>(weights), per_type[type], rng);
    for (std::size_t c = 0; c < counts.size(); ++c) counts[c] += share[c];
  }
  return counts;
}

template <class Sizes>
synthetic_cells train_and_sample(const hm::thread_executor& run, const pilot_data& pilot,
                                 hm::index cells, const generate_options& asked,
                                 terminal_progress& watch, hm::random_engine& rng) {
  const hm::count_matrix<>* training = &pilot.training;
  numbered_labels labels = number_labels(pilot.labels);
  const auto per_type = cells_per_type(asked.cells_of, labels.names);
  hm::count_matrix<> kept, held_out;
  if (asked.held_out > 0) {
    hm::require(asked.held_out < pilot.training.cells(), "--held-out",
                "must leave at least one of the " + std::to_string(pilot.training.cells()) +
                    " training cells");
    const auto out =
        hm::draw::sample_without_replacement(pilot.training.cells(), asked.held_out, rng);
    std::vector<hm::index> in;
    std::vector<hm::index> number;
    for (hm::index i = 0, next = 0; i < pilot.training.cells(); ++i) {
      if (next < asked.held_out && out[static_cast<std::size_t>(next)] == i) {
        ++next;
        continue;
      }
      in.push_back(i);
      if (!labels.number.empty()) number.push_back(labels.number[static_cast<std::size_t>(i)]);
    }
    kept = hm::select_cells(pilot.training, std::span<const hm::index>(in));
    held_out = hm::select_cells(pilot.training, std::span<const hm::index>(out));
    labels.number = std::move(number);
    training = &kept;
  }

  synthetic_cells made;
  hm::categorical_em_options em;
  if (!asked.hidden.empty()) em.components = asked.hidden.front();
  if (asked.choose_hidden) {
    std::fprintf(stderr, "choosing the number of components by held-out likelihood\n");
    const auto choice = hm::choose_components<Sizes>(run, *training, em, {}, rng);
    if (interrupted) throw interruption{};
    em.components = choice.components;
    std::string tried;
    for (std::size_t k = 0; k < choice.candidates.size(); ++k)
      tried += (k > 0 ? ", " : "") + std::to_string(choice.candidates[k]) + ": " +
               rounded(choice.held_out[k]);
    made.facts.emplace_back("held-out nats per cell", tried);
  }

  using trainer_type = hm::categorical_trainer<hm::count_matrix<>, Sizes>;
  std::optional<trainer_type> trainer(std::in_place, *training, labels.number, em, rng);
  made.training_log = "iteration,log_likelihood,held_out_log_likelihood\n";
  const auto fresh_sizes = hm::size_factors_like<Sizes>(held_out, *training);
  std::optional<double> fresh;
  std::ptrdiff_t logged = 1;  // lines of the trainer's log, of which the first is the start
  const auto log_and_watch = [&](const hm::progress& now) {
    if (now.stage == "expectation-maximisation" && std::ssize(trainer->log()) > logged) {
      logged = std::ssize(trainer->log());
      if (held_out.cells() > 0)
        fresh = hm::mean_log_likelihood<Sizes>(run, trainer->model(), held_out, fresh_sizes);
      made.training_log += std::to_string(trainer->log().back().epoch) + "," +
                           field(trainer->model().log_likelihood) + "," + field(fresh) + "\n";
    }
    return watch(now);
  };
  if (!trainer->run(run, log_and_watch)) throw interruption{};
  const hm::categorical_fit fit = trainer->model();

  std::optional<std::vector<hm::index>> per_state;
  if (!per_type.empty()) per_state = cells_per_component(per_type, fit, rng);
  auto [states, dispersion] =
      hm::states_of_fit<Sizes>(run, *trainer->by_gene(), fit, hm::harmonium_options<>{});
  trainer.reset();  // and the counts by gene
  auto [drawn, learned_from] =
      cells_with_residual(run, *training, std::move(states), per_state, cells, asked, watch, rng);
  made.cells = std::move(drawn.cells);
  for (const hm::index state : drawn.state)
    made.labels.push_back(
        labels.names.empty()
            ? "component " + std::to_string(state + 1)
            : labels.names[static_cast<std::size_t>(fit.type[static_cast<std::size_t>(state)])]);
  made.facts.emplace_back(
      "components", std::to_string(fit.components()) +
                        (labels.names.empty()
                             ? ""
                             : ", of the " + std::to_string(labels.names.size()) + " types given"));
  std::string residual = residual_in_words(asked.residual);
  if (learned_from < training->cells())
    residual += ", learned from " + std::to_string(learned_from) + " cells";
  made.facts.emplace_back("residual correlation", residual);
  if (asked.size_factors != "none")
    made.facts.emplace_back("size factors", "scale the " + asked.size_factors);
  made.facts.emplace_back("log-likelihood", rounded(fit.log_likelihood) +
                                                " nats per cell, without the residual correlation");
  if (fresh) made.facts.emplace_back("held-out", rounded(*fresh) + " nats per cell");
  made.inverse_dispersion.assign(dispersion.gene.data(),
                                 dispersion.gene.data() + dispersion.gene.size());
  for (const auto status : dispersion.statuses)
    made.dispersion_status.emplace_back(hm::to_string(status));
  return made;
}

}  // namespace

synthetic_cells run_harmonium(const hm::thread_executor& run, const pilot_data& pilot,
                              hm::index cells, const generate_options& options,
                              terminal_progress& watch, hm::random_engine& rng) {
  if (options.size_factors == "dispersion")
    return train_and_sample<hm::scaled_dispersion>(run, pilot, cells, options, watch, rng);
  if (options.size_factors == "mean")
    return train_and_sample<hm::scaled_mean>(run, pilot, cells, options, watch, rng);
  return train_and_sample<hm::no_size_factors>(run, pilot, cells, options, watch, rng);
}

}  // namespace program
