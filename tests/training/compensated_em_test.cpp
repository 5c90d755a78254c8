// SPDX-License-Identifier: MIT
#include "harmonium/training/compensated_em.hpp"
#include "harmonium/likelihood/base_measures.hpp"

#include <doctest/doctest.h>

#include "support/toy_counts.hpp"

namespace hm = harmonium;

namespace {

constexpr hm::index genes = 12;

double held_out(const hm::semi_restricted& model, const hm::count_matrix<>& counts) {
  const auto potential = hm::potentials(hm::serial_executor{}, model);
  const auto base = hm::log_base_measures(model.visible(), counts);
  double sum = 0;
  for (hm::index i = 0; i < counts.cells(); ++i)
    sum += hm::log_likelihood(model, potential, counts.cell(i), base[i]);
  return sum / static_cast<double>(counts.cells());
}

}  // namespace

TEST_CASE("EM is monotone while theta stays") {
  const auto counts = tiny::toy_counts(200, genes, 1);
  hm::random_engine rng(1);
  const hm::compensated_options options{
      .groups = {3, 1}, .tolerance = 0, .ridge = 1e-9, .prior_cells = 0};
  hm::compensated_trainer<hm::count_matrix<>> em(hm::serial_executor{}, counts, options, rng);
  double before = em.data().log_likelihood;
  const double first = before;
  for (int n = 1; n <= 16; ++n) {
    const auto& line = em.step(hm::serial_executor{});
    CHECK(line.epoch == n);
    const double now = *line.figure("log_likelihood");
    if (n % 4 != 0) CHECK(now > before - 1e-7);
    before = now;
  }
  CHECK(before > first);
  CHECK(before == doctest::Approx(held_out(em.model(), counts)).epsilon(1e-12));
}

TEST_CASE("one group is a mixture: its means are those of the cells that belong to a category") {
  const auto counts = tiny::toy_counts(200, genes, 2);
  hm::random_engine rng(2);
  const hm::compensated_options options{.groups = {2},
                                        .max_iterations = 40,
                                        .tolerance = -1,
                                        .ridge = 1e-9,
                                        .prior_cells = 0,
                                        .initial_dispersion = 2,
                                        .theta = {}};
  hm::compensated_trainer<hm::count_matrix<>> em(hm::serial_executor{}, counts, options, rng);
  CHECK(em.run(hm::serial_executor{}, hm::silent{}));
  const auto& model = em.model();
  const auto x = hm::to_dense(counts);
  hm::vector<double> eta(genes), mean(genes);
  for (hm::index s = 0; s < 2; ++s) {
    model.visible_input(model.states()[s], hm::as_span(eta));
    model.visible().mean(hm::as_span(std::as_const(eta)), hm::as_span(mean));
    double weight = 0;
    hm::vector<double> sum = hm::vector<double>::Zero(genes);
    for (hm::index i = 0; i < 200; ++i) {
      weight += em.data().hidden(i, s);
      for (hm::index m = 0; m < genes; ++m) sum[m] += em.data().hidden(i, s) * x(i, m);
    }
    CHECK(std::exp(model.log_prior()[s]) == doctest::Approx(weight / 200).epsilon(1e-6));
    for (hm::index m = 0; m < genes; ++m)
      CHECK(mean[m] == doctest::Approx(sum[m] / weight).epsilon(1e-5));
  }
}

TEST_CASE("cells' worth of independent groups leave every unit as frequent as it was") {
  const auto counts = tiny::toy_counts(200, genes, 6);
  const auto frequencies = [&](double cells) {
    hm::random_engine rng(7);
    const hm::compensated_options options{.groups = {2, 1}, .prior_cells = cells};
    hm::compensated_trainer<hm::count_matrix<>> em(hm::serial_executor{}, counts, options, rng);
    em.step(hm::serial_executor{});
    const auto& model = em.model();
    hm::vector<double> on = hm::vector<double>::Zero(3);
    for (hm::index s = 0; s < model.states().size(); ++s)
      for (hm::index k = 0; k < 3; ++k)
        on[k] += std::exp(model.log_prior()[s]) *
                 static_cast<double>(model.states()[s][static_cast<std::size_t>(k)]);
    // The single unit tells nothing of the group once these cells are all that counts.
    double both = 0;
    for (hm::index s = 0; s < model.states().size(); ++s)
      if (model.states()[s][0] != 0 && model.states()[s][2] != 0)
        both += std::exp(model.log_prior()[s]);
    if (cells > 1e6) CHECK(both == doctest::Approx(on[0] * on[2]).epsilon(1e-6));
    return on;
  };
  const hm::vector<double> few = frequencies(0), many = frequencies(1e9);
  // But for the part that the prior has in which state a cell is of.
  for (hm::index k = 0; k < 3; ++k) CHECK(many[k] == doctest::Approx(few[k]).epsilon(0.01));
}

