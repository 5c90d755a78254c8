// SPDX-License-Identifier: MIT
/// @file
/// Options of a call: an object of JSON whose members are taken out by name.
#pragma once

#include <initializer_list>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "harmonium/core/error.hpp"

namespace c_api {

class named_options {
 public:
  /// @param text an object of JSON, or NULL: no options
  /// @throws std::invalid_argument for anything else
  explicit named_options(const char* text) {
    if (text == nullptr) return;
    left_ = nlohmann::ordered_json::parse(text, nullptr, false);
    harmonium::require(left_.is_object(), "options",
                       std::string("expected an object of JSON, got ") + text);
  }

  /// Sets `value` where the option is given and not null.
  /// @throws std::invalid_argument if it is of another type
  template <class T>
  named_options& take(const char* name, T& value) {
    const auto found = left_.find(name);
    if (found == left_.end()) return *this;
    try {
      if (!found->is_null()) value = found->template get<T>();
    } catch (const nlohmann::json::exception&) {
      throw std::invalid_argument("options: '" + std::string(name) + "' cannot be " +
                                  found->dump());
    }
    left_.erase(name);
    return *this;
  }
  template <class T>
  named_options& take(const char* name, std::optional<T>& value) {
    T given{};
    const bool is_given = left_.contains(name) && !left_.at(name).is_null();
    take(name, given);
    if (is_given) value = given;
    return *this;
  }
  /// One value or a list of them.
  template <class T>
  named_options& take_list(const char* name, std::vector<T>& values) {
    if (left_.contains(name) && !left_.at(name).is_array() && !left_.at(name).is_null())
      left_[name] = nlohmann::ordered_json::array({left_.at(name)});
    return take(name, values);
  }

  /// Makes a whole number the text that the program's command line would have.
  named_options& number_as_text(const char* name) {
    if (left_.contains(name) && left_.at(name).is_number_integer())
      left_[name] = left_.at(name).dump();
    return *this;
  }

  [[nodiscard]] bool is(const char* name, const char* text) const {
    const auto found = left_.find(name);
    return found != left_.end() && found->is_string() && found->get<std::string>() == text;
  }
  void drop(const char* name) { left_.erase(name); }

  /// @throws std::invalid_argument if an option was not taken
  void no_others() const {
    if (!left_.empty())
      throw std::invalid_argument("options: there is none called '" + left_.begin().key() + "'");
  }

 private:
  nlohmann::ordered_json left_ = nlohmann::ordered_json::object();
};

/// @throws std::invalid_argument unless `value` is one of the names
inline void one_of(const char* option, const std::string& value,
                   std::initializer_list<std::string_view> names) {
  std::string all;
  for (const std::string_view name : names) {
    if (value == name) return;
    if (!name.empty()) all += (all.empty() ? "" : ", ") + std::string(name);
  }
  throw std::invalid_argument(std::string(option) + ": expected one of " + all + ", got '" + value +
                              "'");
}

}  // namespace c_api
