// SPDX-License-Identifier: MIT
#include "make_cells.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <optional>
#include <span>
#include <utility>

#include "cell_types.hpp"
#include "harmonium/core/draw/categorical.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/models/cells_request.hpp"
#include "harmonium/samplers/variational_posterior.hpp"
#include "interrupt.hpp"
#include "parsed.hpp"

namespace program {

namespace hm = harmonium;
namespace io = harmonium::io;

namespace {

/// Cells of a type are shared out among the states of that name by their weights.
std::vector<hm::index> cells_per_state(const io::any_model& model,
                                       const std::vector<std::string>& cells_of,
                                       hm::random_engine& rng) {
  const auto& labels = model.notes().labels;
  hm::require(!labels.empty(), "--cells-of", "the model knows no types");
  const numbered_labels types = number_labels(labels);
  const auto per_type = cells_per_type(cells_of, types.names);
  const auto weights = model.weights();
  std::vector<hm::index> counts(labels.size(), 0);
  for (std::size_t type = 0; type < per_type.size(); ++type) {
    if (per_type[type] == 0) continue;
    std::vector<double> own(labels.size(), 0.0);
    for (std::size_t s = 0; s < own.size(); ++s)
      if (types.number[s] == static_cast<hm::index>(type))
        own[s] = weights.empty() ? 1 : weights[s];
    const auto share = hm::draw::systematic(std::span<const double>(own), per_type[type], rng);
    for (std::size_t s = 0; s < own.size(); ++s) counts[s] += share[s];
  }
  return counts;
}

using watcher = std::function<hm::flow(const hm::progress&)>;

/// "GENE=N" with an id or a symbol; genes that no training cell counted have 0 in every cell.
std::vector<hm::clamped_gene> clamped_genes(const std::vector<std::string>& asked,
                                            const io::model_notes& notes) {
  std::vector<hm::clamped_gene> genes;
  const auto number_in = [](const io::features& of, const std::string& name) {
    const auto find = [&](const std::vector<std::string>& names) {
      return std::find(names.begin(), names.end(), name) - names.begin();
    };
    const auto id = find(of.ids);
    return id < of.size() ? id : find(of.symbols);
  };
  for (const auto& text : asked) {
    const auto split = text.rfind('=');
    const std::int32_t count =
        split == std::string::npos ? -1 : parsed<std::int32_t>(text.substr(split + 1)).value_or(-1);
    hm::require(count >= 0, "--clamp", "expected GENE=N with a whole number N, got '" + text + "'");
    const std::string name = text.substr(0, split);
    const hm::index gene = number_in(notes.genes, name);
    if (gene < notes.genes.size()) {
      genes.push_back({gene, count});
      continue;
    }
    hm::require(number_in(notes.silent.genes, name) < notes.silent.genes.size(), "--clamp",
                "no gene is called '" + name + "'");
    hm::require(count == 0, "--clamp",
                "'" + name + "' was counted in no training cell and is 0 in every cell");
  }
  return genes;
}

/// The request for cells of one model, without batch or donor.
hm::cells_request request_for(const io::any_model& model, const cells_wanted& wanted,
                              hm::index cells, hm::random_engine& rng) {
  hm::cells_request request{.cells = cells,
                            .mean_library = wanted.mean_library,
                            .depth = wanted.depth,
                            .clamped = clamped_genes(wanted.clamped, model.notes())};
  if (!wanted.cells_of.empty()) request.of_states = cells_per_state(model, wanted.cells_of, rng);
  return request;
}

/// Around pilot cells of the types.
hm::cells_and_origins around_cells_of_types(const hm::thread_executor& run,
                                            const fitted_model& fitted,
                                            const hm::variational_posterior<>& posterior,
                                            const cells_wanted& wanted, const watcher& watch,
                                            hm::random_engine& rng) {
  hm::require(!fitted.cell_labels.empty(), "--cells-of", "the model knows no types");
  hm::require(wanted.clamped.empty() && !wanted.mean_library && wanted.depth == 1, "--cells-of",
              "of vae-posterior goes with neither --clamp nor --library nor --depth");
  const numbered_labels types = number_labels(fitted.cell_labels);
  const auto per_type = cells_per_type(wanted.cells_of, types.names);
  auto made = posterior.generate_clusters(run, types.number, per_type, watch, rng);
  return {std::move(made.cells), {}, std::move(made.source)};
}

/// Cells of one model, after those that are there.
void append_cells(const hm::thread_executor& run, const fitted_model& fitted,
                  const io::any_model& model, hm::index cells, const cells_wanted& wanted,
                  const std::string& group, const watcher& watch, hm::random_engine& rng,
                  synthetic_cells& result) {
  const auto* posterior = model.get_if<hm::variational_posterior<>>();
  auto made = posterior != nullptr && !wanted.cells_of.empty()
                  ? around_cells_of_types(run, fitted, *posterior, wanted, watch, rng)
                  : hm::generate(run, model, request_for(model, wanted, cells, rng), watch, rng);
  if (interrupted) throw interruption{};
  if (!group.empty())
    result.groups.insert(result.groups.end(), static_cast<std::size_t>(made.cells.cells()), group);
  if (result.cells.cells() == 0)
    result.cells = std::move(made.cells);
  else
    for (hm::index i = 0; i < made.cells.cells(); ++i) {
      const auto cell = made.cells.cell(i);
      for (std::size_t k = 0; k < cell.size(); ++k)
        result.cells.push_back(cell.genes[k], cell.values[k]);
      result.cells.finish_cell();
    }
  const auto& labels = model.notes().labels;
  if (!labels.empty())
    for (const hm::index state : made.state)
      result.labels.push_back(labels[static_cast<std::size_t>(state)]);
  if (fitted.cell_barcodes.empty()) return;
  // With a residual correlation every pilot cell is a state.
  for (const hm::index cell : made.source.empty() ? made.state : made.source) {
    const auto i = static_cast<std::size_t>(cell);
    result.sources.push_back(fitted.cell_barcodes[i]);
    if (!fitted.cell_labels.empty()) result.labels.push_back(fitted.cell_labels[i]);
  }
}

/// Numbers of groups by name.
std::vector<hm::index> numbers_of(const std::vector<std::string>& names, const cell_groups& known,
                                  const char* option) {
  std::vector<hm::index> numbers;
  for (const auto& name : names) {
    const auto found = std::find(known.names.begin(), known.names.end(), name);
    if (found == known.names.end()) {
      std::string all;
      for (const auto& each : known.names) all += (all.empty() ? "" : ", ") + each;
      hm::require(false, option, "the model has no " + known.kind + " '" + name + "', but " + all);
    }
    numbers.push_back(found - known.names.begin());
  }
  return numbers;
}

}  // namespace

void check_wanted(const generate_options& options) {
  hm::require(options.cells_of.empty() || !options.cells, "--cells-of",
              "takes the place of --cells");
  hm::require(options.batches.empty() || (options.donors.empty() && !options.new_donors), "--batch",
              "goes with neither --donor nor --new-donors");
  hm::require(options.donors.empty() || !options.new_donors, "--donor",
              "does not go with --new-donors");
  hm::require(!options.cells_per_donor || options.new_donors, "--cells-per-donor",
              "needs --new-donors");
  hm::require(!options.new_donors || options.cells_per_donor || !options.cells_of.empty(),
              "--new-donors", "needs --cells-per-donor");
  hm::require(!options.new_donors || !options.cells, "--new-donors",
              "have --cells-per-donor in place of --cells");
}

cells_wanted cells_wanted::of(const generate_options& options, hm::index cells) {
  return {.cells = cells,
          .cells_of = options.cells_of,
          .batches = options.batches,
          .donors = options.donors,
          .new_donors = options.new_donors.value_or(0),
          .cells_per_donor = options.cells_per_donor.value_or(0),
          // Of an autoencoder that is trained here the sampler knows it.
          .mean_library = options.model.starts_with("vae-") ? std::nullopt : options.mean_library,
          .depth = options.depth.value_or(1),
          .clamped = options.clamped};
}

void check_groups(const cells_wanted& wanted, const cell_groups& known) {
  hm::require(wanted.batches.empty() || known.kind == "batch", "--batch",
              "the model was trained without batches (--batch-column)");
  const bool donors = known.kind == "donor";
  hm::require(wanted.donors.empty() || donors, "--donor",
              "the model was trained without donors (--donor-column)");
  hm::require(wanted.new_donors == 0 || donors, "--new-donors",
              "the model was trained without donors (--donor-column)");
  hm::require(wanted.new_donors == 0 || known.names.size() >= 2, "--new-donors",
              "one donor does not show how donors differ");
  hm::require(wanted.new_donors == 0 || wanted.cells_per_donor > 0 || !wanted.cells_of.empty(),
              "--new-donors", "needs --cells-per-donor");
  (void)numbers_of(wanted.batches, known, "--batch");
  (void)numbers_of(wanted.donors, known, "--donor");
}

synthetic_cells make_cells(const hm::thread_executor& run, const fitted_model& fitted,
                           const cells_wanted& wanted, terminal_progress& watch,
                           hm::random_engine& rng) {
  // What needs no training needs no bar.
  const watcher stop_if_asked = [&](const hm::progress& now) {
    if (!fitted.training_log.empty()) return watch(now);
    return interrupted ? hm::flow::stop : hm::flow::proceed;
  };
  check_groups(wanted, fitted.groups);
  const io::any_model& model = *fitted.model;
  synthetic_cells result;
  const auto append = [&](const io::any_model& own, hm::index cells, const std::string& group) {
    append_cells(run, fitted, own, cells, wanted, group, stop_if_asked, rng, result);
  };
  const auto& named = wanted.batches.empty() ? wanted.donors : wanted.batches;
  if (!named.empty()) {
    const auto numbers = numbers_of(named, fitted.groups, "--batch");
    std::vector<double> shares;
    for (const hm::index g : numbers)
      shares.push_back(static_cast<double>(model.effects()->cells[static_cast<std::size_t>(g)]));
    const auto cells = hm::draw::systematic(std::span<const double>(shares), wanted.cells, rng);
    for (std::size_t k = 0; k < numbers.size(); ++k)
      append(model.of_group(run, numbers[k]), cells[k], named[k]);
  } else if (wanted.new_donors > 0) {
    for (long d = 0; d < wanted.new_donors; ++d)
      append(model.new_group(run, rng), wanted.cells_per_donor, "new_" + std::to_string(d + 1));
  } else {
    append(model, wanted.cells, "");
  }
  return result;
}

std::vector<std::string> synthetic_barcodes(hm::index cells) {
  std::vector<std::string> barcodes;
  barcodes.reserve(static_cast<std::size_t>(cells));
  for (hm::index i = 1; i <= cells; ++i) {
    char name[32];
    std::snprintf(name, sizeof name, "synthetic_%07ld", long{i});
    barcodes.emplace_back(name);
  }
  return barcodes;
}

}  // namespace program
