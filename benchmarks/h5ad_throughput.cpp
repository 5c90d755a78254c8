// SPDX-License-Identifier: MIT
// Counts per second of reading and writing .h5ad. "bytes_per_second" counts 8 bytes a count, which
// is what they take in memory; by processor time, as the machine may be shared. HARMONIUM_H5AD
// names a file to read in place of the 5,000 cells x 13,714 genes that are made here; `peak_MB` is
// the largest memory so far, of which the file's counts are `counts_MB`.
#include <benchmark/benchmark.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>

#include "harmonium/io/h5ad.hpp"
#include "harmonium/io/h5ad_output.hpp"

namespace hm = harmonium;
namespace io = harmonium::io;

namespace {

/// As sparse as droplets, one count in 16.
io::dataset made_cells() {
  constexpr hm::index genes = 13714;
  std::mt19937_64 rng(7);
  io::dataset data{hm::count_matrix<>(genes), {}, {}};
  for (hm::index gene = 0; gene < genes; ++gene) {
    const std::string name = "GENE" + std::to_string(gene);
    data.genes.push_back(name, name, io::gene_expression);
  }
  for (int cell = 0; cell < 5000; ++cell) {
    for (hm::index gene = 0; gene < genes; ++gene) {
      const std::uint64_t word = rng();
      if (word % 16 != 0) continue;
      const std::uint64_t size = (word >> 20) % 1000;
      data.counts.push_back(gene, size < 700   ? 1
                                  : size < 980 ? 2 + (word >> 40) % 8
                                               : 10 + (word >> 40) % 300);
    }
    data.counts.finish_cell();
    data.barcodes.push_back("CELL" + std::to_string(cell) + "-1");
  }
  return data;
}

class files {
 public:
  files() {
    if (const char* given = std::getenv("HARMONIUM_H5AD")) {
      packed_ = plain_ = given;
      return;
    }
    const auto data = made_cells();
    folder_ = std::filesystem::temp_directory_path() /
              ("harmonium_h5ad_throughput_" + std::to_string(getpid()));
    std::filesystem::create_directories(folder_);
    packed_ = folder_ / "packed.h5ad";
    plain_ = folder_ / "plain.h5ad";
    io::write_h5ad(packed_, data);
    io::write_h5ad(plain_, data, {.level = 0});
  }
  files(const files&) = delete;
  files& operator=(const files&) = delete;
  ~files() {
    std::error_code ignored;
    if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
  }

  [[nodiscard]] const std::filesystem::path& packed() const noexcept { return packed_; }
  [[nodiscard]] const std::filesystem::path& plain() const noexcept { return plain_; }

 private:
  std::filesystem::path folder_, packed_, plain_;
};

const files& work() {
  static const files made;
  return made;
}

void count(benchmark::State& state, hm::index nonzeros) {
  state.SetBytesProcessed(state.iterations() * 8 * nonzeros);
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  state.counters["counts_MB"] = 8e-6 * static_cast<double>(nonzeros);
  state.counters["peak_MB"] = static_cast<double>(used.ru_maxrss) / 1024;
}

void read(benchmark::State& state, const std::filesystem::path& path) {
  hm::index nonzeros = 0;
  for (auto _ : state) nonzeros = io::read_h5ad(path).counts.nonzeros();
  count(state, nonzeros);
}

void read_packed(benchmark::State& state) {
  read(state, work().packed());
}
BENCHMARK(read_packed)->Unit(benchmark::kMillisecond);

void read_plain(benchmark::State& state) {
  read(state, work().plain());
}
BENCHMARK(read_plain)->Unit(benchmark::kMillisecond);

void write_packed(benchmark::State& state) {
  const auto data = io::read_h5ad(work().packed());
  const auto path =
      std::filesystem::temp_directory_path() / ("written_" + std::to_string(getpid()) + ".h5ad");
  for (auto _ : state) io::write_h5ad(path, data);
  count(state, data.counts.nonzeros());
  std::filesystem::remove(path);
}
BENCHMARK(write_packed)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
