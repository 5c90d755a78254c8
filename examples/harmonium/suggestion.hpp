// SPDX-License-Identifier: MIT
/// @file
/// The word that was meant.
#pragma once

#include <string>
#include <vector>

namespace program {

/// Of `words` the one nearest to `typed`, if it is near: one slip (a letter too many, missing,
/// wrong or swapped with its neighbour) for every three letters, or one word begins with the other.
/// Otherwise empty.
std::string nearest_word(const std::string& typed, const std::vector<std::string>& words);

/// " (did you mean X?)", or nothing.
std::string did_you_mean(const std::string& typed, const std::vector<std::string>& words);

}  // namespace program
