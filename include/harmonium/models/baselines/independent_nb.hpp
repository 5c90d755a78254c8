// SPDX-License-Identifier: MIT
/// @file
/// Baseline: every gene negative binomial, on its own.
#pragma once

#include <cstddef>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/counts_by_gene.hpp"
#include "harmonium/core/draw/negative_binomial_tables.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/make_cells.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/progress.hpp"
#include "harmonium/models/baselines/listed_cell.hpp"
#include "harmonium/models/generator.hpp"
#include "harmonium/units/dispersion.hpp"
#include "harmonium/units/negative_binomial.hpp"

namespace harmonium::inline v0_2 {

/// Penalised maximum likelihood for the inverse dispersion of counts of equal mean.
/// @param values their non-zero counts
/// @param cells  how many there are, zeros included
template <class Value>
dispersion_fit fit_common_mean(std::span<const Value> values, index cells, double mean,
                               const dispersion_options& options) {
  double squares = 0, total = 0;
  dispersion_tally tally;
  for (const Value value : values) {
    const auto x = static_cast<double>(value);
    squares += (x - mean) * (x - mean);
    total += x;
    tally.add_count(x);
  }
  tally.add_cells(mean, static_cast<double>(cells), total);
  const std::size_t zeros = static_cast<std::size_t>(cells) - values.size();
  squares += static_cast<double>(zeros) * mean * mean;
  const double start =
      moment_inverse_dispersion(mean, squares / static_cast<double>(cells), options);
  return fit_inverse_dispersion(tally.data(), start, options);
}

/// Tables to draw counts of these means >= 0 and inverse dispersions > 0 from, shared by copies.
template <class Means, class Thetas>
std::shared_ptr<const draw::negative_binomial_tables> nb_tables(const Means& mean,
                                                                const Thetas& theta) {
  constexpr double rarest = -745;  // natural parameter of a gene that is never counted
  vector<double> eta(mean.size()), shape(mean.size());
  for (index m = 0; m < mean.size(); ++m) {
    shape[m] = theta[m];
    eta[m] = mean[m] > 0 ? nb_natural_from_mean(double{mean[m]}, shape[m]) : rarest;
  }
  return std::make_shared<const draw::negative_binomial_tables>(as_span(std::as_const(eta)),
                                                                as_span(std::as_const(shape)));
}

/// Independent genes, each with the pilot's mean (which is the maximum of the likelihood) and an
/// inverse dispersion by maximum likelihood with the paper's penalty -lambda / theta^2. Right about
/// every gene alone, wrong about all of them together: no cell types, no correlation.
/// Source of the penalty: Treppner et al. (2021), Eq. 9, doi 10.1038/s41598-021-88875-4.
/// Counts are drawn by alias tables (`draw::negative_binomial_tables`), made with the fit.
class independent_nb {
 public:
  /// @param pilot cells x genes
  /// @throws std::invalid_argument if the pilot has no cell.
  template <executor Executor, count_source Counts>
  static independent_nb fit(const Executor& run, const Counts& pilot,
                            const dispersion_options& options = {}) {
    require(pilot.cells() > 0, "independent_nb::fit", "the pilot has no cells");
    independent_nb model;
    model.mean_ = gene_means(pilot);
    model.theta_ = vector<double>::Constant(pilot.genes(), options.upper);
    model.status_.assign(static_cast<std::size_t>(pilot.genes()), dispersion_status::all_zero);
    const counts_by_gene columns(pilot);
    for_each_range(run, pilot.genes(), 32, [&](index begin, index end) {
      for (index gene = begin; gene < end; ++gene) {
        if (columns.values(gene).empty()) continue;
        const dispersion_fit found =
            fit_common_mean(columns.values(gene), pilot.cells(), model.mean_[gene], options);
        model.theta_[gene] = found.theta;
        model.status_[static_cast<std::size_t>(gene)] = found.status;
      }
    });
    model.tables_ = nb_tables(model.mean_, model.theta_);
    return model;
  }

  /// The same on the calling thread.
  template <count_source Counts>
  static independent_nb fit(const Counts& pilot, const dispersion_options& options = {}) {
    return fit(serial_executor{}, pilot, options);
  }

  /// Of parameters, such as those of a file.
  /// @param mean, theta, status length genes; means >= 0, inverse dispersions > 0
  /// @throws std::invalid_argument if the lengths differ or a value is out of range.
  static independent_nb of(vector<double> mean, vector<double> theta,
                           std::vector<dispersion_status> status) {
    require(mean.size() == theta.size() && std::cmp_equal(mean.size(), status.size()),
            "independent_nb::of", "mean, theta and status must be equally long");
    for (index gene = 0; gene < mean.size(); ++gene)
      require(mean[gene] >= 0 && mean[gene] < std::numeric_limits<double>::infinity() &&
                  theta[gene] > 0,
              "independent_nb::of",
              "gene " + std::to_string(gene) + ": mean >= 0 and inverse dispersion > 0 expected");
    independent_nb model;
    model.mean_ = std::move(mean);
    model.theta_ = std::move(theta);
    model.status_ = std::move(status);
    model.tables_ = nb_tables(model.mean_, model.theta_);
    return model;
  }

  [[nodiscard]] index genes() const noexcept { return mean_.size(); }
  /// Length genes.
  [[nodiscard]] const vector<double>& mean() const noexcept { return mean_; }
  /// Inverse dispersions, length genes; the upper bound for genes without a count.
  [[nodiscard]] const vector<double>& theta() const noexcept { return theta_; }
  /// How the estimate of every gene ended, length genes.
  [[nodiscard]] const std::vector<dispersion_status>& status() const noexcept { return status_; }

  template <executor Executor, observer Observer>
  [[nodiscard]] count_matrix<> generate(const Executor& run, index cells, Observer&& watch,
                                        random_engine& rng) const {
    return make_cells(
        run, genes(), cells,
        [this] {
          return [this, cell = listed_cell()](random_engine& own, count_matrix<>& out) mutable {
            cell.append(*tables_, out, own);
          };
        },
        watch, rng);
  }

  template <executor Executor>
  [[nodiscard]] count_matrix<> generate(const Executor& run, index cells,
                                        random_engine& rng) const {
    return generate(run, cells, silent{}, rng);
  }
  [[nodiscard]] count_matrix<> generate(index cells, random_engine& rng) const {
    return generate(serial_executor{}, cells, silent{}, rng);
  }

 private:
  independent_nb() = default;

  vector<double> mean_, theta_;
  std::vector<dispersion_status> status_;
  std::shared_ptr<const draw::negative_binomial_tables> tables_;
};

static_assert(generator<independent_nb>);

}  // namespace harmonium::inline v0_2
