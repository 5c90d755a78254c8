// SPDX-License-Identifier: MIT
// How often a plan over donors is right. Pilots are simulated of donors whose variation is known:
// of shares (a correlation within donors) and of expression (a deviation of log means). Usage:
// plan_donors [PILOTS]. Columns, for each law: pilots; share of 90 % intervals that hold the
// correlation within donors; mean estimate of it; share of 90 % intervals of the expression's
// deviation that hold it (of all genes together), and mean estimate; for the goals abundance and
// differential at one design: the chance that the known law gives, the mean chance that plans give,
// the share of their intervals that hold it. At the end the differential goal's formula against
// simulated tests.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "harmonium/core/draw/gamma.hpp"
#include "harmonium/core/draw/negative_binomial.hpp"
#include "harmonium/core/draw/normal.hpp"
#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/study/planning/abundance.hpp"
#include "harmonium/study/planning/donors.hpp"
#include "harmonium/study/planning/evidence.hpp"
#include "harmonium/study/planning/frequency_posterior.hpp"

namespace hm = harmonium;

namespace {

constexpr std::array<double, 5> shares{0.05, 0.1, 0.15, 0.3, 0.4};
constexpr hm::index genes = 100, cells_each = 200, tested = 1;  // the type of 10 %
constexpr double theta = 3, depth_spread = 0.3;
const std::vector<std::string> names{"a", "b", "c", "d", "e"};

struct donor_law {
  hm::index donors;
  double correlation, deviation;
};

double mean_of_gene(hm::index g) {
  return 0.3 * std::pow(10.0, static_cast<double>(g) / static_cast<double>(genes));
}

struct simulated_pilot {
  hm::count_matrix<> counts{genes};
  std::vector<hm::index> types, donors;

  simulated_pilot(const donor_law& law, hm::random_engine& rng) {
    const double all = 1 / law.correlation - 1;
    for (hm::index d = 0; d < law.donors; ++d) {
      std::array<double, 5> weight{};
      double sum = 0;
      for (std::size_t t = 0; t < shares.size(); ++t)
        sum += weight[t] = hm::draw::gamma(shares[t] * all, rng);
      const double depth = depth_spread * hm::draw::normal(rng);
      std::vector<double> effect;
      for (hm::index g = 0; g < genes; ++g)
        effect.push_back(std::exp(depth + law.deviation * hm::draw::normal(rng)));
      for (hm::index i = 0; i < cells_each; ++i) {
        double u = hm::draw::uniform(rng) * sum;
        std::size_t type = 0;
        while (type + 1 < shares.size() && u >= weight[type]) u -= weight[type++];
        for (hm::index g = 0; g < genes; ++g)
          counts.push_back(
              g, hm::draw::negative_binomial(mean_of_gene(g) * effect[static_cast<std::size_t>(g)],
                                             theta, rng));
        counts.finish_cell();
        types.push_back(static_cast<hm::index>(type));
        donors.push_back(d);
      }
    }
  }
  hm::plan_pilot pilot() const { return {counts, types, names, donors}; }
};

/// The chance of the differential goal where the law is known.
double known_chance(const donor_law& law, const hm::plan_design& design, double log2_fold) {
  std::vector<hm::gene_level> levels;
  for (hm::index g = 0; g < genes; ++g)
    levels.push_back({mean_of_gene(g), mean_of_gene(g), 1 / theta, g, law.deviation});
  const double shift = log2_fold * std::log(2.0),
               cells = shares[tested] * static_cast<double>(design.cells);
  return hm::power_of_pseudobulk(levels, design, cells, shift, {});
}

/// The share of changed genes that t tests of donors' log means find, by Benjamini-Hochberg.
double simulated_chance(const donor_law& law, const hm::plan_design& design, double log2_fold,
                        hm::random_engine& rng) {
  const auto n = static_cast<double>(design.donors);
  const auto cells = std::lround(shares[tested] * static_cast<double>(design.cells));
  const int repeats = 20;  // of each gene, so that 5 % of them are many
  struct outcome {
    double p;
    bool is_changed;
  };
  std::vector<outcome> all;
  for (int repeat = 0; repeat < repeats; ++repeat)
    for (hm::index g = 0; g < genes; ++g) {
      const bool is_changed = hm::draw::uniform(rng) < 0.05;
      double sum[2] = {0, 0}, squares[2] = {0, 0};
      for (int c = 0; c < 2; ++c)
        for (hm::index d = 0; d < design.donors; ++d) {
          const double mean = mean_of_gene(g) * std::exp(law.deviation * hm::draw::normal(rng)) *
                              (c == 1 && is_changed ? std::exp2(log2_fold) : 1.0);
          // The sum of negative binomials of one mean is one of so many times the shape.
          const double total = static_cast<double>(hm::draw::negative_binomial(
              mean * static_cast<double>(cells), theta * static_cast<double>(cells), rng));
          const double x = std::log((total + 0.5) / static_cast<double>(cells));
          sum[c] += x;
          squares[c] += x * x;
        }
      const double spread =
          (squares[0] - sum[0] * sum[0] / n + squares[1] - sum[1] * sum[1] / n) / (n - 1);
      const double t = std::abs(sum[0] - sum[1]) / n / std::sqrt(spread / n);
      const boost::math::students_t_distribution<> null(2 * n - 2);
      all.push_back({2 * cdf(complement(null, t)), is_changed});
    }
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.p < b.p; });
  std::size_t found = 0;
  for (std::size_t k = 0; k < all.size(); ++k)
    if (all[k].p <= 0.05 * static_cast<double>(k + 1) / static_cast<double>(all.size()))
      found = k + 1;
  double changed = 0, right = 0;
  for (std::size_t k = 0; k < all.size(); ++k) {
    if (!all[k].is_changed) continue;
    changed += 1;
    if (k < found) right += 1;
  }
  return right / changed;
}

}  // namespace

