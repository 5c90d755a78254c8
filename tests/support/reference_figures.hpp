// SPDX-License-Identifier: MIT
/// @file
/// Numbers out of the reference's figures.json.
#pragma once

#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <sstream>
#include <stdexcept>
#include <string>

namespace support {

/// The number behind nested names, such as {"davies_bouldin", "counts_q2"}; each is looked for
/// behind the one before, which is all that these files need.
inline double reference_figure(const std::filesystem::path& file,
                               std::initializer_list<const char*> names) {
  std::stringstream text;
  text << std::ifstream(file).rdbuf();
  const std::string all = text.str();
  std::size_t at = 0;
  for (const std::string name : names) {
    at = all.find('"' + name + '"', at);
    if (at == std::string::npos) throw std::runtime_error(file.string() + ": no " + name);
    at += name.size() + 2;
  }
  return std::stod(all.substr(all.find(':', at) + 1));
}

}  // namespace support
