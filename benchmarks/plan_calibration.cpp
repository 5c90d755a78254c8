// SPDX-License-Identifier: MIT
// How often a plan's numbers are right. Compositions are drawn from several laws and from label
// tables of published sets, a pilot from each, and the cells needed to see at least ten of every
// type of the pilot with 95 % are compared with the truth. Usage: plan_calibration [PILOTS]
// [DRAWS]. Columns, for every method and stratum: pilots; share of 90 % intervals that hold the
// truth, that lie above and below it; share of upper ends that suffice and the median of upper end
// / truth; mean true chance at the number that averages over the posterior, and the median of it /
// truth. Methods: `plan` (estimate_frequencies), `flat` (Dirichlet, 0.5 for each type),
// `good-turing` (maximum likelihood times 1 - singletons / cells, no interval), `oracle` (types are
// independent draws from the true frequencies).
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/analysis/quantile.hpp"
#include "harmonium/core/draw/gamma.hpp"
#include "harmonium/core/draw/normal.hpp"
#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/study/planning/frequency_posterior.hpp"
#include "harmonium/study/planning/see.hpp"
#include "harmonium/study/proportions.hpp"

namespace hm = harmonium;

namespace {

using numbers = std::vector<double>;

constexpr hm::index least = 10;
constexpr double probability = 0.95;

struct composition {
  numbers frequencies;
  std::string law;
};

// Cells per type of 10x pbmc3k, Zeisel 2015 (level 1), CEL-seq2 of five cell lines, Shalek 2014,
// Kang 2018, Deng 2014.
const std::vector<numbers> tissues{{14, 32, 155, 162, 271, 344, 480, 483, 697},
                                   {98, 224, 235, 290, 399, 820, 939},
                                   {62, 83, 83, 137, 177},
                                   {38, 47, 60, 64, 67, 72, 74, 74, 77, 78, 78, 79, 85, 86},
                                   {95, 203, 736, 915, 1082, 1306, 2770, 5154},
                                   {4, 12, 12, 12, 12, 20}};

/// 5 to 25 types, the rarest of at least 0.2 %.
composition draw_composition(hm::random_engine& rng) {
  for (;;) {
    const auto types = static_cast<std::size_t>(5 + hm::draw::below(21, rng));
    composition drawn{numbers(types), ""};
    auto& f = drawn.frequencies;
    const auto position = [&](std::size_t k) { return static_cast<double>(k); };
    const auto one_of = [&](const numbers& all) { return all[hm::draw::below(all.size(), rng)]; };
    switch (hm::draw::below(9, rng)) {
      case 0:
        drawn.law = "even";
        for (double& x : f) x = 1;
        break;
      case 1: {
        drawn.law = "geometric";
        const double span = hm::draw::uniform(rng) * std::log(100.0);
        for (std::size_t k = 0; k < types; ++k)
          f[k] = std::exp(-span * position(k) / (position(types) - 1));
        break;
      }
      case 2: {
        drawn.law = "dirichlet";
        const double shape = one_of({0.5, 1, 2, 5});
        for (double& x : f) x = std::exp(hm::draw::log_gamma_variate(shape, rng));
        break;
      }
      case 3: {
        drawn.law = "lognormal";
        const double scale = one_of({0.5, 1, 1.5});
        for (double& x : f) x = std::exp(scale * hm::draw::normal(rng));
        break;
      }
      case 4: {
        drawn.law = "zipf";
        const double power = 0.5 + hm::draw::uniform(rng);
        for (std::size_t k = 0; k < types; ++k) f[k] = std::pow(position(k) + 1, -power);
        break;
      }
      case 5: {
        drawn.law = "one rare";
        double sum = 0;
        for (double& x : f) sum += x = std::exp(0.3 * hm::draw::normal(rng));
        const double rare = 0.002 * std::exp(hm::draw::uniform(rng) * std::log(10.0));
        sum -= f[0];
        f[0] = sum * rare / (1 - rare);
        break;
      }
      case 6: {
        drawn.law = "two groups";
        const double ratio = 3 + 7 * hm::draw::uniform(rng);
        for (std::size_t k = 0; k < types; ++k)
          f[k] = (k < types / 2 ? 1 : ratio) * std::exp(0.3 * hm::draw::normal(rng));
        break;
      }
      default: {
        drawn.law = "tissue";
        f = tissues[hm::draw::below(tissues.size(), rng)];
        for (auto drop = hm::draw::below(3, rng); drop > 0 && f.size() > 5; --drop)
          f.erase(f.begin() + static_cast<std::ptrdiff_t>(hm::draw::below(f.size(), rng)));
      }
    }
    double sum = 0;
    for (const double x : f) sum += x;
    for (double& x : f) x /= sum;
    if (*std::min_element(f.begin(), f.end()) >= 0.002) return drawn;
  }
}

struct verdict {
  double low, high;  ///< of the cells needed
  double average;    ///< at which the chance, averaged, is the probability
};

verdict verdict_of(const hm::matrix<double>& draws) {
  const auto cells = hm::cells_needed_by_draw({draws}, least, probability);
  const auto types = static_cast<std::size_t>(draws.cols());
  const auto average = hm::least_number(10'000'000, [&](hm::index n) {
    double sum = 0;
    for (hm::index d = 0; d < draws.rows(); ++d)
      sum += hm::chance_of_all({{draws.row(d).data(), types}, least}, n);
    return sum >= probability * static_cast<double>(draws.rows());
  });
  return {static_cast<double>(cells.at(0.05)), static_cast<double>(cells.at(0.95)),
          static_cast<double>(average.value_or(10'000'000))};
}

/// Each type an independent draw from the true frequencies, given its count.
hm::matrix<double> oracle_draws(const std::vector<hm::index>& counts, double cells,
                                const numbers& law, hm::index draws, hm::random_engine& rng) {
  hm::matrix<double> found(draws, static_cast<hm::index>(counts.size()));
  for (std::size_t k = 0; k < counts.size(); ++k) {
    numbers sums;
    double most = -1e300, sum = 0;
    const auto log_of = [&](double f) {
      return static_cast<double>(counts[k]) * std::log(f) - cells * f;
    };
    for (const double f : law) most = std::max(most, log_of(f));
    for (const double f : law) sums.push_back(sum += std::exp(log_of(f) - most));
    for (hm::index d = 0; d < draws; ++d) {
      const double u = hm::draw::uniform(rng) * sum;
      const auto place = std::upper_bound(sums.begin(), sums.end() - 1, u) - sums.begin();
      found(d, static_cast<hm::index>(k)) = law[static_cast<std::size_t>(place)];
    }
  }
  return found;
}

struct tally {
  double pilots = 0, holds = 0, above = 0, below = 0, enough = 0, chance = 0;
  numbers over, average_over;
};

const char* stratum_of(double rarest) {
  return rarest < 0.005  ? "rarest 0.2-0.5 %"
         : rarest < 0.01 ? "rarest 0.5-1 %"
         : rarest < 0.02 ? "rarest 1-2 %"
         : rarest < 0.05 ? "rarest 2-5 %"
                         : "rarest 5- %";
}

}  // namespace

