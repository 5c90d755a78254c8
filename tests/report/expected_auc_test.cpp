// SPDX-License-Identifier: MIT
#include "harmonium/report/expected_auc.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

namespace hm = harmonium;

TEST_CASE("what was measured on blood and brain is near what is expected") {
  // Medians of three pilots of 192, 384 and 768 cells (brain: by a port of the model to Python).
  const double blood[] = {0.796, 0.699, 0.652}, brain[] = {0.879, 0.793, 0.677};
  hm::index cells = 192;
  for (int k = 0; k < 3; ++k, cells *= 2) {
    const auto expected = hm::expected_forest_auc(cells);
    CHECK(blood[k] == doctest::Approx(expected.low).epsilon(0.05));
    CHECK(brain[k] == doctest::Approx(expected.high).epsilon(0.05));
  }
  CHECK(hm::expected_forest_auc(100'000'000).high < 0.501);
  CHECK_THROWS_AS(hm::expected_forest_auc(0), std::invalid_argument);
}
