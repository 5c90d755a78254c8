// SPDX-License-Identifier: MIT
/// @file
/// A model to sample from, and what is right about it.
#pragma once

#include <string>
#include <utility>

#include "harmonium/core/executor.hpp"
#include "harmonium/samplers/comparison/reference_moments.hpp"
#include "harmonium/samplers/comparison/sampler_row.hpp"

namespace targets {

namespace hm = harmonium;

template <class Model>
struct target {
  std::string name;
  Model model;
  hm::reference_moments reference;
  double patience = 1;  ///< times the seconds of a chain
  hm::acceptance_rules rules = {};
};

/// Whose reference is exact.
template <class Model>
target<Model> enumerated(std::string name, Model model) {
  auto reference = hm::exact_moments(hm::serial_executor{}, model);
  return {std::move(name), std::move(model), std::move(reference)};
}

}  // namespace targets
