// SPDX-License-Identifier: MIT
#include "harmonium_model.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "cell_types.hpp"
#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/select_counts.hpp"
#include "harmonium/io/atlas.hpp"
#include "harmonium/training/categorical_em.hpp"
#include "harmonium/training/choose_components.hpp"
#include "harmonium/training/component_likelihood.hpp"
#include "harmonium/training/groups/states_with_groups.hpp"
#include "harmonium/training/harmonium_trainer.hpp"
#include "harmonium/training/joined_fits.hpp"
#include "harmonium/training/prior/add_unseen_types.hpp"
#include "harmonium/training/prior/atlas.hpp"
#include "harmonium/training/prior/pilot_in_atlas.hpp"
#include "harmonium/training/prior/prior_guard.hpp"
#include "harmonium/training/prior/prior_report.hpp"
#include "harmonium/training/prior/unseen_types.hpp"
#include "residual_cells.hpp"
#include "synthetic_cells.hpp"

namespace program {

namespace hm = harmonium;

namespace {

/// An atlas for a pilot, and what is known of its use.
struct known_prior {
  hm::atlas_prior genes;
  hm::prior_report report;
};

/// Reads the atlas that was asked for and decides whether it is used.
template <class Sizes>
std::optional<known_prior> read_prior(const hm::thread_executor& run, const pilot_data& pilot,
                                      const hm::count_matrix<>& training,
                                      const numbered_labels& labels,
                                      const hm::categorical_em_options& em,
                                      const generate_options& asked, terminal_progress& watch) {
  if (asked.prior.empty()) return std::nullopt;
  const auto genes = hm::io::select(pilot.genes, pilot.expressed);
  known_prior prior{hm::prior_for(hm::io::load_atlas(asked.prior, run), genes.ids, genes.symbols),
                    {}};
  hm::require(!asked.types_of_prior || !prior.genes.labels.empty(), "--types-of-prior",
              asked.prior + " was fitted without types");
  prior.report = hm::report_of(prior.genes);
  prior.report.used = asked.prior_weight == "1";
  if (asked.prior_weight != "auto" || !prior.report.knows_genes()) return prior;
  // A stream of its own: an atlas refused leaves the cells of the pilot alone.
  const hm::harmonium_options<> defaults;
  hm::prior_guard<hm::count_matrix<>, Sizes> guard(training, labels.number, em, defaults.means,
                                                   defaults.dispersion,
                                                   hm::random_engine(asked.seed, 1));
  while (!guard.done()) {
    if (watch(hm::progress{"prior", guard.taken(), guard.steps(), {}}) == hm::flow::stop)
      throw interruption{};
    guard.step(run, prior.genes);
  }
  prior.report.verdict = guard.verdict();
  prior.report.used = prior.report.helps();
  return prior;
}

/// One line on the use of an atlas.
std::string in_words(const hm::prior_report& report, const generate_options& asked) {
  std::string text = report.used ? "used" : "not used";
  if (asked.prior_weight != "auto")
    text += " as asked";
  else if (!report.knows_genes())
    text += ": it has fewer than half of the pilot's genes, the cells are those of the pilot alone";
  else if (report.verdict.cells == 0)
    text += ": the pilot has too few cells to judge it";
  else
    text += std::string(report.used ? ": held-out cells gain " : ": held-out cells do not gain (") +
            rounded(report.verdict.gain) + " +- " + rounded(report.verdict.standard_error) +
            " nats" + (report.used ? "" : "), the cells are those of the pilot alone");
  if (report.used) text += "; " + rounded(100 * report.weight) + " % of the gene means follow it";
  return text + "; it has " + std::to_string(report.by_id + report.by_symbol) + " of " +
         std::to_string(report.genes) + " genes (" + std::to_string(report.by_id) + " by id, " +
         std::to_string(report.by_symbol) + " by symbol)";
}

/// Types of the atlas that the pilot does not show: with which share they were added, or why not.
std::string unseen_in_words(const std::vector<hm::unseen_type>& unseen) {
  std::string added, others;
  for (const auto& type : unseen)
    if (type.added())
      added += (added.empty() ? "" : ", ") + type.label + " " + rounded(100 * type.share, 2) +
               " % of the cells (" + rounded(100 * type.share_in_atlas, 2) + " % of the atlas)";
    else
      others += (others.empty() ? "" : ", ") + type.label + " (" +
                rounded(100 * type.share_in_atlas, 2) + " % of the atlas, chance of none " +
                rounded(type.chance_of_none, 2) + ")";
  if (unseen.empty()) return "none added: the pilot shows every type";
  std::string text = added.empty() ? "none added" : "added " + added;
  if (!others.empty()) text += "; the pilot would have shown " + others;
  return text;
}

/// How many groups there are, and what they differ by.
std::string groups_in_words(const hm::group_effects& effects,
                            const std::vector<std::string>& names) {
  std::string text = std::to_string(names.size()) + ": ";
  for (std::size_t g = 0; g < names.size(); ++g)
    text += (g > 0 ? ", " : "") + names[g] + " (" + std::to_string(effects.cells[g]) + " cells)";
  if (names.size() < 2) return text;
  const double common =
      effects.gene_deviation.norm() / std::sqrt(static_cast<double>(effects.gene_deviation.size()));
  text += "; log means of genes differ by " + rounded(common, 2);
  if (effects.by_state())
    text += ", within a component by " +
            rounded(effects.state_deviation.norm() /
                        std::sqrt(static_cast<double>(effects.state_deviation.size())),
                    2) +
            " more";
  return text + "; correlation of components within one " +
         rounded(1 / (1 + effects.concentration), 2);
}

template <class Sizes>
fitted_model fit_with_sizes(const hm::thread_executor& run, const pilot_data& pilot,
                            const generate_options& asked, terminal_progress& watch,
                            hm::random_engine& rng) {
  const hm::count_matrix<>* training = &pilot.training;
  numbered_labels labels = number_labels(pilot.labels);
  std::optional<std::vector<std::string>> group_names = pilot.groups;
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
    if (group_names) {
      std::vector<std::string> own;
      for (const hm::index i : in) own.push_back((*group_names)[static_cast<std::size_t>(i)]);
      group_names = std::move(own);
    }
    training = &kept;
  }
  const numbered_labels groups = number_labels(group_names);

