// SPDX-License-Identifier: MIT
/// @file
/// What NB code meets in single-cell data: many genes of small mean, few of large, each with its
/// own dispersion. Means and inverse dispersions are log-normal, with median theta 1.6 and about 57
/// % zeros among the counts.
#pragma once

#include <cmath>
#include <random>
#include <vector>

#include "harmonium/core/draw/negative_binomial.hpp"
#include "harmonium/core/draw/normal.hpp"

struct gene_case {
  double mean, theta, eta;
  std::int64_t count;  ///< one draw
};

/// Always the same `size` genes, in random order of mean.
inline std::vector<gene_case> expression_like(std::size_t size = 20000) {
  namespace draw = harmonium::draw;
  std::mt19937_64 rng(7);
  std::vector<gene_case> cases(size);
  for (gene_case& gene : cases) {
    gene.mean = std::exp(draw::normal(-0.48, 1.5, rng));
    gene.theta = 1.6 * std::exp(draw::normal(0, 0.8, rng));
    gene.eta = -std::log1p(gene.theta / gene.mean);
    gene.count = draw::negative_binomial(gene.mean, gene.theta, rng);
  }
  return cases;
}
