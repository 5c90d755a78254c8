// SPDX-License-Identifier: MIT
// The tatami program of docs/guide.md, which quotes this file.
#include "harmonium/core/tatami.hpp"

#include <doctest/doctest.h>

#include <memory>

#include "harmonium/core/counts.hpp"
#include "support/tatami_like.hpp"

namespace hm = harmonium;

TEST_CASE("counts of a tatami matrix") {
  const std::shared_ptr<const tatami_like::matrix<double, int>> matrix =
      std::make_shared<tatami_like::compressed<double, int>>(
          3, 2, false, std::vector<double>{4, 1}, std::vector<int>{0, 2},
          std::vector<std::size_t>{0, 1, 2}, tatami_like::returns::own_memory);
  const auto borrowed = hm::view_genes_by_cells(*matrix);   // copies what it cannot borrow
  const auto owned = hm::compress_genes_by_cells(*matrix);  // 32-bit counts; matrix may go

  CHECK(borrowed.borrowed_cells() == 2);
  CHECK(hm::to_dense(borrowed) == hm::to_dense(owned));
}
