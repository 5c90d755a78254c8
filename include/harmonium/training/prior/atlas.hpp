// SPDX-License-Identifier: MIT
/// @file
/// What is known of a tissue before the pilot: a harmonium fitted to thousands of cells of it,
/// without its cells.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/training/prior/match_genes.hpp"
#include "harmonium/training/prior/prior_report.hpp"

namespace harmonium::inline v0_2 {

/// The parameters of a fitted harmonium that say something of other cells of its tissue.
struct atlas {
  std::vector<std::string> ids;      ///< of the genes
  std::vector<std::string> symbols;  ///< of the genes, as many
  vector<double> weights;            ///< of the components, > 0
  matrix<double> mean;               ///< components x genes, > 0
  vector<double> theta;              ///< inverse dispersion of every gene, > 0
  matrix<double> loadings;           ///< W of the residual correlation, genes x rank; rank may be 0
  vector<double> own_variances;      ///< psi of the residual correlation, length genes, > 0
  std::vector<matrix<double>> factor_covariances;  ///< of f in each component, rank x rank
  std::vector<std::string> labels = {};            ///< type of each component; empty: unknown

  [[nodiscard]] index components() const noexcept { return mean.rows(); }
  [[nodiscard]] index genes() const noexcept { return mean.cols(); }
};

/// @throws std::invalid_argument naming the part that does not fit to the others or is not
///         positive where it must be.
inline void check(const atlas& known, const char* function) {
  const index genes = known.genes();
  require(known.components() > 0 && genes > 0, function, "the atlas has no components or no genes");
  require(std::cmp_equal(known.ids.size(), genes) && std::cmp_equal(known.symbols.size(), genes),
          function,
          "the atlas must name its " + std::to_string(genes) + " genes by id and symbol, got " +
              std::to_string(known.ids.size()) + " ids and " +
              std::to_string(known.symbols.size()) + " symbols");
  require(known.weights.size() == known.components() && (known.weights.array() > 0).all(), function,
          "the atlas needs a positive weight for each component");
  require((known.mean.array() > 0).all(), function, "the means of the atlas must be positive");
  require(known.theta.size() == genes && (known.theta.array() > 0).all(), function,
          "the atlas needs a positive inverse dispersion for each gene");
  require(known.loadings.rows() == genes && known.own_variances.size() == genes &&
              (known.own_variances.array() > 0).all(),
          function, "the atlas needs loadings and a positive own variance for each gene");
  require(std::cmp_equal(known.factor_covariances.size(), known.components()), function,
          "the atlas needs a covariance of its factors for each component");
  require(known.labels.empty() || std::cmp_equal(known.labels.size(), known.components()), function,
          "the atlas must label all of its " + std::to_string(known.components()) +
              " components or none, got " + std::to_string(known.labels.size()) + " labels");
  for (const auto& covariance : known.factor_covariances)
    require(
        covariance.rows() == known.loadings.cols() && covariance.cols() == known.loadings.cols(),
        function, "a covariance of the atlas's factors must be rank x rank");
}

/// The atlas that a trained harmonium is, given the names of its genes.
///
///     const auto atlas = atlas_of(train_harmonium(run, cells.counts,
///         {.em = {.components = 16}, .residual = {.rank = 25}}, rng), genes.ids, genes.symbols);
///
/// @param trained a `trained_harmonium` whose residual correlation is a `low_rank_copula`
/// @param labels type of each component, where types are known
/// @throws std::invalid_argument as `check`
template <class Trained>
atlas atlas_of(const Trained& trained, std::vector<std::string> ids,
               std::vector<std::string> symbols, std::vector<std::string> labels = {}) {
  const auto& states = trained.generator.states();
  const auto& residual = trained.generator.residual();
  atlas known{std::move(ids),          std::move(symbols),  states.weights,           states.mean,
              trained.dispersion.gene, residual.loadings(), residual.own_variances(), {},
              std::move(labels)};
  for (const auto& root : residual.parts().roots) {
    const index rank = root.rows();
    matrix<double> covariance = matrix<double>::Zero(rank, rank);
    for (index j = 0; j < rank; ++j)
      for (index k = 0; k < rank; ++k)
        for (index l = 0; l <= std::min(j, k); ++l) covariance(j, k) += root(j, l) * root(k, l);
    known.factor_covariances.push_back(std::move(covariance));
  }
  check(known, "atlas_of");
  return known;
}

/// An atlas in the order of a pilot's genes.
struct atlas_prior {
  vector<double> weights;        ///< of the components, sums to 1
  matrix<double> mean;           ///< components x the pilot's genes; of unknown ones 1
  vector<double> theta;          ///< of unknown genes 1
  matrix<double> loadings;       ///< the pilot's genes x rank; of unknown ones 0
  vector<double> own_variances;  ///< of unknown genes 1
  std::vector<matrix<double>> factor_covariances;  ///< of f in each component, rank x rank
  std::vector<char> known;               ///< per gene of the pilot, whether the atlas has it
  index by_id = 0;                       ///< genes found by id
  index by_symbol = 0;                   ///< genes found by symbol alone
  std::vector<std::string> labels = {};  ///< type of each component; empty: unknown

  [[nodiscard]] index components() const noexcept { return mean.rows(); }
  [[nodiscard]] index genes() const noexcept { return mean.cols(); }
  [[nodiscard]] index matched() const noexcept { return by_id + by_symbol; }
};

/// The atlas as a prior for a pilot with these genes. @param ids, symbols of the pilot's genes in
/// the order of its counts @throws std::invalid_argument for an atlas whose parts do not fit
/// together, or where the two have no gene in common.
inline atlas_prior prior_for(const atlas& from, std::span<const std::string> ids,
                             std::span<const std::string> symbols) {
  check(from, "prior_for");
  const gene_match match = match_genes(ids, symbols, from.ids, from.symbols);
  require(
      match.matched() > 0, "prior_for",
      "atlas and pilot have no gene in common, neither by id nor by symbol; the first gene of "
      "the atlas is " +
          from.ids.front() + " (" + from.symbols.front() + ")" +
          (ids.empty() ? "" : ", that of the pilot " + ids.front() + " (" + symbols.front() + ")"));
  const auto genes = static_cast<index>(ids.size());
  atlas_prior prior{from.weights / from.weights.sum(),
                    matrix<double>::Ones(from.components(), genes),
                    vector<double>::Ones(genes),
                    matrix<double>::Zero(genes, from.loadings.cols()),
                    vector<double>::Ones(genes),
                    from.factor_covariances,
                    std::vector<char>(ids.size(), 0),
                    match.by_id,
                    match.by_symbol,
                    from.labels};
  for (index m = 0; m < genes; ++m) {
    const index at = match.place[static_cast<std::size_t>(m)];
    if (at < 0) continue;
    prior.known[static_cast<std::size_t>(m)] = 1;
    prior.mean.col(m) = from.mean.col(at);
    prior.theta[m] = from.theta[at];
    prior.loadings.row(m) = from.loadings.row(at);
    prior.own_variances[m] = from.own_variances[at];
  }
  return prior;
}

/// A report of a prior that nothing was decided about yet.
inline prior_report report_of(const atlas_prior& prior) {
  return {.genes = prior.genes(), .by_id = prior.by_id, .by_symbol = prior.by_symbol};
}

}  // namespace harmonium::inline v0_2