int main(int argc, char** argv) {
  const int pilots = argc > 1 ? std::atoi(argv[1]) : 200;
  const double fold = 2, log2_fold = 1;
  std::printf(
      "donors,correlation,deviation,pilots,holds_correlation,mean_correlation,holds_deviation,"
      "mean_deviation,abundance_known,abundance_mean,abundance_holds,differential_known,"
      "differential_mean,differential_holds\n");
  for (const hm::index donors : {3, 6, 12})
    for (const double correlation : {0.01, 0.05})
      for (const double deviation : {0.2, 0.4}) {
        const donor_law law{donors, correlation, deviation};
        // Designs whose chances are neither 0 nor 1.
        const hm::plan_design for_shares{correlation < 0.02 ? 4 : 8, 300, 1, 2},
            for_genes{deviation < 0.3 ? 4 : 10, 1000, 1, 2};
        // The changed type keeps its deviation, so that its correlation is another one.
        const double p = shares[tested], q = fold * p,
                     deviation_of_share = std::sqrt(correlation * (1 - p) / p);
        const auto variance = [&](double mean) {
          const double c = hm::share_law{mean, deviation_of_share}.correlation();
          return mean * (1 - mean) * (c + (1 - c) / static_cast<double>(for_shares.cells));
        };
        const double abundance =
            hm::power_between_donors(for_shares.donors, q - p, variance(p), variance(q), 0.05);
        const double differential = known_chance(law, for_genes, log2_fold);
        double holds[4] = {0, 0, 0, 0}, mean[4] = {0, 0, 0, 0};
        for (int e = 0; e < pilots; ++e) {
          hm::random_engine rng(20261130, static_cast<std::uint64_t>(e));
          const simulated_pilot made(law, rng);
          const auto pilot = made.pilot();
          const auto per_type = pilot.cells_per_type();
          const auto frequencies =
              hm::estimate_frequencies(per_type, {.by_donor = hm::cells_by_donor(pilot)}, rng);
          const hm::plan_experiments none;
          const hm::plan_evidence evidence{pilot, per_type, frequencies, none};
          const auto note = [&](int k, double estimate, double low, double high, double truth) {
            mean[k] += estimate / pilots;
            if (low <= truth && truth <= high) holds[k] += 1.0 / pilots;
          };
          const auto of_shares = *hm::estimate_donor_variation(pilot);
          note(0, of_shares.correlation, of_shares.lower, of_shares.upper, correlation);
          hm::vector<double> means(genes), dispersions(genes);
          for (const auto& g : hm::expressed_genes(pilot, tested, 0, genes)) {
            means[g.gene] = g.mean;
            dispersions[g.gene] = g.dispersion;
          }
          const auto of_genes =
              *hm::estimate_expression_variation(pilot, tested, means, dispersions);
          const double size = of_genes.deviation.norm() / std::sqrt(static_cast<double>(genes));
          note(1, size, of_genes.lower_scale * size, of_genes.upper_scale * size, deviation);
          const auto first =
              hm::abundance_goal{.type = "b", .fold = fold}.prepare(evidence).chance(for_shares);
          note(2, first.mean, first.lower, first.upper, abundance);
          const auto second =
              hm::differential_goal{.type = "b", .log2_fold = log2_fold}.prepare(evidence).chance(
                  for_genes);
          note(3, second.mean, second.lower, second.upper, differential);
        }
        std::printf("%ld,%.2f,%.1f,%d,%.3f,%.3f,%.3f,%.3f,%.3f,%.3f,%.3f,%.3f,%.3f,%.3f\n",
                    static_cast<long>(donors), correlation, deviation, pilots, holds[0], mean[0],
                    holds[1], mean[1], abundance, mean[2], holds[2], differential, mean[3],
                    holds[3]);
        std::fflush(stdout);
      }
  std::printf("\ndonors,cells,deviation,formula,simulated\n");
  for (const hm::plan_design& design :
       {hm::plan_design{4, 1000, 1, 2}, hm::plan_design{6, 300, 1, 2},
        hm::plan_design{12, 300, 1, 2}})
    for (const double deviation : {0.1, 0.2, 0.4}) {
      const donor_law law{design.donors, 0.02, deviation};
      double simulated = 0;
      for (std::uint64_t e = 0; e < 20; ++e) {
        hm::random_engine rng(20261201, e);
        simulated += simulated_chance(law, design, log2_fold, rng) / 20;
      }
      std::printf("%ld,%ld,%.1f,%.3f,%.3f\n", static_cast<long>(design.donors),
                  static_cast<long>(design.cells), deviation, known_chance(law, design, log2_fold),
                  simulated);
    }
}
