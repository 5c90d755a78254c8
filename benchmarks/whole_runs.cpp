// SPDX-License-Identifier: MIT
// usage: whole_runs MODEL CELLS GENES HIDDEN THREADS GENERATED [FOLDER]
// Trains on a simulated tissue, or on the first CELLS cells of a 10x folder (all for 0), generates,
// and prints one line of csv: what was asked for, seconds of training and generating by the clock
// and of the processor, epochs of contrastive divergence, peak memory before and after in MiB, MiB
// of the compressed counts, peak of training in MiB. MODEL is harmonium, scdbm, independent-nb or
// cluster-nb (8 clusters unless HIDDEN says). Without arguments: something small, to see that it
// runs.
#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <map>
#include <numeric>
#include <string>
#include <vector>

#include "harmonium/core/select_counts.hpp"
#include "harmonium/io/mex.hpp"
#include "harmonium/models/baselines/cluster_nb.hpp"
#include "harmonium/models/baselines/independent_nb.hpp"
#include "harmonium/models/dbm.hpp"
#include "harmonium/samplers/exact.hpp"
#include "harmonium/samplers/gibbs.hpp"
#include "harmonium/samplers/sampled.hpp"
#include "harmonium/simulate/tissue.hpp"
#include "harmonium/training/default_recipe.hpp"
#include "harmonium/training/train_harmonium.hpp"
#include "harmonium/training/trainer.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/negative_binomial.hpp"

namespace hm = harmonium;

namespace {

/// From now on the peak is counted anew, from what is resident now: so that making the pilot does
/// not count.
void forget_peak() {
  malloc_trim(0);
  std::ofstream("/proc/self/clear_refs") << 5;
}

/// Peak of the resident memory so far, in MiB; the kernel's figure.
double peak_memory() {
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word)
    if (word == "VmHWM:") {
      double kilobytes = 0;
      status >> kilobytes;
      return kilobytes / 1024;
    }
  return 0;
}

class stopwatch {
 public:
  /// Of all threads together.
  [[nodiscard]] double processor_seconds() const {
    return static_cast<double>(std::clock() - processor_) / CLOCKS_PER_SEC;
  }
  [[nodiscard]] double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
  }

 private:
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  std::clock_t processor_ = std::clock();
};

struct timings {
  double training = 0, training_processor = 0, generating = 0, generating_processor = 0;
  double epochs = 0;  ///< passes over all cells
  double peak = 0;    ///< memory of training, MiB
};

timings run_harmonium(const hm::thread_executor& threads, const hm::count_matrix<>& pilot,
                      hm::index hidden, hm::index generated, hm::random_engine& rng) {
  hm::harmonium_options<> options;
  if (hidden > 0) options.em.components = hidden;
  timings result;
  const stopwatch training;
  const auto trained = hm::train_harmonium(threads, pilot, options, rng);
  result.training = training.seconds();
  result.training_processor = training.processor_seconds();
  result.peak = peak_memory();
  const stopwatch generating;
  (void)trained.generator.generate(threads, generated, rng);
  result.generating = generating.seconds();
  result.generating_processor = generating.processor_seconds();
  return result;
}

timings run_scdbm(const hm::thread_executor& threads, const hm::count_matrix<>& pilot,
                  hm::index hidden, hm::index generated, hm::random_engine& rng) {
  using scdbm = hm::dbm<hm::negative_binomial, hm::bernoulli, hm::bernoulli>;
  const bool enumerable = hidden <= 14;
  hm::default_recipe<scdbm> recipe;
  if (!enumerable) {  // contrastive divergence alone
    auto& [layers, all] = std::get<1>(recipe.stages).stages;
    layers.epochs = {2, 1};
    all.epochs = 1;
  }
  timings result;
  const stopwatch training;
  hm::recipe_trainer<scdbm, hm::count_matrix<>, hm::default_recipe<scdbm>> trainer(
      pilot, {.hidden = {hidden, 2}}, recipe, rng);
  trainer.run(threads, hm::silent{});
  const auto model = trainer.model();
  result.training = training.seconds();
  result.training_processor = training.processor_seconds();
  if (!enumerable) result.epochs = 4;
  result.peak = peak_memory();
  const stopwatch generating;
  if (enumerable)
    (void)hm::sampled(model, hm::exact{}).generate(threads, generated, rng);
  else
    (void)hm::sampled(model, hm::gibbs{.burn_in = 10}).generate(threads, generated, rng);
  result.generating = generating.seconds();
  result.generating_processor = generating.processor_seconds();
  return result;
}

