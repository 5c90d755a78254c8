// SPDX-License-Identifier: MIT
/// @file
/// Ctrl-C asks the work to stop at its next step instead of killing it.
#pragma once

#include <csignal>
#include <string>

#include "harmonium/io/between_blocks.hpp"

namespace program {

inline volatile std::sig_atomic_t interrupted = 0;

inline void catch_interrupts() {
  const auto note = [](int signal) {
    interrupted = 1;
    std::signal(signal, SIG_DFL);  // a second Ctrl-C kills
  };
  std::signal(SIGINT, note);
  std::signal(SIGTERM, note);
}

/// Thrown where work stopped because of Ctrl-C; nothing was written.
struct interruption {};
inline constexpr const char* nothing_written = "interrupted; nothing was written";

/// While it lives, files are read and written under this thread's eyes: Ctrl-C ends that with an
/// `interruption`.
[[nodiscard]] inline harmonium::io::between_blocks interruptible_files() {
  return harmonium::io::between_blocks([] {
    if (interrupted) throw interruption{};
  });
}

/// Thrown where work stopped because of Ctrl-C and what was finished is kept.
struct stopped {
  std::string message;
};

}  // namespace program
