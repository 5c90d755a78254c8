// SPDX-License-Identifier: MIT
#include "harmonium/training/dbm_trainer.hpp"

#include <doctest/doctest.h>

#include "harmonium/likelihood/exact_fit.hpp"
#include "harmonium/samplers/exact.hpp"
#include "harmonium/samplers/generate.hpp"
#include "harmonium/states/exact_statistics.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/categorical.hpp"
#include "harmonium/units/negative_binomial.hpp"
#include "harmonium/units/poisson.hpp"
#include "support/toy_counts.hpp"

namespace hm = harmonium;

using scdbm = hm::dbm<hm::negative_binomial, hm::bernoulli, hm::bernoulli>;
using options_type = hm::training_options<scdbm>;
using trainer_type = hm::dbm_trainer<scdbm, hm::count_matrix<>>;

namespace {

const auto pilot = tiny::toy_counts(150, 12, 1);

options_type quick() {
  options_type options;
  options.hidden = {3, 2};
  options.pretraining_epochs = {8, 5};
  options.epochs = 3;
  options.exact_iterations = 8;
  options.exact_tolerance = 0;
  return options;
}

double likelihood(const scdbm& model, const hm::count_matrix<>& counts) {
  return hm::exact_fit(hm::serial_executor{}, model, hm::hidden_enumeration<scdbm>(model), counts)
      .log_likelihood;
}

}  // namespace

TEST_CASE("the default learns what two kinds of cells are, also for new cells") {
  hm::random_engine rng(1);
  auto options = quick();
  options.exact_iterations = 15;
  const auto model = hm::train<scdbm>(pilot, options, rng);
  const auto fresh = tiny::toy_counts(300, 12, 99);
  // Independent genes: one state, the pilot's means and dispersions.
  options.hidden = {1, 1};
  auto none = options;
  none.pretraining_epochs = {5, 0};
  none.epochs = 0;
  none.exact_iterations = 0;
  none.learning_rate.initial = 1e-12;
  none.initial = {0, 0, false, false};
  const auto independent = hm::train<scdbm>(pilot, none, rng);
  CHECK(likelihood(model, fresh) > likelihood(independent, fresh) + 1.5);

  const auto cells = hm::generate(model, 4000, hm::exact{}, rng);
  const auto real = hm::gene_means(pilot), made = hm::gene_means(cells);
  const auto dense = hm::to_dense(cells);
  for (hm::index m = 0; m < real.size(); ++m) {
    const double sd = std::sqrt((dense.col(m).array() - made[m]).square().mean());
    CHECK(std::abs(made[m] - real[m]) < 5 * sd / std::sqrt(4000.0) + 1e-2 * real[m]);
  }
}

TEST_CASE("what the log says of exact EM is the model's likelihood, upper layers fixed or not") {
  for (const hm::index steps : {0, 5}) {
    hm::random_engine rng(6);
    options_type options;
    options.hidden = {3, 2};
    options.exact_iterations = 6;
    options.exact.upper_steps = steps;
    trainer_type trainer(pilot, options, rng);
    trainer.run(hm::serial_executor{}, hm::silent{});
    CHECK(*trainer.log().back().log_likelihood ==
          doctest::Approx(likelihood(trainer.model(), pilot)).epsilon(1e-9));
  }
}

TEST_CASE("stop and resume is one straight run; watching and threads change nothing") {
  hm::random_engine a(5), b(5);
  trainer_type straight(pilot, quick(), a);
  CHECK(straight.run(hm::serial_executor{}, hm::silent{}));

  trainer_type stopped(pilot, quick(), b);
  int steps = 0;
  const bool finished = stopped.run(hm::thread_executor(3), [&](const hm::progress& now) {
    CHECK(now.done >= 1);
    CHECK(now.done <= now.total);
    return ++steps == 10 ? hm::flow::stop : hm::flow::proceed;
  });
  CHECK(!finished);
  CHECK(steps == 10);
  CHECK_THROWS_AS((void)stopped.model(), std::invalid_argument);
  trainer_type resumed = stopped;
  CHECK(resumed.run(hm::thread_executor(2), hm::silent{}));
  CHECK(resumed.model().parameters() == straight.model().parameters());
  CHECK(resumed.model().visible().inverse_dispersion() ==
        straight.model().visible().inverse_dispersion());
  CHECK(resumed.log().size() == 8 + 5 + 3 + 8);
  CHECK(resumed.log().back().stage == "exact maximum likelihood");
  CHECK_THROWS_AS(resumed.step(hm::serial_executor{}), std::invalid_argument);
}

TEST_CASE("the paper's settings run, and hardly learn") {
  hm::random_engine rng(2);
  auto options = hm::paper_training_options<scdbm>();
  CHECK(options.hidden == std::array<hm::index, 2>{4, 2});
  options.pretraining_epochs = {10, 5};
  options.epochs = 2;
  hm::dbm_trainer<scdbm, hm::count_matrix<>, decltype(options)> trainer(pilot, options, rng);
  trainer.run(hm::serial_executor{}, hm::silent{});
  const auto& model = trainer.model();
  CHECK(model.weights(0).maxCoeff() <= 0);
  CHECK(model.weights(0).minCoeff() > -0.02);
  CHECK(trainer.log().back().stage == "joint training");
  CHECK(trainer.statuses().size() == 12);
}