TEST_CASE("it finds the two kinds of cells, also for new cells; threads change nothing") {
  const auto counts = tiny::toy_counts(300, genes, 3), fresh = tiny::toy_counts(300, genes, 4);
  hm::random_engine a(5), b(5), c(5);
  hm::compensated_trainer<hm::count_matrix<>> fit(hm::serial_executor{}, counts, {.groups = {2, 1}},
                                                  a);
  CHECK(!fit.run(hm::serial_executor{}, [](const hm::progress& now) {
    return now.done == 3 ? hm::flow::stop : hm::flow::proceed;
  }));
  CHECK(fit.run(hm::serial_executor{}, hm::silent{}));
  const auto same =
      hm::train<hm::semi_restricted>(hm::thread_executor(3), counts, {.groups = {2, 1}}, b);
  CHECK(fit.model().log_prior() == same.log_prior());
  CHECK(hm::vector<double>::Map(fit.model().bias(0).data(), genes) ==
        hm::vector<double>::Map(same.bias(0).data(), genes));
  CHECK(fit.converged());
  double truth = -std::log(2.0);  // the label itself has to be coded
  const auto x = hm::to_dense(fresh);
  for (hm::index i = 0; i < 300; ++i)
    for (hm::index m = 0; m < genes; ++m)
      truth +=
          hm::nb_log_pmf(x(i, m),
                         hm::nb_natural_from_mean(tiny::toy_mean(m, genes, i % 2 == 1), 2.0), 2.0) /
          300;
  const auto independent = hm::train<hm::semi_restricted>(
      hm::serial_executor{}, counts, {.groups = {1}, .max_iterations = 1, .ridge = 1e9}, c);
  const double none = held_out(independent, fresh);
  CHECK(held_out(fit.model(), fresh) > none + 0.8 * (truth - none));
}

TEST_CASE("no state leaves the admissible region, however improbable") {
  const auto counts = tiny::toy_counts(100, genes, 6, 0.2);
  hm::random_engine rng(6);
  const auto model =
      hm::train<hm::semi_restricted>(hm::serial_executor{}, counts, {.groups = {3, 1, 1}}, rng);
  hm::vector<double> eta(genes);
  for (hm::index s = 0; s < model.states().size(); ++s) {
    model.visible_input(model.states()[s], hm::as_span(eta));
    CHECK(eta.maxCoeff() < 0);
  }
  CHECK(model.generate(50, rng).cells() == 50);
}

TEST_CASE("what cannot be trained is refused") {
  const auto refused = [](const hm::count_matrix<>& counts,
                          const hm::compensated_options& options) {
    hm::random_engine rng(7);
    CHECK_THROWS_AS(
        (void)hm::train<hm::semi_restricted>(hm::serial_executor{}, counts, options, rng),
        std::invalid_argument);
  };
  const auto counts = tiny::toy_counts(20, genes, 1);
  refused(hm::count_matrix<>(3), {.groups = {2}});
  refused(counts, {});
  refused(counts, {.groups = {2}, .max_iterations = -1});
  refused(counts, {.groups = {2}, .ridge = 0});
  refused(counts, {.groups = {2}, .prior_cells = -1});
  refused(counts, {.groups = {2}, .theta = hm::theta_updates{.every = 0}});
  hm::random_engine rng(7);
  hm::compensated_trainer<hm::count_matrix<>> none(hm::serial_executor{}, counts,
                                                   {.groups = {2}, .max_iterations = 0}, rng);
  CHECK(none.done());
  CHECK_THROWS_AS(none.step(hm::serial_executor{}), std::invalid_argument);
}
