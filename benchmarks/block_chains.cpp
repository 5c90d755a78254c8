// SPDX-License-Identifier: MIT
// usage: block_chains [REPEATS]
// Chains side by side, whose inputs are matrix products, beside collapsed chains one by one:
// annealed importance sampling and parallel tempering, on machines with normal weights of standard
// deviation 0.05. Prints two tables: processor microseconds of one thread, median and range over
// the repeats. Without a number: something small, to see that it runs.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

#include "harmonium/core/draw/normal.hpp"
#include "harmonium/likelihood/annealed.hpp"
#include "harmonium/likelihood/annealed_blocks.hpp"
#include "harmonium/models/rbm.hpp"
#include "harmonium/samplers/tempered_block_chains.hpp"
#include "harmonium/samplers/tempered_chain.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/negative_binomial.hpp"

namespace hm = harmonium;

namespace {

struct sizes {
  int repeats = 3;
  hm::index runs = 100, temperatures = 500;  ///< of annealing side by side
  hm::index runs_alone = 10;                 ///< of collapsed chains
  int rounds = 200, rounds_alone = 5;        ///< of tempering
};

/// Median and range of processor microseconds of `call()`, each over `items`.
template <class Call>
std::string microseconds(int repeats, double items, const Call& call) {
  std::vector<double> times;
  for (int r = 0; r < repeats; ++r) {
    const std::clock_t begin = std::clock();
    call();
    times.push_back(1e6 * static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC / items);
  }
  std::sort(times.begin(), times.end());
  char text[80];
  std::snprintf(text, sizeof text, "%.1f (%.1f to %.1f)", times[times.size() / 2], times.front(),
                times.back());
  return text;
}

std::string in_words(const hm::annealed_result& found) {
  char text[80];
  std::snprintf(text, sizeof text, "%.3f +- %.3f | %.1f", found.log_partition, found.standard_error,
                found.effective_sample_size);
  return text;
}

template <class Model>
Model random_machine(Model model, double visible_bias) {
  hm::random_engine rng(1);
  for (hm::index j = 0; j < model.size(0); ++j) {
    model.bias(0)[static_cast<std::size_t>(j)] = visible_bias;
    for (hm::index k = 0; k < model.size(1); ++k)
      model.weights(0)(j, k) = 0.05 * hm::draw::normal(rng);
  }
  return model;
}

template <class Model>
void annealing(const char* name, const Model& model, const sizes& how) {
  const auto reference = hm::central_reference(model);
  const hm::serial_executor run;
  hm::random_engine rng(2);
  hm::annealed_result blocks{}, alone{};
  const auto steps = static_cast<double>(how.temperatures);
  const std::string side_by_side =
      microseconds(how.repeats, steps * static_cast<double>(how.runs), [&] {
        blocks = hm::annealed_blocks(run, model, reference,
                                     {.runs = how.runs, .temperatures = how.temperatures}, rng);
      });
  const std::string one_by_one = microseconds(1, steps * static_cast<double>(how.runs_alone), [&] {
    alone = hm::annealed_log_partition(
        run, model, reference, {.runs = how.runs_alone, .temperatures = how.temperatures}, rng);
  });
  std::printf("| %s | %s | %s | %ld | %s | %s | %ld |\n", name, side_by_side.c_str(),
              in_words(blocks).c_str(), static_cast<long>(how.runs), one_by_one.c_str(),
              in_words(alone).c_str(), static_cast<long>(how.runs_alone));
  std::fflush(stdout);
}

template <class Model>
void tempering(const char* name, const Model& model, const sizes& how) {
  std::vector<double> ladder;
  for (int i = 0; i < 12; ++i) ladder.push_back(1 - i / 11.0);
  const hm::serial_executor run;
  hm::random_engine rng(3);
  std::string many[2];
  for (const hm::index ladders : {1, 16}) {
    hm::tempered_block_chains<Model> chains(model, hm::central_reference(model), ladder, ladders,
                                            rng);
    chains.start();
    const int rounds = ladders == 1 ? how.rounds : how.rounds / 10 + 1;
    many[ladders == 1 ? 0 : 1] =
        microseconds(how.repeats, rounds * static_cast<double>(ladders), [&] {
          for (int i = 0; i < rounds; ++i) chains.sweep(run);
        });
  }
  hm::tempered_chain<Model> collapsed(model, ladder);
  collapsed.start(rng);
  const std::string alone = microseconds(how.repeats, how.rounds_alone, [&] {
    for (int i = 0; i < how.rounds_alone; ++i) collapsed.sweep(rng);
  });
  std::printf("| %s | %s | %s | %s |\n", name, many[0].c_str(), many[1].c_str(), alone.c_str());
  std::fflush(stdout);
}

template <class Show>
void for_each_machine(const Show& show) {
  using bits = hm::rbm<hm::bernoulli, hm::bernoulli>;
  using counts = hm::rbm<hm::negative_binomial, hm::bernoulli>;
  show("Bernoulli 784 x 64", random_machine(bits(hm::bernoulli(784), hm::bernoulli(64)), 0));
  show("Bernoulli 784 x 500", random_machine(bits(hm::bernoulli(784), hm::bernoulli(500)), 0));
  show("negative binomial 1000 x 64",
       random_machine(counts(hm::negative_binomial(1000, 2.0), hm::bernoulli(64)), -3));
}

}  // namespace

int main(int argc, char** argv) {
  sizes how;
  const int repeats = argc > 1 ? std::atoi(argv[1]) : 0;
  if (repeats > 0)
    how.repeats = repeats;
  else
    how = {1, 4, 3, 2, 2, 1};
  std::printf(
      "| annealing | us a run and temperature, side by side | log Z | effective runs | of | "
      "collapsed, one by one | "
      "log Z | effective runs | of |\n|---|---|---|---|---|---|---|---|---|\n");
  for_each_machine([&](const char* name, const auto& model) { annealing(name, model, how); });
  std::printf(
      "\n| tempering, 12 temperatures | us a round of one ladder | of each of 16 ladders | "
      "collapsed |\n|---|---|---|---|\n");
  for_each_machine([&](const char* name, const auto& model) { tempering(name, model, how); });
}
