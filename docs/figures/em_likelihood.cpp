// SPDX-License-Identifier: MIT
/// @file
/// Mean log-likelihood of training and held-out cells after every iteration of exact and
/// compensated EM, as csv on stdout. Run by em_likelihood.sh.
/// Usage: em_likelihood [10x folder]; without one it trains on the built-in tissue.
#include <array>
#include <cstdio>
#include <iostream>
#include <vector>

#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/io/mex.hpp"
#include "harmonium/simulate/tissue.hpp"
#include "harmonium/training/compensated_em.hpp"
#include "harmonium/training/stages/exact_em.hpp"
#include "harmonium/training/trainer.hpp"
#include "harmonium/units/bernoulli.hpp"

namespace hm = harmonium;

namespace {

void line(const char* model, std::size_t iteration, double training, double fresh) {
  std::printf("%s,%zu,%.3f,%.3f\n", model, iteration, training, fresh);
}

template <class Model>
void exact_em(const char* name, const hm::count_matrix<>& counts,
              const std::vector<hm::index>& fresh,
              const std::array<hm::layer_size, Model::hidden_layers>& hidden) {
  hm::random_engine rng(7);
  hm::recipe_trainer<Model, hm::count_matrix<>, hm::exact_em> trainer(
      counts, {.hidden = hidden, .held_out = fresh}, {}, rng);
  trainer.run(hm::serial_executor{}, hm::silent{});
  for (std::size_t i = 0; i < trainer.log().size(); ++i)
    line(name, i + 1, *trainer.log()[i].figure("log_likelihood"),
         *trainer.log()[i].figure("held_out_log_likelihood"));
}

void compensated(const hm::count_matrix<>& training, const hm::count_matrix<>& fresh) {
  hm::random_engine rng(7);
  const hm::serial_executor run;
  hm::compensated_em<hm::count_matrix<>> em(run, training, {6, 1, 1, 1, 1, 1, 1}, {}, rng);
  for (std::size_t n = 1; n <= 25; ++n) {
    const double own = em.step(run);
    const auto potential = hm::potentials(run, em.model());
    const auto base = hm::log_base_measures(em.model().visible(), fresh);
    double sum = 0;
    for (hm::index i = 0; i < fresh.cells(); ++i)
      sum += hm::log_likelihood(em.model(), potential, fresh.cell(i), base[i]);
    line("compensated", n, own, sum / static_cast<double>(fresh.cells()));
  }
}

}  // namespace

int main(int argc, char** argv) {
  hm::random_engine rng(1);
  const hm::count_matrix<> counts =
      argc > 1 ? hm::io::read_10x(argv[1]).counts
               : hm::simulate_tissue({.cells = 542, .genes = 500}, rng).counts;
  const auto fresh =
      hm::draw::sample_without_replacement(counts.cells(), counts.cells() - 384, rng);
  std::vector<bool> out(static_cast<std::size_t>(counts.cells()), false);
  for (const hm::index i : fresh) out[static_cast<std::size_t>(i)] = true;
  std::vector<hm::index> in;
  for (hm::index i = 0; i < counts.cells(); ++i)
    if (!out[static_cast<std::size_t>(i)]) in.push_back(i);

  std::puts("model,iteration,training,held_out");
  using deep = hm::dbm<hm::negative_binomial, hm::bernoulli, hm::bernoulli>;
  using restricted = hm::dbm<hm::negative_binomial, hm::bernoulli>;
  exact_em<deep>("4-2", counts, fresh, {4, 2});
  exact_em<restricted>("8", counts, fresh, {8});
  exact_em<restricted>("12", counts, fresh, {12});
  compensated(hm::select_cells(counts, std::span<const hm::index>(in)),
              hm::select_cells(counts, std::span<const hm::index>(fresh)));
}
