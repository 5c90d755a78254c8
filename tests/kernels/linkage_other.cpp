// SPDX-License-Identifier: MIT
#include "kernels/figures.hpp"
#include "kernels/linkage.hpp"

named_bits figures_at_other_flags() {
  named_bits all;
  for (const auto& [name, bits] : kernel_figures()) all.emplace_back(name, bits);
  return all;
}
