// SPDX-License-Identifier: MIT
/// @file
/// Where results go.
#pragma once

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

#include "harmonium/core/error.hpp"
#include "harmonium/io/output_file.hpp"

namespace program {

/// Before any work: refuses what could not be written at its end.
/// @throws harmonium::io_error if `folder` is a file, lies where nothing can be written, or holds
///         something and `overwrite` is false.
inline void check_output_folder(const std::filesystem::path& folder, bool overwrite) {
  harmonium::require(!folder.empty(), "--output", "the name of the folder is empty");
  std::error_code problem;
  if (std::filesystem::exists(folder, problem) && !std::filesystem::is_directory(folder, problem))
    throw harmonium::io_error(folder.string(), 0, "is a file; --output takes a folder");
  std::filesystem::path above = std::filesystem::absolute(folder);
  while (!std::filesystem::exists(above, problem) && above != above.root_path())
    above = above.parent_path();
  if (!std::filesystem::is_directory(above, problem))
    throw harmonium::io_error(folder.string(), 0,
                              "cannot be created: " + above.string() + " is a file");
  if (access(above.c_str(), W_OK | X_OK) != 0)
    throw harmonium::io_error(folder.string(), 0,
                              "cannot be written: " + above.string() + ": " + std::strerror(errno));
  if (!overwrite && std::filesystem::is_directory(folder, problem) &&
      !std::filesystem::is_empty(folder, problem))
    throw harmonium::io_error(folder.string(), 0,
                              "is not empty; --overwrite replaces files of the same names");
}

/// The same for a single file.
/// @throws harmonium::io_error if `path` is a folder, lies where nothing can be written, or is
/// there
///         and `overwrite` is false.
inline void check_output_file(const std::filesystem::path& path, bool overwrite) {
  std::error_code problem;
  const std::filesystem::path folder = std::filesystem::absolute(path).parent_path();
  if (std::filesystem::is_directory(path, problem))
    throw harmonium::io_error(path.string(), 0, "is a folder, a file was to be written");
  if (!std::filesystem::is_directory(folder, problem))
    throw harmonium::io_error(path.string(), 0,
                              "cannot be written: there is no folder " + folder.string());
  if (access(folder.c_str(), W_OK | X_OK) != 0)
    throw harmonium::io_error(
        path.string(), 0, "cannot be written: " + folder.string() + ": " + std::strerror(errno));
  if (!overwrite && std::filesystem::exists(path, problem))
    throw harmonium::io_error(path.string(), 0, "exists; --overwrite replaces it");
}

inline void create_output_folder(const std::filesystem::path& folder) {
  std::error_code problem;
  std::filesystem::create_directories(folder, problem);
  if (problem)
    throw harmonium::io_error(folder.string(), 0, "cannot be created: " + problem.message());
}

/// A small text file, whole or not at all.
inline void write_text(const std::filesystem::path& path, std::string_view text) {
  harmonium::io::output_file file(path);
  file.write(text);
  file.commit();
}

}  // namespace program
