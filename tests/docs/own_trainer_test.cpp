// SPDX-License-Identifier: MIT
// The trainer, generator and metric of docs/add-a-trainer.md and add-a-metric.md, which quote this
// file.
#include <doctest/doctest.h>

#include "harmonium/core/draw/poisson.hpp"
#include "harmonium/models/dbm.hpp"
#include "harmonium/models/generator.hpp"
#include "harmonium/simulate/tissue.hpp"
#include "harmonium/testing/check_generator.hpp"
#include "harmonium/testing/check_metric.hpp"
#include "harmonium/testing/check_trainer.hpp"
#include "harmonium/training/stages/exact_em.hpp"
#include "harmonium/training/train_with.hpp"
#include "harmonium/training/trainer.hpp"
#include "harmonium/training/trainer_concept.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/negative_binomial.hpp"

namespace hm = harmonium;

/// A Poisson mean per gene.
struct poisson_genes {
  hm::vector<double> mean;

  hm::index genes() const { return mean.size(); }
  template <hm::executor Executor, hm::observer Observer>
  hm::count_matrix<> generate(const Executor& run, hm::index cells, Observer&& watch,
                              hm::random_engine& rng) const {
    return hm::generate_by_cell(run, genes(), cells, watch, rng, [this](auto& engine, auto& cell) {
      for (hm::index m = 0; m < genes(); ++m)
        cell.push_back(m, static_cast<std::int32_t>(hm::draw::poisson(mean[m], engine)));
    });
  }
  template <hm::executor Executor>
  hm::count_matrix<> generate(const Executor& run, hm::index cells, hm::random_engine& rng) const {
    return generate(run, cells, hm::silent{}, rng);
  }
  hm::count_matrix<> generate(hm::index cells, hm::random_engine& rng) const {
    return generate(hm::serial_executor{}, cells, rng);
  }

  friend bool operator==(const poisson_genes&, const poisson_genes&) = default;
};
static_assert(hm::generator<poisson_genes>);

/// Half of the way to the data's means, ten times.
class halfway {
 public:
  explicit halfway(const hm::count_matrix<>& counts)
      : target_(hm::gene_means(counts)), model_{hm::vector<double>::Ones(counts.genes())} {}

  template <hm::executor Executor>
  const hm::training_record& step(const Executor&) {
    model_.mean = (model_.mean + target_) / 2;
    const double off = (model_.mean - target_).cwiseAbs().maxCoeff();
    log_.push_back({"halfway", std::ssize(log_) + 1, {{"largest_error", off}}});
    return log_.back();
  }
  template <hm::executor Executor, hm::observer Observer>
  bool run(const Executor& run, Observer&& watch) {
    return hm::run_to_end(*this, run, watch, [](const halfway&) { return hm::index{10}; });
  }
  bool done() const { return log_.size() == 10; }
  const hm::training_log& log() const { return log_; }
  const poisson_genes& model() const { return model_; }

 private:
  hm::vector<double> target_;
  poisson_genes model_;
  hm::training_log log_;
};
static_assert(hm::trainer<halfway>);

namespace {

/// Share of the genes that the reference counts and the synthetic cells do not.
struct lost_genes {
  static constexpr std::string_view name = "lost_genes";
  static constexpr std::string_view range = "0 (good) to 1";
  static constexpr std::string_view chance = "none that is common to all data";
  static constexpr std::string_view ceiling = "0 for as many cells as the reference";

  [[nodiscard]] std::vector<hm::figure> evaluate(const hm::comparison& pair) const {
    if (pair.empty()) return hm::unknown_figures({"share"});
    const auto real = hm::gene_means(pair.reference().counts());
    const auto made = hm::gene_means(pair.counts());
    const auto expressed = (real.array() > 0).count();
    const auto lost = (real.array() > 0 && made.array() == 0).count();
    return {{"share", static_cast<double>(lost) / static_cast<double>(expressed)}};
  }
};

}  // namespace

TEST_CASE("a trainer and a generator of one's own") {
  hm::random_engine rng(7);
  const hm::tissue pilot = hm::simulate_tissue({.cells = 60, .genes = 12}, rng);

  const auto found = hm::testing::check_trainer(halfway(pilot.counts));
  CHECK(found.text() == "");  // a line for each law that does not hold; or found.or_throw()

  halfway training(pilot.counts);
  training.run(hm::serial_executor{}, hm::silent{});
  CHECK(hm::testing::check_generator(training.model()).text() == "");
}

TEST_CASE("a stage in a recipe is a trainer") {
  using machine = hm::dbm<hm::negative_binomial, hm::bernoulli>;
  hm::random_engine rng(7);
  const hm::tissue pilot = hm::simulate_tissue({.cells = 60, .genes = 12}, rng);

  const hm::recipe_trainer<machine, hm::count_matrix<>, hm::exact_em> start(
      pilot.counts, {.hidden = {2}}, hm::exact_em{.iterations = 4}, rng);
  CHECK(hm::testing::check_trainer(start).text() == "");
}

TEST_CASE("a metric of one's own") {
  CHECK(hm::testing::check_metric(lost_genes{}).text() == "");
}