/// Training and generating of what is fitted in one call.
template <class Fit>
timings time_baseline(const hm::thread_executor& threads, hm::index generated,
                      hm::random_engine& rng, const Fit& fit) {
  timings result;
  const stopwatch training;
  const auto model = fit();
  result.training = training.seconds();
  result.training_processor = training.processor_seconds();
  result.peak = peak_memory();
  const stopwatch generating;
  (void)model.generate(threads, generated, rng);
  result.generating = generating.seconds();
  result.generating_processor = generating.processor_seconds();
  return result;
}

timings run_independent(const hm::thread_executor& threads, const hm::count_matrix<>& pilot,
                        hm::index, hm::index generated, hm::random_engine& rng) {
  return time_baseline(threads, generated, rng,
                       [&] { return hm::independent_nb::fit(threads, pilot); });
}

timings run_clusters(const hm::thread_executor& threads, const hm::count_matrix<>& pilot,
                     hm::index hidden, hm::index generated, hm::random_engine& rng) {
  return time_baseline(threads, generated, rng, [&] {
    return hm::cluster_nb::fit(threads, pilot, {.clusters = hidden > 0 ? hidden : 8}, rng);
  });
}

}  // namespace

int main(int argc, char** argv) {
  const bool small = argc < 7;
  const std::string model = small ? "scdbm" : argv[1];
  const auto number = [&](int i, hm::index otherwise) {
    return small ? otherwise : static_cast<hm::index>(std::atol(argv[i]));
  };
  const hm::index cells = number(2, 100), genes = number(3, 300), hidden = number(4, 3);
  const auto threads = static_cast<int>(number(5, 1));
  const hm::index generated = number(6, 100);
  hm::random_engine rng(7);
  hm::count_matrix<> pilot;
  if (!small && argc > 7) {
    pilot = hm::io::read_10x(argv[7]).counts;
    if (cells > 0 && cells < pilot.cells()) {
      std::vector<hm::index> rows(static_cast<std::size_t>(cells));
      std::iota(rows.begin(), rows.end(), hm::index{0});
      pilot = hm::select_cells(pilot, rows);
    }
  } else {
    pilot = hm::simulate_tissue({.cells = cells, .genes = genes}, rng).counts;
  }
  forget_peak();
  const double before = peak_memory();
  const std::map<std::string, decltype(&run_scdbm)> known = {{"harmonium", run_harmonium},
                                                             {"scdbm", run_scdbm},
                                                             {"independent-nb", run_independent},
                                                             {"cluster-nb", run_clusters}};
  const auto run = known.find(model);
  if (run == known.end()) {
    std::fprintf(stderr, "whole_runs: no model %s\n", model.c_str());
    return 2;
  }
  const timings seconds = run->second(hm::thread_executor(threads), pilot, hidden, generated, rng);
  const double bytes =
      static_cast<double>(pilot.nonzeros()) * 8 + static_cast<double>(pilot.cells()) * 8;
  std::printf("%s,%ld,%ld,%ld,%d,%ld,%.4f,%.4f,%.4f,%.4f,%.0f,%.1f,%.1f,%.2f,%.1f\n", model.c_str(),
              static_cast<long>(pilot.cells()), static_cast<long>(pilot.genes()),
              static_cast<long>(hidden), threads, static_cast<long>(generated), seconds.training,
              seconds.training_processor, seconds.generating, seconds.generating_processor,
              seconds.epochs, before, peak_memory(), bytes / 1048576, seconds.peak);
}
