// SPDX-License-Identifier: MIT
/// @file
/// From recorded chains to a line of the table: first whether the sampler is right, then how fast.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/core/matrix.hpp"
#include "harmonium/samplers/comparison/recorded_chain.hpp"
#include "harmonium/samplers/comparison/reference_moments.hpp"
#include "harmonium/samplers/comparison/sampler_row.hpp"
#include "harmonium/samplers/diagnostics/effective_size.hpp"
#include "harmonium/samplers/diagnostics/r_hat.hpp"

namespace harmonium::inline v0_2 {

/// Takes the chains of one seed after the other, keeps sums of them, and gives the line.
class sampler_judge {
 public:
  sampler_judge(std::string name, const reference_moments& reference,
                const comparison_budget& budget, const acceptance_rules& rules)
      : reference_(&reference), budget_(budget), rules_(rules) {
    row_.sampler = std::move(name);
    row_.sweeps = std::numeric_limits<index>::max();
    group_means_.resize(reference.figures());
    visits_.assign(reference.probabilities.size(), 0.0);
  }

  /// @param chains of one seed, group by group
  void add_seed(const std::vector<recorded_chain>& chains) {
    if (row_.chains == 0) trace(chains);
    index sweeps = std::numeric_limits<index>::max();
    for (const auto& chain : chains) sweeps = std::min(sweeps, chain.sweeps());
    const auto burnt =
        static_cast<index>(std::floor(budget_.warm_up * static_cast<double>(sweeps)));
    const index kept = sweeps - burnt, count = std::ssize(chains);
    row_.sweeps = std::min(row_.sweeps, kept);
    row_.chains += count;
    std::vector<bool> moved(chains.size(), false);
    double fewest = std::numeric_limits<double>::infinity(), of_log_p = 1;
    std::size_t slowest = 0;
    matrix<double> draws(kept, count);
    for (std::size_t f = 0; f < reference_->figures(); ++f) {
      for (index c = 0; c < count; ++c) {
        const auto& all = chains[static_cast<std::size_t>(c)].figures;
        for (index t = 0; t < kept; ++t)
          draws(t, c) = all[static_cast<std::size_t>(burnt + t) * reference_->figures() + f];
        for (index t = 1; t < kept && !moved[static_cast<std::size_t>(c)]; ++t)
          moved[static_cast<std::size_t>(c)] = draws(t, c) != draws(0, c);
      }
      for (index g = 0; g < budget_.groups; ++g)
        group_means_[f].push_back(draws.middleCols(g * budget_.chains, budget_.chains).mean());
      if (!reference_->varies(f)) continue;
      row_.r_hat = std::max(row_.r_hat, r_hat(draws));
      row_.nested_r_hat = std::max(row_.nested_r_hat, nested_r_hat(draws, budget_.chains));
      const double size = bulk_effective_size(draws);
      if (f == 0) of_log_p = size;
      if (size < fewest) {
        fewest = size;
        slowest = f;
      }
    }
    for (const bool any : moved) row_.stuck_chains += any ? 0 : 1;
    for (const auto& chain : chains)
      for (index t = burnt; t < sweeps && !chain.numbers.empty(); ++t)
        visits_[static_cast<std::size_t>(chain.numbers[static_cast<std::size_t>(t)])] += 1;

    double per_sweep = 0, set_up = 0;
    for (const auto& chain : chains) {
      per_sweep += chain.seconds_per_sweep() / static_cast<double>(count);
      set_up += chain.set_up_seconds() / static_cast<double>(count);
    }
    per_sweep = std::max(per_sweep, 1e-12);
    const double drawn = static_cast<double>(kept) * static_cast<double>(count);
    slowest_.push_back(slowest);
    effective_per_sweep_.push_back(fewest / drawn);
    log_p_per_sweep_.push_back(of_log_p / drawn);
    seconds_per_sweep_.push_back(per_sweep);
    set_up_.push_back(set_up);
  }

  /// The line of a sampler that does not do such models.
  [[nodiscard]] sampler_row refused(const char* words) const {
    sampler_row out;
    out.sampler = row_.sampler;
    out.reason = words;
    return out;
  }

