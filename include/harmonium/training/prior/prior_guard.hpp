// SPDX-License-Identifier: MIT
/// @file
/// Whether an atlas helps a pilot, judged by pilot cells that were held out.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/core/select_counts.hpp"
#include "harmonium/models/size_factors.hpp"
#include "harmonium/training/categorical_em.hpp"
#include "harmonium/training/component_dispersions.hpp"
#include "harmonium/training/component_likelihood.hpp"
#include "harmonium/training/empirical_bayes_means.hpp"
#include "harmonium/training/model_selection.hpp"
#include "harmonium/training/prior/atlas.hpp"
#include "harmonium/training/prior/pilot_in_atlas.hpp"
#include "harmonium/training/prior/prior_report.hpp"
#include "harmonium/training/prior/two_base_means.hpp"

namespace harmonium::inline v0_2 {

/// Both log-likelihoods of the cells `fresh` after training on the others, in nats per cell: of a
/// categorical harmonium of the pilot's own, and of the same with the atlas as a second base of its
/// means. A gene that training did not see says nothing of either.
/// @throws as `categorical_trainer`
template <size_factor_policy Sizes, executor Executor, count_source Counts>
std::pair<double, double> judge_prior(const Executor& run, const Counts& counts,
                                      std::span<const index> labels,
                                      std::span<const index> fresh_rows, const atlas_prior& prior,
                                      const categorical_em_options& em,
                                      const empirical_bayes_options& means,
                                      const component_dispersion_options& dispersion,
                                      random_engine& rng) {
  std::vector<char> out(static_cast<std::size_t>(counts.cells()), 0);
  for (const index i : fresh_rows) out[static_cast<std::size_t>(i)] = 1;
  std::vector<index> in, own_labels;
  for (index i = 0; i < counts.cells(); ++i) {
    if (out[static_cast<std::size_t>(i)]) continue;
    in.push_back(i);
    if (!labels.empty()) own_labels.push_back(labels[static_cast<std::size_t>(i)]);
  }
  const cell_selection training(counts, in);
  const cell_selection fresh(counts, std::vector<index>(fresh_rows.begin(), fresh_rows.end()));
  categorical_trainer<cell_selection<Counts>, Sizes> trainer(training, own_labels, em, rng);
  while (!trainer.done()) trainer.step(run);
  const categorical_fit& trained = trainer.model();
  const auto& by_gene = *trainer.by_gene();
  const auto states = trained.assignments();
  const auto fresh_sizes = size_factors_like<Sizes>(fresh, training);
  const auto score = [&](categorical_fit& fit, auto&& also) {
    fit.theta = fit_component_dispersions<Sizes>(run, by_gene, states, fit.sizes, fit.mean,
                                                 trained.theta, dispersion)
                    .gene;
    also(fit);
    return mean_log_likelihood<Sizes>(run, fit, fresh, fresh_sizes);
  };
  categorical_fit own = trained;
  own.mean = empirical_bayes_means(run, by_gene, trained.responsibilities, trained.sizes,
                                   trained.theta, means);
  const double alone = score(own, [](categorical_fit&) {});
  categorical_fit both = trained;
  const auto placed = place_in_atlas<Sizes>(run, training, trained.sizes, prior);
  both.mean = two_base_means(run, by_gene, trained.responsibilities, trained.sizes, trained.theta,
                             prior, placed, means)
                  .mean;
  const double with_prior = score(both, [&](categorical_fit& fit) {
    for (index m = 0; m < counts.genes(); ++m) {
      if (by_gene.cells(m).size() > 0) continue;
      fit.mean.col(m) = own.mean.col(m);
      fit.theta[m] = own.theta[m];
    }
  });
  return {alone, with_prior};
}

/// Folds of a verdict put together. @param figures of every fold: own and with the prior @param
/// sizes cells of every fold
inline prior_verdict verdict_of(std::span<const std::pair<double, double>> figures,
                                std::span<const index> sizes) {
  prior_verdict verdict;
  for (std::size_t f = 0; f < figures.size(); ++f) {
    verdict.cells += sizes[f];
    verdict.own += static_cast<double>(sizes[f]) * figures[f].first;
    verdict.with_prior += static_cast<double>(sizes[f]) * figures[f].second;
  }
  if (verdict.cells == 0) return verdict;
  const auto cells = static_cast<double>(verdict.cells);
  verdict.own /= cells;
  verdict.with_prior /= cells;
  verdict.gain = verdict.with_prior - verdict.own;
  const auto folds = static_cast<double>(figures.size());
  if (figures.size() < 2) return verdict;
  double squares = 0;
  for (const auto& [own, with_prior] : figures) {
    const double off = with_prior - own - verdict.gain;
    squares += off * off;
  }
  verdict.standard_error = std::sqrt(squares / (folds - 1) / folds);
  return verdict;
}

/// Settings of `prior_guard`.
struct prior_guard_options {
  index folds = 3;       ///< >= 2
  index components = 8;  ///< of the fits that are compared, at most those of the pilot's own
};

/// Asks held-out cells of a pilot, one fold at a time; borrows the pilot. A value.
template <count_source Counts, size_factor_policy Sizes = no_size_factors>
class prior_guard {
 public:
  /// @param labels one >= 0 per cell, or none
  /// @param rng    decides the folds and where each fit starts
  /// @throws std::invalid_argument for fewer than two folds
  prior_guard(const Counts& counts, std::span<const index> labels, categorical_em_options em,
              const empirical_bayes_options& means, const component_dispersion_options& dispersion,
              random_engine rng, const prior_guard_options& options = {})
      : counts_(&counts),
        labels_(labels.begin(), labels.end()),
        em_(em),
        means_(means),
        dispersion_(dispersion) {
    require(options.folds >= 2, "prior_guard", "there must be at least 2 folds");
    em_.components = std::min(em_.components, options.components);
    if (counts.cells() >= 2 * options.folds)
      folds_ = deal_folds(counts.cells(), options.folds, rng);
    key_ = rng();
  }
  prior_guard(const Counts&&, auto&&...) = delete;

  [[nodiscard]] index steps() const noexcept { return std::ssize(folds_); }
  [[nodiscard]] index taken() const noexcept { return std::ssize(figures_); }
  [[nodiscard]] bool done() const noexcept { return taken() >= steps(); }

  /// Nothing changes where `run` throws.
  template <executor Executor>
  void step(const Executor& run, const atlas_prior& prior) {
    require(!done(), "prior_guard::step", "all folds are judged");
    random_engine rng(key_, figures_.size());
    figures_.push_back(judge_prior<Sizes>(run, *counts_, std::span<const index>(labels_),
                                          std::span<const index>(folds_[figures_.size()]), prior,
                                          em_, means_, dispersion_, rng));
  }

  [[nodiscard]] prior_verdict verdict() const {
    std::vector<index> sizes;
    for (std::size_t f = 0; f < figures_.size(); ++f) sizes.push_back(std::ssize(folds_[f]));
    return verdict_of(figures_, sizes);
  }

 private:
  const Counts* counts_;
  std::vector<index> labels_;
  categorical_em_options em_;
  empirical_bayes_options means_;
  component_dispersion_options dispersion_;
  std::vector<std::vector<index>> folds_;
  std::uint64_t key_ = 0;
  std::vector<std::pair<double, double>> figures_;  ///< of the folds judged
};

}  // namespace harmonium::inline v0_2
