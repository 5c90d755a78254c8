// SPDX-License-Identifier: MIT
// Whether the cells needed to see every type, of donors whose shares differ, are what a plan from a
// pilot of other donors says. Tissues of 5 to 15 types are drawn; a donor's shares deviate from the
// tissue's by one of three laws, of which plans reckon with the first two:
// "same deviation" (gamma shares of standard deviation 0.35 of their mean, scaled to sum to 1),
// "dirichlet" (one correlation within donors, 0.02), "own deviations" (log-normal shares, each type
// with its own deviation of median 0.35). The truth is simulated: chances given the shares of 2000
// groups of donors. Usage: plan_see_donors [PILOTS]. Columns: law; donors and cells of the pilot;
// pilots; with donors: share of 90 % intervals of the cells needed (of 6 donors together) that hold
// the truth, share of upper ends that suffice, median of upper end / truth, mean true chance at
// `on_average`; the same where the pilot's cells are taken for independent.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "harmonium/core/draw/gamma.hpp"
#include "harmonium/core/draw/normal.hpp"
#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/study/plan.hpp"

namespace hm = harmonium;

namespace {

constexpr hm::index least = 10, future_donors = 6;
constexpr double probability = 0.95;

struct tissue_law {
  std::string name;
  std::vector<double> mean, deviation;
  double concentration = 0;

  tissue_law(const std::string& called, hm::random_engine& rng) : name(called) {
    const auto types = static_cast<std::size_t>(5 + 11 * hm::draw::uniform(rng));
    double sum = 0;
    while (true) {
      mean.clear();
      sum = 0;
      for (std::size_t t = 0; t < types; ++t) {
        mean.push_back(std::exp(hm::draw::normal(rng)));
        sum += mean.back();
      }
      if (*std::min_element(mean.begin(), mean.end()) / sum >= 0.004) break;
    }
    for (double& p : mean) p /= sum;
    for (std::size_t t = 0; t < types; ++t)
      deviation.push_back(name == "own deviations" ? 0.35 * std::exp(0.6 * hm::draw::normal(rng))
                                                   : 0.35);
    if (name == "dirichlet") concentration = 1 / 0.02 - 1;
  }

  std::vector<double> donor(hm::random_engine& rng) const {
    std::vector<double> shares;
    double sum = 0;
    for (std::size_t t = 0; t < mean.size(); ++t) {
      const double s = deviation[t], shape = 1 / (s * s);
      double one = 0;
      if (name == "dirichlet")
        one = hm::draw::gamma(mean[t] * concentration, rng);
      else if (name == "same deviation")
        one = mean[t] * hm::draw::gamma(shape, rng) / shape;
      else
        one = mean[t] * std::exp(s * hm::draw::normal(rng) - s * s / 2);
      shares.push_back(one);
      sum += one;
    }
    for (double& p : shares) p = std::max(p / sum, 1e-12);
    return shares;
  }
};

/// True chances: shares of groups of donors, simulated once.
class truth {
 public:
  truth(const tissue_law& law, hm::random_engine& rng) {
    for (int g = 0; g < 2000; ++g) {
      std::vector<double> together(law.mean.size(), 0.0);
      for (hm::index d = 0; d < future_donors; ++d) {
        const auto shares = law.donor(rng);
        for (std::size_t t = 0; t < shares.size(); ++t)
          together[t] += shares[t] / static_cast<double>(future_donors);
      }
      groups_.push_back(together);
    }
  }
  /// In `cells` of all donors together, as many of each.
  double chance(hm::index cells) const {
    double sum = 0;
    for (const auto& shares : groups_) sum += hm::chance_of_all({shares, least}, cells);
    return sum / static_cast<double>(groups_.size());
  }
  hm::index needed() const {
    return hm::least_number(10'000'000, [&](hm::index n) { return chance(n) >= probability; })
        .value_or(10'000'000);
  }

 private:
  std::vector<std::vector<double>> groups_;
};

struct tally {
  double holds = 0, suffices = 0, chance = 0;
  std::vector<double> ratio;

  void note(const hm::type_needs& needs, const truth& known, hm::index needed) {
    if (needs.low <= needed && needed <= needs.high) holds += 1;
    if (needs.high >= needed) suffices += 1;
    chance += known.chance(needs.on_average);
    ratio.push_back(static_cast<double>(needs.high) / static_cast<double>(needed));
  }
  std::string row() {
    const auto n = static_cast<double>(ratio.size());
    std::sort(ratio.begin(), ratio.end());
    std::array<char, 96> text{};
    std::snprintf(text.data(), text.size(), "%.3f,%.3f,%.2f,%.3f", holds / n, suffices / n,
                  ratio[ratio.size() / 2], chance / n);
    return text.data();
  }
};

}  // namespace

int main(int argc, char** argv) {
  const int pilots = argc > 1 ? std::max(1, std::atoi(argv[1])) : 100;
  std::printf(
      "law,donors,cells,pilots,holds,suffices,overshoot,chance,holds_independent,"
      "suffices_independent,overshoot_independent,chance_independent\n");
  for (const std::string name : {"same deviation", "dirichlet", "own deviations"})
    for (const hm::index donors : {3, 6, 12}) {
      const hm::index each = 1200 / donors;
      tally with, without;
      for (int e = 0; e < pilots; ++e) {
        hm::random_engine rng(20261202, static_cast<std::uint64_t>(e));
        const tissue_law law(name, rng);
        const auto kinds = static_cast<hm::index>(law.mean.size());
        hm::matrix<double> by_donor = hm::matrix<double>::Zero(donors, kinds);
        for (hm::index d = 0; d < donors; ++d) {
          const auto shares = law.donor(rng);
          for (hm::index i = 0; i < each; ++i) {
            double u = hm::draw::uniform(rng);
            std::size_t t = 0;
            while (t + 1 < shares.size() && u >= shares[t]) u -= shares[t++];
            by_donor(d, static_cast<hm::index>(t)) += 1;
          }
        }
        // Types that the pilot has; all others are none of a plan's business, and few.
        std::vector<hm::index> counts, seen;
        for (hm::index t = 0; t < kinds; ++t)
          if (by_donor.col(t).sum() > 0) {
            seen.push_back(t);
            counts.push_back(static_cast<hm::index>(by_donor.col(t).sum()));
          }
        hm::matrix<double> of_seen(donors, static_cast<hm::index>(seen.size()));
        for (std::size_t k = 0; k < seen.size(); ++k)
          of_seen.col(static_cast<hm::index>(k)) = by_donor.col(seen[k]);
        if (static_cast<hm::index>(seen.size()) < kinds) continue;
        const truth known(law, rng);
        const auto needed = known.needed();
        const hm::see_goal goal{.probability = probability, .least = least};
        hm::frequency_options how;
        how.draws = 300;
        without.note(hm::needs_of(hm::estimate_frequencies(counts, how, rng), goal), known, needed);
        how.by_donor = of_seen;
        with.note(hm::needs_of(hm::estimate_frequencies(counts, how, rng), goal, future_donors),
                  known, needed);
      }
      std::printf("%s,%ld,%ld,%zu,%s,%s\n", name.c_str(), static_cast<long>(donors),
                  static_cast<long>(donors * each), with.ratio.size(), with.row().c_str(),
                  without.row().c_str());
      std::fflush(stdout);
    }
}
