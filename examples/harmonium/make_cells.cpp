// SPDX-License-Identifier: MIT
#include "make_cells.hpp"

#include <functional>
#include <span>
#include <utility>

#include "cell_types.hpp"
#include "harmonium/core/draw/categorical.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/samplers/variational_posterior.hpp"
#include "interrupt.hpp"

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

io::cells_and_origins cells_of_types(const hm::thread_executor& run, const fitted_model& fitted,
                                     const std::vector<std::string>& cells_of, const watcher& watch,
                                     hm::random_engine& rng) {
  if (const auto* posterior = fitted.model->get_if<hm::variational_posterior<>>()) {
    hm::require(!fitted.cell_labels.empty(), "--cells-of", "the model knows no types");
    const numbered_labels types = number_labels(fitted.cell_labels);
    const auto per_type = cells_per_type(cells_of, types.names);
    auto made = posterior->generate_clusters(run, types.number, per_type, watch, rng);
    return {std::move(made.cells), {}, std::move(made.source)};
  }
  const auto per_state = cells_per_state(*fitted.model, cells_of, rng);
  return fitted.model->generate_states(run, per_state, watch, rng);
}

}  // namespace

synthetic_cells make_cells(const hm::thread_executor& run, const fitted_model& fitted,
                           hm::index cells, const std::vector<std::string>& cells_of,
                           terminal_progress& watch, hm::random_engine& rng) {
  // What needs no training needs no bar.
  const watcher stop_if_asked = [&](const hm::progress& now) {
    if (!fitted.training_log.empty()) return watch(now);
    return interrupted ? hm::flow::stop : hm::flow::proceed;
  };
  auto made = cells_of.empty() ? fitted.model->generate_with_origins(run, cells, stop_if_asked, rng)
                               : cells_of_types(run, fitted, cells_of, stop_if_asked, rng);
  if (interrupted) throw interruption{};
  synthetic_cells result{std::move(made.cells), {}, {}};
  const auto& labels = fitted.model->notes().labels;
  if (!labels.empty())
    for (const hm::index state : made.state)
      result.labels.push_back(labels[static_cast<std::size_t>(state)]);
  if (fitted.cell_barcodes.empty()) return result;
  // With a residual correlation every pilot cell is a state.
  for (const hm::index cell : made.source.empty() ? made.state : made.source) {
    const auto i = static_cast<std::size_t>(cell);
    result.sources.push_back(fitted.cell_barcodes[i]);
    if (!fitted.cell_labels.empty()) result.labels.push_back(fitted.cell_labels[i]);
  }
  return result;
}

}  // namespace program
