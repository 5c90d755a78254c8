// SPDX-License-Identifier: MIT
/// @file
/// A file in memory (Linux: /dev/shm) with the bytes of one fuzz run, and the rule that a reader
/// either reads it or throws io_error.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/error.hpp"

/// The same descriptor in every run, so that a run creates no file.
class fuzz_file {
 public:
  explicit fuzz_file(const char* name)
      : path_("/dev/shm/harmonium_fuzz_" + std::string(name) + "_" + std::to_string(getpid())),
        descriptor_(open(path_.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600)) {
    if (descriptor_ < 0) std::abort();
  }
  fuzz_file(const fuzz_file&) = delete;
  fuzz_file& operator=(const fuzz_file&) = delete;
  ~fuzz_file() {
    close(descriptor_);
    unlink(path_.c_str());
  }

  const std::filesystem::path& holding(const std::uint8_t* bytes, std::size_t size) {
    if (ftruncate(descriptor_, 0) != 0 || lseek(descriptor_, 0, SEEK_SET) != 0) std::abort();
    while (size > 0) {
      const ssize_t written = write(descriptor_, bytes, size);
      if (written <= 0) std::abort();
      bytes += written;
      size -= static_cast<std::size_t>(written);
    }
    return path_;
  }

 private:
  std::filesystem::path path_;
  int descriptor_;
};

/// Anything else that `read` throws ends the process.
template <class Read>
void read_or_refuse(const Read& read) {
  try {
    read();
  } catch (const harmonium::io_error&) {
  }
}
