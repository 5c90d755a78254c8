// SPDX-License-Identifier: MIT
#include "simulate.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "h5_files.hpp"
#include "harmonium/core/progress.hpp"
#include "harmonium/io/labels.hpp"
#include "harmonium/io/mex.hpp"
#include "harmonium/simulate/tissue.hpp"
#include "harmonium/version.hpp"
#include "interrupt.hpp"
#include "json_output.hpp"
#include "output_folder.hpp"
#include "terminal_progress.hpp"

namespace program {

namespace hm = harmonium;
namespace io = harmonium::io;

namespace {

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.9g", value);
  return text;
}

/// What is kept of every cell, 24 bytes, while its counts go to the file.
struct cell_columns {
  std::vector<std::int32_t> types;
  std::vector<std::int32_t> batches;
  std::vector<double> libraries;

  void append(const hm::tissue_cells& cells) {
    for (const hm::index type : cells.types) types.push_back(static_cast<std::int32_t>(type));
    for (const hm::index batch : cells.batches) batches.push_back(static_cast<std::int32_t>(batch));
    for (const double library : cells.expected_library_sizes) libraries.push_back(library);
  }
};

/// Draws all cells, a block at a time, and gives each to `use(counts)`.
template <class Use>
cell_columns draw_cells(const simulate_options& options, const hm::tissue_simulator& simulator,
                        const hm::tissue& truth, const hm::random_streams& streams, Use&& use) {
  const hm::thread_executor run(options.threads);
  terminal_progress watch;
  cell_columns columns;
  // Of 4 million draws, less than a second, so that Ctrl-C is noticed soon.
  const hm::index block = std::clamp<hm::index>((hm::index{1} << 22) / options.genes, 64, 16384);
  for (hm::index begin = 0; begin < options.cells; begin += block) {
    const hm::index end = std::min<hm::index>(begin + block, options.cells);
    const auto cells = simulator.cells(run, truth, streams, begin, end);
    columns.append(cells);
    use(cells.counts);
    if (watch(hm::progress{"simulating cells", end, options.cells, {}}) == hm::flow::stop)
      throw interruption{};
  }
  return columns;
}

std::vector<std::string> barcodes_of(hm::index cells) {
  std::vector<std::string> barcodes;
  barcodes.reserve(static_cast<std::size_t>(cells));
  for (hm::index i = 0; i < cells; ++i) {
    char name[32];
    std::snprintf(name, sizeof name, "cell_%07ld", long{i + 1});
    barcodes.emplace_back(name);
  }
  return barcodes;
}

std::vector<std::string> numbers_to(long last) {
  std::vector<std::string> numbers;
  for (long k = 1; k <= last; ++k) numbers.push_back(std::to_string(k));
  return numbers;
}

/// cells.tsv
std::string table_of_cells(const std::vector<std::string>& barcodes, const cell_columns& columns,
                           const std::vector<std::string>& types) {
  std::string table = "barcode\tlabel\tbatch\texpected_library\n";
  for (std::size_t k = 0; k < barcodes.size(); ++k)
    table += barcodes[k] + "\t" + types[static_cast<std::size_t>(columns.types[k])] + "\t" +
             std::to_string(columns.batches[k] + 1) + "\t" + number(columns.libraries[k]) + "\n";
  return table;
}

/// truth_genes.tsv
std::string table_of_genes(const hm::tissue& truth) {
  std::string table = "gene\tinverse_dispersion";
  for (const auto& type : truth.type_names) table += "\tshare_in_" + type;
  table += "\n";
  for (hm::index m = 0; m < truth.counts.genes(); ++m) {
    table += truth.gene_names[static_cast<std::size_t>(m)] + "\t" + number(truth.theta[m]);
    for (hm::index t = 0; t < truth.profiles.rows(); ++t)
      table += "\t" + number(truth.profiles(t, m));
    table += "\n";
  }
  return table;
}

}  // namespace

void simulate(const simulate_options& options) {
  const bool one_file = is_h5_name(options.output);
  std::optional<output_claim> claim;
  if (one_file) {
    check_h5_support("--output");
    check_output_file(options.output, options.overwrite);
  } else {
    claim.emplace(options.output, options.overwrite);
  }
  hm::random_engine rng(options.seed);
  hm::tissue_options asked = {.cells = options.cells,
                              .genes = options.genes,
                              .median_library = options.median_library,
                              .batches = options.batches,
                              .batch_log_spread = options.batch_spread,
                              .dropout = options.dropout};
  // Of few genes, at most half mark a type.
  const auto types = static_cast<hm::index>(asked.types.size());
  asked.markers_per_type = std::min<hm::index>(20, asked.genes / (2 * types));
  const hm::tissue_simulator simulator(asked);
  const hm::random_streams streams(rng);
  const hm::tissue truth = simulator.truth(streams);
  io::features features;
  for (const auto& name : truth.gene_names) features.push_back(name, name, io::gene_expression);

  cell_columns columns;
  std::vector<std::string> written{options.output};
  const auto obs = [&] {
    return h5_extras{.texts = {{"truth_genes", table_of_genes(truth)}},
                     .compress = !options.plain,
                     .codes = {{"cell_type", truth.type_names, columns.types},
                               {"batch", numbers_to(options.batches), columns.batches}},
                     .numbers = {{"expected_library", columns.libraries}}};
  };
  if (options.output.ends_with(".h5ad")) {
    h5ad_stream file(options.output, options.cells, features, !options.plain);
    columns = draw_cells(options, simulator, truth, streams,
                         [&](const hm::count_matrix<>& counts) { file.append(counts); });
    file.finish(barcodes_of(options.cells), obs());
  } else {
    hm::count_matrix<> all(options.genes);
    columns = draw_cells(options, simulator, truth, streams,
                         [&](const hm::count_matrix<>& counts) { all.append(counts); });
    const auto barcodes = barcodes_of(options.cells);
    if (one_file) {
      const auto looks = interruptible_files();
      write_h5(options.output, all, features, barcodes, obs());
    } else {
      const std::filesystem::path folder = options.output;
      {
        const auto looks = interruptible_files();
        io::write_10x(folder, all, features, barcodes, {.compress = !options.plain});
      }
      output_files files(folder);
      files.wrote_10x(!options.plain);
      std::vector<std::string> labels;
      for (const auto type : columns.types)
        labels.push_back(truth.type_names[static_cast<std::size_t>(type)]);
      io::write_labels(folder / "labels.tsv", barcodes, labels);
      files.wrote("labels.tsv");
      files.write("cells.tsv", table_of_cells(barcodes, columns, truth.type_names));
      files.write("truth_genes.tsv", table_of_genes(truth));
      written = files.paths();
    }
  }
  std::vector<long> of_type(truth.type_names.size(), 0);
  for (const auto type : columns.types) ++of_type[static_cast<std::size_t>(type)];
  if (options.json) {
    nlohmann::ordered_json json{{"harmonium", hm::version},
                                {"command", "simulate"},
                                {"output", options.output},
                                {"files", written},
                                {"cells", options.cells},
                                {"genes", options.genes},
                                {"median_library", asked.median_library},
                                {"batches", asked.batches},
                                {"seed", options.seed}};
    for (std::size_t t = 0; t < of_type.size(); ++t)
      json["cells_of_type"][truth.type_names[t]] = of_type[t];
    return print_json(json);
  }
  std::printf("simulated %ld cells x %ld genes in %s\n", options.cells, options.genes,
              options.output.c_str());
  for (std::size_t t = 0; t < of_type.size(); ++t)
    std::printf("  %-16s %ld\n", truth.type_names[t].c_str(), of_type[t]);
}

}  // namespace program
