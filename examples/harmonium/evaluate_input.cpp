// SPDX-License-Identifier: MIT
#include "evaluate_input.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "harmonium/core/select_counts.hpp"
#include "harmonium/io/mex.hpp"
#include "label_cells.hpp"
#include "read_cells.hpp"

namespace program {

namespace hm = harmonium;
namespace io = harmonium::io;

namespace {

/// Where every id stands.
std::unordered_map<std::string_view, hm::index> positions(const std::vector<std::string>& names) {
  std::unordered_map<std::string_view, hm::index> at;
  for (std::size_t k = 0; k < names.size(); ++k) at.emplace(names[k], static_cast<hm::index>(k));
  return at;
}

std::vector<hm::index> pilot_rows(const evaluate_options& options, const io::dataset& reference) {
  const std::string& name = options.pilot;
  const std::filesystem::path path = name;
  if (!std::filesystem::exists(path)) throw hm::io_error(name, 0, "does not exist");
  constexpr std::array<std::string_view, 1> names{"barcodes.tsv"};
  std::vector<std::string> ignored;
  const auto barcodes =
      is_h5_name(name)
          ? read_cells("--pilot", name, {"", "", options.layer}, ignored).barcodes
          : io::read_barcodes(std::filesystem::is_directory(path) ? io::find_in_folder(path, names)
                                                                  : path);
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
  return found;
}

}  // namespace

void share_genes(evaluate_input& input, const io::dataset& made, const std::string& synthetic) {
  const auto in_synthetic = positions(made.genes.ids);
  const auto in_reference = positions(input.reference.genes.ids);
  const auto check_once = [](const char* option, const auto& at, const io::features& genes) {
    hm::require(std::cmp_equal(at.size(), genes.size()), option,
                "a gene id stands there twice, so genes cannot be matched");
  };
  check_once("--reference", in_reference, input.reference.genes);
  check_once("--synthetic", in_synthetic, made.genes);
  std::vector<hm::index> shared, place(static_cast<std::size_t>(made.genes.size()), -1);
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
                  only_made = made.genes.size() - count;
  if (only_real > 0 || only_made > 0)
    input.remarks.push_back("judged on the " + std::to_string(count) +
                            " genes that both have; left out: " + std::to_string(only_real) +
                            " of the reference, " + std::to_string(only_made) +
                            " of the synthetic cells");
  if (only_real > 0) input.reference = io::select_genes(input.reference, shared);
  input.synthetic = hm::count_matrix<>(count);
  input.synthetic.reserve(made.counts.cells(), made.counts.nonzeros());
  std::vector<std::pair<hm::index, std::int32_t>> row;
  for (hm::index i = 0; i < made.counts.cells(); ++i) {
    const auto cell = made.counts.cell(i);
    row.clear();
    for (std::size_t k = 0; k < cell.size(); ++k)
      if (const auto j = place[static_cast<std::size_t>(cell.genes[k])]; j >= 0)
        row.emplace_back(j, cell.values[k]);
    std::sort(row.begin(), row.end());
    for (const auto& [gene, value] : row) input.synthetic.push_back(gene, value);
    input.synthetic.finish_cell();
  }
}

evaluate_input read_input(const hm::thread_executor& run, const evaluate_options& options) {
  evaluate_input input;
  if (options.transfer == "umap") input.transfer = hm::transfer_space::umap;
  if (options.transfer == "paper-protocol") input.transfer = hm::transfer_space::paper_protocol;
  hm::require(
      options.orientation.empty() || is_table(options.reference) || is_table(options.synthetic),
      "--orientation", "is for csv and tsv files; neither is one");
  const auto read = [&](const char* option, const std::string& name) {
    return read_cells(
        option, name,
        {is_table(name) ? options.orientation : "", options.feature_type, options.layer},
        input.remarks);
  };
  input.reference = read("--reference", options.reference);
  const auto made = read("--synthetic", options.synthetic);
  hm::require(input.reference.counts.cells() > 0, "--reference",
              options.reference + " has no cells");
  hm::require(made.counts.cells() > 0, "--synthetic", options.synthetic + " has no cells");
  share_genes(input, made, options.synthetic);
  if (!options.pilot.empty()) input.pilot = pilot_rows(options, input.reference);
  auto [labels, source, remarks] =
      label_cells(run, input.reference, {options.labels, options.labels_column, options.reference});
  input.labels = std::move(labels);
  input.label_source = std::move(source);
  input.remarks.insert(input.remarks.end(), remarks.begin(), remarks.end());
  return input;
}

}  // namespace program
