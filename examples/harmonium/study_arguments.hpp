// SPDX-License-Identifier: MIT
/// @file
/// The arguments of the commands `study` and `plan`.
#pragma once

#include <string>

#include <CLI/CLI.hpp>

#include "plan.hpp"
#include "study.hpp"

namespace program {

void describe_study(CLI::App& command, study_command& options);
void describe_plan(CLI::App& command, plan_command& options);

/// Fills the costs and losses that the command line left out from a TOML file whose names are those
/// of the options.
/// @throws CLI::ValidationError that names the file, for a name that is none and for bad values.
void read_prices(CLI::App& plan, const std::string& file);

}  // namespace program
