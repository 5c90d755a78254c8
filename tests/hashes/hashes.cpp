// SPDX-License-Identifier: MIT
// Hashes of parameters, cells and figures of small fits with fixed seeds, one a line: what
// docs/reproducibility.md says is the same is the same here. Usage: hashes [THREADS]
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <string>

#include "harmonium/everything.hpp"

namespace hm = harmonium;

namespace {

/// Fowler, Noll and Vo's, of 64 bits, over bytes from the lowest on.
class hash {
 public:
  template <std::unsigned_integral Word>
  void add(Word word) {
    for (std::size_t byte = 0; byte < sizeof(Word); ++byte) {
      value_ ^= (word >> (8 * byte)) & 0xff;
      value_ *= 0x100000001b3;
    }
  }
  void add(double number) { add(std::bit_cast<std::uint64_t>(number)); }
  void add(float number) { add(std::bit_cast<std::uint32_t>(number)); }
  template <class Numbers>
  void add_all(const Numbers& numbers) {
    for (hm::index i = 0; i < static_cast<hm::index>(std::size(numbers)); ++i)
      add(numbers.data()[i]);
  }
  void add(const hm::count_matrix<>& cells) {
    for (hm::index i = 0; i < cells.cells(); ++i) {
      const auto cell = cells.cell(i);
      for (std::size_t k = 0; k < cell.size(); ++k) {
        add(static_cast<std::uint32_t>(cell.genes[k]));
        add(static_cast<std::uint32_t>(cell.values[k]));
      }
    }
  }
  void print(const std::string& name) const {
    std::printf("%-28s %016llx\n", name.c_str(), static_cast<unsigned long long>(value_));
  }

 private:
  std::uint64_t value_ = 0xcbf29ce484222325;
};

template <class Numbers>
void print_numbers(const std::string& name, const Numbers& numbers) {
  hash sum;
  sum.add_all(numbers);
  sum.print(name);
}
void print_cells(const std::string& name, const hm::count_matrix<>& cells) {
  hash sum;
  sum.add(cells);
  sum.print(name);
}

}  // namespace

int main(int argc, char** argv) {
  const hm::thread_executor run(argc > 1 ? std::atoi(argv[1]) : 1);
  hm::random_engine rng(20211);
  const auto tissue = hm::simulate_tissue(run, {.cells = 120, .genes = 200}, rng);
  const auto& counts = tissue.counts;
  print_cells("tissue", counts);

  using scdbm = hm::dbm<hm::negative_binomial, hm::bernoulli, hm::bernoulli>;
  const auto exact =
      hm::train<scdbm>(run, counts, {.hidden = {4, 2}}, hm::exact_em{.iterations = 20}, rng);
  print_numbers("scdbm, exact EM", exact.parameters());
  print_cells("scdbm, exact cells", hm::sampled(exact, hm::exact{}).generate(run, 500, rng));
  print_cells("scdbm, Gibbs cells",
              hm::sampled(exact, hm::gibbs{.burn_in = 20}).generate(run, 50, rng));

  using binary = hm::dbm<hm::negative_binomial, hm::bernoulli>;
  const hm::pretrain<hm::block_particles> particles{.epochs = {5}};
  print_numbers("particles",
                hm::train<binary>(run, counts, {.hidden = {6}}, particles, rng).parameters());

  const auto trained =
      hm::train_harmonium(run, counts, {.em = {.components = 4}, .residual = {.rank = 3}}, rng);
  print_numbers("harmonium, means", trained.generator.states().mean);
  print_numbers("harmonium, loadings", trained.generator.residual().loadings());
  print_cells("harmonium, cells", trained.generator.generate(run, 300, rng));

  auto settings = hm::pilot_default();
  settings.epochs = 5;
  print_numbers("autoencoder",
                hm::train<hm::variational_autoencoder<>>(run, counts, settings, rng).parameters());

  const auto values = hm::log_normalise(counts);
  const auto components = hm::pca(hm::sparse_operator(values), {.components = 5});
  print_numbers("principal components", components.scores);
  const auto clusters =
      hm::k_means(run, hm::matrix_view<double>(components.scores), {.clusters = 4}, rng);
  print_numbers("k-means", clusters.centroids);
}