TEST_CASE("particles, held-out cells and the training log") {
  hm::random_engine rng(3);
  auto options = quick();
  options.contrastive.enumerate_up_to = 0;
  options.held_out = {0, 7, 149};
  trainer_type trainer(pilot, options, rng);
  trainer.run(hm::serial_executor{}, hm::silent{});
  const auto& first = trainer.log().front();
  CHECK(first.held_out_log_likelihood.has_value());
  CHECK(*trainer.log().back().log_likelihood > *first.log_likelihood);
  CHECK(trainer.log()[8].stage == "pretraining layer 2");
  CHECK(!trainer.log()[8].log_likelihood.has_value());
}

TEST_CASE("patience ends exact EM where held-out cells no longer gain, at the best model") {
  hm::training_options<scdbm> options;
  options.hidden = {5, 2};
  options.dispersion_every = 0;
  options.exact.ridge = 1e-3;   // fits noise ...
  options.exact_tolerance = 0;  // ... to the end
  options.exact_iterations = 30;
  options.patience = 3;
  for (hm::index i = 30; i < 150; ++i) options.held_out.push_back(i);
  hm::random_engine rng(3), again(3);
  trainer_type patient(pilot, options, rng);
  patient.run(hm::serial_executor{}, hm::silent{});
  options.patience = 0;
  trainer_type thorough(pilot, options, again);
  thorough.run(hm::serial_executor{}, hm::silent{});
  const auto held_out = [](const trainer_type& trainer, std::size_t line) {
    return *trainer.log()[line].held_out_log_likelihood;
  };
  std::size_t best = 0;
  for (std::size_t line = 0; line < patient.log().size(); ++line)
    if (held_out(patient, line) > held_out(patient, best)) best = line;
  REQUIRE(patient.log().size() < thorough.log().size());
  CHECK(patient.log().size() == best + 1 + 3);
  CHECK(held_out(patient, best) == held_out(thorough, best));  // the same until then
  const auto fresh = hm::select_cells(pilot, std::span<const hm::index>(options.held_out));
  const hm::hidden_enumeration<scdbm> hidden(hm::serial_executor{}, patient.model());
  const auto fit = hm::exact_fit(hm::serial_executor{}, patient.model(), hidden, fresh);
  // The visible biases are adjusted once more, to the means of the training cells.
  CHECK(fit.log_likelihood == doctest::Approx(held_out(patient, best)).epsilon(0.003));

  options.held_out.clear();
  options.patience = 3;
  CHECK_THROWS_AS(trainer_type(pilot, options, rng), std::invalid_argument);
}

TEST_CASE_TEMPLATE("other stacks train too", Model, hm::dbm<hm::negative_binomial, hm::bernoulli>,
                   hm::dbm<hm::negative_binomial, hm::bernoulli, hm::bernoulli, hm::bernoulli>,
                   hm::dbm<hm::poisson, hm::bernoulli, hm::bernoulli>,
                   hm::dbm<hm::negative_binomial, hm::categorical>,
                   hm::dbm<hm::basic_negative_binomial<float>, hm::basic_bernoulli<float>>) {
  hm::random_engine rng(4);
  hm::training_options<Model> options;
  options.hidden.fill(2);
  options.pretraining_epochs.fill(10);
  options.exact_iterations = 6;
  hm::dbm_trainer<Model, hm::count_matrix<>> trainer(pilot, options, rng);
  trainer.run(hm::serial_executor{}, hm::silent{});
  CHECK(*trainer.log().back().log_likelihood > *trainer.log().front().log_likelihood);
  CHECK(trainer.model().parameters().allFinite());
}

TEST_CASE_TEMPLATE("a group of six categories keeps finite biases and the pilot's means", Scalar,
                   float, double) {
  using model_type = hm::dbm<hm::basic_negative_binomial<Scalar>, hm::basic_categorical<Scalar>>;
  hm::random_engine rng(9);
  hm::training_options<model_type> options;
  options.hidden = {6};
  const auto model = hm::train<model_type>(pilot, options, rng);
  for (const Scalar b : model.bias(1)) CHECK(std::abs(b) < 1000);
  const hm::hidden_enumeration<model_type> hidden(model);
  double total = 0;
  for (hm::index s = 0; s < hidden.states(); ++s)
    total += static_cast<double>(hidden.probability(s));
  CHECK(total == doctest::Approx(1).epsilon(1e-4));
  const auto own = hm::exact_model_statistics(model, hidden);
  const auto real = hm::gene_means(pilot);
  for (hm::index m = 0; m < real.size(); ++m)
    CHECK(static_cast<double>(model.bias_of(own, 0)[static_cast<std::size_t>(m)]) ==
          doctest::Approx(real[m]).epsilon(0.02));
}

