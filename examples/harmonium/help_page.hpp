// SPDX-License-Identifier: MIT
/// @file
/// The page that --help prints, for a screen of 40 lines of 100 columns, and that of --help-all.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace program {

/// The usual options, each in one or two lines; with --help-all every option and all that is said
/// of it.
class help_page : public CLI::Formatter {
 public:
  std::string make_help(const CLI::App* app, std::string name,
                        CLI::AppFormatMode mode) const override;
};

}  // namespace program
