// SPDX-License-Identifier: MIT
// The programs of docs/guide.md and the pages beside it, which quote this file.
#include <doctest/doctest.h>

#include <Eigen/SparseCore>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "harmonium/analysis/label_transfer.hpp"
#include "harmonium/analysis/neighbours.hpp"
#include "harmonium/analysis/normalise.hpp"
#include "harmonium/analysis/pca.hpp"
#include "harmonium/analysis/shared_neighbours.hpp"
#include "harmonium/analysis/umap.hpp"
#include "harmonium/analysis/variable_genes.hpp"
#include "harmonium/core/eigen_sparse.hpp"
#include "harmonium/core/select_counts.hpp"
#include "harmonium/io/mex.hpp"
#include "harmonium/io/table.hpp"
#include "harmonium/likelihood/bracket_log_partition.hpp"
#include "harmonium/likelihood/estimated_fit.hpp"
#include "harmonium/likelihood/exact_fit.hpp"
#include "harmonium/likelihood/mean_field_reference.hpp"
#include "harmonium/metrics/evaluate_all.hpp"
#include "harmonium/models/baselines/bootstrap.hpp"
#include "harmonium/models/baselines/cluster_nb.hpp"
#include "harmonium/models/dbm.hpp"
#include "harmonium/samplers/exact.hpp"
#include "harmonium/samplers/gibbs.hpp"
#include "harmonium/samplers/harmonium_latent.hpp"
#include "harmonium/samplers/sampled.hpp"
#include "harmonium/samplers/variational_posterior.hpp"
#include "harmonium/samplers/variational_prior.hpp"
#include "harmonium/samplers/variational_start.hpp"
#include "harmonium/simulate/tissue.hpp"
#include "harmonium/study/baseline_models.hpp"
#include "harmonium/study/cells_needed.hpp"
#include "harmonium/study/plan.hpp"
#include "harmonium/study/planning/frequency_posterior.hpp"
#include "harmonium/study/planning/rediscover.hpp"
#include "harmonium/study/planning/see.hpp"
#include "harmonium/study/study.hpp"
#include "harmonium/study/unseen_mass.hpp"
#include "harmonium/training/compensated_em.hpp"
#include "harmonium/training/fit_latent_harmonium.hpp"
#include "harmonium/training/negative/collapsed_particles.hpp"
#include "harmonium/training/negative/either_phase.hpp"
#include "harmonium/training/negative/enumerated.hpp"
#include "harmonium/training/paper_recipe.hpp"
#include "harmonium/training/residuals/full_copula.hpp"
#include "harmonium/training/train.hpp"
#include "harmonium/training/train_harmonium.hpp"
#include "harmonium/training/train_variational.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/negative_binomial.hpp"
#include "harmonium/units/poisson.hpp"
#include "support/temporary_folder.hpp"

namespace hm = harmonium;

using scdbm = hm::dbm<hm::negative_binomial, hm::bernoulli, hm::bernoulli>;

namespace {

hm::tissue small_tissue(hm::random_engine& rng) {
  return hm::simulate_tissue({.cells = 150, .genes = 40, .markers_per_type = 4}, rng);
}

scdbm small_machine(const hm::tissue& pilot, hm::random_engine& rng) {
  return hm::train<scdbm>(hm::serial_executor{}, pilot.counts, {.hidden = {3, 2}},
                          hm::exact_em{.iterations = 6}, rng);
}

}  // namespace

TEST_CASE("settings, model, chain") {
  hm::random_engine rng(7);
  const hm::tissue pilot = small_tissue(rng);

  const hm::thread_executor run(2);
  hm::training_settings<scdbm> settings{.hidden = {4, 2}};  // a small value; copy it freely
  settings.refit.options.penalty = 2;
  const scdbm model = hm::train<scdbm>(run, pilot.counts, settings, rng);  // shared by threads

  const auto source = hm::exact{}.prepare(model);  // const: threads share it; refers to the model
  auto chain = source.make_chain();                // one per thread; refers to the source
  chain.draw(rng);
  const hm::vector<double>& one_cell = chain.state()[0];

  CHECK(model.visible().supports(hm::as_span(one_cell)));
}

