// SPDX-License-Identifier: MIT
/// @file
/// The pilot of a plan from files, and the plan that the library makes of it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harmonium/core/executor.hpp"
#include "harmonium/io/dataset.hpp"
#include "harmonium/metrics/label_codes.hpp"
#include "harmonium/study/plan.hpp"
#include "model_cells.hpp"
#include "plan.hpp"
#include "terminal_progress.hpp"

namespace program {

struct pilot_of_plan {
  harmonium::io::dataset cells;  ///< chosen genes that have a count
  harmonium::label_codes types;
  harmonium::label_codes donors;  ///< empty where there was one
  std::vector<harmonium::expected_frequency> expected;
  std::optional<kept_model> model;  ///< of --model-file
  bool is_its_pilot = false;        ///< whether that was trained on these cells
  std::string type_source;          ///< in words
  std::vector<std::string> remarks;
};

struct plan_result {
  harmonium::plan_report found;
  std::string answer;  ///< in a few sentences
};

pilot_of_plan read_plan_pilot(const harmonium::thread_executor& run, const plan_command& options);

/// From cells as read: the model of --model-file and the genes that it knows, chosen genes that
/// have a count, types that were found where there are no labels, types that are expected.
void finish_plan_pilot(const harmonium::thread_executor& run, pilot_of_plan& pilot,
                       const plan_command& options);

/// --donors, else as many as the pilot has.
std::vector<long> donors_of_designs(const pilot_of_plan& pilot, const plan_command& options);

/// @throws interruption where `watch` stops it.
plan_result make_plan(const harmonium::thread_executor& run, const pilot_of_plan& pilot,
                      const plan_command& options, terminal_progress watch);

/// plan.json.
std::string plan_as_json(const pilot_of_plan& pilot, const plan_result& result,
                         const plan_command& options);

/// One page of HTML.
std::string plan_page(const pilot_of_plan& pilot, const plan_result& result,
                      const plan_command& options);

}  // namespace program
