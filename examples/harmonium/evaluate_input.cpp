// SPDX-License-Identifier: MIT
#include "evaluate_input.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "gene_places.hpp"
#include "harmonium/core/select_counts.hpp"
#include "harmonium/io/mex.hpp"
#include "label_cells.hpp"
#include "model_cells.hpp"
#include "read_cells.hpp"

namespace program {

namespace hm = harmonium;
namespace io = harmonium::io;

namespace {

/// Of a pilot: other names than these, tables or not, are of files with a barcode a line.
bool is_csv_name(const std::string& name) {
  return name.ends_with(".csv") || name.ends_with(".csv.gz");
}

std::vector<hm::index> pilot_rows(const evaluate_options& options, const io::dataset& reference) {
  const std::string& name = options.pilot;
  const std::filesystem::path path = name;
  if (!std::filesystem::exists(path)) throw hm::io_error(name, 0, "does not exist");
  constexpr std::array<std::string_view, 1> names{"barcodes.tsv"};
  std::vector<std::string> ignored;
  const bool is_csv = is_csv_name(name);
  const auto barcodes =
      is_h5_name(name) || is_csv
          ? read_cells("--pilot", name, {is_csv ? options.orientation : "", "", options.layer},
                       ignored)
                .barcodes
          : io::read_barcodes(std::filesystem::is_directory(path) ? io::find_in_folder(path, names)
                                                                  : path);
  return pilot_among(reference, barcodes);
}

}  // namespace

std::vector<hm::index> pilot_among(const io::dataset& reference,
                                   const std::vector<std::string>& barcodes) {
  const auto rows = positions(reference.barcodes);
  std::vector<hm::index> found;
  std::string missing;
  for (const auto& barcode : barcodes) {
    const auto row = rows.find(barcode);
    if (row != rows.end())
      found.push_back(row->second);
    else if (missing.empty())
      missing = barcode;
  }
  hm::require(missing.empty(), "--pilot",
              "cell '" + missing + "' is not in the reference (" +
                  std::to_string(barcodes.size() - found.size()) + " of " +
                  std::to_string(barcodes.size()) +
                  " cells are not); cells are matched by barcode");
  auto sorted = found;
  std::sort(sorted.begin(), sorted.end());
  const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
  if (twice != sorted.end())
    throw std::invalid_argument("--pilot: cell '" +
                                reference.barcodes[static_cast<std::size_t>(*twice)] +
                                "' is named twice");
  return found;
}

hm::transfer_space transfer_named(const std::string& name) {
  if (name == "umap") return hm::transfer_space::umap;
  if (name == "paper-protocol") return hm::transfer_space::paper_protocol;
  return hm::transfer_space::pca;
}

void share_genes(evaluate_input& input, const hm::count_view<>& made, const io::features& genes,
                 const std::string& synthetic) {
  const auto in_synthetic = positions(genes.ids);
  const auto in_reference = positions(input.reference.genes.ids);
  require_ids_once("--reference", input.reference.genes);
  require_ids_once("--synthetic", genes);
  std::vector<hm::index> shared, place(static_cast<std::size_t>(genes.size()), -1);
  for (hm::index j = 0; j < input.reference.genes.size(); ++j) {
    const auto found = in_synthetic.find(input.reference.genes.ids[static_cast<std::size_t>(j)]);
    if (found == in_synthetic.end()) continue;
    place[static_cast<std::size_t>(found->second)] = static_cast<hm::index>(shared.size());
    shared.push_back(j);
  }
  hm::require(!shared.empty(), "--synthetic",
              synthetic + " and the reference have no gene id in common");
  const auto count = static_cast<hm::index>(shared.size());
  const hm::index only_real = input.reference.genes.size() - count,
                  only_made = genes.size() - count;
  if (only_real > 0 || only_made > 0)
    input.remarks.push_back("judged on the " + std::to_string(count) +
                            " genes that both have; left out: " + std::to_string(only_real) +
                            " of the reference, " + std::to_string(only_made) +
                            " of the synthetic cells");
  if (only_real > 0) input.reference = io::select_genes(input.reference, shared);
  input.synthetic = put_at(made, place, count);
}

evaluate_input read_input(const hm::thread_executor& run, const evaluate_options& options,
                          terminal_progress& watch) {
  evaluate_input input;
  const bool from_model = is_model_file(options.synthetic);
  input.transfer = transfer_named(options.transfer);
  hm::require(options.orientation.empty() || is_table(options.reference) ||
                  (is_table(options.synthetic) && !from_model) || is_csv_name(options.pilot),
              "--orientation", "is for csv and tsv files; neither is one");
  const auto read = [&](const char* option, const std::string& name) {
    return read_cells(option, name,
                      {is_table(name) ? options.orientation : "", options.feature_type,
                       options.layer, run.threads()},
                      input.remarks);
  };
  std::optional<kept_model> model;  // before the cells: it may complain
  if (from_model) model = read_kept_model(run, "--synthetic", options.synthetic);
  input.reference = read("--reference", options.reference);
  const hm::index cells = input.reference.counts.cells();
  hm::require(cells > 0, "--reference", options.reference + " has no cells");
  if (model) {
    (void)genes_known("--synthetic", *model, input.reference.genes);  // before cells are made
    input.made_by = model->stored->fitted.model->kind();
    input.remarks.push_back(std::to_string(cells) +
                            " cells, as many as the reference has, made by " + options.synthetic +
                            " (" + input.made_by + ") with seed " + std::to_string(options.seed));
  }
  const auto made = model ? cells_of_model(run, *model, cells, options.seed, watch)
                          : read("--synthetic", options.synthetic);
  hm::require(made.counts.cells() > 0, "--synthetic", options.synthetic + " has no cells");
  share_genes(input, made.counts, made.genes, options.synthetic);
  if (!options.pilot.empty()) input.pilot = pilot_rows(options, input.reference);
  auto [labels, source, remarks] = label_cells(
      run, input.reference, {options.labels, options.labels_column, options.reference}, watch);
  input.labels = std::move(labels);
  input.label_source = std::move(source);
  input.remarks.insert(input.remarks.end(), remarks.begin(), remarks.end());
  return input;
}

}  // namespace program
