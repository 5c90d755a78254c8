// SPDX-License-Identifier: MIT
/// @file
/// The arguments of the commands `study` and `plan`.
#pragma once

#include <CLI/CLI.hpp>

#include "plan.hpp"
#include "study.hpp"

namespace program {

void describe_study(CLI::App& command, study_command& options);
void describe_plan(CLI::App& command, plan_command& options);

}  // namespace program
