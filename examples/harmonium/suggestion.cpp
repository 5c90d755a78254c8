// SPDX-License-Identifier: MIT
#include "suggestion.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

namespace program {

namespace {

/// Letters added, dropped, replaced or swapped with the next until `a` is `b` (Damerau and
/// Levenshtein, each letter changed once).
std::size_t slips(const std::string& a, const std::string& b) {
  std::vector<std::size_t> before, last(b.size() + 1), now(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    now[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      now[j] = std::min({last[j] + 1, now[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        now[j] = std::min(now[j], before[j - 2] + 1);
    }
    before = last;
    last = now;
  }
  return last[b.size()];
}

}  // namespace

std::string nearest_word(const std::string& typed, const std::vector<std::string>& words) {
  const auto bare = [](const std::string& word) {
    return word.substr(std::min(word.find_first_not_of('-'), word.size()));
  };
  const std::string wanted = bare(typed);
  std::string nearest;
  std::size_t fewest = std::max<std::size_t>(1, wanted.size() / 3) + 1;
  for (const auto& word : words)
    if (const std::size_t found = slips(wanted, bare(word)); found < fewest) {
      fewest = found;
      nearest = word;
    }
  if (!nearest.empty() || wanted.size() < 3) return nearest;
  for (const auto& word : words)
    if (bare(word).starts_with(wanted) || wanted.starts_with(bare(word) + "-")) return word;
  return "";
}

std::string did_you_mean(const std::string& typed, const std::vector<std::string>& words) {
  const std::string meant = nearest_word(typed, words);
  return meant.empty() ? "" : " (did you mean " + meant + "?)";
}

}  // namespace program
