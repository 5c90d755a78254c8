// SPDX-License-Identifier: MIT
/// @file
/// What a finished study says: table, sentences, page.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "harmonium/core/executor.hpp"
#include "harmonium/study/study_table.hpp"
#include "harmonium/study/sweep.hpp"
#include "study_input.hpp"

namespace program {

struct study_findings {
  std::string answer;               ///< one sentence
  std::vector<std::string> claims;  ///< the paper's, as they come out here
  std::string best;                 ///< generator
};

/// Deterministic, from the table alone.
study_findings find_out(const harmonium::study_table& table);

/// Mean and standard deviation of the paper's Table 1, as csv and for a person.
std::string table1_csv(const harmonium::study_table& table);
std::string study_summary(const harmonium::study_table& table, const study_findings& found,
                          const std::vector<std::string>& failures);

/// One page of HTML. Fits the models once more to draw maps of their cells.
std::string study_page(const harmonium::thread_executor& run, const harmonium::sweep& all,
                       const study_input& input, const harmonium::study_table& table,
                       const study_findings& found, const std::vector<std::string>& failures,
                       const nlohmann::ordered_json& settings, const std::string& how_it_ran);

}  // namespace program
