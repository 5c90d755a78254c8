// SPDX-License-Identifier: MIT
/// @file
/// Scripts that let a shell complete commands, options and choices, made from the command line
/// itself.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace program {

/// For `source` in bash, for a folder of zsh's `fpath` (as `_harmonium`), or for
/// ~/.config/fish/completions.
/// @param shell  bash, zsh or fish
/// @throws std::invalid_argument for another shell
std::string completion_script(const CLI::App& app, const std::string& shell);

}  // namespace program
