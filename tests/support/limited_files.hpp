// SPDX-License-Identifier: MIT
/// @file
/// A disk that is full after some bytes.
#pragma once

#include <sys/resource.h>

#include <csignal>

/// While it lives, files cannot grow beyond `room` bytes, if that is not negative: writing fails as
/// on a full disk, with another error number.
class limited_files {
 public:
  explicit limited_files(long room) {
    getrlimit(RLIMIT_FSIZE, &before_);
    if (room < 0) return;
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit now = before_;
    now.rlim_cur = static_cast<rlim_t>(room);
    setrlimit(RLIMIT_FSIZE, &now);
  }
  limited_files(const limited_files&) = delete;
  limited_files& operator=(const limited_files&) = delete;
  ~limited_files() { setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_{};
};
