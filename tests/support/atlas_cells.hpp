// SPDX-License-Identifier: MIT
/// @file
/// A tissue of known components, the atlas that knows it without error, and pilots of it.
#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/draw/negative_binomial.hpp"
#include "harmonium/core/draw/normal.hpp"
#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/training/prior/atlas.hpp"

namespace support {

namespace hm = harmonium;

/// Three components whose genes differ by a factor of about 3, of shares 1/2, 1/3, 1/6.
inline hm::atlas make_atlas(hm::index genes, std::uint64_t seed, double theta = 2) {
  hm::random_engine rng(seed);
  hm::atlas known;
  known.weights = hm::vector<double>(3);
  known.weights << 0.5, 1.0 / 3, 1.0 / 6;
  known.mean.resize(3, genes);
  known.theta = hm::vector<double>::Constant(genes, theta);
  for (hm::index m = 0; m < genes; ++m) {
    known.ids.push_back("id" + std::to_string(m));
    known.symbols.push_back("symbol" + std::to_string(m));
    const double base = std::exp(1.2 * hm::draw::normal(rng));
    for (hm::index c = 0; c < 3; ++c) known.mean(c, m) = base * std::exp(hm::draw::normal(rng));
  }
  known.loadings = hm::matrix<double>::Zero(genes, 1);
  known.own_variances = hm::vector<double>::Ones(genes);
  known.factor_covariances.assign(3, hm::matrix<double>::Identity(1, 1));
  return known;
}

/// The atlas as a prior for pilots of its own genes.
inline hm::atlas_prior prior_of(const hm::atlas& known) {
  return hm::prior_for(known, known.ids, known.symbols);
}

struct atlas_pilot {
  hm::count_matrix<> counts;
  std::vector<hm::index> component;
};

/// Cells of the atlas's components in their shares, all means of a gene times its factor.
inline atlas_pilot make_pilot(const hm::atlas& known, hm::index cells, std::uint64_t seed,
                              const hm::vector<double>& factors = {}) {
  hm::random_engine rng(seed);
  atlas_pilot made{hm::count_matrix<>(known.genes()), {}};
  for (hm::index i = 0; i < cells; ++i) {
    const hm::index c = i % 6 < 3 ? 0 : i % 6 < 5 ? 1 : 2;
    made.component.push_back(c);
    for (hm::index m = 0; m < known.genes(); ++m) {
      const double factor = factors.size() > 0 ? factors[m] : 1;
      made.counts.push_back(
          m, hm::draw::negative_binomial(factor * known.mean(c, m), known.theta[m], rng));
    }
    made.counts.finish_cell();
  }
  return made;
}

/// The atlas with the names of its genes moved on by one third of them: it knows every gene, and
/// nothing of it.
inline hm::atlas with_wrong_genes(hm::atlas known) {
  const std::size_t genes = known.ids.size(), by = genes / 3;
  auto ids = known.ids;
  auto symbols = known.symbols;
  for (std::size_t m = 0; m < genes; ++m) {
    known.ids[m] = ids[(m + by) % genes];
    known.symbols[m] = symbols[(m + by) % genes];
  }
  return known;
}

/// Responsibilities of the true components.
inline hm::matrix<double> one_hot(const std::vector<hm::index>& component) {
  hm::matrix<double> hot = hm::matrix<double>::Zero(static_cast<hm::index>(component.size()), 3);
  for (std::size_t i = 0; i < component.size(); ++i)
    hot(static_cast<hm::index>(i), component[i]) = 1;
  return hot;
}

/// Root mean square over components and genes of log (got / want), both plus a tenth.
inline double log_error(const hm::matrix<double>& got, const hm::matrix<double>& want) {
  double sum = 0;
  for (hm::index k = 0; k < got.size(); ++k) {
    const double off = std::log((got.data()[k] + 0.1) / (want.data()[k] + 0.1));
    sum += off * off;
  }
  return std::sqrt(sum / static_cast<double>(got.size()));
}

}  // namespace support
