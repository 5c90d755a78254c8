// SPDX-License-Identifier: MIT
/// @file
/// Where the shared data sets are, if this machine has them.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

/// `relative` in the folder HARMONIUM_SHARED (environment), else in the one CMake names. Empty if
/// there is none: the test then says "skipped: ..." and returns.
inline std::optional<std::filesystem::path> shared_path(const std::string& relative) {
  std::filesystem::path root;
  if (const char* named = std::getenv("HARMONIUM_SHARED")) root = named;
#ifdef HARMONIUM_SHARED_DIR
  if (root.empty()) root = HARMONIUM_SHARED_DIR;
#endif
  std::error_code ignored;
  if (root.empty() || !std::filesystem::exists(root / relative, ignored)) return std::nullopt;
  return root / relative;
}