TEST_CASE("another stack is another template argument") {
  hm::random_engine rng(7);
  const hm::tissue pilot = small_tissue(rng);
  const hm::thread_executor run(2);

  using deeper = hm::dbm<hm::negative_binomial, hm::bernoulli, hm::bernoulli, hm::bernoulli>;
  using poisson_counts = hm::dbm<hm::poisson, hm::bernoulli>;
  const auto three = hm::train<deeper>(run, pilot.counts, {.hidden = {4, 3, 2}}, rng);
  const auto one = hm::train<poisson_counts>(run, pilot.counts, {.hidden = {4}}, rng);
  const auto cells = hm::sampled(three, hm::exact{}).generate(run, 100, rng);

  CHECK(cells.cells() == 100);
  CHECK(hm::sampled(one, hm::exact{}).generate(10, rng).genes() == 40);
}

TEST_CASE("step by step, watched and stopped") {
  hm::random_engine rng(7);
  const hm::tissue pilot = small_tissue(rng);

  using stages = hm::then<hm::pretrain<hm::enumerated>, hm::joint<hm::enumerated>, hm::exact_em>;
  const stages recipe({.epochs = {6, 3}}, {.epochs = 3}, {.iterations = 6});

  const hm::thread_executor run(2);
  hm::recipe_trainer<scdbm, hm::count_matrix<>, stages> trainer(pilot.counts, {.hidden = {3, 2}},
                                                                recipe, rng);
  std::vector<std::string> shown;
  const auto watch = [&](const hm::progress& now) {
    shown.push_back(std::string(now.stage) + " " + std::to_string(now.done) + "/" +
                    std::to_string(now.total));
    return shown.size() == 5 ? hm::flow::stop : hm::flow::proceed;
  };
  const bool finished = trainer.run(run, watch);  // false: stopped by the observer

  auto resumed = trainer;                // the state is a value: a copy is a checkpoint
  resumed.run(run, hm::silent{});        // goes on where the other stopped
  const scdbm& model = resumed.model();  // as trained so far
  for (const hm::training_record& line : resumed.log())
    if (line.figure("log_likelihood")) shown.push_back(line.stage);
  const std::vector<hm::dispersion_status> how_theta_ended = resumed.statuses();

  CHECK(!finished);
  CHECK(shown[4] == "pretraining layer 1 5/6");
  CHECK(shown.back() == "exact maximum likelihood");
  CHECK(how_theta_ended.size() == 40);
  CHECK(trainer.log().size() == 5);
  trainer.run(hm::serial_executor{}, hm::silent{});
  CHECK(trainer.model().parameters() == model.parameters());
}

TEST_CASE("the variational autoencoder") {
  hm::random_engine rng(7);
  const hm::tissue pilot = small_tissue(rng);
  const hm::thread_executor run(2);
  const auto machine = small_machine(pilot, rng);

  auto settings = hm::paper_notebook();  // or pilot_default(), scvi_default()
  settings.epochs = 20;
  using autoencoder = hm::variational_autoencoder<hm::negative_binomial_counts>;  // the default
  const auto model =
      std::make_shared<const autoencoder>(hm::train<autoencoder>(run, pilot.counts, settings, rng));
  const hm::variational_posterior<> posterior(run, model, pilot.counts);  // both share the model
  const hm::variational_prior<> prior(model);
  const auto around = posterior.generate_with_sources(run, 200, hm::silent{}, rng);
  const auto cells = prior.generate(run, 200, rng);

  const hm::harmonium_latent latent(
      hm::fit_latent_harmonium(run, posterior.encoded(), {.components = 4}, rng));
  const hm::variational_prior<autoencoder, hm::harmonium_latent> composed(model, latent);
  const hm::variational_start<hm::variational_posterior<>> start{&posterior, 5};  // 5 Gibbs sweeps
  const auto swept = hm::sampled(machine, start).generate(run, 100, rng);

  CHECK(around.source.size() == 200);
  CHECK(cells.cells() == 200);
  CHECK(composed.generate(run, 10, rng).genes() == 40);
  CHECK(swept.cells() == 100);
}

