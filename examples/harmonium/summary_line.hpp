// SPDX-License-Identifier: MIT
/// @file
/// Lines of a page for the terminal.
#pragma once

#include <string>

namespace program {

/// "name                  value\n"
inline std::string summary_line(const std::string& name, const std::string& value) {
  std::string text = name + std::string(name.size() < 22 ? 22 - name.size() : 1, ' ');
  return text + value + "\n";
}

}  // namespace program
