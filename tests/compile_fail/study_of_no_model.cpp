// SPDX-License-Identifier: MIT
// A study fits what has names and a fit.
#include <array>
#include <string_view>

#include "harmonium/study/study.hpp"
#include "harmonium/study/study_model.hpp"

namespace hm = harmonium;

struct mean_cells {
  static constexpr std::array<std::string_view, 1> names{"mean_cells"};
#ifndef REJECTED
  hm::study_fit fit(const hm::pilot_cells&, hm::random_engine&) const;
#endif
};

using models = hm::generators<mean_cells>;
static_assert(sizeof(models) == 1);
