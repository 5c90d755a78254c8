// SPDX-License-Identifier: MIT
#include "../find_labels.hpp"

#include <stdexcept>

namespace program {

bool can_find_labels() {
  return false;
}

std::vector<harmonium::index> find_labels(const harmonium::thread_executor&,
                                          const harmonium::count_matrix<>&,
                                          harmonium::random_engine&) {
  throw std::logic_error("this build cannot find clusters");
}

}  // namespace program