  /// The line, once all seeds are there.
  [[nodiscard]] sampler_row row() {
    double uncertainty = 0;
    bool agrees = true;
    std::string off;
    for (std::size_t f = 0; f < reference_->figures(); ++f) {
      const auto& means = group_means_[f];
      const auto n = static_cast<double>(means.size());
      double mean = 0, squares = 0;
      for (const double m : means) mean += m / n;
      for (const double m : means) squares += (m - mean) * (m - mean);
      const double own = squares / (n - 1) / n;
      const double error = std::sqrt(own + reference_->error[f] * reference_->error[f]);
      const double gap = std::abs(mean - reference_->mean[f]);
      const double deviation = reference_->deviation[f];
      if (gap > rules_.errors * error + rules_.bias * deviation + 1e-9 * std::abs(mean)) {
        off += (off.empty() ? "" : ", ") + reference_->name(f);
        agrees = false;
      }
      if (!reference_->varies(f)) continue;
      row_.bias = std::max(row_.bias, gap / deviation);
      row_.bias_errors = std::max(row_.bias_errors, error > 0 ? gap / error : 0);
      uncertainty = std::max(uncertainty, std::sqrt(own) / deviation);
    }
    if (!visits_.empty()) row_.total_variation = distance(visits_);
    if (!(row_.nested_r_hat <= rules_.nested_r_hat)) {
      row_.verdict = sampler_verdict::not_converged;
      row_.reason = "groups of chains disagree";
    } else if (!agrees) {
      row_.verdict = sampler_verdict::biased;
      row_.reason = "off: " + off;
    } else if (!(uncertainty <= rules_.precision)) {
      row_.verdict = sampler_verdict::not_converged;
      row_.reason = "too uncertain to judge";
    } else {
      row_.verdict = sampler_verdict::accepted;
      row_.speed = speed();
    }
    return row_;
  }

 private:
  [[nodiscard]] sampler_speed speed() const {
    std::vector<double> per_second, thousand;
    std::size_t worst = 0;
    for (std::size_t s = 0; s < set_up_.size(); ++s) {
      per_second.push_back(effective_per_sweep_[s] / seconds_per_sweep_[s]);
      thousand.push_back(set_up_[s] + 1000 / per_second.back());
      if (effective_per_sweep_[s] < effective_per_sweep_[worst]) worst = s;
    }
    return {.slowest = reference_->name(slowest_[worst]),
            .effective_per_sweep = interval_of_rates(effective_per_sweep_),
            .log_p_effective_per_sweep = interval_of_rates(log_p_per_sweep_),
            .seconds_per_sweep = interval_of_rates(seconds_per_sweep_),
            .set_up_seconds = interval_of_rates(set_up_),
            .effective_per_second = interval_of_rates(per_second),
            .seconds_to_thousand = interval_of_rates(thousand)};
  }

  /// Half the sum of absolute differences between how often states came and their probabilities.
  [[nodiscard]] double distance(const std::vector<double>& visits) const {
    double total = 0, sum = 0;
    for (const double count : visits) total += count;
    for (std::size_t s = 0; s < visits.size(); ++s)
      sum += std::abs(visits[s] / total - reference_->probabilities[s]);
    return sum / 2;
  }

  void trace(const std::vector<recorded_chain>& chains) {
    if (reference_->probabilities.empty()) return;
    std::vector<double> visits(reference_->probabilities.size(), 0.0);
    index sweeps = std::numeric_limits<index>::max();
    for (const auto& chain : chains) sweeps = std::min(sweeps, chain.sweeps());
    index look = 1;
    for (index t = 0; t < sweeps; ++t) {
      for (const auto& chain : chains)
        visits[static_cast<std::size_t>(chain.numbers[static_cast<std::size_t>(t)])] += 1;
      if (t + 1 != look && t + 1 != sweeps) continue;
      double seconds = 0;
      for (const auto& chain : chains)
        seconds += chain.seconds_per_sweep() + chain.seconds[static_cast<std::size_t>(t)];
      row_.trace.push_back({t + 1, seconds, distance(visits)});
      look *= 2;
    }
  }

  const reference_moments* reference_;
  comparison_budget budget_;
  acceptance_rules rules_;
  sampler_row row_;
  std::vector<std::vector<double>> group_means_;  ///< of every figure, over groups and seeds
  std::vector<double> visits_;
  std::vector<std::size_t> slowest_;  ///< one entry per seed, as in what follows
  std::vector<double> effective_per_sweep_, log_p_per_sweep_, seconds_per_sweep_, set_up_;
};

}  // namespace harmonium::inline v0_2
