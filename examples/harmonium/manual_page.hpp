// SPDX-License-Identifier: MIT
/// @file
/// The manual page, made from the command line itself.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace program {

/// harmonium.1, in the macros of man(7).
std::string manual_page(const CLI::App& app);

}  // namespace program
