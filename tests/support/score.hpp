// SPDX-License-Identifier: MIT
/// @file
/// One metric on cells and labels, its figures by name.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "harmonium/metrics/comparison.hpp"
#include "harmonium/metrics/concepts.hpp"

namespace support {

template <harmonium::metric Metric>
std::map<std::string, double> by_name(const Metric& metric, const harmonium::comparison& pair) {
  std::map<std::string, double> figures;
  for (const auto& found : metric.evaluate(pair)) figures.emplace(found.name, found.value);
  return figures;
}

template <harmonium::metric Metric, class Reference, class Synthetic>
std::map<std::string, double> score(const Metric& metric, const Reference& reference,
                                    const std::vector<harmonium::index>& reference_labels,
                                    const Synthetic& synthetic,
                                    const std::vector<harmonium::index>& synthetic_labels,
                                    harmonium::reference_options options = {}) {
  const harmonium::reference_cells original(reference, reference_labels, std::move(options));
  return by_name(metric, harmonium::comparison(original, synthetic, synthetic_labels));
}

}  // namespace support
