// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// Values made when they are first asked for.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <typeindex>
#include <typeinfo>

namespace harmonium::inline v0_2 {

/// Holds a value that the first caller makes; later callers, from any thread, get the same. If
/// making it throws, the next caller tries again.
template <class T>
class lazy {
 public:
  /// @param make called without arguments, at most once with success; must not ask this object.
  template <class Make>
  [[nodiscard]] const T& get(Make&& make) const {
    // Not std::call_once, which some C libraries and the thread sanitizer never leave again once
    // `make` has thrown.
    if (!is_made_.load(std::memory_order_acquire)) {
      const std::scoped_lock alone(making_);
      if (!value_) value_.emplace(make());
      is_made_.store(true, std::memory_order_release);
    }
    return *value_;
  }

 private:
  mutable std::mutex making_;
  mutable std::atomic<bool> is_made_ = false;
  mutable std::optional<T> value_;
};

/// Values of any type by name, for a class whose users know better than it what they need again.
class lazy_results {
 public:
  /// The value of that name, which the first caller makes; later callers, from any thread, get the
  /// same.
  /// @param name says all that the value depends on beside the object itself
  /// @param make called without arguments, at most once with success; may ask for other names.
  /// @throws std::logic_error where the name stands for a value of another type.
  template <class T, class Make>
  [[nodiscard]] const T& once(const std::string& name, Make&& make) const {
    return value_of<T>(name).get(make);
  }

 private:
  struct slot {
    std::type_index type;
    std::shared_ptr<const void> value;  // lazy<T>
  };

  template <class T>
  const lazy<T>& value_of(const std::string& name) const {
    const std::scoped_lock alone(mutex_);
    auto found = slots_.find(name);
    if (found == slots_.end())
      found = slots_.emplace(name, slot{typeid(T), std::make_shared<const lazy<T>>()}).first;
    if (found->second.type != typeid(T))
      throw std::logic_error("lazy_results: " + name + " is a value of another type");
    return *static_cast<const lazy<T>*>(found->second.value.get());
  }

  mutable std::mutex mutex_;
  mutable std::map<std::string, slot> slots_;
};

}  // namespace harmonium::inline v0_2
