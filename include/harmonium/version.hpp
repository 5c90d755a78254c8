// SPDX-License-Identifier: MIT
/// @file
/// The one place where the version is written; CMake reads it from here.
#pragma once

#define HARMONIUM_VERSION_MAJOR 0
#define HARMONIUM_VERSION_MINOR 2
#define HARMONIUM_VERSION_PATCH 0

namespace harmonium::inline v0_2 {

inline constexpr const char* version = "0.2.0";  ///< As major.minor.patch.

}  // namespace harmonium::inline v0_2