  fitted_model made;
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

  auto prior = read_prior<Sizes>(run, pilot, *training, labels, em, asked, watch);
  if (prior && prior->report.used && asked.hidden_by_default)
    em.components = std::max(em.components, hm::harmonium_options<>{}.prior_components);

  using trainer_type = hm::categorical_trainer<hm::count_matrix<>, Sizes>;
  const bool one_fit = !groups.number.empty();
  const hm::index least = std::max(em.components, std::ssize(labels.names));
  const hm::index wanted = asked.fits > 0 ? asked.fits
                           : one_fit      ? 1
                                     : hm::default_fits(training->cells(), least, em.min_cells);
  made.training_log = "fit,iteration,log_likelihood,held_out_log_likelihood\n";
  const auto fresh_sizes = hm::size_factors_like<Sizes>(held_out, *training);
  std::optional<double> fresh;
  std::optional<hm::group_effects> effects;
  std::shared_ptr<const hm::count_states> by_group;
  hm::harmonium_options<> with_prior;
  if (prior && prior->report.used) with_prior.prior = std::move(prior->genes);
  std::vector<hm::fitted_states> fits;
  for (hm::index number = 0; number < wanted; ++number) {
    hm::categorical_em_options settings = em;
    if (number > 0) settings.components = hm::components_of_fit(least, number);
    // Later fits have streams that nothing else draws from.
    hm::random_engine own(asked.seed, 1 + static_cast<std::uint64_t>(number));
    trainer_type trainer(*training, labels.number, settings, number == 0 ? rng : own,
                         groups.number);
    std::ptrdiff_t logged = 1;  // lines of the trainer's log, of which the first is the start
    const auto log_and_watch = [&](const hm::progress& now) {
      if (now.stage == "expectation-maximisation" && std::ssize(trainer.log()) > logged) {
        logged = std::ssize(trainer.log());
        if (held_out.cells() > 0)
          fresh = hm::mean_log_likelihood<Sizes>(run, trainer.model(), held_out, fresh_sizes);
        made.training_log += std::to_string(number + 1) + "," +
                             std::to_string(trainer.log().back().epoch) + "," +
                             field(trainer.model().log_likelihood) + "," + field(fresh) + "\n";
      }
      return watch(now);
    };
    if (!trainer.run(run, log_and_watch)) throw interruption{};
    hm::fitted_states found =
        prior && prior->report.used
            ? hm::states_of_fit_with_prior<Sizes>(run, *training, *trainer.by_gene(),
                                                  trainer.model(), with_prior)
            : hm::states_of_fit<Sizes>(run, *trainer.by_gene(), trainer.model(), with_prior);
    if (!groups.number.empty()) {
      made.groups = {asked.donor_column.empty() ? "batch" : "donor", groups.names};
      const hm::group_effect_options group_settings{.by_state = made.groups.kind == "donor",
                                                    .effects = {}};
      auto by = hm::states_with_groups<Sizes>(
          run, *training, *trainer.by_gene(), std::move(found.states), std::move(found.dispersion),
          groups.number, std::ssize(groups.names), group_settings);
      found.states = std::move(by.states);
      found.dispersion = std::move(by.dispersion);
      by_group = std::move(by.by_group);
      made.facts.emplace_back(made.groups.kind == "batch" ? "batches" : "donors",
                              groups_in_words(by.effects, groups.names));
      effects = std::move(by.effects);
    }
    fits.push_back(std::move(found));
  }
  std::string components;
  for (std::size_t k = 0; k < fits.size(); ++k)
    components += (k == 0                 ? ""
                   : k + 1 == fits.size() ? " and "
                                          : ", ") +
                  std::to_string(fits[k].group.components());
  if (fits.size() > 1) components += " in " + std::to_string(fits.size()) + " fits";
  const bool with_types = asked.types_of_prior && prior && prior->report.used;
  const hm::index first_components = fits.front().group.components();
  hm::fitted_states joined = hm::join_fits<Sizes>(run, *training, std::move(fits));
  const auto like_first = hm::components_of_first_fit(joined.group, first_components);
  hm::added_states added;
  if (with_types) {
    const auto placed =
        hm::place_in_atlas<Sizes>(run, *training, joined.group.sizes, *with_prior.prior);
    prior->report.unseen = hm::find_unseen_types(*with_prior.prior, placed);
    added =
        hm::add_unseen_types(*training, *with_prior.prior, placed, prior->report.unseen, joined);
  }
  auto [fit, states, dispersion, centre, prior_weight] = std::move(joined);
  if (held_out.cells() > 0) fresh = hm::mean_log_likelihood<Sizes>(run, fit, held_out, fresh_sizes);
  if (prior) prior->report.weight = prior_weight;
  auto [model, learned_from] =
      fit_residual(run, *training, std::move(states),
                   trained_group{fit, dispersion, std::move(centre),
                                 prior ? std::optional(prior->report) : std::nullopt,
                                 std::move(effects), std::move(by_group), added.counted},
                   asked, watch, rng);
  hm::io::model_notes notes;
  for (std::size_t c = 0; c < like_first.size(); ++c)
    notes.labels.push_back(labels.names.empty()
                               ? "component " + std::to_string(like_first[c] + 1)
                               : labels.names[static_cast<std::size_t>(fit.type[c])]);
  for (const auto& label : added.labels) notes.labels.push_back(label + " (of the atlas)");
  made.model = model.with_notes(std::move(notes));
  made.facts.emplace_back(
      "components",
      components + (labels.names.empty()
                        ? ""
                        : ", of the " + std::to_string(labels.names.size()) + " types given"));
  std::string residual = residual_in_words(asked.residual);
  if (learned_from < training->cells())
    residual += ", learned from " + std::to_string(learned_from) + " cells";
  if (prior) made.facts.emplace_back("prior", in_words(prior->report, asked));
  if (with_types)
    made.facts.emplace_back("types of the prior", unseen_in_words(prior->report.unseen));
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

fitted_model fit_harmonium(const hm::thread_executor& run, const pilot_data& pilot,
                           const generate_options& options, terminal_progress& watch,
                           hm::random_engine& rng) {
  if (options.size_factors == "dispersion")
    return fit_with_sizes<hm::scaled_dispersion>(run, pilot, options, watch, rng);
  if (options.size_factors == "mean")
    return fit_with_sizes<hm::scaled_mean>(run, pilot, options, watch, rng);
  return fit_with_sizes<hm::no_size_factors>(run, pilot, options, watch, rng);
}

}  // namespace program
