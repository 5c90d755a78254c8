// SPDX-License-Identifier: MIT
/// @file
/// Where results go.
#pragma once

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

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

/// Holds a folder or a file against other processes until it is gone or the process ends, however
/// it ends: a lock of the system (flock), which leaves nothing behind. Where the file system has
/// none, nobody is kept out.
class output_lock {
 public:
  enum class if_taken { refuse, wait };

  output_lock() = default;
  /// @param path a folder, or a file, which is made if it is not there
  /// @throws harmonium::io_error with the text `taken` if another process holds it
  output_lock(const std::filesystem::path& path, if_taken what, const std::string& taken)
      : descriptor_(std::filesystem::is_directory(path)
                        ? open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
                        : open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666)) {
    if (descriptor_ < 0)
      throw harmonium::io_error(path.string(), 0,
                                std::string("cannot be written: ") + std::strerror(errno));
    int code;
    do {
      code = flock(descriptor_, LOCK_EX | (what == if_taken::refuse ? LOCK_NB : 0));
    } while (code != 0 && errno == EINTR);
    if (code == 0 || errno != EWOULDBLOCK) return;
    close(descriptor_);
    throw harmonium::io_error(path.string(), 0, taken);
  }
  output_lock(output_lock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  output_lock& operator=(output_lock&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~output_lock() {
    if (descriptor_ >= 0) close(descriptor_);
  }

 private:
  int descriptor_ = -1;
};

/// A folder for the results of this process alone, from before any work to the end. Folders that it
/// had to make and that stayed empty are removed again.
class output_claim {
 public:
  /// @throws harmonium::io_error as `check_output_folder`, and if another process writes there
  output_claim(const std::filesystem::path& folder, bool overwrite) {
    check_output_folder(folder, overwrite);
    std::error_code problem;
    for (auto path = std::filesystem::absolute(folder).lexically_normal();
         !std::filesystem::exists(path, problem) && path.has_relative_path();
         path = path.parent_path())
      if (path.has_filename()) made_.push_back(path);
    create_output_folder(folder);
    try {
      lock_ = output_lock(folder, output_lock::if_taken::refuse,
                          "is being written by another process; choose another --output");
      check_output_folder(folder, overwrite);  // who had it may have left something
    } catch (...) {
      remove_empty();
      throw;
    }
  }
  output_claim(output_claim&&) = default;
  output_claim& operator=(output_claim&&) = delete;
  ~output_claim() { remove_empty(); }

  /// Removes the folders that it made and that are empty, as its end does.
  void remove_empty() const noexcept {
    for (const auto& path : made_)
      if (rmdir(path.c_str()) != 0) break;  // deepest first; only empty ones go
  }

 private:
  std::vector<std::filesystem::path> made_;
  output_lock lock_;
};

/// A small text file, whole or not at all.
inline void write_text(const std::filesystem::path& path, std::string_view text) {
  harmonium::io::output_file file(path);
  file.write(text);
  file.commit();
}

}  // namespace program