TEST_CASE("the recommended model") {
  hm::random_engine rng(7);
  const hm::tissue pilot = small_tissue(rng);
  const hm::thread_executor run(2);

  const auto trained = hm::train_harmonium(run, pilot.counts, {}, rng);  // no labels, defaults
  const auto cells = trained.generator.generate(run, 300, rng);

  CHECK(cells.cells() == 300);

  hm::harmonium_options<hm::full_copula> settings{.em = {.components = 4}};
  settings.residual.blend = 3;
  settings.labels = pilot.types;
  const auto by_label =
      hm::train_harmonium<hm::scaled_dispersion>(run, pilot.counts, settings, rng);

  CHECK(by_label.group.genes() == 40);

  hm::harmonium_trainer training(pilot.counts, hm::harmonium_options<>{}, rng);
  const auto watch = [](const hm::progress&) { return hm::flow::proceed; };
  const bool finished = training.run(run, watch);  // false: the observer stopped it

  CHECK(finished);
  CHECK(training.model().group.genes() == 40);
}

TEST_CASE("several groups of hidden units") {
  hm::random_engine rng(7);
  const hm::tissue pilot = small_tissue(rng);
  const hm::serial_executor run;

  const auto model =
      hm::train<hm::semi_restricted>(run, pilot.counts, {.groups = {3, 1, 1}}, rng);  // 12 states
  const auto cells = model.generate(run, 100, rng);

  CHECK(model.states().size() == 12);
  CHECK(cells.cells() == 100);
}

TEST_CASE("the published settings") {
  hm::random_engine rng(7);
  const hm::tissue pilot = small_tissue(rng);
  const hm::thread_executor run(2);

  auto published = hm::paper_recipe();
  auto& [layers, all] = published.stages;
  layers.learning_rate.initial = 1e-6;  // 1e-11 leaves the weights where they start
  all.learning_rate.initial = 1e-6;
  const auto settings = hm::paper_settings<scdbm>();
  const scdbm model = hm::train<scdbm>(run, pilot.counts, settings, published, rng);
  const auto cells = hm::sampled(model, hm::gibbs{.burn_in = 50}).generate(run, 150, rng);

  for (hm::index i = 0; i < model.weights(0).size(); ++i) CHECK(model.weights(0).data()[i] <= 0);
  CHECK(cells.cells() == 150);
}

TEST_CASE("step, schedule and constraint are policies") {
  hm::random_engine rng(7);
  const hm::tissue pilot = small_tissue(rng);
  const hm::thread_executor run(2);

  using phase = hm::either_phase<hm::enumerated, hm::collapsed_particles>;
  using layers = hm::pretrain<phase, hm::centred_step, hm::listed_rates, hm::non_positive_weights>;
  using all = hm::joint<phase, hm::centred_step, hm::listed_rates, hm::non_positive_weights>;
  const hm::listed_rates rates{.rates = {0.2, 0.2, 0.1, 0.05}};
  const hm::then recipe(layers{.learning_rate = rates}, all{.learning_rate = rates});
  const scdbm model = hm::train<scdbm>(run, pilot.counts, {.hidden = {4, 2}}, recipe, rng);

  CHECK(model.weights(0).maxCoeff() <= 0);
}

TEST_CASE("likelihood without enumeration") {
  hm::random_engine rng(12);
  const hm::tissue pilot = small_tissue(rng);
  const scdbm model = small_machine(pilot, rng);
  const hm::thread_executor run(2);

  const auto reference = hm::mean_field_reference(run, model, pilot.counts);
  const auto log_z = hm::bracket_log_partition(run, model, reference, {.runs = 48}, rng);
  const auto fit = hm::estimated_fit(run, model, log_z, pilot.counts);  // fit.lower, fit.upper

  const hm::hidden_enumeration<scdbm> hidden(model);
  CHECK(std::abs(log_z.lower - hidden.log_partition()) < 5 * log_z.lower_error + 1e-6);
  CHECK(std::abs(log_z.upper - hidden.log_partition()) < 6 * log_z.upper_error + 1e-6);
  const auto exact = hm::exact_fit(run, model, hidden, pilot.counts);
  CHECK(fit.mean_field_bound);
  CHECK(fit.lower < exact.log_likelihood + 6 * fit.lower_error + 1e-6);
}

