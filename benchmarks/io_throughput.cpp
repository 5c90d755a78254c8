// SPDX-License-Identifier: MIT
// Text per second of reading and writing a 10x matrix, beside the C and C++ standard libraries.
// "bytes_per_second" counts uncompressed text throughout.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>

#include "harmonium/io/mex.hpp"

namespace hm = harmonium;
namespace io = harmonium::io;

namespace {

/// 3,000 cells of 20,000 genes, about 900 counts a cell with the many ones of real data; written
/// once to a temporary folder, plain and gzip.
class workload {
 public:
  workload()
      : folder_(std::filesystem::temp_directory_path() /
                ("harmonium_io_throughput_" + std::to_string(getpid()))) {
    constexpr hm::index genes = 20000;
    std::mt19937_64 rng(7);
    data_.counts = hm::count_matrix<>(genes);
    for (hm::index gene = 0; gene < genes; ++gene) {
      const std::string name = "GENE" + std::to_string(gene);
      data_.genes.push_back(name, name, io::gene_expression);
    }
    for (int cell = 0; cell < 3000; ++cell) {
      for (hm::index gene = 0; gene < genes; ++gene) {
        const std::uint64_t word = rng();
        if (word % 22 != 0) continue;
        const std::uint64_t size = (word >> 20) % 1000;
        data_.counts.push_back(gene, size < 700   ? 1
                                     : size < 980 ? 2 + (word >> 40) % 8
                                                  : 10 + (word >> 40) % 300);
      }
      data_.counts.finish_cell();
      data_.barcodes.push_back("CELL" + std::to_string(cell) + "-1");
    }
    io::write_10x(plain(), data_, {.compress = false});
    io::write_10x(gzip(), data_);
    bytes_ = static_cast<std::int64_t>(std::filesystem::file_size(plain() / "matrix.mtx"));
  }
  workload(const workload&) = delete;
  workload& operator=(const workload&) = delete;
  ~workload() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  [[nodiscard]] std::filesystem::path plain() const { return folder_ / "plain"; }
  [[nodiscard]] std::filesystem::path gzip() const { return folder_ / "gzip"; }
  [[nodiscard]] std::filesystem::path scratch() const { return folder_ / "scratch"; }
  [[nodiscard]] const io::dataset& data() const { return data_; }
  void count_bytes(benchmark::State& state) const {
    state.SetBytesProcessed(state.iterations() * bytes_);
  }

 private:
  std::filesystem::path folder_;
  io::dataset data_;
  std::int64_t bytes_ = 0;
};

/// Made at the first call, which every benchmark does before its timed loop.
const workload& work() {
  static const workload made;
  return made;
}

void read_plain(benchmark::State& state) {
  const workload& files = work();
  for (auto _ : state) benchmark::DoNotOptimize(io::read_10x(files.plain()));
  files.count_bytes(state);
}
BENCHMARK(read_plain)->Unit(benchmark::kMillisecond);

void read_gzip(benchmark::State& state) {
  const workload& files = work();
  for (auto _ : state) benchmark::DoNotOptimize(io::read_10x(files.gzip()));
  files.count_bytes(state);
}
BENCHMARK(read_gzip)->Unit(benchmark::kMillisecond);

/// The peers read the same entries into the same count_matrix, without any check of the text.
void read_plain_fscanf(benchmark::State& state) {
  const std::string path = work().plain() / "matrix.mtx";
  for (auto _ : state) {
    std::FILE* file = std::fopen(path.c_str(), "r");
    long genes = 0, cells = 0, entries = 0;
    int gene = 0, cell = 0, count = 0;
    if (!file || std::fscanf(file, "%*[^\n] %ld %ld %ld", &genes, &cells, &entries) != 3)
      return state.SkipWithError("cannot read");
    io::count_assembler counts(cells, genes);
    counts.reserve(entries);
    while (std::fscanf(file, "%d %d %d", &gene, &cell, &count) == 3)
      counts.add(gene - 1, cell - 1, count);
    std::fclose(file);
    benchmark::DoNotOptimize(counts.finish([](hm::index, hm::index) {}));
  }
  work().count_bytes(state);
}
BENCHMARK(read_plain_fscanf)->Unit(benchmark::kMillisecond);

void read_plain_istream(benchmark::State& state) {
  const std::string path = work().plain() / "matrix.mtx";
  for (auto _ : state) {
    std::ifstream file(path);
    std::string banner;
    hm::index genes = 0, cells = 0, entries = 0;
    std::int32_t gene = 0, cell = 0, count = 0;
    std::getline(file, banner);
    file >> genes >> cells >> entries;
    io::count_assembler counts(cells, genes);
    counts.reserve(entries);
    while (file >> gene >> cell >> count) counts.add(gene - 1, cell - 1, count);
    benchmark::DoNotOptimize(counts.finish([](hm::index, hm::index) {}));
  }
  work().count_bytes(state);
}
BENCHMARK(read_plain_istream)->Unit(benchmark::kMillisecond);

void write_plain(benchmark::State& state) {
  const workload& files = work();
  for (auto _ : state) io::write_10x(files.scratch(), files.data(), {.compress = false});
  files.count_bytes(state);
}
BENCHMARK(write_plain)->Unit(benchmark::kMillisecond);

void write_plain_fprintf(benchmark::State& state) {
  std::filesystem::create_directories(work().scratch());
  const std::string path = work().scratch() / "matrix.mtx";
  for (auto _ : state) {
    std::FILE* file = std::fopen(path.c_str(), "w");
    if (!file) return state.SkipWithError("cannot write");
    const auto& counts = work().data().counts;
    for (hm::index i = 0; i < counts.cells(); ++i) {
      const auto cell = counts.cell(i);
      for (std::size_t k = 0; k < cell.size(); ++k)
        std::fprintf(file, "%d %ld %d\n", cell.genes[k] + 1, static_cast<long>(i + 1),
                     cell.values[k]);
    }
    std::fclose(file);
  }
  work().count_bytes(state);
}
BENCHMARK(write_plain_fprintf)->Unit(benchmark::kMillisecond);

/// Argument: zlib's level; the default of `write_10x` is 4.
void write_gzip(benchmark::State& state) {
  const workload& files = work();
  for (auto _ : state)
    io::write_10x(files.scratch(), files.data(), {.level = static_cast<int>(state.range(0))});
  files.count_bytes(state);
  state.counters["ratio"] =
      static_cast<double>(std::filesystem::file_size(files.scratch() / "matrix.mtx.gz")) /
      static_cast<double>(std::filesystem::file_size(files.plain() / "matrix.mtx"));
}
BENCHMARK(write_gzip)->Arg(1)->Arg(4)->Arg(6)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
