// SPDX-License-Identifier: MIT
#include "simulate.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "h5_files.hpp"
#include "harmonium/io/labels.hpp"
#include "harmonium/io/mex.hpp"
#include "harmonium/simulate/tissue.hpp"
#include "harmonium/version.hpp"
#include "interrupt.hpp"
#include "json_output.hpp"
#include "output_folder.hpp"

namespace program {

namespace hm = harmonium;
namespace io = harmonium::io;

namespace {

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.9g", value);
  return text;
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
  const auto tissue = hm::simulate_tissue(hm::thread_executor(options.threads), asked, rng);
  if (interrupted) throw interruption{};
  io::features features;
  for (const auto& name : tissue.gene_names) features.push_back(name, name, io::gene_expression);
  std::vector<std::string> barcodes;
  std::string cells = "barcode\tlabel\tbatch\texpected_library\n";
  std::vector<std::string> batches;
  for (hm::index i = 0; i < tissue.counts.cells(); ++i) {
    const auto u = static_cast<std::size_t>(i);
    batches.push_back(std::to_string(tissue.batches[u] + 1));
    char name[32];
    std::snprintf(name, sizeof name, "cell_%07ld", long{i + 1});
    barcodes.emplace_back(name);
    cells += barcodes.back() + "\t" + tissue.type_names[static_cast<std::size_t>(tissue.types[u])] +
             "\t" + batches.back() + "\t" + number(tissue.expected_library_sizes[i]) + "\n";
  }
  std::string genes = "gene\tinverse_dispersion";
  for (const auto& type : tissue.type_names) genes += "\tshare_in_" + type;
  genes += "\n";
  for (hm::index m = 0; m < tissue.counts.genes(); ++m) {
    genes += tissue.gene_names[static_cast<std::size_t>(m)] + "\t" + number(tissue.theta[m]);
    for (hm::index t = 0; t < tissue.profiles.rows(); ++t)
      genes += "\t" + number(tissue.profiles(t, m));
    genes += "\n";
  }

  std::vector<std::string> written{options.output};
  if (one_file) {
    write_h5(options.output, tissue.counts, features, barcodes,
             {.labels = {{"cell_type", tissue.labels()}, {"batch", batches}},
              .texts = {{"truth_cells", cells}, {"truth_genes", genes}},
              .compress = !options.plain});
  } else {
    const std::filesystem::path folder = options.output;
    io::write_10x(folder, tissue.counts, features, barcodes, {.compress = !options.plain});
    output_files files(folder);
    files.wrote_10x(!options.plain);
    io::write_labels(folder / "labels.tsv", barcodes, tissue.labels());
    files.wrote("labels.tsv");
    files.write("cells.tsv", cells);
    files.write("truth_genes.tsv", genes);
    written = files.paths();
  }
  std::vector<long> of_type(tissue.type_names.size(), 0);
  for (const hm::index type : tissue.types) ++of_type[static_cast<std::size_t>(type)];
  if (options.json) {
    nlohmann::ordered_json json{{"harmonium", hm::version},
                                {"command", "simulate"},
                                {"output", options.output},
                                {"files", written},
                                {"cells", tissue.counts.cells()},
                                {"genes", tissue.counts.genes()},
                                {"median_library", asked.median_library},
                                {"batches", asked.batches},
                                {"seed", options.seed}};
    for (std::size_t t = 0; t < of_type.size(); ++t)
      json["cells_of_type"][tissue.type_names[t]] = of_type[t];
    return print_json(json);
  }
  std::printf("simulated %ld cells x %ld genes in %s\n", long{tissue.counts.cells()},
              long{tissue.counts.genes()}, options.output.c_str());
  for (std::size_t t = 0; t < of_type.size(); ++t)
    std::printf("  %-16s %ld\n", tissue.type_names[t].c_str(), of_type[t]);
}

}  // namespace program