int main(int count, char** arguments) {
  const int pilots = count > 1 ? std::atoi(arguments[1]) : 2000;
  const hm::index draws = count > 2 ? std::atoi(arguments[2]) : 300;
  const int sizes[] = {96, 192, 384, 768, 1536};
  std::map<std::pair<std::string, std::string>, tally> tallies;
  for (int i = 0; i < pilots; ++i) {
    hm::random_engine rng(20261129, static_cast<std::uint64_t>(i));
    const composition tissue = draw_composition(rng);
    const int size = sizes[i % 5];
    std::vector<hm::index> all(tissue.frequencies.size(), 0), counts;
    for (int cell = 0; cell < size; ++cell) {
      double u = hm::draw::uniform(rng);
      std::size_t type = 0;
      while (type + 1 < all.size() && u >= tissue.frequencies[type])
        u -= tissue.frequencies[type++];
      ++all[type];
    }
    numbers truth;
    for (std::size_t k = 0; k < all.size(); ++k)
      if (all[k] > 0) {
        counts.push_back(all[k]);
        truth.push_back(tissue.frequencies[k]);
      }
    const auto needed = static_cast<double>(hm::cells_needed({truth, least}, probability));
    const double rarest = *std::min_element(tissue.frequencies.begin(), tissue.frequencies.end());
    const auto types = tissue.frequencies.size();
    const std::vector<std::string> strata{"all", "law " + tissue.law,
                                          "pilot " + std::to_string(size), stratum_of(rarest),
                                          types <= 7    ? "types 5-7"
                                          : types <= 12 ? "types 8-12"
                                          : types <= 18 ? "types 13-18"
                                                        : "types 19-25"};
    const auto note = [&](const std::string& method, const verdict& said) {
      const double chance = hm::chance_of_all({truth, least}, static_cast<hm::index>(said.average));
      for (const auto& stratum : strata) {
        tally& one = tallies[{method, stratum}];
        one.pilots += 1;
        one.holds += said.low <= needed && needed <= said.high;
        one.above += said.low > needed;
        one.below += said.high < needed;
        one.enough += said.high >= needed;
        one.chance += chance;
        one.over.push_back(said.high / needed);
        one.average_over.push_back(said.average / needed);
      }
    };
    note("plan", verdict_of(hm::estimate_frequencies(counts, {.draws = draws}, rng).draws));
    note("flat", verdict_of(hm::estimate_proportions(counts, {.draws = draws}, rng).draws));
    note("oracle", verdict_of(oracle_draws(counts, size, tissue.frequencies, draws, rng)));
    numbers likely;
    const auto singletons = static_cast<double>(std::count(counts.begin(), counts.end(), 1));
    for (const hm::index n : counts)
      likely.push_back(std::max(1e-4, static_cast<double>(n) / size * (1 - singletons / size)));
    const auto guess = static_cast<double>(hm::cells_needed({likely, least}, probability));
    note("good-turing", {guess, guess, guess});
  }
  std::printf(
      "method,stratum,pilots,holds,above,below,suffices,overshoot,chance_on_average,"
      "overshoot_on_average\n");
  for (const auto& [key, one] : tallies)
    std::printf("%s,%s,%.0f,%.3f,%.3f,%.3f,%.3f,%.2f,%.3f,%.2f\n", key.first.c_str(),
                key.second.c_str(), one.pilots, one.holds / one.pilots, one.above / one.pilots,
                one.below / one.pilots, one.enough / one.pilots, hm::median_of(one.over),
                one.chance / one.pilots, hm::median_of(one.average_over));
}