TEST_CASE("counts borrowed as floats give the same model as counts owned as integers") {
  std::vector<float> values;
  std::vector<std::int64_t> genes, pointers{0};
  for (hm::index i = 0; i < pilot.cells(); ++i) {
    const auto cell = pilot.cell(i);
    values.insert(values.end(), cell.values.begin(), cell.values.end());
    genes.insert(genes.end(), cell.genes.begin(), cell.genes.end());
    pointers.push_back(static_cast<std::int64_t>(values.size()));
  }
  const hm::count_view<float, std::int64_t, std::int64_t> view(values, genes, pointers, 12);
  hm::random_engine a(6), b(6);
  CHECK(hm::train<scdbm>(view, quick(), a).parameters() ==
        hm::train<scdbm>(pilot, quick(), b).parameters());
}

TEST_CASE("the default is exact EM from principal components, and stops by itself") {
  hm::random_engine a(12), b(12);
  const options_type options{.hidden = {3, 2}};
  trainer_type trainer(pilot, options, a), watched(pilot, options, b);
  trainer.run(hm::serial_executor{}, hm::silent{});
  watched.run(hm::thread_executor(3), [](const hm::progress& now) {
    CHECK(now.stage == "exact maximum likelihood");
    return hm::flow::proceed;
  });
  CHECK(trainer.model().parameters() == watched.model().parameters());
  const auto& log = trainer.log();
  CHECK(log.size() < 60);
  CHECK(*log.back().log_likelihood ==
        doctest::Approx(likelihood(trainer.model(), pilot)).epsilon(1e-10));
  // Not behind what pretraining leads to.
  hm::random_engine c(13);
  CHECK(*log.back().log_likelihood > likelihood(hm::train<scdbm>(pilot, quick(), c), pilot) - 0.1);
}

TEST_CASE("contrastive stages are there where the layer is too large for exact EM") {
  hm::random_engine rng(14);
  options_type options{.hidden = {3, 2}};
  options.exact.max_states = 4;
  trainer_type trainer(pilot, options, rng);
  trainer.step(hm::serial_executor{});
  CHECK(trainer.log().back().stage == "pretraining layer 1");
}

TEST_CASE("one layer too large for exact EM is trained by sampled EM, unless epochs are given") {
  using rbm = hm::dbm<hm::negative_binomial, hm::bernoulli>;
  hm::training_options<rbm> options{.hidden = {3}, .sampled_iterations = 15};
  options.exact.max_states = 4;
  options.sampled.particles = 300;
  hm::random_engine rng(15);
  hm::dbm_trainer<rbm, hm::count_matrix<>> trainer(pilot, options, rng);
  trainer.run(hm::serial_executor{}, hm::silent{});
  CHECK(trainer.log().size() == 15);
  CHECK(trainer.log().back().stage == "sampled maximum likelihood");
  CHECK(trainer.particles().size() == 300);
  // The model's mean count of all genes together, against the pilot's.
  const auto own =
      hm::exact_model_statistics(trainer.model(), hm::hidden_enumeration<rbm>(trainer.model()));
  double total = 0;
  for (const double mean : trainer.model().bias_of(own, 0)) total += mean;
  CHECK(total == doctest::Approx(hm::gene_means(pilot).sum()).epsilon(0.1));

  options.pretraining_epochs = {1};
  hm::dbm_trainer<rbm, hm::count_matrix<>> other(pilot, options, rng);
  other.run(hm::serial_executor{}, hm::silent{});
  CHECK(other.log().back().stage == "pretraining layer 1");
  CHECK(other.particles().empty());
}

TEST_CASE("degenerate pilots") {
  hm::random_engine rng(7);
  CHECK_THROWS_WITH_AS((void)hm::train<scdbm>(hm::count_matrix<>(5), quick(), rng),
                       doctest::Contains("no cells"), std::invalid_argument);
  hm::count_matrix<> empty(3);
  empty.finish_cell();
  CHECK_THROWS_WITH_AS((void)hm::train<scdbm>(empty, quick(), rng), doctest::Contains("no counts"),
                       std::invalid_argument);
  // One cell; a gene that is zero everywhere; huge read counts.
  hm::count_matrix<> one(4);
  one.push_back(0, 3);
  one.push_back(2, 1);
  one.push_back(3, 2000000);
  one.finish_cell();
  const auto model = hm::train<scdbm>(one, quick(), rng);
  CHECK(model.parameters().allFinite());
  const auto cells = hm::generate(model, 50, hm::exact{}, rng);
  CHECK(hm::gene_means(cells)[1] == 0);
}

TEST_CASE("options out of range are named") {
  hm::random_engine rng(8);
  auto options = quick();
  options.hidden = {3, 0};
  CHECK_THROWS_WITH_AS((void)hm::train<scdbm>(pilot, options, rng),
                       doctest::Contains("hidden layer 2 needs at least one unit"),
                       std::invalid_argument);
  options = quick();
  options.held_out = {150};
  CHECK_THROWS_AS((void)hm::train<scdbm>(pilot, options, rng), std::invalid_argument);
  options = quick();
  options.epochs = -1;
  CHECK_THROWS_AS((void)hm::train<scdbm>(pilot, options, rng), std::invalid_argument);
}
