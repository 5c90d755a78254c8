// SPDX-License-Identifier: MIT
// Objects compiled with different -m flags in one program: the same figures from both, with every
// kernel. Without arguments it compares, with "list" it says which kernels there are.
#include <exception>
#include <iostream>
#include <string_view>

#include "harmonium/core/kernels.hpp"
#include "kernels/linkage.hpp"

namespace hm = harmonium;

static int compare() {
  named_bits expected;
  for (const hm::kernel each : hm::available_kernels()) {
    const hm::kernel_scope scope(each);
    for (const auto& found : {figures_at_default_flags(), figures_at_other_flags()}) {
      if (expected.empty()) expected = found;
      for (std::size_t i = 0; i < expected.size(); ++i)
        if (found.at(i) != expected[i]) {
          std::cout << hm::to_string(each) << ": " << expected[i].first << " differs\n";
          return 1;
        }
    }
  }
  std::cout << expected.size() << " figures agree\n";
  return expected.size() > 100 ? 0 : 1;
}

int main(int count, char** arguments) {
  try {
    if (count == 1) return compare();
    std::cout << "in use: " << hm::to_string(hm::kernel_in_use()) << "; available:";
    for (const hm::kernel each : hm::available_kernels()) std::cout << ' ' << hm::to_string(each);
    std::cout << '\n';
    return std::string_view(arguments[1]) == "list" ? 0 : 1;
  } catch (const std::exception& error) {
    std::cout << error.what() << '\n';
    return 1;
  }
}
