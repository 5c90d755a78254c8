// SPDX-License-Identifier: MIT
/// @file
/// Cells of donors whose differences are known.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/draw/categorical.hpp"
#include "harmonium/core/draw/gamma.hpp"
#include "harmonium/core/draw/negative_binomial.hpp"
#include "harmonium/core/draw/normal.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/models/count_states.hpp"

namespace support {

struct donor_law {
  harmonium::index donors = 8, cells_each = 200, genes = 300, states = 2;
  double depth = 0;          ///< deviations between donors of logarithms: of all genes together,
  double common = 0.3;       ///< of a gene in all states,
  double own = 0;            ///< of a gene in a state
  double concentration = 0;  ///< of shares; 0: equal shares
  double least_mean = 1;     ///< genes' means are log-uniform from it to 10 times it
};

struct donor_cells {
  harmonium::count_matrix<> counts;
  harmonium::count_states states;  ///< with the means of a donor without effects
  std::vector<harmonium::index> donor;
  harmonium::matrix<double> common;  ///< donors x genes, true effects with depth
};

inline donor_cells make_donors(const donor_law& law, std::uint64_t seed) {
  namespace hm = harmonium;
  hm::random_engine rng(seed);
  donor_cells made;
  made.counts = hm::count_matrix<>(law.genes);
  auto& states = made.states;
  states.weights = hm::vector<double>::Constant(law.states, 1.0 / static_cast<double>(law.states));
  states.mean.resize(law.states, law.genes);
  states.theta = hm::matrix<double>::Constant(law.states, law.genes, 3);
  for (hm::index m = 0; m < law.genes; ++m) {
    const double place = static_cast<double>(m) / static_cast<double>(law.genes);
    const double mean = law.least_mean * std::pow(10.0, place);
    for (hm::index s = 0; s < law.states; ++s)
      states.mean(s, m) = (m + s) % 2 == 0 ? mean : 1.5 * mean;
  }
  made.common.resize(law.donors, law.genes);
  for (hm::index d = 0; d < law.donors; ++d) {
    hm::matrix<double> mean = states.mean;
    const double depth = law.depth * hm::draw::normal(rng);
    for (hm::index m = 0; m < law.genes; ++m) {
      made.common(d, m) = depth + law.common * hm::draw::normal(rng);
      for (hm::index s = 0; s < law.states; ++s)
        mean(s, m) *= std::exp(made.common(d, m) + law.own * hm::draw::normal(rng));
    }
    std::vector<double> share(static_cast<std::size_t>(law.states), 1);
    if (law.concentration > 0)
      for (double& w : share)
        w = hm::draw::gamma(law.concentration / static_cast<double>(law.states), rng);
    const auto cells = hm::draw::systematic(std::span<const double>(share), law.cells_each, rng);
    for (hm::index s = 0; s < law.states; ++s)
      for (hm::index i = 0; i < cells[static_cast<std::size_t>(s)]; ++i) {
        for (hm::index m = 0; m < law.genes; ++m)
          made.counts.push_back(m,
                                hm::draw::negative_binomial(mean(s, m), states.theta(s, m), rng));
        made.counts.finish_cell();
        states.cell.push_back(s);
        made.donor.push_back(d);
      }
  }
  states.sizes = hm::vector<double>::Ones(made.counts.cells());
  return made;
}

}  // namespace support