TEST_CASE("streams") {
  hm::random_engine rng(7);
  const hm::tissue pilot = small_tissue(rng);
  const scdbm model = small_machine(pilot, rng);

  hm::random_engine first(11), second(11);
  const auto a = hm::sampled(model, hm::exact{}).generate(hm::serial_executor{}, 300, first);
  const auto b = hm::sampled(model, hm::exact{}).generate(hm::thread_executor(4), 300, second);
  CHECK(a == b);
  CHECK(first == second);  // both moved on by one word

  hm::random_engine third(11);
  const hm::random_streams streams(third);
  std::vector<double> draws(1000);
  hm::for_each_range(hm::thread_executor(4), 1000, 64, [&](hm::index begin, hm::index end) {
    for (hm::index i = begin; i < end; ++i) {
      hm::random_engine own = streams[static_cast<std::uint64_t>(i)];
      draws[static_cast<std::size_t>(i)] = hm::draw::uniform(own);
    }
  });
  auto own = streams[999];
  CHECK(draws[999] == hm::draw::uniform(own));
}

TEST_CASE("clamped sampling") {
  hm::random_engine rng(7);
  const hm::tissue pilot = small_tissue(rng);
  const scdbm model = small_machine(pilot, rng);

  hm::gibbs_chain<scdbm> chain(model, {}, {.units = {0, 3}, .values = {5, 0}});
  chain.start(rng);
  for (int sweep = 0; sweep < 50; ++sweep) chain.sweep(rng);

  CHECK(chain.state()[0][0] == 5);
  CHECK(chain.state()[0][3] == 0);
}

