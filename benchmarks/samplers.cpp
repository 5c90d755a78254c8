// SPDX-License-Identifier: MIT
// usage: samplers [FOLDER] [--seconds S]
// Samplers of a trained scDBM side by side: effective samples per second, split R-hat, and total
// variation to the exact p(h_1) against time. Gibbs chains are also started from the posterior of a
// variational autoencoder trained on the same cells, anew for every sample. Writes samplers.csv,
// samplers_trace.csv and, for gnuplot, samplers.gp to FOLDER (default: here). How to read it:
// docs/guide.md. Another sampler is one more `contender`.
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <sstream>
#include <string>

#include "harmonium/models/dbm.hpp"
#include "harmonium/samplers/collapsed.hpp"
#include "harmonium/samplers/exact.hpp"
#include "harmonium/samplers/gibbs.hpp"
#include "harmonium/samplers/tempered.hpp"
#include "harmonium/samplers/variational_posterior.hpp"
#include "harmonium/samplers/variational_start.hpp"
#include "harmonium/simulate/tissue.hpp"
#include "harmonium/training/stages/exact_em.hpp"
#include "harmonium/training/train_variational.hpp"
#include "harmonium/training/train_with.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/negative_binomial.hpp"
#include "sampler_comparison.hpp"

namespace hm = harmonium;

namespace {

using scdbm = hm::dbm<hm::negative_binomial, hm::bernoulli, hm::bernoulli>;
using autoencoder = hm::variational_autoencoder<>;
using started_gibbs = hm::variational_start<hm::variational_posterior<>>;

constexpr const char* plot = R"(set datafile separator ','
set terminal svg noenhanced size 760,460 font 'sans-serif,12' background 'white'
set output 'samplers.svg'
set logscale xy
set xlabel 'seconds of sampling (8 chains)'
set ylabel 'total variation to the exact p(h1)'
set key outside right
set format '%g'
set grid ytics lc rgb '#dddddd'
samplers = "gibbs vae-gibbs collapsed tempered exact"
array colour[5] = ['#d55e00', '#e69f00', '#009e73', '#0072b2', '#cc79a7']
plot for [i=1:5] 'samplers_trace.csv' using (strcol(1) eq word(samplers, i) ? $3 : NaN):4 \
  with linespoints lw 2 pt 7 ps 0.5 lc rgb colour[i] title word(samplers, i)
)";

}  // namespace

int main(int argc, char** argv) {
  comparison::settings with;
  std::filesystem::path folder = ".";
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--seconds") == 0 && i + 1 < argc)
      with.seconds = std::atof(argv[++i]);
    else if (std::strncmp(argv[i], "--benchmark", 11) == 0)
      with.seconds = 0.02;  // as quick as the other benchmarks, where all are only tried
    else
      folder = argv[i];
  }
  hm::random_engine rng(7);
  const auto pilot = hm::simulate_tissue({.cells = 384, .genes = 200}, rng);
  const auto model = hm::train<scdbm>(hm::serial_executor{}, pilot.counts, {.hidden = {4, 2}},
                                      hm::exact_em{}, rng);
  auto encoding = hm::paper_notebook();
  if (with.seconds < 0.1) encoding.epochs = 1;
  const hm::serial_executor run;
  const hm::variational_posterior<> posterior(
      run,
      std::make_shared<const autoencoder>(
          hm::train_variational<autoencoder>(run, pilot.counts, encoding, rng)),
      pilot.counts);

  std::ostringstream figures, trace;
  const auto visible = std::make_shared<const hm::visible_draws<scdbm>>(model);
  comparison::compare(
      model, with, figures, trace,
      comparison::contender{"gibbs",
                            [&](const scdbm& of) { return hm::gibbs_chain<scdbm>(of, visible); }},
      comparison::contender{
          "vae-gibbs",
          [&](const scdbm& of) {
            return comparison::independent_chain<scdbm, started_gibbs>(of, {&posterior, 5});
          }},
      comparison::contender{"collapsed",
                            [](const scdbm& of) { return hm::collapsed_chain<scdbm>(of); }},
      comparison::contender{"tempered",
                            [](const scdbm& of) {
                              return hm::tempered_chain<scdbm>(of, hm::geometric_ladder(12, 0.01));
                            }},
      comparison::contender{"exact", [](const scdbm& of) {
                              return comparison::independent_chain<scdbm, hm::exact>(of, {});
                            }});
  std::cout << figures.str();
  if (with.seconds < 0.1) return 0;
  std::ofstream(folder / "samplers.csv") << figures.str();
  std::ofstream(folder / "samplers_trace.csv") << trace.str();
  std::ofstream(folder / "samplers.gp") << plot;
}
