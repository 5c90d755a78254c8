// SPDX-License-Identifier: MIT
// Trainings, generators, evaluate, a study and a plan with a failure at every allocation and at
// every call of the observer.
#include <Eigen/Core>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "faults/faults.hpp"
#include "harmonium/metrics/cluster_proportions.hpp"
#include "harmonium/metrics/evaluate.hpp"
#include "harmonium/metrics/forest_auc.hpp"
#include "harmonium/metrics/gene_marginals.hpp"
#include "harmonium/models/baselines/bootstrap.hpp"
#include "harmonium/models/baselines/cluster_nb.hpp"
#include "harmonium/models/dbm.hpp"
#include "harmonium/samplers/exact.hpp"
#include "harmonium/samplers/gibbs.hpp"
#include "harmonium/samplers/sampled.hpp"
#include "harmonium/simulate/tissue.hpp"
#include "harmonium/study/baseline_models.hpp"
#include "harmonium/study/plan.hpp"
#include "harmonium/study/planning/see.hpp"
#include "harmonium/study/study.hpp"
#include "harmonium/training/stages/exact_em.hpp"
#include "harmonium/training/stages/sampled_em.hpp"
#include "harmonium/training/train_harmonium.hpp"
#include "harmonium/training/train_variational.hpp"
#include "harmonium/training/train_with.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/negative_binomial.hpp"

namespace hm = harmonium;

namespace {

using machine = hm::dbm<hm::negative_binomial, hm::bernoulli>;

template <class Numbers>
std::string bits_of(const Numbers& numbers) {
  return {reinterpret_cast<const char*>(numbers.data()),
          static_cast<std::size_t>(numbers.size()) * sizeof(*numbers.data())};
}

std::string text_of(const hm::count_matrix<>& counts) {
  std::string all;
  for (hm::index i = 0; i < counts.cells(); ++i) {
    const auto cell = counts.cell(i);
    all += bits_of(cell.genes) + bits_of(cell.values) + "\n";
  }
  return all;
}

}  // namespace

int main() {
  hm::random_engine rng(7);
  const hm::tissue tissue =
      hm::simulate_tissue({.cells = 60, .genes = 16, .markers_per_type = 2}, rng);
  const auto& counts = tissue.counts;
  const hm::serial_executor serial;
  const hm::thread_executor threads(2);
  std::vector<faults::operation> all;
  const auto add = [&](const char* name, bool watched, auto run) {
    all.push_back(
        {name, [run](const auto& watch) -> std::string { return run(watch); }, [] {}, watched});
  };

  const auto trained_by = [&](const auto& run, const auto& recipe, const auto& watch) {
    hm::random_engine own(3);
    using recipe_type = std::remove_cvref_t<decltype(recipe)>;
    hm::recipe_trainer<machine, hm::count_matrix<>, recipe_type> training(counts, {.hidden = {2}},
                                                                          recipe, own);
    training.run(run, watch);
    return bits_of(training.model().parameters());
  };
  add("train, exact EM", true,
      [&](const auto& watch) { return trained_by(serial, hm::exact_em{.iterations = 3}, watch); });
  add("train, exact EM, 2 threads", true,
      [&](const auto& watch) { return trained_by(threads, hm::exact_em{.iterations = 3}, watch); });
  add("train, sampled EM", true, [&](const auto& watch) {
    return trained_by(serial, hm::sampled_em{.iterations = 3, .sampling = {.particles = 30}},
                      watch);
  });
  add("train_harmonium", true, [&](const auto& watch) {
    hm::random_engine own(3);
    hm::harmonium_trainer training(counts, hm::harmonium_options<>{.em = {.components = 3}}, own);
    training.run(serial, watch);
    hm::random_engine draws(4);
    return text_of(training.model().generator.generate(30, draws));
  });

  const auto model =
      hm::train<machine>(serial, counts, {.hidden = {2}}, hm::exact_em{.iterations = 3}, rng);
  const auto clusters = hm::cluster_nb::fit(counts, {.clusters = 3}, rng);
  const auto made_by = [&](const auto& generator, const auto& run, const auto& watch) {
    hm::random_engine own(3);
    return text_of(generator.generate(run, 900, watch, own));
  };
  add("generate, exact", true,
      [&](const auto& watch) { return made_by(hm::sampled(model, hm::exact{}), serial, watch); });
  add("generate, exact, 2 threads", true,
      [&](const auto& watch) { return made_by(hm::sampled(model, hm::exact{}), threads, watch); });
  add("generate, gibbs", true, [&](const auto& watch) {
    return made_by(hm::sampled(model, hm::gibbs{.burn_in = 3}), serial, watch);
  });
  add("generate, cluster_nb", true,
      [&](const auto& watch) { return made_by(clusters, serial, watch); });
  add("evaluate", false, [&](const auto&) {
    hm::random_engine own(3);
    const auto cells = clusters.generate(40, own);
    const auto found = hm::evaluate<hm::cluster_proportions, hm::marginals, hm::forest_auc>(
        counts, tissue.types, cells);
    return std::to_string(found("forest_auc", "auc")) +
           std::to_string(found("cluster_proportions", "total_variation"));
  });
  add("study", true, [&](const auto& watch) {
    using pilot_study = hm::study<hm::generators<hm::bootstrap_model, hm::cluster_nb_model>,
                                  hm::metrics<hm::cluster_proportions>>;
    const pilot_study study({.sizes = {20, 30}, .repeats = 2, .seed = 7});
    return bits_of(study.run(hm::thread_dealer(1), counts, tissue.types, watch).values);
  });
  add("plan", true, [&](const auto& watch) {
    hm::random_engine own(3);
    const std::vector<hm::any_planning_goal> goals{
        hm::any_planning_goal::of(hm::see_goal{.least = 2})};
    const std::vector<std::string> names = tissue.type_names;
    const auto cluster_nb = hm::any_study_model::of(hm::cluster_nb_model{});
    const auto found =
        hm::plan(serial, {counts, tissue.types, names}, goals, {.sizes = {30, 60}},
                 {.experiments = {.models = {cluster_nb}, .repeats = 2}}, watch, own);
    return std::to_string(found.search.answer ? 1 : 0) +
           std::to_string(found.search.designs.size());
  });

  add("train, autoencoder", true, [&](const auto& watch) {
    hm::random_engine own(3);
    auto settings = hm::paper_notebook();
    settings.epochs = 3;
    hm::variational_trainer<> training(counts, settings, own);
    training.run(serial, watch);
    return bits_of(training.model().parameters());
  });

  faults::print_header();
  bool held = true;
  for (const auto& op : all) held = faults::every_fault(op, 60) && held;
  return held ? 0 : 1;
}
