// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// A value made when it is first asked for.
#pragma once

#include <mutex>
#include <optional>

namespace harmonium::inline v0_2 {

/// Holds a value that the first caller makes; later callers, from any thread, get the same. If
/// making it throws, the next caller tries again.
template <class T>
class lazy {
 public:
  /// @param make called without arguments, at most once with success; must not ask this object.
  template <class Make>
  [[nodiscard]] const T& get(Make&& make) const {
    std::call_once(made_, [&] { value_.emplace(make()); });
    return *value_;
  }

 private:
  mutable std::once_flag made_;
  mutable std::optional<T> value_;
};

}  // namespace harmonium::inline v0_2
