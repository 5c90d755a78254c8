// SPDX-License-Identifier: MIT
/// @file
/// The pictures of `harmonium evaluate`: one page of HTML that needs nothing else.
#pragma once

#include <string>
#include <vector>

#include "evaluate.hpp"
#include "evaluate_input.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/report/candidates.hpp"
#include "harmonium/report/verdicts.hpp"
#include "terminal_progress.hpp"

namespace program {

/// All that `evaluate` writes.
struct judgement {
  std::string scores;   ///< csv
  std::string json;     ///< evaluation.json
  std::string summary;  ///< a table for a person
  std::string page;     ///< report.html
};

/// @throws interruption where `watch` stops it.
judgement judge_cells(const harmonium::thread_executor& run, const evaluate_input& input,
                      const evaluate_options& options, terminal_progress& watch,
                      harmonium::random_engine& rng);

/// @throws interruption on Ctrl-C.
std::string report_page(const harmonium::thread_executor& run, const evaluate_input& input,
                        const harmonium::candidates_result& found,
                        const std::vector<harmonium::verdict>& verdicts,
                        const evaluate_options& options, terminal_progress& watch,
                        harmonium::random_engine& rng);

}  // namespace program
