// SPDX-License-Identifier: MIT
// A metric of your own: a type with four texts and `evaluate`. It then works wherever metrics do.
#include <concepts>
#include <cstdio>
#include <string_view>
#include <vector>

#include "harmonium/metrics/evaluate.hpp"
#include "harmonium/metrics/library_size.hpp"
#include "harmonium/models/baselines/bootstrap.hpp"
#include "harmonium/models/baselines/independent_nb.hpp"
#include "harmonium/simulate/tissue.hpp"

namespace hm = harmonium;

/// Share of the genes that the reference counts and the synthetic cells do not.
struct lost_genes {
  static constexpr std::string_view name = "lost_genes";
  static constexpr std::string_view range = "0 (good) to 1";
  static constexpr std::string_view chance = "none that is common to all data";
  static constexpr std::string_view ceiling = "0 for as many cells as the reference";

  [[nodiscard]] std::vector<hm::figure> evaluate(
      const std::same_as<hm::comparison> auto& pair) const {
    const auto real = hm::gene_means(pair.reference().counts());
    const auto made = hm::gene_means(pair.counts());
    const auto expressed = (real.array() > 0).count();
    const auto lost = (real.array() > 0 && made.array() == 0).count();
    return {{"share", static_cast<double>(lost) / static_cast<double>(expressed)}};
  }
};
static_assert(hm::label_free_metric<lost_genes>);

int main() {
  hm::random_engine rng(7);
  const hm::tissue tissue = hm::simulate_tissue({.cells = 300, .genes = 200}, rng);
  const auto fitted = hm::independent_nb::fit(tissue.counts);
  const auto copies = hm::bootstrap::fit(tissue.counts).generate(20, rng);
  const auto made = fitted.generate(20, rng);
  const auto a = hm::evaluate<lost_genes, hm::library_size>(tissue.counts, copies);
  const auto b = hm::evaluate<lost_genes, hm::library_size>(tissue.counts, made);
  std::printf("                 lost genes   library sizes, KS distance\n");
  std::printf("copies           %.3f        %.3f\n", a("lost_genes", "share"),
              a("library_size", "ks"));
  std::printf("independent-nb   %.3f        %.3f\n", b("lost_genes", "share"),
              b("library_size", "ks"));
}

// Prints:
//                    lost genes   library sizes, KS distance
//   copies           0.000        0.293
//   independent-nb   0.005        0.217
