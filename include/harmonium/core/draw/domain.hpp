// SPDX-License-Identifier: MIT
/// @file
/// How the distributions refuse a parameter.
#pragma once

#include <cstdio>
#include <stdexcept>
#include <string>

namespace harmonium::inline v0_2::draw {

/// Throws `std::domain_error("function: argument must be expected, got value")` unless `holds`.
inline void require_domain(bool holds, const char* function, const char* argument, double value,
                           const char* expected) {
  if (holds) return;
  char text[32];
  std::snprintf(text, sizeof text, "%.17g", value);
  throw std::domain_error(std::string(function) + ": " + argument + " must be " + expected +
                          ", got " + text);
}

}  // namespace harmonium::inline v0_2::draw
