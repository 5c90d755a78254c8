// SPDX-License-Identifier: MIT
// A metric that does not say what the best one can hope for is no metric.
#include <string_view>
#include <vector>

#include "harmonium/metrics/concepts.hpp"

namespace hm = harmonium;

struct cell_ratio {
  static constexpr std::string_view name = "cell_ratio";
  static constexpr std::string_view range = "0 to infinity";
  static constexpr std::string_view chance = "1";
#ifndef REJECTED
  static constexpr std::string_view ceiling = "1";
#endif
  std::vector<hm::figure> evaluate(const hm::comparison&) const;
};

template <hm::metric M>
constexpr std::string_view heading() {
  return M::name;
}
static_assert(heading<cell_ratio>() == "cell_ratio");
