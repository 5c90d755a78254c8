// SPDX-License-Identifier: MIT
/// @file
/// What help tells of options and commands beyond what CLI11 keeps: which options --help shows, and
/// what --help-all and the manual page say on top.
#pragma once

#include <CLI/CLI.hpp>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace program {

/// Of the one command line that a program has.
struct option_notes {
  std::set<const CLI::Option*> usual;
  std::map<const CLI::Option*, std::string> more;
  std::map<const CLI::App*, std::string> more_of_command;
};

inline option_notes& notes() {
  static option_notes kept;
  return kept;
}

/// `--help` shows this option; without it, it waits for `--help-all`. A screen of 40 lines must
/// hold the usual options of a command (tests/program).
inline CLI::Option* usual(CLI::Option* option) {
  notes().usual.insert(option);
  return option;
}

/// `text` follows the description, which has two lines at most, in --help-all and the manual page.
inline CLI::Option* explained(CLI::Option* option, const std::string& text) {
  notes().more[option] = text;
  return option;
}

/// Likewise `text` after what a command is for.
inline void explained(CLI::App& command, const std::string& text) {
  notes().more_of_command[&command] = text;
}

/// What an option lets one choose from, in the order of its description; empty if anything goes.
std::vector<std::string> choices_of(const CLI::Option& option);

/// An option as help and manual page tell it.
struct told_option {
  std::string name;   ///< "--cells"
  std::string value;  ///< "N", or empty: a flag
  std::string text;   ///< with what it is by default, its choices and its range
  std::string more;   ///< see `explained`
};
told_option tell(const CLI::Option& option);

/// Whether a value of the option is a file or a folder.
bool takes_path(const CLI::Option& option);

/// Those with a name, without --help and --help-all, as declared; and their groups.
std::vector<const CLI::Option*> options_of(const CLI::App& command);
std::vector<std::string> groups_of(const CLI::App& command);

/// The commands, as declared.
std::vector<const CLI::App*> commands_of(const CLI::App& app);

}  // namespace program
