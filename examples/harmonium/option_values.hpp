// SPDX-License-Identifier: MIT
/// @file
/// Numbers on the command line: what they may be, and a sentence that says so when they are not.
#pragma once

#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "option_notes.hpp"
#include "parsed.hpp"

namespace program {

constexpr std::uint64_t largest_count = std::numeric_limits<std::int32_t>::max();

/// A whole number from `lowest` to `highest`, in decimal digits.
inline CLI::Validator whole_number(std::uint64_t lowest, std::uint64_t highest = largest_count) {
  const auto check = [=](std::string& text) -> std::string {
    const auto value = parsed<std::uint64_t>(text);
    if (!value || *value < lowest || *value > highest)
      return "expected a whole number from " + std::to_string(lowest) + " to " +
             std::to_string(highest) + ", got '" + text + "'";
    text = std::to_string(*value);  // CLI11 would take a leading zero for octal
    return {};
  };
  return {check, "", "whole number"};
}

/// A finite number above zero, or also zero.
inline CLI::Validator real_number(bool zero_allowed) {
  const auto check = [=](const std::string& text) -> std::string {
    const auto value = parsed<double>(text);
    if (value && std::isfinite(*value) && (*value > 0 || (zero_allowed && *value == 0))) return {};
    return std::string("expected a number ") + (zero_allowed ? "of at least 0" : "above 0") +
           ", got '" + text + "'";
  };
  return {check, "", "number"};
}

/// The whole numbers of a list "4,2"; empty if one is malformed or out of range.
inline std::vector<long> number_list(std::string_view text, long lowest, long highest) {
  std::vector<long> numbers;
  for (;;) {
    const std::size_t comma = text.find(',');
    const auto value = parsed<long>(text.substr(0, comma));
    if (!value || *value < lowest || *value > highest) return {};
    numbers.push_back(*value);
    if (comma == std::string_view::npos) return numbers;
    text.remove_prefix(comma + 1);
  }
}

/// An option `name` whose value is such a list of at most `longest` numbers, read into `values`.
inline CLI::Option* add_number_list(CLI::App& command, const std::string& name,
                                    std::vector<long>& values, long lowest, long highest,
                                    std::size_t longest, const std::string& description) {
  const auto read = [=, &values](const std::string& text) {
    auto numbers = number_list(text, lowest, highest);
    if (numbers.empty() || numbers.size() > longest)
      throw CLI::ValidationError(name, "expected 1 to " + std::to_string(longest) +
                                           " whole numbers from " + std::to_string(lowest) +
                                           " to " + std::to_string(highest) +
                                           " with commas between, got '" + text + "'");
    values = std::move(numbers);
  };
  return command.add_option_function<std::string>(name, read, description)->type_name("N,...");
}

/// --layer of AnnData files.
inline void add_orientation(CLI::App& command, std::string& orientation, const std::string& group) {
  command
      .add_option("--orientation", orientation,
                  "Of a csv or tsv file, rows by columns: cells-by-genes or genes-by-cells")
      ->check(CLI::IsMember({"cells-by-genes", "genes-by-cells"}))
      ->group(group);
}

inline void add_layer(CLI::App& command, std::string& layer, const std::string& group) {
  command
      .add_option("--layer", layer,
                  "Of an .h5ad: X, raw/X or a layer's name [the first of X, counts and raw/X of "
                  "whole numbers]")
      ->type_name("NAME")
      ->group(group);
}

/// --labels: types of the `cells`.
inline void add_labels(CLI::App& command, std::string& labels, const std::string& cells,
                       const std::string& group) {
  explained(usual(command
                      .add_option("--labels", labels,
                                  "Types of the " + cells +
                                      "'s cells: barcode<TAB>label with that header, or a model "
                                      "file [clusters by Louvain]")
                      ->check(CLI::ExistingFile)
                      ->type_name("FILE")
                      ->group(group)),
            "In any order. Of a model file (.harmonium) that was fitted to cells with types each "
            "cell gets the type that it is likest");
}

/// --labels-column, which takes the place of --labels.
inline void add_labels_column(CLI::App& command, std::string& column, const std::string& of,
                              const std::string& group) {
  command
      .add_option("--labels-column", column,
                  "Cell types from this column of cells.tsv in the folder, or of obs, of the " +
                      of + ", instead of --labels")
      ->type_name("NAME")
      ->group(group);
}

/// --seed and --threads.
inline void add_run_options(CLI::App& command, std::uint64_t& seed, int& threads,
                            const std::string& group) {
  usual(command.add_option("--seed", seed, "Any whole number below 2^64")
            ->check(whole_number(0, std::numeric_limits<std::uint64_t>::max()))
            ->type_name("N")
            ->capture_default_str()
            ->group(group));
  usual(command.add_option("--threads", threads, "0: all cores; does not change the result")
            ->check(whole_number(0, 1024))
            ->type_name("N")
            ->capture_default_str()
            ->group(group));
}

/// --json, for who scripts the program.
inline void add_json(CLI::App& command, bool& json, const std::string& group) {
  usual(command
            .add_flag("--json", json,
                      "Print what was done, files and figures, as JSON on standard output")
            ->group(group));
}

}  // namespace program