TEST_CASE("baselines, and a metric") {
  hm::random_engine rng(7);
  const hm::tissue pilot = small_tissue(rng);

  const auto copies = hm::bootstrap::fit(pilot.counts).generate(500, rng);
  const auto mixture = hm::cluster_nb::fit(pilot.counts, {.clusters = 6}, rng);
  const auto cells = mixture.generate(hm::thread_executor(2), 500, rng);

  const auto score = hm::evaluate<hm::cluster_proportions>(pilot.counts, pilot.types, cells);
  const double missed = score("cluster_proportions", "total_variation");

  const std::vector<hm::index> rows{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
  const hm::reference_cells original(pilot.counts, pilot.types, {.components = 10, .pilot = rows});
  const hm::comparison pair(original, cells);  // or with labels of your own
  const auto some = hm::evaluate(pair, hm::davies_bouldin{{.q = 1}}, hm::memorisation{});
  const auto all = hm::evaluate_all(hm::thread_executor(2), pair);

  CHECK(copies.cells() == 500);
  CHECK(missed < 0.3);
  CHECK(some("davies_bouldin", "pca_reference") > 0);
  CHECK(all("cluster_proportions", "total_variation") < 0.3);
}

TEST_CASE("components, layout, labels") {
  hm::random_engine rng(7);
  const hm::tissue pilot = small_tissue(rng);
  const auto cells = hm::bootstrap::fit(pilot.counts).generate(100, rng);
  const hm::thread_executor run(2);
  const auto watch = [](const hm::progress& now) {
    return now.done < 50 ? hm::flow::proceed : hm::flow::stop;
  };

  const auto values = hm::log_normalise(pilot.counts);
  const auto fitted = hm::pca(hm::sparse_operator(values), {.components = 10});
  const auto prepared = hm::exact_neighbours{}.build(fitted.scores);  // or hnsw_neighbours{}
  const auto others = hm::nearest_others(run, prepared, fitted.scores, 19);
  const auto graph = hm::shared_neighbour_graph(run, others);

  hm::umap map(run, fitted.scores, {.neighbours = 15}, rng);  // neighbours, graph, start
  const bool finished = map.run(run, watch);                  // false: stopped by the observer
  const auto labels = hm::transfer_labels(run, pilot.counts, pilot.types, cells, {}, rng);

  CHECK(graph.vertices() == 150);
  CHECK(!finished);
  CHECK(map.epoch() == 50);
  CHECK(labels.size() == 100);
}

TEST_CASE("pilot studies and planning") {
  hm::random_engine rng(7);
  const hm::tissue pilot = small_tissue(rng);

  using pilot_study = hm::study<hm::generators<hm::cluster_nb_model, hm::bootstrap_model>,
                                hm::metrics<hm::cluster_proportions, hm::marginals>>;
  const pilot_study study({.sizes = {40, 80}, .repeats = 3, .seed = 7});
  const hm::study_table found =
      study.run(hm::thread_dealer(2), pilot.counts, pilot.types, hm::silent{});
  const auto missed = found.over_repeats(80, "cluster-nb", "cluster_proportions.table1");

  CHECK(missed.size() == 3);

  std::vector<hm::index> counts(8, 0);
  for (const hm::index type : pilot.types) ++counts[static_cast<std::size_t>(type)];

  const std::vector<double> rare(10, 0.02);  // ten types of 2 % each
  const hm::index cells = hm::cells_needed({.frequencies = rare, .least = 5}, 0.95);  // 624
  const auto frequencies = hm::estimate_frequencies(counts, {.draws = 200}, rng);     // posterior
  const auto unseen = hm::unseen_mass(counts);  // Good-Turing, Chao, and what could be missed

  std::vector<std::string> names;
  for (int k = 0; k < 8; ++k) names.push_back("type " + std::to_string(k));
  const std::vector<hm::any_planning_goal> goals{
      hm::any_planning_goal::of(hm::see_goal{.least = 5}),
      hm::any_planning_goal::of(hm::rediscover_goal{.probability = 0.5})};
  const auto cluster_nb = hm::any_study_model::of(hm::cluster_nb_model{});
  const hm::plan_report plan = hm::plan(
      hm::thread_executor(2), {pilot.counts, pilot.types, names}, goals, {.sizes = {60, 120}},
      {.experiments = {.models = {cluster_nb}, .repeats = 2}}, hm::silent{}, rng);
  const auto& least = plan.search.answer;  // the smallest design that reaches both, if one does

  CHECK(cells == 624);
  CHECK(frequencies.draws.cols() == 8);
  CHECK(unseen.cells == 150);
  CHECK((!least || least->reaches_all));
}

TEST_CASE("files in, files out") {
  const temporary_folder folder;
  hm::random_engine rng(7);
  const hm::tissue pilot = small_tissue(rng);
  hm::io::dataset written{pilot.counts, {}, {}};
  for (const auto& name : pilot.gene_names) written.genes.push_back(name, name, "Gene Expression");
  for (int i = 0; i < 150; ++i) written.barcodes.push_back("cell_" + std::to_string(i));
  hm::io::write_10x(folder / "pilot", written);
  const auto path = folder / "pilot";
  const auto output = folder / "synthetic";

  const hm::io::dataset data = hm::io::read_10x(path);
  const hm::io::dataset chosen = hm::io::select_genes(data, hm::variable_genes(data.counts, 30));
  const hm::thread_executor run(2);
  const scdbm model = hm::train<scdbm>(run, chosen.counts, {.hidden = {4, 2}}, rng);
  hm::io::dataset synthetic{hm::sampled(model, hm::exact{}).generate(200, rng), chosen.genes, {}};
  for (int i = 0; i < 200; ++i) synthetic.barcodes.push_back("synthetic_" + std::to_string(i));
  hm::io::write_10x(output, synthetic);

  CHECK(hm::io::read_10x(output) == synthetic);
}

TEST_CASE("errors") {
  const temporary_folder folder;
  const auto path = folder.write("bad.csv", "cell,g1,g2\nA,1,x\n");

  std::string text;
  try {
    (void)hm::io::read_table(path, hm::io::orientation::cells_by_genes);
  } catch (const hm::io_error& error) {
    text = error.what();  // error.file() and error.line() hold the parts
  }
  CHECK(text == path.string() + ":2: count 'x' in column 3 ('g2') is no number");

  hm::count_matrix<double> counts(2);
  counts.push_back(0, 0.5);
  counts.finish_cell();
  CHECK_THROWS_WITH_AS(hm::validate(counts),
                       "validate: cell 0, gene 0: count 0.500000 is not a whole number >= 0",
                       std::domain_error);
}

TEST_CASE("counts of an Eigen matrix and of plain arrays are borrowed") {
  Eigen::SparseMatrix<std::int32_t> genes_by_cells(3, 2);  // column-major, as 10x and R have it
  genes_by_cells.insert(0, 0) = 4;
  genes_by_cells.insert(2, 1) = 1;
  genes_by_cells.makeCompressed();
  const auto borrowed = hm::view_genes_by_cells(genes_by_cells);  // no copy; 2 cells, 3 genes
  hm::validate(borrowed);  // one pass over foreign data, at the edge

  const std::vector<float> values{4, 1};
  const std::vector<std::int32_t> genes{0, 2};
  const std::vector<std::int64_t> pointers{0, 1, 2};
  const hm::count_view<float> from_arrays(values, genes, pointers, 3);

  CHECK(borrowed.values().data() == genes_by_cells.valuePtr());
  CHECK(hm::to_dense(borrowed) == hm::to_dense(from_arrays));
}
