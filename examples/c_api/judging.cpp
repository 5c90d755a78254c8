// SPDX-License-Identifier: MIT
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "evaluate_input.hpp"
#include "evaluate_report.hpp"
#include "handles.hpp"
#include "harmonium/metrics/label_codes.hpp"
#include "label_cells.hpp"
#include "named_options.hpp"
#include "plan_work.hpp"

namespace hm = harmonium;

namespace {

/// Texts for the caller, both or none.
void hand_over(const std::string& json, char** json_out, const std::string& page, char** page_out) {
  std::unique_ptr<char, decltype(&std::free)> first(c_api::copy_of(json), &std::free);
  std::unique_ptr<char, decltype(&std::free)> second(
      page_out == nullptr ? nullptr : c_api::copy_of(page), &std::free);
  if (first == nullptr || (page_out != nullptr && second == nullptr)) throw std::bad_alloc();
  *json_out = first.release();
  if (page_out != nullptr) *page_out = second.release();
}

}  // namespace

extern "C" {

int harmonium_evaluate(const harmonium_counts* reference, const harmonium_counts* synthetic,
                       const char* options, uint64_t seed, const harmonium_run* run, char** json,
                       char** html, char** error) {
  return c_api::guarded(error, [&] {
    c_api::need(reference, "reference");
    c_api::need(synthetic, "synthetic");
    c_api::need(json, "json");
    program::evaluate_options asked;
    asked.reference = "the reference";
    asked.synthetic = "the synthetic cells";
    asked.seed = seed;
    std::vector<std::string> pilot;
    c_api::named_options(options)
        .take("repeats", asked.repeats)
        .take("cells", asked.cells)
        .take("label_transfer", asked.transfer)
        .take_list("pilot", pilot)
        .no_others();
    hm::require(asked.repeats >= 1, "repeats", "must be at least 1");
    c_api::one_of("label_transfer", asked.transfer, {"pca", "umap", "paper-protocol"});
    const auto threads = c_api::threads_of(run);
    program::evaluate_input input;
    input.reference = c_api::dataset_of(*reference);
    hm::require(input.reference.counts.cells() > 0, "reference", "has no cells");
    hm::require(synthetic->counts.cells() > 0, "synthetic", "has no cells");
    input.transfer = program::transfer_named(asked.transfer);
    if (!pilot.empty()) {
      asked.pilot = "the pilot";
      input.pilot = program::pilot_among(input.reference, pilot);
    }
    program::share_genes(input, synthetic->counts, synthetic->genes, asked.synthetic);
    auto watch = c_api::watch_of(run);
    if (!reference->labels.empty()) {
      input.labels = hm::code_labels(reference->labels);
      input.label_source = "labels of the reference";
    } else {
      auto found = program::label_cells(threads, input.reference, {}, watch);
      input.labels = std::move(found.labels);
      input.label_source = std::move(found.source);
    }
    hm::random_engine rng(seed);
    const auto judged = program::judge_cells(threads, input, asked, watch, rng);
    hand_over(judged.json, json, judged.page, html);
  });
}

int harmonium_plan(const harmonium_counts* pilot, const char* options, uint64_t seed,
                   const harmonium_run* run, char** json, char** html, char** error) {
  return c_api::guarded(error, [&] {
    c_api::need(pilot, "pilot");
    c_api::need(json, "json");
    program::plan_command asked;
    asked.pilot = "the pilot";
    asked.seed = seed;
    c_api::named_options(options)
        .take("at_least", asked.at_least)
        .take("probability", asked.probability)
        .take("rare", asked.rare)
        .take_list("sizes", asked.sizes)
        .take("repeats", asked.repeats)
        .take_list("models", asked.models)
        .take("model_file", asked.model_file)
        .take_list("depths", asked.depths)
        .take_list("goals", asked.goals)
        .take("separate", asked.separate)
        .take("type", asked.type)
        .take("log2_fold", asked.log2_fold)
        .take("fold", asked.fold)
        .take("power", asked.power)
        .take_list("expected", asked.expected)
        .take("expected_weight", asked.expected_weight)
        .take_list("donors", asked.donors)
        .take("budget", asked.budget)
        .take("cost_per_cell", asked.cost_per_cell)
        .take("cost_per_plate", asked.cost_per_plate)
        .take("cost_per_lane", asked.cost_per_lane)
        .take("cost_per_donor", asked.cost_per_donor)
        .take("cost_per_million_reads", asked.cost_per_million_reads)
        .take("reads_per_cell", asked.reads_per_cell)
        .take("saturation", asked.saturation)
        .take("doublets_per_thousand", asked.doublets_per_thousand)
        .take("plate", asked.plate)
        .take("lane", asked.lane)
        .take("donors_per_lane", asked.donors_per_lane)
        .take("recovery", asked.recovery)
        .take("doublets", asked.doublets)
        .no_others();
    for (const auto& goal : asked.goals)
      c_api::one_of("goals", goal,
                    {"see", "rediscover", "separate", "markers", "abundance", "differential"});
    for (const auto& name : asked.models)
      c_api::one_of("models", name, {"harmonium", "scdbm", "cluster-nb"});
    const auto threads = c_api::threads_of(run);
    program::pilot_of_plan cells;
    cells.cells = c_api::dataset_of(*pilot);
    if (!pilot->labels.empty()) {
      cells.types = hm::code_labels(pilot->labels);
      cells.type_source = "labels of the pilot";
    }
    program::finish_plan_pilot(threads, cells, asked);
    const auto result = program::make_plan(threads, cells, asked, c_api::watch_of(run));
    hand_over(program::plan_as_json(cells, result, asked), json,
              html == nullptr ? std::string() : program::plan_page(cells, result, asked), html);
  });
}

}  // extern "C"
