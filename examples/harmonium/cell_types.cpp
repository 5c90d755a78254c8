// SPDX-License-Identifier: MIT
#include "cell_types.hpp"

#include <algorithm>
#include <map>

#include "harmonium/core/error.hpp"
#include "parsed.hpp"

namespace program {

namespace hm = harmonium;

numbered_labels number_labels(const std::optional<std::vector<std::string>>& labels) {
  numbered_labels result;
  if (!labels) return result;
  std::map<std::string, hm::index> numbers;
  for (const auto& label : *labels) numbers.emplace(label, 0);
  for (auto& [name, number] : numbers) {
    number = static_cast<hm::index>(result.names.size());
    result.names.push_back(name);
  }
  for (const auto& label : *labels) result.number.push_back(numbers.at(label));
  return result;
}

std::vector<hm::index> cells_per_type(const std::vector<std::string>& asked,
                                      const std::vector<std::string>& names) {
  if (asked.empty()) return {};
  std::vector<hm::index> counts(names.size(), 0);
  std::vector<bool> seen(names.size(), false);
  for (const auto& text : asked) {
    const auto split = text.rfind('=');
    const hm::index number =
        split == std::string::npos ? -1 : parsed<hm::index>(text.substr(split + 1)).value_or(-1);
    hm::require(number >= 0, "--cells-of",
                "expected TYPE=N with a whole number N, got '" + text + "'");
    const auto found = std::find(names.begin(), names.end(), text.substr(0, split));
    hm::require(found != names.end(), "--cells-of",
                "no training cell has the type '" + text.substr(0, split) + "'");
    const auto type = static_cast<std::size_t>(found - names.begin());
    hm::require(!seen[type], "--cells-of", "type '" + *found + "' is given twice");
    seen[type] = true;
    counts[type] = number;
  }
  return counts;
}

}  // namespace program
