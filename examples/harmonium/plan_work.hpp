// SPDX-License-Identifier: MIT
/// @file
/// The figures of a plan.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harmonium/core/executor.hpp"
#include "harmonium/io/dataset.hpp"
#include "harmonium/metrics/label_codes.hpp"
#include "harmonium/study/cost.hpp"
#include "harmonium/study/power.hpp"
#include "harmonium/study/proportions.hpp"
#include "harmonium/study/saturation.hpp"
#include "harmonium/study/unseen_mass.hpp"
#include "plan.hpp"

namespace program {

struct plan_pilot {
  harmonium::io::dataset cells;  ///< chosen genes that have a count
  harmonium::label_codes types;
  std::string type_source;  ///< in words
  std::vector<std::string> remarks;
};

/// Cells needed to see enough of every type, and how sure the pilot makes it.
struct type_needs {
  std::vector<harmonium::index> counts;  ///< cells of the pilot of each type
  harmonium::proportions frequencies;
  harmonium::unseen_types unseen;
  harmonium::index cells = 0;  ///< at which the demand is met with the probability asked for
  harmonium::index low = 0, middle = 0, high = 0;  ///< median and 90 % interval of what the
                                                   ///< pilot leaves open
  std::vector<harmonium::index> of_type;           ///< the same as `cells`, for each type alone
};

/// A figure of clustering over sizes: its name, and its curve.
struct plan_curve {
  std::string name;
  std::string in_words;
  harmonium::saturation curve;
  harmonium::matrix<double> values;  ///< sizes x (models x repeats)
};

struct depth_curve {
  double depth;
  std::vector<double> mean;  ///< adjusted Rand index, per size
};

struct plan_power {
  harmonium::index size;
  double separation = 0, separation_error = 0;
  double marker = 0, marker_error = 0;
};

struct plan_result {
  type_needs needs;
  std::vector<harmonium::index> sizes;
  std::vector<std::string> columns;  ///< "model repeat", of the curves' values
  std::vector<plan_curve> curves;    ///< the first is the adjusted Rand index
  std::vector<depth_curve> depths;
  std::string first_type, second_type;  ///< to be told apart
  std::string marker_type;              ///< whose marker is to be found
  std::string marker_gene;
  std::vector<plan_power> power;
  std::optional<harmonium::index> recommended;  ///< none: the pilot is too small to say
  std::vector<std::string> doubts;              ///< why not, or what makes it unsure
  harmonium::index loaded = 0;
  harmonium::design_cost cost;
  std::string answer;  ///< one sentence
};

plan_pilot read_plan_pilot(const harmonium::thread_executor& run, const plan_command& options);

/// @throws interruption on Ctrl-C.
plan_result make_plan(const harmonium::thread_executor& run, const plan_pilot& pilot,
                      const plan_command& options);

/// One page of HTML.
std::string plan_page(const plan_pilot& pilot, const plan_result& found,
                      const plan_command& options);

}  // namespace program
