// SPDX-License-Identifier: MIT
/// @file
/// A look between two blocks of a file, so that reading and writing can be stopped.
#pragma once

#include <functional>
#include <utility>

namespace harmonium::inline v0_2::io {

/// While it lives, the readers and writers of this library call a function on the thread that made
/// it, between two blocks of a file (of a quarter of a megabyte or more). What it throws ends them
/// as an error does: nothing is kept of what was read, and what was at the place of a file that is
/// written stays. The last one made counts; they are to be destroyed in reverse order.
///
///     const io::between_blocks looks([] { if (interrupted) throw interruption{}; });
///     const auto pilot = io::read_10x("pilot");
class between_blocks {
 public:
  explicit between_blocks(std::function<void()> call)
      : call_(std::move(call)), outer_(std::exchange(innermost(), this)) {}
  between_blocks(const between_blocks&) = delete;
  between_blocks& operator=(const between_blocks&) = delete;
  ~between_blocks() { innermost() = outer_; }

  /// For readers and writers. Nothing happens where there is no one to call.
  static void look() {
    if (innermost() != nullptr) innermost()->call_();
  }

 private:
  static const between_blocks*& innermost() noexcept {
    thread_local const between_blocks* here = nullptr;
    return here;
  }

  std::function<void()> call_;
  const between_blocks* outer_;
};

}  // namespace harmonium::inline v0_2::io
