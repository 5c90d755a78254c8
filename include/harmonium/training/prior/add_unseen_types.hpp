// SPDX-License-Identifier: MIT
/// @file
/// States for types of an atlas that the pilot has no cell of.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/models/count_states.hpp"
#include "harmonium/training/categorical_fit.hpp"
#include "harmonium/training/joined_fits.hpp"
#include "harmonium/training/prior/atlas.hpp"
#include "harmonium/training/prior/pilot_in_atlas.hpp"
#include "harmonium/training/prior/prior_report.hpp"
#include "harmonium/training/residuals/factor_centre.hpp"
#include "harmonium/units/nb_scores.hpp"

namespace harmonium::inline v0_2 {

/// The states that `add_unseen_types` put behind the others.
struct added_states {
  std::vector<std::string> labels;  ///< of each of them
  vector<double> counted;           ///< per gene, a count that one cell in 100 of them exceeds;
                                    ///< empty: none were added
};

/// Puts the components of the types that are to be added behind the states of a fit, none with a
/// cell of the pilot. Means are the atlas's times the pilot's factor of each gene (genes that the
/// atlas lacks: the pilot's mean), inverse dispersions the atlas's of each gene, covariances of the
/// factors the atlas's of the component. The others' weights make room. A gene that the pilot never
/// counted remains without counts: by how much the pilot sees it nobody knows.
/// @param types  as `find_unseen_types` gives them
/// @param placed the pilot in this atlas
/// @throws std::invalid_argument for a prior or cells of other numbers of genes or components.
template <count_source Counts>
added_states add_unseen_types(const Counts& counts, const atlas_prior& prior,
                              const pilot_in_atlas& placed, std::span<const unseen_type> types,
                              fitted_states& fit) {
  const index genes = fit.states.genes(), before = fit.states.states();
  require(prior.genes() == genes && counts.genes() == genes &&
              placed.gene_factors.size() == genes &&
              std::cmp_equal(prior.labels.size(), prior.components()),
          "add_unseen_types", "pilot, fit and labelled atlas do not fit together");
  std::vector<std::pair<index, const unseen_type*>> wanted;  // components of the atlas
  double share = 0;
  for (const unseen_type& type : types) {
    if (!type.added()) continue;
    share += type.share;
    for (index k = 0; k < prior.components(); ++k)
      if (prior.labels[static_cast<std::size_t>(k)] == type.label) wanted.emplace_back(k, &type);
  }
  added_states added;
  if (wanted.empty()) return added;

  vector<double> own_mean = vector<double>::Zero(genes);  // of the pilot
  double depth = 0;
  for (index i = 0; i < counts.cells(); ++i) {
    depth += fit.states.sizes[i];
    row::for_each_nonzero(counts.cell(i),
                          [&](index m, auto value) { own_mean[m] += static_cast<double>(value); });
  }
  for (index m = 0; m < genes; ++m) own_mean[m] /= depth;

  const index all = before + std::ssize(wanted);
  count_states& states = fit.states;
  categorical_fit& group = fit.group;
  for (matrix<double>* rows : {&states.mean, &states.theta, &group.mean, &fit.dispersion.component})
    rows->conservativeResize(all, genes);
  for (vector<double>* weights : {&states.weights, &group.weights}) {
    *weights *= 1 - share;
    weights->conservativeResize(all);
  }
  matrix<double> responsibilities = matrix<double>::Zero(group.responsibilities.rows(), all);
  responsibilities.leftCols(before) = group.responsibilities;
  group.responsibilities = std::move(responsibilities);
  std::shared_ptr<factor_centre> centre;
  if (fit.centre && !fit.centre->covariances.empty())
    centre = std::make_shared<factor_centre>(*fit.centre);

  added.counted = vector<double>::Zero(genes);
  index next_type = 1 + *std::max_element(group.type.begin(), group.type.end());
  for (std::size_t a = 0; a < wanted.size(); ++a) {
    const auto [k, type] = wanted[a];
    const index s = before + static_cast<index>(a);
    for (index m = 0; m < genes; ++m) {
      const bool known = prior.known[static_cast<std::size_t>(m)] != 0;
      const double mean = known ? placed.gene_factors[m] * prior.mean(k, m) : own_mean[m];
      states.mean(s, m) = own_mean[m] > 0 ? std::max(mean, 1e-10) : 1e-10;
      states.theta(s, m) = known ? prior.theta[m] : fit.dispersion.gene[m];
      if (own_mean[m] > 0)
        added.counted[m] =
            std::max(added.counted[m], nb_quantile(0.99, states.mean(s, m), states.theta(s, m)));
    }
    group.mean.row(s) = states.mean.row(s);
    fit.dispersion.component.row(s) = states.theta.row(s);
    states.weights[s] = group.weights[s] = type->share * prior.weights[k] / type->share_in_atlas;
    if (a > 0 && type != wanted[a - 1].second) ++next_type;
    group.type.push_back(next_type);
    added.labels.push_back(type->label);
    if (centre)
      centre->covariances.push_back(prior.factor_covariances[static_cast<std::size_t>(k)]);
  }
  if (centre) fit.centre = std::move(centre);
  return added;
}

}  // namespace harmonium::inline v0_2
