// SPDX-License-Identifier: MIT
#include "pilot.hpp"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <numeric>
#include <span>
#include <utility>

#include "harmonium/analysis/variable_genes.hpp"
#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/select_counts.hpp"
#include "harmonium/io/gene_list.hpp"
#include "harmonium/io/labels.hpp"
#include "label_cells.hpp"
#include "parsed.hpp"
#include "read_cells.hpp"

namespace program {

namespace hm = harmonium;
namespace io = harmonium::io;

namespace {

std::vector<hm::index> all_of(hm::index count) {
  std::vector<hm::index> numbers(static_cast<std::size_t>(count));
  std::iota(numbers.begin(), numbers.end(), hm::index{0});
  return numbers;
}

std::string genes_in_words(hm::index count) {
  return std::to_string(count) + (count == 1 ? " gene" : " genes");
}

/// The genes of --genes; all without it.
template <hm::count_source Counts>
std::vector<hm::index> chosen_genes(const generate_options& options, const io::features& genes,
                                    const Counts& training) {
  if (options.genes.empty()) return all_of(genes.size());
  if (const auto number = parsed<hm::index>(options.genes)) {
    hm::require(*number >= 1, "--genes",
                "expected at least 1, or the name of a file, got " + options.genes);
    return hm::variable_genes(training, *number);
  }
  hm::require(std::filesystem::exists(options.genes), "--genes",
              "expected a whole number or a file, got '" + options.genes + "'");
  return io::match_genes(io::read_gene_list(options.genes), genes);
}

}  // namespace

pilot_data read_pilot(const hm::thread_executor& run, const generate_options& options,
                      hm::random_engine& rng) {
  pilot_data pilot;
  io::dataset data = read_cells(
      "--pilot", options.pilot,
      {options.orientation, options.feature_type, options.layer, run.threads()}, pilot.remarks);
  std::string left_out;
  for (const auto& [type, rows] : data.other_features)
    left_out += (left_out.empty() ? "" : " and ") + std::to_string(rows) +
                (rows == 1 ? " feature" : " features") + " of type " + type;
  if (!left_out.empty())
    pilot.remarks.push_back("left out " + left_out + " (--feature-type chooses)");
  const labels_place labels{options.labels, options.labels_column, options.pilot};
  if (!labels.empty()) {
    auto given = read_given_labels(run, data, labels, "pilot");
    pilot.labels = std::move(given.labels);
    std::move(given.remarks.begin(), given.remarks.end(), std::back_inserter(pilot.remarks));
  }
  const bool donors = !options.donor_column.empty();
  const std::string& column = donors ? options.donor_column : options.batch_column;
  if (!column.empty()) {
    const auto table =
        read_label_table({{}, column, options.pilot}, donors ? "--donor-column" : "--batch-column");
    pilot.groups = io::join_labels(table, data.barcodes).labels;
  }
  pilot.genes = std::move(data.genes);
  pilot.barcodes = std::move(data.barcodes);
  cut_pilot(pilot, data.counts, options, rng);
  return pilot;
}

void cut_pilot(pilot_data& pilot, const hm::count_view<>& all, const generate_options& options,
               hm::random_engine& rng) {
  hm::require(all.cells() > 0, "--pilot", options.pilot + " has no cells");
  pilot.rows = all_of(all.cells());
  if (options.train_cells) {
    hm::require(*options.train_cells >= 1 && *options.train_cells <= all.cells(), "--train-cells",
                "must be between 1 and the pilot's " + std::to_string(all.cells()) +
                    " cells, got " + std::to_string(*options.train_cells));
    pilot.rows = hm::draw::sample_without_replacement(all.cells(), *options.train_cells, rng);
  }
  if (pilot.labels) {
    std::vector<std::string> own;
    for (const hm::index row : pilot.rows)
      own.push_back((*pilot.labels)[static_cast<std::size_t>(row)]);
    pilot.labels = std::move(own);
    const bool used = options.model == "cluster-nb" || options.model == "harmonium" ||
                      options.model.starts_with("vae-");
    if (!used)
      pilot.remarks.push_back("the labels were checked but not used: " + options.model +
                              " finds its own states");
  }
  if (pilot.groups) {
    std::vector<std::string> own;
    for (const hm::index row : pilot.rows)
      own.push_back((*pilot.groups)[static_cast<std::size_t>(row)]);
    pilot.groups = std::move(own);
  }
  const hm::cell_selection training(all, pilot.rows);
  const auto columns = chosen_genes(options, pilot.genes, training);
  if (!options.genes.empty()) {
    if (const auto number = parsed<hm::index>(options.genes); number > all.genes())
      pilot.remarks.push_back("--genes " + options.genes + ": the pilot has " +
                              genes_in_words(all.genes()) + ", all were kept");
    pilot.genes = io::select(pilot.genes, columns);
  }
  const auto means = hm::gene_means(training);
  std::vector<hm::index> kept;  // of those in `all`
  for (std::size_t m = 0; m < columns.size(); ++m) {
    if (!(means[columns[m]] > 0)) continue;
    pilot.expressed.push_back(static_cast<hm::index>(m));
    kept.push_back(columns[m]);
  }
  hm::require(!kept.empty(), "--pilot",
              "the training cells of " + options.pilot + " hold no counts at all");
  const auto silent = static_cast<hm::index>(columns.size() - kept.size());
  if (silent > 0)
    pilot.remarks.push_back(genes_in_words(silent) +
                            " without a count in the training cells: zero in every cell");
  pilot.training = hm::select_genes(training, std::span<const hm::index>(kept));
}

hm::count_matrix<> among_all_genes(const hm::count_matrix<>& cells,
                                   const std::vector<hm::index>& columns, hm::index genes) {
  hm::count_matrix<> placed(genes);
  placed.reserve(cells.cells(), cells.nonzeros());
  for (hm::index i = 0; i < cells.cells(); ++i) {
    const auto cell = cells.cell(i);
    for (std::size_t k = 0; k < cell.size(); ++k)
      placed.push_back(columns[static_cast<std::size_t>(cell.genes[k])], cell.values[k]);
    placed.finish_cell();
  }
  return placed;
}

}  // namespace program
